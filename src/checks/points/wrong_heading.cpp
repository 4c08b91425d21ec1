#include <algorithm>
#include <cmath>
#include <numbers>

#include "src/checks/check.hpp"
#include "src/checks/point_evidence.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/tracks.hpp"
#include "src/checks/view_deviations.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double has_sides = 0;
  double min_turn_rad = 0.1;
  double noise_rad = 0.1;
  double min_gain = 0.3;
  double min_points = 60;
  double single_min_turn_rad = 0.1;
  double single_sigmas = 4.5;
  double single_min_points = 12;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::has_sides, "has_sides", "1", 0, 1, "1: objects of the class have straight sides"},
        {&Parameters::min_turn_rad, "min_turn_rad", "rad", 0, 0.8, "turn that is allowed however many labels show it"},
        {&Parameters::noise_rad, "noise_rad", "rad", 0, 0.8,
         "allowed of one label; of n labels of a track its n-th root part"},
        {&Parameters::min_gain, "min_gain", "1", 0, 1, "share by which the turn must bring sides and points together"},
        {&Parameters::min_points, "min_points", "1", 20, 100000,
         "labels with fewer points above the ground are not looked at"},
        {&Parameters::single_min_turn_rad, "single_min_turn_rad", "rad", 0, 0.8,
         "turn allowed of one label beside the labels before and after it"},
        {&Parameters::single_sigmas, "single_sigmas", "1", 0, 100,
         "and in standard deviations of its points and its motion"},
        {&Parameters::single_min_points, "single_min_points", "1", 1, 100000,
         "points from which one label is held to those"}};
  }
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const PointTable& points = context.measured().points;
  const Views views(context);
  const auto add = [&](std::uint32_t first, std::uint32_t last, double turn_rad, double limit_rad) {
    const Cuboid box = context.labels().cuboid.at(first);
    context.add_span(first, last, std::abs(turn_rad), limit_rad)
        .propose("yaw_rad", wrap_angle(yaw_of(box.rotation.normalized()) + turn_rad), "rad");
  };
  const auto look_at = [&](std::span<const std::uint32_t> all) {
    std::vector<std::uint32_t> rows;
    std::vector<double> turns, gains;
    const Parameters& own = parameters[context.class_of(all.front())];
    const std::vector<ViewDeviation> beside = views.of(all, own.single_min_points);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::uint32_t row = all[i];
      const Parameters& p = parameters[context.class_of(row)];
      const bool fits = is_measured(context, row) && !std::isnan(points.fit_turn_rad[row]) &&
                        points.inside_object[row] >= p.min_points && hidden_share(points, row) <= 0.2;
      if (p.has_sides < 0.5 || (!fits && !beside[i].turn_known)) continue;
      context.examine(row);
      const double turn_rad = beside[i].turn_known ? beside[i].turn.agreed(p.single_sigmas).value_or(0) : 0;
      if (std::abs(turn_rad) > p.single_min_turn_rad) {
        add(row, row, -turn_rad, p.single_min_turn_rad);
      }
      if (!fits) continue;
      rows.push_back(row);
      turns.push_back(static_cast<double>(points.fit_turn_rad[row]));
      gains.push_back(static_cast<double>(points.fit_gain[row]));
    }
    if (rows.empty()) return;
    const Parameters& p = parameters[context.class_of(rows.front())];
    std::vector<double> sorted = turns, sorted_gains = gains;
    const double turn_rad = median_of(sorted), gain = median_of(sorted_gains);
    const double limit_rad = p.min_turn_rad + p.noise_rad / std::sqrt(static_cast<double>(rows.size()));
    if (std::abs(turn_rad) > limit_rad && gain >= p.min_gain) {
      add(rows.front(), rows.back(), turn_rad, limit_rad);
      return;
    }
    // Single labels of a track that is right as a whole.
    const double single_rad = p.min_turn_rad + p.noise_rad;
    for (std::size_t i = 0; rows.size() > 1 && i < rows.size(); ++i) {
      if (std::abs(turns[i] - turn_rad) > single_rad && gains[i] >= p.min_gain) {
        add(rows[i], rows[i], turns[i], single_rad);
      }
    }
  };
  const TrackRows tracks(context.labels());
  for (std::size_t code = 0; code < tracks.size(); ++code) {
    if (!tracks.of(code).empty()) look_at(tracks.of(code));
  }
  for (const std::uint32_t& row : tracks.untracked()) look_at(std::span(&row, 1));
}

}  // namespace

Check points_wrong_heading() {
  return define<Parameters>(
      {.id = "points.wrong_heading",
       .title = "The sides of the cuboid do not run along its points",
       .error_type = error_type::kBoundingBox,
       .severity = Severity::warning,
       .fault = Fault::heading,
       .scope = Scope::span,
       .unit = "rad",
       .message = "{object} is turned by {value_deg} against its points {frames}, limit {limit_deg}",
       .inputs = {kPointClouds}},
      judge_rows);
}

}  // namespace concord::judging
