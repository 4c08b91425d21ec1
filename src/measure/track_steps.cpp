#include "src/measure/track_steps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace concord::measure {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool all_labelled_frames_have_poses(const Drive& drive, const LabelSet& set) {
  return !set.frame.empty() && std::all_of(set.frame.begin(), set.frame.end(),
                                           [&](std::uint32_t frame) { return drive.frames.has_pose(frame); });
}

/// Label rows with a track, sorted by track, then time, then frame. Where a frame that holds labels has no time, frames
/// alone decide: a mixture would be no order.
std::vector<std::uint32_t> rows_by_track(const Drive& drive, const LabelSet& set) {
  std::vector<std::uint32_t> rows;
  rows.reserve(set.size());
  bool timed = true;
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    timed &= drive.frames.time_ns[set.frame[row]] != kNoTime;
    if (set.track[row] != kNone) rows.push_back(row);
  }
  const auto key = [&](std::uint32_t row) {
    return std::tuple(set.track[row], timed ? drive.frames.time_ns[set.frame[row]] : TimeNs{0}, set.frame[row]);
  };
  std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
  return rows;
}

/// Seconds from `from` to `to`, subtracted as integers: as float64 times of this epoch resolve only 256 ns. NaN where
/// either is missing or the difference is beyond 64 bits.
double seconds_between(TimeNs from, TimeNs to) {
  TimeNs difference = 0;
  if (from == kNoTime || to == kNoTime || __builtin_sub_overflow(to, from, &difference)) return kNan;
  return static_cast<double>(difference) * 1e-9;
}

void fill_boxes(const Drive& drive, const LabelSet& set, TrackSteps& steps) {
  steps.boxes.reserve(set.size());
  for (std::size_t row = 0; row < set.size(); ++row) {
    const Cuboid box = set.cuboid.at(row);
    steps.boxes.push_back(steps.world ? transformed(drive.frames.T_world_ego[set.frame[row]], box) : box);
    const Quat rotation = steps.boxes.at(row).rotation;
    const double yaw = rotation.coeffs().allFinite() && rotation.norm() > 0 ? yaw_of(rotation.normalized()) : kNan;
    steps.yaw_rad.push_back(yaw);
    steps.heading_x.push_back(std::isnan(yaw) ? 0.0 : std::cos(yaw));
    steps.heading_y.push_back(std::isnan(yaw) ? 0.0 : std::sin(yaw));
  }
}

}  // namespace

TrackSteps make_track_steps(const Drive& drive, const LabelSet& set) {
  TrackSteps steps;
  steps.world = all_labelled_frames_have_poses(drive, set);
  fill_boxes(drive, set, steps);

  const std::vector<std::uint32_t> rows = rows_by_track(drive, set);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::uint32_t from = rows[i - 1], to = rows[i];
    if (set.track[from] != set.track[to]) continue;
    const bool follows = !steps.to.empty() && steps.to.back() == from;
    const TimeNs time_from = drive.frames.time_ns[set.frame[from]], time_to = drive.frames.time_ns[set.frame[to]];
    const double dt = seconds_between(time_from, time_to);
    const auto previous = follows ? static_cast<std::uint32_t>(steps.size() - 1) : kNone;
    double turn = 0.0;
    if (follows && dt > 0 && steps.dt_s[previous] > 0)
      turn = steps.heading_change_rad[previous] / steps.dt_s[previous] * dt;
    steps.track.push_back(set.track[to]);
    steps.from.push_back(from);
    steps.to.push_back(to);
    steps.previous.push_back(previous);
    steps.dt_s.push_back(dt);
    steps.heading_change_rad.push_back(wrap_angle(steps.yaw_rad[to] - steps.yaw_rad[from]));
    steps.predicted_turn_cos.push_back(std::isfinite(turn) ? std::cos(turn) : 1.0);
    steps.predicted_turn_sin.push_back(std::isfinite(turn) ? std::sin(turn) : 0.0);
  }
  return steps;
}

TrackTable summarise_tracks(const LabelSet& set, const TrackSteps& steps, const MotionTable& motion,
                            const CuboidTable& cuboids) {
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
  for (std::size_t step = 0; step < steps.size(); ++step) {
    const double length = std::hypot(motion.dx_m[step], motion.dy_m[step], motion.dz_m[step]);
    if (std::isfinite(length)) path[steps.track[step]] += length;
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
