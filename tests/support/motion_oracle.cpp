#include "tests/support/motion_oracle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "tests/support/box_oracle.hpp"

namespace concord::tests {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Label {
  std::uint32_t row, frame;
  TimeNs time;
  Cuboid box;  ///< in the fixed frame
  bool valid;
  std::optional<double> yaw;
};

Label label_of(const Drive& drive, const LabelSet& set, std::uint32_t row, bool world) {
  const std::uint32_t frame = set.frame[row];
  Label label{row, frame, drive.frames.time_ns[frame], set.cuboid.at(row), false, std::nullopt};
  const Quat rotation = label.box.rotation;
  const bool turned = rotation.coeffs().allFinite() && rotation.norm() > 0;
  label.valid =
      turned && label.box.center_m.allFinite() && label.box.size_m.allFinite() && label.box.size_m.minCoeff() >= 0;
  if (turned) label.box.rotation.normalize();
  if (world) label.box = transformed(drive.frames.T_world_ego[frame], label.box);
  if (turned) label.yaw = yaw_of(label.box.rotation);
  return label;
}

double seconds(const Label& from, const Label& to) {
  if (from.time == kNoTime || to.time == kNoTime) return kNan;
  return static_cast<double>(to.time - from.time) * 1e-9;
}

Vec3 unit_heading(const Label& label) {
  return label.yaw ? Vec3(std::cos(*label.yaw), std::sin(*label.yaw), 0) : Vec3::Zero();
}

void add_step(const std::vector<Label>& track, std::size_t i, MotionTable& table) {
  const Label &from = track[i - 1], &to = track[i];
  const double dt = seconds(from, to);
  const Vec3 moved = to.box.center_m - from.box.center_m;
  const double change = from.yaw && to.yaw ? wrap_angle(*to.yaw - *from.yaw) : kNan;
  table.row_from.push_back(from.row);
  table.row_to.push_back(to.row);
  table.frame_step.push_back(static_cast<std::uint32_t>(std::abs(static_cast<std::int64_t>(to.frame) - from.frame)));
  table.dt_s.push_back(dt);
  table.dx_m.push_back(moved.x());
  table.dy_m.push_back(moved.y());
  table.dz_m.push_back(moved.z());
  table.speed_mps.push_back(dt > 0 ? moved.norm() / dt : kNan);
  table.heading_change_rad.push_back(change);
  table.yaw_rate_radps.push_back(dt > 0 ? change / dt : kNan);
  table.size_ratio_length.push_back(to.box.size_m.x() / from.box.size_m.x());
  table.size_ratio_width.push_back(to.box.size_m.y() / from.box.size_m.y());
  table.size_ratio_height.push_back(to.box.size_m.z() / from.box.size_m.z());
  const Vec3 heading = unit_heading(from) + unit_heading(to), flat(moved.x(), moved.y(), 0);
  table.heading_to_motion_rad.push_back(
      heading.norm() > 0 && flat.norm() > 0
          ? std::acos(std::clamp(heading.normalized().dot(flat.normalized()), -1.0, 1.0))
          : kNan);

  double acceleration = kNan, longitudinal = kNan, overlap = kNan, error = kNan;
  const double dt_before = i >= 2 ? seconds(track[i - 2], from) : kNan;
  if (dt > 0 && dt_before > 0) {
    const Label& before = track[i - 2];
    const Vec3 velocity = (from.box.center_m - before.box.center_m) / dt_before;
    const Vec3 change_of_velocity = (moved / dt - velocity) / (0.5 * (dt + dt_before));
    acceleration = change_of_velocity.norm();
    if (from.yaw) longitudinal = change_of_velocity.dot(unit_heading(from));
    const double turn_before = from.yaw && before.yaw ? wrap_angle(*from.yaw - *before.yaw) : 0.0;
    Cuboid predicted = from.box;
    predicted.center_m += velocity * dt;
    predicted.rotation = quat_from_ypr(turn_before / dt_before * dt, 0, 0) * predicted.rotation;
    error = (to.box.center_m - predicted.center_m).norm();
    if (from.valid && to.valid) overlap = oracle_iou_3d(predicted, to.box);
  }
  table.acceleration_mps2.push_back(acceleration);
  table.longitudinal_acceleration_mps2.push_back(longitudinal);
  table.predicted_iou_3d.push_back(overlap);
  table.prediction_error_m.push_back(error);
}

}  // namespace

MotionTable oracle_motion(const Drive& drive, const LabelSet& set) {
  MotionTable table;
  bool timed = true;
  table.world = set.size() > 0;
  for (const std::uint32_t frame : set.frame) {
    timed = timed && drive.frames.time_ns[frame] != kNoTime;
    table.world = table.world && drive.frames.has_pose(frame);
  }
  for (std::uint32_t code = 0; code < set.tracks.size(); ++code) {
    std::vector<Label> track;
    for (std::uint32_t row = 0; row < set.size(); ++row) {
      if (set.track[row] == code) track.push_back(label_of(drive, set, row, table.world));
    }
    std::stable_sort(track.begin(), track.end(), [&](const Label& a, const Label& b) {
      return std::tuple(timed ? a.time : 0, a.frame) < std::tuple(timed ? b.time : 0, b.frame);
    });
    for (std::size_t i = 1; i < track.size(); ++i) {
      table.track.push_back(code);
      add_step(track, i, table);
    }
  }
  return table;
}

}  // namespace concord::tests
