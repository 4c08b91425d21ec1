#include "src/measure/track_order.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concord::measure {
namespace {

bool holds_labels(const LabelSet& set, std::size_t frame) {
  return set.frame_offset[frame] < set.frame_offset[frame + 1];
}

enum class FrameTimes : std::uint8_t { missing, increasing, disordered };

FrameTimes times_of_labelled_frames(const Drive& drive, const LabelSet& set) {
  FrameTimes times = FrameTimes::increasing;
  TimeNs before = kNoTime;
  for (std::size_t f = 0; f < drive.frames.size(); ++f) {
    if (!holds_labels(set, f)) continue;
    const TimeNs time = drive.frames.time_ns[f];
    if (time == kNoTime) return FrameTimes::missing;
    if (time < before) times = FrameTimes::disordered;
    before = time;
  }
  return times;
}

bool all_labels_have_poses(const Drive& drive, const LabelSet& set) {
  for (std::size_t f = 0; f < drive.frames.size(); ++f) {
    if (holds_labels(set, f) && !drive.frames.has_pose(f)) return false;
  }
  return set.size() > 0;
}

}  // namespace

double seconds_between(TimeNs from, TimeNs to) {
  TimeNs difference = 0;
  if (from == kNoTime || to == kNoTime || __builtin_sub_overflow(to, from, &difference)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return static_cast<double>(difference) * 1e-9;
}

TrackOrder order_by_track(const Drive& drive, const LabelSet& set) {
  TrackOrder order;
  order.world = all_labels_have_poses(drive, set);
  order.offset.assign(set.tracks.size() + 1, 0);
  for (const std::uint32_t track : set.track) {
    if (track != kNone) ++order.offset[track + 1];
  }
  for (std::size_t t = 0; t < set.tracks.size(); ++t) order.offset[t + 1] += order.offset[t];
  order.rows.resize(order.offset.back());
  std::vector<std::size_t> next(order.offset.begin(), order.offset.end() - 1);
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    if (set.track[row] != kNone) order.rows[next[set.track[row]]++] = row;
  }
  // Rows of a set are sorted by frame: only frames out of the order of time leave anything to sort.
  if (times_of_labelled_frames(drive, set) == FrameTimes::disordered) {
    const auto earlier = [&](std::uint32_t a, std::uint32_t b) {
      return drive.frames.time_ns[set.frame[a]] < drive.frames.time_ns[set.frame[b]];
    };
    for (std::size_t t = 0; t < set.tracks.size(); ++t) {
      std::stable_sort(order.rows.begin() + static_cast<std::ptrdiff_t>(order.offset[t]),
                       order.rows.begin() + static_cast<std::ptrdiff_t>(order.offset[t + 1]), earlier);
    }
  }
  return order;
}

double seconds_of(const Frames& frames, std::uint32_t from, std::uint32_t to) {
  constexpr double kNominalFrame_s = 0.1;
  const double seconds = seconds_between(frames.time_ns[from], frames.time_ns[to]);
  return std::isnan(seconds) ? (static_cast<double>(to) - static_cast<double>(from)) * kNominalFrame_s : seconds;
}

}  // namespace concord::measure
