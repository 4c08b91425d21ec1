#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "concord/finding.hpp"

namespace concord {

/// One fault as a reviewer meets it: the finding that describes it best, and the others that describe it too.
struct RankedFault {
  std::size_t finding = 0;            ///< index of the finding to look at
  std::vector<std::size_t> evidence;  ///< indices of the others, the strongest first
  double rank = 0;                    ///< (0, 1]: score times severity of the strongest of them
};

/// Score times severity (info 1/3, warning 2/3, error 1).
[[nodiscard]] double rank_of(const Finding& finding);

/// Faults by rank, the highest first; equal ranks by drive, frame and id.
///
/// Findings of one drive and label set are one fault when
///   - one is the root cause of the other, or both have one root cause;
///   - they are of one label (in the same frame; also as the other label of a pair);
///   - they are of one track and at least 30 % of the longer one's frames are the other's too.
/// The finding of a fault is its root cause, else the one with the highest rank_of().
[[nodiscard]] std::vector<RankedFault> rank_faults(std::span<const Finding> findings);

}  // namespace concord
