#include <algorithm>
#include <array>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_ratio = 1.08;
  double noise_m = 0.05;
  double min_labels = 12;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::max_ratio, "max_ratio", "1", 1, 100, "largest ratio of a side late and early in the track"},
            {&Parameters::noise_m, "noise_m", "m", 0, 10,
             "difference that is allowed in addition; counts for small objects"},
            {&Parameters::min_labels, "min_labels", "labels", 8, 10000, "shorter tracks are not judged"}};
  }
};

/// Medians of one side over the four quarters of a track.
std::array<double, 4> quarters_of(const std::vector<double>& side_m, std::span<const std::uint32_t> rows) {
  std::array<double, 4> quarters{};
  std::vector<double> values;
  for (std::size_t q = 0; q < quarters.size(); ++q) {
    values.clear();
    for (std::size_t i = rows.size() * q / 4; i < rows.size() * (q + 1) / 4; ++i) values.push_back(side_m[rows[i]]);
    quarters[q] = median_of(values);
  }
  return quarters;
}

/// Grows or shrinks all the way, and no single step makes most of it: a step is for temporal.size_change.
bool drifts(const std::array<double, 4>& quarters) {
  const double whole = quarters[3] - quarters[0];
  for (std::size_t q = 0; q + 1 < quarters.size(); ++q) {
    const double part = quarters[q + 1] - quarters[q];
    if (part * whole <= 0 || std::abs(part) > 0.7 * std::abs(whole)) return false;
  }
  return true;
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  if (labels.scope.extent == LabelScope::Extent::visible) {
    context.skip("cuboids cover only the visible extent");
    return;
  }
  const TrackRows tracks(labels);
  std::vector<std::uint32_t> rows;
  for (std::size_t code = 0; code < tracks.size(); ++code) {
    rows.clear();
    for (const std::uint32_t row : tracks.of(code)) {
      if (context.is_valid_object(row) && context.taxonomy().at(context.class_of(row)).rigid) rows.push_back(row);
    }
    if (rows.empty()) continue;
    const Parameters& p = parameters[context.class_of(rows.front())];
    if (static_cast<double>(rows.size()) < p.min_labels) continue;
    for (const std::uint32_t row : rows) context.examine(row);
    double worst = 1, worst_limit = 1;
    for (const std::vector<double>* side : {&labels.cuboid.length_m, &labels.cuboid.width_m, &labels.cuboid.height_m}) {
      const std::array<double, 4> quarters = quarters_of(*side, rows);
      const double ratio = std::max(quarters[3] / quarters[0], quarters[0] / quarters[3]);
      const double limit = p.max_ratio + p.noise_m / std::min(quarters[0], quarters[3]);
      if (ratio > limit && drifts(quarters) && ratio * worst_limit > worst * limit) {
        worst = ratio;
        worst_limit = limit;
      }
    }
    if (worst > worst_limit) context.add_span(rows.front(), rows.back(), worst, worst_limit);
  }
}

}  // namespace

Check temporal_size_drift() {
  return define<Parameters>({.id = "temporal.size_drift",
                             .title = "A rigid object grows or shrinks along its track",
                             .error_type = error_type::kBoundingBox,
                             .severity = Severity::warning,
                             .fault = Fault::size,
                             .scope = Scope::span,
                             .unit = "1",
                             .message = "a side of {object} changes by a factor of {value} {frames}, limit {limit}",
                             .inputs = {kTracks}},
                            judge_rows);
}

}  // namespace concord::judging
