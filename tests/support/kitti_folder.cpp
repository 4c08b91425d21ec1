#include "tests/support/kitti_folder.hpp"

#include <fmt/format.h>
#include <cmath>
#include <map>
#include <numbers>

#include "tests/support/files.hpp"

namespace concord::tests {
namespace fs = std::filesystem;

namespace {

constexpr double kPeriod_s = 0.1;
constexpr double kEarthRadius_m = 6378137.0;
constexpr double kEgoYawRate_radps = 0.05;
// The LiDAR looks along the camera's z, the IMU lies 1 m behind the LiDAR and 0.5 m below.
constexpr const char* kCalibration =
    "P0: 700 0 600 0 0 700 180 0 0 0 1 0\nP2: 700 0 600 70 0 700 180 0 0 0 1 0\n"
    "R_rect 1 0 0 0 1 0 0 0 1\nTr_velo_cam 0 -1 0 0 0 0 -1 0 1 0 0 0\nTr_imu_velo 1 0 0 -1 0 1 0 0 0 0 1 -0.5\n";

struct Pose {
  double x = 0, y = 0, heading = 0;
};

Pose moved(const Pose& pose, double speed_mps, double yaw_rate_radps) {
  const double middle = pose.heading + 0.5 * yaw_rate_radps * kPeriod_s;
  return {pose.x + speed_mps * kPeriod_s * std::cos(middle), pose.y + speed_mps * kPeriod_s * std::sin(middle),
          pose.heading + yaw_rate_radps * kPeriod_s};
}

std::string label_line(int frame, const KittiTrack& track, const Pose& ego, const Pose& object) {
  const double dx = object.x - ego.x;
  const double dy = object.y - ego.y;
  const double forward = dx * std::cos(ego.heading) + dy * std::sin(ego.heading) - 1;
  const double left = -dx * std::sin(ego.heading) + dy * std::cos(ego.heading);
  const double bottom = track.start_m.z() - 0.5 * track.size_m.z() - 0.5;
  const double rotation_y =
      std::remainder(-(object.heading - ego.heading) - std::numbers::pi / 2, 2 * std::numbers::pi);
  return fmt::format("{} {} {} 0 0 -1.5 100 100 200 150 {} {} {} {} {} {} {}\n", frame, track.id, track.type,
                     track.size_m.z(), track.size_m.y(), track.size_m.x(), -left, -bottom, forward, rotation_y);
}

}  // namespace

void write_kitti_drive(const fs::path& root, const std::string& name, int frames, const std::vector<KittiTrack>& tracks,
                       double ego_speed_mps, bool poses) {
  std::map<int, std::string> lines;
  std::vector<Pose> ego(1);
  for (int frame = 1; frame < frames; ++frame) {
    ego.push_back(poses ? moved(ego.back(), ego_speed_mps, kEgoYawRate_radps) : Pose());
  }
  for (const KittiTrack& track : tracks) {
    Pose object{track.start_m.x(), track.start_m.y(), track.heading_rad};
    for (int frame = track.first; frame <= track.last && frame < frames; ++frame) {
      lines[frame] += label_line(frame, track, ego[static_cast<std::size_t>(frame)], object);
      object = moved(object, track.speed_mps, track.yaw_rate_radps);
    }
  }
  std::string labels;
  for (const auto& [frame, text] : lines) labels += text;
  write_bytes(root / "training/calib" / (name + ".txt"), kCalibration);
  write_bytes(root / "training/label_02" / (name + ".txt"), labels);
  if (!poses) return;
  std::string oxts;
  const double degrees = 180 / std::numbers::pi / kEarthRadius_m;
  for (const Pose& pose : ego) {
    oxts += fmt::format("{} {} 100 0 0 {}", pose.y * degrees, pose.x * degrees, pose.heading);
    for (int i = 6; i < 30; ++i) oxts += " 0";
    oxts += "\n";
  }
  write_bytes(root / "training/oxts" / (name + ".txt"), oxts);
}

std::vector<KittiTrack> busy_street() {
  const Vec3 car(4.2, 1.8, 1.5), van(5.2, 2, 2.1), person(0.6, 0.6, 1.75), cycle(1.8, 0.6, 1.7);
  return {
      {.id = 0, .size_m = car, .start_m = {20, 0, 0.5}, .speed_mps = 9, .first = 0, .last = 119},
      {.id = 1, .size_m = car, .start_m = {30, 4, 0.5}, .speed_mps = 11, .yaw_rate_radps = 0.05, .last = 119},
      {.id = 2, .type = "Van", .size_m = van, .start_m = {70, 8, 0.7}, .heading_rad = 3, .speed_mps = 7, .last = 80},
      {.id = 3, .size_m = car, .start_m = {38, -6, 0.5}, .speed_mps = 6, .first = 5, .last = 60},
      {.id = 4, .size_m = car, .start_m = {75, -6, 0.5}, .speed_mps = 6, .first = 70, .last = 119},
      {.id = 5, .type = "Pedestrian", .size_m = person, .start_m = {30, -9, 0.6}, .speed_mps = 1.4, .last = 100},
      {.id = 6, .type = "Person", .size_m = person, .start_m = {45, -9, 0.6}, .first = 10, .last = 90},
      {.id = 7, .type = "Cyclist", .size_m = cycle, .start_m = {28, -4, 0.6}, .speed_mps = 5, .last = 119},
      {.id = 8, .type = "Van", .size_m = van, .start_m = {60, -12, 0.7}, .heading_rad = 0.02, .last = 70},
      {.id = 9, .size_m = car, .start_m = {50, 12, 0.5}, .heading_rad = -0.3, .first = 20, .last = 119},
      {.id = 10, .size_m = car, .start_m = {90, 0, 0.5}, .heading_rad = 3.14, .speed_mps = 4, .first = 30, .last = 33},
      {.id = 11, .size_m = car, .start_m = {80, 16, 0.5}, .speed_mps = 2, .first = 119, .last = 119},
  };
}

}  // namespace concord::tests
