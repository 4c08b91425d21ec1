#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "concord/acceptance.hpp"
#include "concord/taxonomy.hpp"
#include "src/stats/clustered_rate.hpp"

namespace concord::acceptance {

/// What all lines are judged from.
struct GateInputs {
  const AcceptanceSpec& spec;
  const DeliveryFacts& delivery;
  std::span<const ReviewItem> items;
  std::span<const GoldComparison> comparisons;
  const Taxonomy& tree;  ///< Concord's

  /// `class_name` is `ancestor` or below it.
  [[nodiscard]] bool is_a(const std::string& class_name, const std::string& ancestor) const;
  [[nodiscard]] stats::BoundRule rule() const { return {spec.confidence, spec.max_icc}; }
};

/// The drives' sums in the order of their names.
using DriveSums = std::map<std::string, stats::DriveSums>;
[[nodiscard]] stats::RateBounds bound_rate(const DriveSums& drives, const stats::BoundRule& rule);

/// Judges `line`, which says what it is about, and fills in the rest of it.
void judge_defect_rate(const GateInputs& inputs, GateLine& line);
void judge_against_gold(const GateInputs& inputs, GateLine& line);

/// Decides a line by a rate of which `line.limit` or more is too much; `line` knows units, reviewed, open, drives and
/// needed_sample. `worst` counts what is open as defects, `best` as clean. `what` is what must be reviewed: "labels".
void decide_by_bounds(const GateInputs& inputs, const stats::RateBounds& best, const stats::RateBounds& worst,
                      double limit, const std::string& what, GateLine& line);

}  // namespace concord::acceptance
