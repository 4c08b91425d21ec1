#include "src/checks/tracks.hpp"

#include <algorithm>
#include <cmath>

namespace concord::judging {
namespace {

constexpr double kNominalFrame_s = 0.1;

// The step joins two labels of one frame: which of them belongs to the track is unknown.
bool is_duplicate(const MotionTable& motion, std::size_t step) {
  return step < motion.size() && motion.frame_step[step] == 0;
}

// Time of a step for stretches; NaN when the step ends one.
double step_time_s(const MotionTable& motion, std::size_t step) {
  const bool after_duplicate =
      step > 0 && is_duplicate(motion, step - 1) && motion.row_to[step - 1] == motion.row_from[step];
  const bool before_duplicate = is_duplicate(motion, step + 1) && motion.row_from[step + 1] == motion.row_to[step];
  if (is_duplicate(motion, step) || after_duplicate || before_duplicate) return std::nan("");
  const double dt_s = motion.dt_s[step];
  if (std::isnan(dt_s)) return motion.frame_step[step] * kNominalFrame_s;
  return dt_s > 0 ? dt_s : std::nan("");
}

}  // namespace

TrackRows::TrackRows(const LabelSet& labels) : offset_(labels.tracks.size() + 1, 0) {
  for (const std::uint32_t code : labels.track) {
    if (code < labels.tracks.size()) ++offset_[code + 1];
  }
  for (std::size_t i = 1; i < offset_.size(); ++i) offset_[i] += offset_[i - 1];
  rows_.resize(offset_.back());
  std::vector<std::size_t> next(offset_.begin(), offset_.end() - 1);
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    const std::uint32_t code = labels.track[row];
    if (code < labels.tracks.size()) {
      rows_[next[code]++] = row;
    } else {
      untracked_.push_back(row);
    }
  }
}

double seconds_between(const Frames& frames, std::uint32_t first_frame, std::uint32_t last_frame) {
  const TimeNs first = frames.time_ns[first_frame];
  const TimeNs last = frames.time_ns[last_frame];
  if (first == kNoTime || last == kNoTime) return (static_cast<double>(last_frame) - first_frame) * kNominalFrame_s;
  return (static_cast<double>(last) - static_cast<double>(first)) * 1e-9;
}

double size_ratio(const CuboidColumns& cuboid, std::uint32_t row, std::uint32_t other_row) {
  const Vec3 a = cuboid.at(row).size_m, b = cuboid.at(other_row).size_m;
  double worst = 1;
  for (int side = 0; side < 3; ++side) worst = std::max({worst, a[side] / b[side], b[side] / a[side]});
  return worst;
}

void for_each_stretch(const CheckContext& context, double max_dt_s, const std::function<void(const Stretch&)>& visit) {
  const MotionTable& motion = context.measured().motion;
  Stretch stretch;
  const auto close = [&] {
    if (stretch.size() > 1) visit(stretch);
    stretch.rows.clear();
    stretch.time_s.clear();
    stretch.offset_m.clear();
  };
  for (std::size_t step = 0; step < motion.size(); ++step) {
    const std::uint32_t from = motion.row_from[step];
    const std::uint32_t to = motion.row_to[step];
    const Vec3 moved_m(motion.dx_m[step], motion.dy_m[step], motion.dz_m[step]);
    const double dt_s = step_time_s(motion, step);
    if (!stretch.rows.empty() && stretch.rows.back() != from) close();
    if (!(dt_s <= max_dt_s) || !moved_m.allFinite() || !context.is_valid_object(from) || !context.is_valid_object(to)) {
      close();
      continue;
    }
    if (stretch.rows.empty()) {
      stretch.first_step = step;
      stretch.rows.push_back(from);
      stretch.time_s.push_back(0);
      stretch.offset_m.emplace_back(Vec3::Zero());
    }
    stretch.rows.push_back(to);
    stretch.time_s.push_back(stretch.time_s.back() + dt_s);
    stretch.offset_m.emplace_back(stretch.offset_m.back() + moved_m);
  }
  close();
}

}  // namespace concord::judging
