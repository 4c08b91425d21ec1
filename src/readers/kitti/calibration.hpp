#pragma once

#include <array>
#include <filesystem>
#include <optional>

#include "concord/drive.hpp"
#include "concord/result.hpp"

namespace concord::readers::kitti {

/// A KITTI rig. The ego frame is the IMU's (x forward, y left, z up); where the file has no IMU it is the LiDAR's.
struct Calibration {
  SE3 T_ego_camera = SE3::Identity();  ///< from rectified camera 0, in which labels are written
  SE3 T_ego_lidar = SE3::Identity();
  std::array<std::optional<Eigen::Matrix<double, 3, 4>>, 4> projection;  ///< P0..P3, rectified camera 0 to pixels
  bool has_imu = false;
};

/// Reads `calib/*.txt` of the tracking or the object benchmark: keys with or without a colon, R0_rect or R_rect,
/// Tr_velo_to_cam or Tr_velo_cam, Tr_imu_to_velo or Tr_imu_velo. Rotations are made exactly orthonormal.
[[nodiscard]] Result<Calibration> read_calibration(const std::filesystem::path& path);

/// Sensors of the rig: velodyne, image_02 and image_03.
[[nodiscard]] std::vector<Sensor> make_sensors(const Calibration& calibration);

/// World poses from `oxts/*.txt` (30 values a line, one line a frame): Mercator projection scaled by the first
/// latitude, Rz(yaw) Ry(pitch) Rx(roll); the world's origin is the first pose (KITTI raw development kit,
/// convertOxtsToPose).
[[nodiscard]] Result<std::vector<SE3>> read_oxts(const std::filesystem::path& path);

}  // namespace concord::readers::kitti
