#include "src/checks/ground_fit.hpp"

#include <algorithm>
#include <cmath>

#include "src/checks/point_evidence.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

constexpr std::size_t kFewestForTrack = 5;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

std::vector<Field<GroundParameters>> GroundParameters::fields() {
  using P = GroundParameters;
  return {{&P::on_ground, "on_ground", "1", 0, 1, "1: objects of the class stand on the ground"},
          {&P::floor_m, "floor_m", "m", 0, 10, "distance that is allowed however many labels show it"},
          {&P::noise_m, "noise_m", "m", 0, 10, "allowed of one label; of n labels of a track its n-th root part"},
          {&P::noise_per_range, "noise_per_range", "1", 0, 1, "metres allowed more for each metre of range"},
          {&P::min_support, "min_support", "1", 5, 128, "cells around the label that must agree on the ground"}};
}

void add_ground_faults(CheckContext& context, const PerClass<GroundParameters>& parameters, GroundSide side) {
  const PointTable& points = context.measured().points;
  const double sign = side == GroundSide::above ? 1.0 : -1.0;
  const auto add = [&](std::uint32_t first, std::uint32_t last, double height_m, double limit_m) {
    Draft& draft = context.add_span(first, last, sign * height_m, limit_m);
    draft.propose("z_m", context.labels().cuboid.z_m[first] - height_m, "m");
  };
  const auto look_at = [&](std::span<const std::uint32_t> all) {
    std::vector<std::uint32_t> rows;
    std::vector<double> heights, ranges;
    for (const std::uint32_t row : all) {
      const GroundParameters& p = parameters[context.class_of(row)];
      if (p.on_ground < 0.5 || !is_measured(context, row)) continue;
      if (points.ground_support[row] < p.min_support || hidden_share(points, row) > 0.5) continue;
      context.examine(row);
      rows.push_back(row);
      heights.push_back(static_cast<double>(points.bottom_above_ground_m[row]));
      ranges.push_back(context.range_m(row));
    }
    if (rows.empty()) return;
    const GroundParameters& p = parameters[context.class_of(rows.front())];
    const double middle_m = median(heights);
    const double limit_m =
        p.floor_m + p.noise_m / std::sqrt(static_cast<double>(rows.size())) + p.noise_per_range * median(ranges);
    if (sign * middle_m > limit_m) add(rows.front(), rows.back(), middle_m, limit_m);
    if (rows.size() < kFewestForTrack) return;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double single_m = p.floor_m + p.noise_m + p.noise_per_range * ranges[i];
      // Measured against the others: what all of them share is judged above.
      const double other_m = std::clamp(middle_m, -limit_m, limit_m);
      if (sign * middle_m <= limit_m && sign * (heights[i] - other_m) > single_m) {
        add(rows[i], rows[i], heights[i] - other_m, single_m);
      }
    }
  };
  const TrackRows tracks(context.labels());
  for (std::size_t code = 0; code < tracks.size(); ++code) look_at(tracks.of(code));
  for (const std::uint32_t& row : tracks.untracked()) look_at(std::span(&row, 1));
}

}  // namespace concord::judging
