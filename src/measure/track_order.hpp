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
};

/// Sorts by time, then frame, then row. Where a frame that holds labels has no time, frames alone decide: a mixture
/// would be no order.
[[nodiscard]] TrackOrder order_by_track(const Drive& drive, const LabelSet& set);

/// Whether every frame that holds labels has a pose, and there is one.
[[nodiscard]] bool all_labels_have_poses(const Drive& drive, const LabelSet& set);

}  // namespace concord::measure
