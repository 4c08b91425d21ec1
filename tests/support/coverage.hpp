#pragma once

#include <cstdint>

namespace concord::tests {

/// Drives of labels whose defects are alike within a drive: the drives' rates are beta distributed with mean `rate` and
/// intra-class correlation `icc`.
struct CoverageCase {
  double rate = 0, icc = 0;
  int drives = 0, labels = 0;  ///< labels a drive
  int labels_per_track = 1;    ///< labels of one track are all clean or all defects
  bool uneven = false;         ///< drives of one to twice as many labels, and weights of 1 or 5
};

/// Shares of runs in which the true rate is at most the upper, and at least the lower bound.
struct Coverage {
  double upper = 0, lower = 0;
};
[[nodiscard]] Coverage coverage(const CoverageCase& c, int runs, std::uint64_t seed);

}  // namespace concord::tests
