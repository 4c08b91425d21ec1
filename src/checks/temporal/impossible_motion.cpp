#include <algorithm>
#include <cmath>
#include <numbers>

#include "src/checks/check.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/residuals.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double has_wheels = 0;
  double max_slip_rad = 0.2;
  double min_speed_mps = 2;
  double min_labels = 5;
  double min_way_m = 3;
  double noise_factor = 4;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::has_wheels, "has_wheels", "1", 0, 1, "1 where objects of the class roll on wheels, else 0"},
            {&Parameters::max_slip_rad,
             "max_slip_rad",
             "rad",
             0,
             1.57,
             "largest angle between the heading, or its opposite, and the way of the rear axle",
             {quantity::kSlip}},
            {&Parameters::min_speed_mps, "min_speed_mps", "m/s", 0, 50, "slower objects are not judged"},
            {&Parameters::min_labels, "min_labels", "labels", 1, 1000, "labels in a row that must slip"},
            {&Parameters::min_way_m, "min_way_m", "m", 0, 1000, "way that the object makes meanwhile"},
            {&Parameters::noise_factor, "noise_factor", "1", 0, 100,
             "standard deviations of the angle, from the scatter of the labels, that are allowed in addition"}};
  }
};

struct Slip {
  double value_rad = 0, limit_rad = 0;
  bool judged = false;
  [[nodiscard]] bool is_too_large() const { return judged && value_rad > limit_rad; }
};

Slip slip_at(const CheckContext& context, const Residuals& residuals, std::size_t i, const Parameters& p) {
  const ResidualTable& table = residuals.table();
  const std::uint32_t track = table.track[i];
  if (p.has_wheels == 0 || table.before[i] < 2 || table.after[i] < 2 || !context.is_valid_object(table.row[i]))
    return {};
  const double speed_mps = std::hypot(table.velocity_along_mps[i], table.velocity_across_mps[i]);
  if (!(speed_mps >= p.min_speed_mps) || !std::isfinite(table.slip_rad[i])) return {};
  const std::size_t first = i - std::min<std::size_t>(table.before[i], i - residuals.first(track));
  const std::size_t last = std::min(residuals.last(track) - 1, i + table.after[i]);
  const double span_s = table.time_s[last] - table.time_s[first];
  // The velocity is known to about three times the scatter over the time that the fit covers.
  const double noise_m = std::max(context.measured().noise.across_m[track], table.fit_rms_m[i]);
  const double error_rad = span_s > 0 ? 3 * noise_m / span_s / speed_mps : std::numbers::pi;
  // Reversing is allowed: modulo half a turn.
  return {std::abs(std::remainder(table.slip_rad[i], std::numbers::pi)), p.max_slip_rad + p.noise_factor * error_rad,
          true};
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const Residuals residuals(context);
  const ResidualTable& table = residuals.table();
  std::vector<Slip> slips(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    slips[i] = slip_at(context, residuals, i, parameters[context.class_of(table.row[i])]);
    if (!slips[i].judged) continue;
    context.examine(table.row[i]);
    context.observe(table.row[i], quantity::kSlip, slips[i].value_rad);
  }
  for (std::size_t track = 0; track < residuals.tracks(); ++track) {
    const std::size_t begin = residuals.first(track);
    for_each_run(
        residuals.last(track) - begin, [&](std::size_t k) { return slips[begin + k].is_too_large(); },
        [&](std::size_t first, std::size_t last) {
          const Parameters& p = parameters[context.class_of(table.row[begin + first])];
          const double way_m =
              (residuals.position_m(begin + last) - residuals.position_m(begin + first)).head<2>().norm();
          if (static_cast<double>(last - first + 1) < p.min_labels || way_m < p.min_way_m) return;
          std::vector<double> values, limits;
          for (std::size_t k = begin + first; k <= begin + last; ++k) {
            values.push_back(slips[k].value_rad);
            limits.push_back(slips[k].limit_rad);
          }
          context.add_span(table.row[begin + first], table.row[begin + last], median_of(values), median_of(limits))
              .rare_as(quantity::kSlip);
        });
  }
}

}  // namespace

Check temporal_impossible_motion() {
  return define<Parameters>(
      {.id = "temporal.impossible_motion",
       .title = "An object on wheels slides sideways",
       .error_type = error_type::kBoundingBox,
       .severity = Severity::warning,
       .fault = Fault::heading,
       .scope = Scope::span,
       .unit = "rad",
       .message = "the rear axle of {object} moves at {value_deg} to its heading {frames}, limit {limit_deg}",
       .inputs = {kTracks, kEgoPoses}},
      judge_rows);
}

}  // namespace concord::judging
