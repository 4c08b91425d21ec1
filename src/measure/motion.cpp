#include "src/measure/motion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace concord::measure {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A frame's pose as numbers: converting a matrix to a quaternion costs more than all the rest of a label.
struct Pose {
  double rotation[3][3];
  double translation[3];
  double qw, qx, qy, qz;
};

std::vector<Pose> poses_of(const Frames& frames) {
  std::vector<Pose> poses(frames.size());
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const SE3& T_world_ego = frames.T_world_ego[f];
    const Quat q(T_world_ego.linear());
    Pose& pose = poses[f];
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 3; ++j) pose.rotation[i][j] = T_world_ego.linear()(i, j);
      pose.translation[i] = T_world_ego.translation()[i];
    }
    pose.qw = q.w();
    pose.qx = q.x();
    pose.qy = q.y();
    pose.qz = q.z();
  }
  return poses;
}

/// Labels of whole tracks in the order of time, in the fixed frame, and the steps between them: the input of the motion
/// kernel.
class Batch {
 public:
  Batch(const Drive& drive, const LabelSet& set, bool world) : drive_(drive), set_(set) {
    if (world) poses_ = poses_of(drive.frames);
  }

  void clear() {
    labels_ = 0;
    steps_ = 0;
  }
  /// Makes room for `labels` more.
  void grow(std::size_t labels) {
    if (labels_ + labels <= from_.size()) return;
    const std::size_t room = std::max(labels_ + labels, 2 * from_.size());
    for (auto* column : {&x_, &y_, &z_, &length_, &width_, &height_, &qw_, &qx_, &qy_, &qz_, &heading_x_, &heading_y_,
                         &turn_cos_, &turn_sin_, &motion_cos_, &motion_sin_}) {
      column->resize(room);
    }
    for (auto* column : {&from_, &to_, &previous_}) column->resize(room);
  }

  /// Adds the labels of one track; `first` is the row of `table` of its first step.
  void add(const std::uint32_t* rows, std::size_t count, std::size_t first, MotionTable& table) {
    grow(count);
    for (std::size_t i = 0; i < count; ++i) {
      prefetch(rows[std::min(i + kAhead, count - 1)]);
      add_label(rows[i]);
    }
    double before_cos = 1, before_sin = 0;
    for (std::size_t i = 1; i < count; ++i) {
      const std::size_t row = first + i - 1;
      const auto to = static_cast<std::uint32_t>(labels_ - count + i), from = to - 1;
      const std::uint32_t frame_from = set_.frame[rows[i - 1]], frame_to = set_.frame[rows[i]];
      table.track[row] = set_.track[rows[i]];
      table.row_from[row] = rows[i - 1];
      table.row_to[row] = rows[i];
      table.frame_step[row] = frame_to > frame_from ? frame_to - frame_from : frame_from - frame_to;
      const double dt = seconds_between(drive_.frames.time_ns[frame_from], drive_.frames.time_ns[frame_to]);
      table.dt_s[row] = dt;
      const double turned_cos = heading_x_[from] * heading_x_[to] + heading_y_[from] * heading_y_[to];
      const double turned_sin = heading_x_[from] * heading_y_[to] - heading_y_[from] * heading_x_[to];
      const bool turned = turned_cos != 0 || turned_sin != 0;
      const double turn = turned ? std::atan2(turned_sin, turned_cos) : kNan;
      table.heading_change_rad[row] = turn > -std::numbers::pi || !turned ? turn : std::numbers::pi;
      table.yaw_rate_radps[row] = dt > 0 ? table.heading_change_rad[row] / dt : kNan;

      from_[steps_] = from;
      to_[steps_] = to;
      previous_[steps_] = i > 1 ? static_cast<std::uint32_t>(steps_ - 1) : kernels::MotionRequest::no_step;
      turn_cos_[steps_] = 1;
      turn_sin_[steps_] = 0;
      if (i > 1 && dt == table.dt_s[row - 1]) {
        turn_cos_[steps_] = before_cos;  // as much as in the step before: no angle is needed
        turn_sin_[steps_] = before_sin;
      } else if (i > 1 && dt > 0 && std::isfinite(table.yaw_rate_radps[row - 1])) {
        const double expected = table.yaw_rate_radps[row - 1] * dt;
        turn_cos_[steps_] = std::cos(expected);
        turn_sin_[steps_] = std::sin(expected);
      }
      before_cos = turned ? turned_cos : 1;
      before_sin = turned ? turned_sin : 0;
      ++steps_;
    }
  }

  /// Measures the steps and writes them from row `first` of `table` on.
  void measure(kernels::ExecutionContext& context, std::size_t first, MotionTable& table) {
    if (steps_ == 0) return;
    context.track_motion({.boxes = {x_.data(), y_.data(), z_.data(), length_.data(), width_.data(), height_.data(),
                                    qw_.data(), qx_.data(), qy_.data(), qz_.data(), labels_},
                          .heading_x = heading_x_.data(),
                          .heading_y = heading_y_.data(),
                          .from = from_.data(),
                          .to = to_.data(),
                          .previous = previous_.data(),
                          .dt_s = table.dt_s.data() + first,
                          .predicted_turn_cos = turn_cos_.data(),
                          .predicted_turn_sin = turn_sin_.data(),
                          .steps = steps_},
                         {.dx_m = table.dx_m.data() + first,
                          .dy_m = table.dy_m.data() + first,
                          .dz_m = table.dz_m.data() + first,
                          .speed_mps = table.speed_mps.data() + first,
                          .acceleration_mps2 = table.acceleration_mps2.data() + first,
                          .longitudinal_acceleration_mps2 = table.longitudinal_acceleration_mps2.data() + first,
                          .heading_motion_cos = motion_cos_.data(),
                          .heading_motion_sin = motion_sin_.data(),
                          .size_ratio_length = table.size_ratio_length.data() + first,
                          .size_ratio_width = table.size_ratio_width.data() + first,
                          .size_ratio_height = table.size_ratio_height.data() + first,
                          .predicted_iou_3d = table.predicted_iou_3d.data() + first,
                          .prediction_error_m = table.prediction_error_m.data() + first});
    for (std::size_t i = 0; i < steps_; ++i) {
      const bool directed = motion_cos_[i] != 0 || motion_sin_[i] != 0;
      table.heading_to_motion_rad[first + i] = directed ? std::abs(std::atan2(motion_sin_[i], motion_cos_[i])) : kNan;
    }
  }

  [[nodiscard]] std::size_t labels() const { return labels_; }
  [[nodiscard]] std::size_t steps() const { return steps_; }

 private:
  static constexpr std::size_t kAhead = 8;

  /// The labels of a track lie a frame apart: the processor does not foresee where the next one is.
  void prefetch(std::uint32_t row) const {
    const CuboidColumns& boxes = set_.cuboid;
    for (const auto* column : {&boxes.x_m, &boxes.y_m, &boxes.z_m, &boxes.length_m, &boxes.width_m, &boxes.height_m,
                               &boxes.qw, &boxes.qx, &boxes.qy, &boxes.qz}) {
      __builtin_prefetch(column->data() + row);
    }
  }

  void add_label(std::uint32_t row) {
    const CuboidColumns& boxes = set_.cuboid;
    double x = boxes.x_m[row], y = boxes.y_m[row], z = boxes.z_m[row];
    double qw = boxes.qw[row], qx = boxes.qx[row], qy = boxes.qy[row], qz = boxes.qz[row];
    if (!poses_.empty()) {
      const Pose& pose = poses_[set_.frame[row]];
      const auto& r = pose.rotation;
      const double ex = x, ey = y, ez = z, ew = qw, ei = qx, ej = qy, ek = qz;
      x = r[0][0] * ex + r[0][1] * ey + r[0][2] * ez + pose.translation[0];
      y = r[1][0] * ex + r[1][1] * ey + r[1][2] * ez + pose.translation[1];
      z = r[2][0] * ex + r[2][1] * ey + r[2][2] * ez + pose.translation[2];
      qw = pose.qw * ew - pose.qx * ei - pose.qy * ej - pose.qz * ek;
      qx = pose.qw * ei + pose.qx * ew + pose.qy * ek - pose.qz * ej;
      qy = pose.qw * ej - pose.qx * ek + pose.qy * ew + pose.qz * ei;
      qz = pose.qw * ek + pose.qx * ej - pose.qy * ei + pose.qz * ew;
    }
    x_[labels_] = x;
    y_[labels_] = y;
    z_[labels_] = z;
    length_[labels_] = boxes.length_m[row];
    width_[labels_] = boxes.width_m[row];
    height_[labels_] = boxes.height_m[row];
    qw_[labels_] = qw;
    qx_[labels_] = qx;
    qy_[labels_] = qy;
    qz_[labels_] = qz;
    // The rotated x axis seen from above, for a quaternion of any length; none where it points straight up.
    const double hx = qw * qw + qx * qx - qy * qy - qz * qz, hy = 2 * (qw * qz + qx * qy);
    const double scale = std::sqrt(hx * hx + hy * hy);
    const bool known = scale > 0 && std::isfinite(scale);
    heading_x_[labels_] = known ? hx / scale : 0.0;
    heading_y_[labels_] = known ? hy / scale : 0.0;
    ++labels_;
  }

  const Drive& drive_;
  const LabelSet& set_;
  std::vector<Pose> poses_;  ///< empty when motion is measured in the ego frames
  std::size_t labels_ = 0, steps_ = 0;
  std::vector<double> x_, y_, z_, length_, width_, height_, qw_, qx_, qy_, qz_, heading_x_, heading_y_;
  std::vector<double> turn_cos_, turn_sin_, motion_cos_, motion_sin_;
  std::vector<std::uint32_t> from_, to_, previous_;
};

void resize(MotionTable& table, std::size_t steps) {
  for (auto* column : {&table.track, &table.row_from, &table.row_to, &table.frame_step}) column->resize(steps);
  for (auto* column : {&table.dt_s, &table.dx_m, &table.dy_m, &table.dz_m, &table.speed_mps, &table.acceleration_mps2,
                       &table.longitudinal_acceleration_mps2, &table.heading_change_rad, &table.yaw_rate_radps,
                       &table.heading_to_motion_rad, &table.size_ratio_length, &table.size_ratio_width,
                       &table.size_ratio_height, &table.predicted_iou_3d, &table.prediction_error_m}) {
    column->resize(steps);
  }
}

}  // namespace

MotionTable measure_motion(kernels::ExecutionContext& context, const Drive& drive, const LabelSet& set,
                           const TrackOrder& order, std::size_t batch_labels) {
  MotionTable table;
  table.world = order.world;
  std::size_t steps = 0;
  for (std::size_t t = 0; t < set.tracks.size(); ++t) {
    steps += std::max<std::size_t>(order.offset[t + 1] - order.offset[t], 1) - 1;
  }
  resize(table, steps);
  Batch batch(drive, set, table.world);
  std::size_t first = 0;
  for (std::size_t t = 0; t < set.tracks.size(); ++t) {
    batch.add(order.rows.data() + order.offset[t], order.offset[t + 1] - order.offset[t], first + batch.steps(), table);
    if (batch.labels() < batch_labels && t + 1 < set.tracks.size()) continue;
    batch.measure(context, first, table);
    first += batch.steps();
    batch.clear();
  }
  return table;
}

TrackTable summarise_tracks(const LabelSet& set, const MotionTable& motion, const CuboidTable& cuboids) {
  TrackTable table;
  const std::size_t tracks = set.tracks.size();
  std::vector<std::uint32_t> first(tracks, kNone), last(tracks, kNone), count(tracks, 0);
  std::vector<double> path(tracks, 0.0), range(tracks, std::numeric_limits<double>::infinity());
  // Rows are sorted by frame, so the first row of a track is its first frame.
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    const std::uint32_t track = set.track[row];
    if (track == kNone) continue;
    if (first[track] == kNone) first[track] = row;
    last[track] = row;
    ++count[track];
    if (cuboids.range_m[row] < range[track]) range[track] = cuboids.range_m[row];
  }
  for (std::size_t step = 0; step < motion.size(); ++step) {
    const double dx = motion.dx_m[step], dy = motion.dy_m[step], dz = motion.dz_m[step];
    const double length = std::sqrt(dx * dx + dy * dy + dz * dz);
    if (std::isfinite(length)) path[motion.track[step]] += length;
  }
  for (std::uint32_t track = 0; track < tracks; ++track) {
    if (count[track] == 0) continue;
    table.track.push_back(track);
    table.first_row.push_back(first[track]);
    table.last_row.push_back(last[track]);
    table.label_count.push_back(count[track]);
    table.frame_span.push_back(set.frame[last[track]] - set.frame[first[track]] + 1);
    table.path_m.push_back(path[track]);
    table.min_range_m.push_back(std::isfinite(range[track]) ? range[track] : kNan);
  }
  return table;
}

}  // namespace concord::measure
