#pragma once

#include <algorithm>
#include <cmath>

namespace concord::judging {

/// The score of every finding: how far `excess` (>= 0, the distance of the value beyond its limit, in the value's unit)
/// goes beyond, measured in `scale` (> 0, same unit): x / (1 + x) with x = excess / scale. 0 at the limit, 0.5 one
/// scale beyond it, towards 1 for ever larger excess; strictly increasing. A value that is not finite scores 1.
[[nodiscard]] inline double score_of_excess(double excess, double scale) {
  if (!std::isfinite(excess)) return 1.0;
  const double x = std::max(excess, 0.0) / std::max(scale, 1e-12);
  return x / (1.0 + x);
}

/// Score of a value against its limit, on whichever side of it the fault lies; the scale is the limit itself, so that a
/// value of twice an upper limit scores 0.5 (1 - limit / value). A limit of 0 admits nothing: any excess scores 1.
[[nodiscard]] inline double score_of(double value, double limit) {
  if (limit == 0.0) return 1.0;
  return score_of_excess(std::abs(value - limit), std::abs(limit));
}

}  // namespace concord::judging
