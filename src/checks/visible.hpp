#pragma once

#include <cstdint>

#include "src/checks/context.hpp"

namespace concord::judging {

/// The label's object is within `max_range_m` and nothing that the dataset says about it (occlusion, truncation,
/// visibility, stored point counts) or about its scope speaks against its being seen well. What is not said counts as
/// seen.
[[nodiscard]] inline bool is_in_sight(const CheckContext& context, std::uint32_t row, double max_range_m) {
  constexpr int kLargelyOccluded = 2;
  constexpr double kMaxTruncation = 0.05;
  constexpr double kMinVisibility = 0.6;
  constexpr int kMinPoints = 2;
  const LabelSet& labels = context.labels();
  const LabelScope& scope = labels.scope;
  if (!(context.range_m(row) <= max_range_m)) return false;
  if (scope.max_range_m && context.range_m(row) > *scope.max_range_m) return false;
  if (labels.occlusion_level.get(row).value_or(0) >= kLargelyOccluded) return false;
  if (labels.truncation.get(row).value_or(0) > kMaxTruncation) return false;
  if (labels.visibility.get(row).value_or(1) < kMinVisibility) return false;
  return labels.lidar_points.get(row).value_or(kMinPoints) >= kMinPoints;
}

}  // namespace concord::judging
