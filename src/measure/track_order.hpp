#pragma once

#include <cstdint>
#include <vector>

#include "concord/drive.hpp"

namespace concord::measure {

/// The label rows of every track in the order of time: those of track t are rows[offset[t]] ... rows[offset[t + 1] -
/// 1]. Rows without a track are left out.
struct TrackOrder {
  std::vector<std::uint32_t> rows;
  std::vector<std::size_t> offset;
  bool world = false;  ///< tracks are measured in the world: every frame that holds labels has a pose, and there is one
};

/// Sorts by time, then frame, then row. Where a frame that holds labels has no time, frames alone decide: a mixture
/// would be no order.
[[nodiscard]] TrackOrder order_by_track(const Drive& drive, const LabelSet& set);

/// Seconds from `from` to `to`, subtracted as integers: as float64 times of this epoch resolve only 256 ns. NaN where
/// either is missing or the difference is beyond 64 bits.
[[nodiscard]] double seconds_between(TimeNs from, TimeNs to);
/// The same from one frame to another; 0.1 s a frame where either has no time.
[[nodiscard]] double seconds_of(const Frames& frames, std::uint32_t from, std::uint32_t to);

}  // namespace concord::measure
