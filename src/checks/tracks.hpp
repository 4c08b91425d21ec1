#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "src/checks/context.hpp"

namespace concord::judging {

/// The labels of every track in order of frame.
class TrackRows {
 public:
  explicit TrackRows(const LabelSet& labels);
  [[nodiscard]] std::size_t size() const { return offset_.size() - 1; }
  /// Label rows of the track with that code, by frame.
  [[nodiscard]] std::span<const std::uint32_t> of(std::size_t track_code) const {
    return std::span(rows_).subspan(offset_[track_code], offset_[track_code + 1] - offset_[track_code]);
  }
  /// Rows without a track.
  [[nodiscard]] const std::vector<std::uint32_t>& untracked() const { return untracked_; }

 private:
  std::vector<std::size_t> offset_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint32_t> untracked_;
};

/// Calls `visit(first, last)` for every maximal run of consecutive indices in [0, count) for which `is_bad(index)`.
template <class IsBad, class Visit>
void for_each_run(std::size_t count, IsBad&& is_bad, Visit&& visit) {
  for (std::size_t i = 0; i < count;) {
    if (!is_bad(i)) {
      ++i;
      continue;
    }
    const std::size_t first = i;
    while (i < count && is_bad(i)) ++i;
    visit(first, i - 1);
  }
}

/// Calls `visit(rows)` for every maximal run of consecutive labels of one track for which `is_bad(row)`, and for every
/// such label without a track alone: one finding for a fault that lasts.
template <class IsBad, class Visit>
void for_each_bad_run(const TrackRows& tracks, IsBad&& is_bad, Visit&& visit) {
  for (std::size_t code = 0; code < tracks.size(); ++code) {
    const auto rows = tracks.of(code);
    for_each_run(
        rows.size(), [&](std::size_t i) { return is_bad(rows[i]); },
        [&](std::size_t first, std::size_t last) { visit(rows.subspan(first, last - first + 1)); });
  }
  for (const std::uint32_t& row : tracks.untracked()) {
    if (is_bad(row)) visit(std::span(&row, 1));
  }
}

/// Time from `first_frame` to `last_frame`; without timestamps a frame counts as 0.1 s.
[[nodiscard]] double seconds_between(const Frames& frames, std::uint32_t first_frame, std::uint32_t last_frame);

/// Largest ratio of a side of two boxes, the larger over the smaller.
[[nodiscard]] double size_ratio(const CuboidColumns& cuboid, std::uint32_t row, std::uint32_t other_row);

/// Part of a track without a pause, as it is measured: label i at `time_s[i]`; step `first_step + i` of the motion
/// table leads from label i to label i + 1. At least two labels; all are valid objects.
struct Stretch {
  std::size_t first_step = 0;
  std::vector<std::uint32_t> rows;
  std::vector<double> time_s;  ///< from the first label on
  std::vector<Vec3> offset_m;  ///< of the centre from the first label's; world frame, or relative to the ego

  [[nodiscard]] std::size_t size() const { return rows.size(); }
};

/// Calls `visit` for every stretch of every track. A step longer than `max_dt_s`, a duplicate label or time, and a
/// label that is no valid object end a stretch. Without timestamps a frame counts as 0.1 s.
void for_each_stretch(const CheckContext& context, double max_dt_s, const std::function<void(const Stretch&)>& visit);

}  // namespace concord::judging
