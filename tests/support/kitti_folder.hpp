#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "concord/geometry.hpp"

namespace concord::tests {

/// One object of a made-up KITTI drive; it moves evenly and turns at a constant rate. World frame: the ego's first
/// pose.
struct KittiTrack {
  int id = 0;
  std::string type = "Car";
  Vec3 size_m{4.2, 1.8, 1.5};
  Vec3 start_m{20, 0, 0};
  double heading_rad = 0;
  double speed_mps = 0;
  double yaw_rate_radps = 0;
  int first = 0, last = 0;  ///< labelled frames, inclusive
};

/// Writes `training/{label_02,calib,oxts}/<name>.txt` below `root`: 10 Hz, the ego drives at `ego_speed_mps` and turns
/// by 0.05 rad/s. Without poses there is no oxts file and everything is relative to the ego. Existing drives stay.
void write_kitti_drive(const std::filesystem::path& root, const std::string& name, int frames,
                       const std::vector<KittiTrack>& tracks, double ego_speed_mps = 8, bool poses = true);

/// Twelve objects of several classes over 120 frames: moving, standing, turning, early and late ones, one after
/// another.
[[nodiscard]] std::vector<KittiTrack> busy_street();

}  // namespace concord::tests
