#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "concord/compare.hpp"
#include "concord/sketch.hpp"
#include "src/stats/moments.hpp"

namespace concord::stats {

/// The distribution of one kind of error: moments of the signed values, a sketch of the magnitudes.
struct ErrorTally {
  Moments moments;
  Sketch magnitudes;

  /// Values that are not finite are not counted.
  void add(double value) {
    if (!std::isfinite(value)) return;
    moments.add(value);
    magnitudes.add(value);
  }
  void merge(const ErrorTally& other) {
    moments.merge(other.moments);
    magnitudes.merge(other.magnitudes);
  }
  [[nodiscard]] ErrorSummary summary(std::string error, std::string unit) const {
    // The middle of the outermost bin may lie beyond all values.
    const auto quantile = [&](double share) { return std::min(magnitudes.quantile(share), moments.largest()); };
    return {.error = std::move(error),
            .unit = std::move(unit),
            .pairs = moments.count(),
            .bias = moments.mean(),
            .deviation = std::sqrt(moments.variance()),
            .median = quantile(0.5),
            .p90 = quantile(0.9),
            .p99 = quantile(0.99),
            .largest = moments.largest()};
  }
};

}  // namespace concord::stats
