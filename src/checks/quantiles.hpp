#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace concord::judging {

/// The value at `numerator / denominator` of the sorted values, the lower one where that lies between two; reorders
/// `values`, which must not be empty.
[[nodiscard]] inline double quantile_of(std::vector<double>& values, std::size_t numerator, std::size_t denominator) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) * numerator / denominator);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// Middle value, the lower one of two; as quantile_of().
[[nodiscard]] inline double median_of(std::vector<double>& values) { return quantile_of(values, 1, 2); }

}  // namespace concord::judging
