#pragma once

#include <cstdint>
#include <vector>

#include "concord/drive.hpp"
#include "concord/measurements.hpp"
#include "src/measure/track_order.hpp"

namespace concord::measure {

/// Two labels of one track whose points are to be laid over each other; row_from is the earlier.
struct LabelPair {
  std::uint32_t track, row_from, row_to;
};

/// The pairs of a label set that are worth a registration, sorted by (row_to, row_from), from its label tables
/// alone:
/// - a label off the motion of its track (at least 3 standard deviations and 0.1 m or 0.05 rad), with the labels beside
///   it,
/// - on drives with poses, labels up to 1.5 s apart whose track creeps there (0.15 to 1 m/s) or stands while others of
/// its
///   labels move (1 m/s), as long as the ego sees the object from about the same side.
/// The number of pairs is at most 40 and one in ten labels, 2,000 in all: the same drive has the same pairs on every
/// machine. Both kinds share it; labels farthest off and slowest tracks come first.
[[nodiscard]] std::vector<LabelPair> plan_registrations(const Drive& drive, const LabelSet& set,
                                                        const LabelSetMeasurements& measured, const TrackOrder& order);

}  // namespace concord::measure
