#include "src/checks/ground_fit.hpp"

#include <algorithm>
#include <cmath>

#include "src/checks/point_evidence.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/tracks.hpp"
#include "src/checks/view_deviations.hpp"

namespace concord::judging {
namespace {

/// Another object stands beside the label, on ground that is known, as high as the label itself: then the ground found
/// below the label (through a hedge, on a wall) is wrong, not the label.
bool is_level_with_a_neighbour(const CheckContext& context, const PerClass<GroundParameters>& parameters,
                               std::uint32_t row) {
  constexpr double kBeside_m = 8, kLevel_m = 0.2, kFarAboveOrBelow = 0.5;
  const LabelSet& labels = context.labels();
  const PointTable& points = context.measured().points;
  const auto bottom_m = [&](std::uint32_t r) { return labels.cuboid.z_m[r] - labels.cuboid.height_m[r] / 2; };
  const double off_m = std::abs(static_cast<double>(points.bottom_above_ground_m[row]));
  const std::uint32_t frame = labels.frame[row];
  for (std::uint32_t other = labels.frame_offset[frame]; other < labels.frame_offset[frame + 1]; ++other) {
    const GroundParameters& p = parameters[context.class_of(other)];
    if (other == row || p.on_ground < 0.5 || !is_measured(context, other)) continue;
    if (points.ground_support[other] < p.min_support) continue;
    if (!(std::abs(static_cast<double>(points.bottom_above_ground_m[other])) < p.floor_m)) continue;
    const double apart_m = std::hypot(labels.cuboid.x_m[other] - labels.cuboid.x_m[row],
                                      labels.cuboid.y_m[other] - labels.cuboid.y_m[row]);
    if (apart_m > kBeside_m) continue;
    if (std::abs(bottom_m(other) - bottom_m(row)) < std::min(kLevel_m, kFarAboveOrBelow * off_m)) return true;
  }
  return false;
}

}  // namespace

std::vector<Field<GroundParameters>> GroundParameters::fields() {
  using P = GroundParameters;
  return {{&P::on_ground, "on_ground", "1", 0, 1, "1: objects of the class stand on the ground"},
          {&P::floor_m, "floor_m", "m", 0, 10, "distance that is allowed however many labels show it"},
          {&P::noise_m, "noise_m", "m", 0, 10, "allowed of one label; of n labels of a track its n-th root part"},
          {&P::noise_per_range, "noise_per_range", "1", 0, 1, "metres allowed more for each metre of range"},
          {&P::min_support, "min_support", "1", 5, 128, "cells around the label that must agree on the ground"},
          {&P::single_floor_m, "single_floor_m", "m", 0, 10, "allowed of one label beside those before and after it"},
          {&P::single_sigmas, "single_sigmas", "1", 0, 100, "and in standard deviations of its points and its motion"},
          {&P::single_min_points, "single_min_points", "1", 1, 100000, "points from which one label is held to those"}};
}

void add_ground_faults(CheckContext& context, const PerClass<GroundParameters>& parameters, GroundSide side) {
  const PointTable& points = context.measured().points;
  const Views views(context);
  const double sign = side == GroundSide::above ? 1.0 : -1.0;
  const auto add = [&](std::uint32_t first, std::uint32_t last, double height_m, double limit_m) {
    Draft& draft = context.add_span(first, last, sign * height_m, limit_m);
    draft.propose("z_m", context.labels().cuboid.z_m[first] - height_m, "m");
  };
  const auto look_at = [&](std::span<const std::uint32_t> all) {
    std::vector<std::uint32_t> rows;
    std::vector<double> heights, ranges;
    const GroundParameters& own = parameters[context.class_of(all.front())];
    const std::vector<ViewDeviation> beside = views.of(all, own.single_min_points);
    std::vector<std::uint8_t> examined(all.size(), 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (own.on_ground < 0.5 || !beside[i].known) continue;
      context.examine(all[i]);
      examined[i] = 1;
      // Measured against the labels before and after: what all of them share is judged below.
      const double height_m = beside[i].up.agreed(own.single_sigmas).value_or(0);
      const double limit_m = own.single_floor_m + own.noise_per_range * context.range_m(all[i]);
      if (sign * height_m > limit_m) add(all[i], all[i], height_m, limit_m);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::uint32_t row = all[i];
      const GroundParameters& p = parameters[context.class_of(row)];
      if (p.on_ground < 0.5 || !is_measured(context, row)) continue;
      if (points.ground_support[row] < p.min_support || hidden_share(points, row) > 0.5) continue;
      const auto height_m = static_cast<double>(points.bottom_above_ground_m[row]);
      if (sign * height_m > p.floor_m && is_level_with_a_neighbour(context, parameters, row)) continue;
      if (examined[i] == 0) context.examine(row);
      rows.push_back(row);
      heights.push_back(height_m);
      ranges.push_back(context.range_m(row));
    }
    if (rows.empty()) return;
    const GroundParameters& p = parameters[context.class_of(rows.front())];
    const double middle_m = median_of(heights);
    const double limit_m =
        p.floor_m + p.noise_m / std::sqrt(static_cast<double>(rows.size())) + p.noise_per_range * median_of(ranges);
    if (sign * middle_m > limit_m) add(rows.front(), rows.back(), middle_m, limit_m);
  };
  const TrackRows tracks(context.labels());
  for (std::size_t code = 0; code < tracks.size(); ++code) {
    if (!tracks.of(code).empty()) look_at(tracks.of(code));
  }
  for (const std::uint32_t& row : tracks.untracked()) look_at(std::span(&row, 1));
}

}  // namespace concord::judging
