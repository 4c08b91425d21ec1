#include <algorithm>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/residuals.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_difference_mps = 1.5;
  double max_ratio = 0.2;
  double noise_factor = 4;
  double min_labels = 3;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::max_difference_mps, "max_difference_mps", "m/s", 0, 100,
             "largest difference between the stored velocity and that of the labels"},
            {&Parameters::max_ratio, "max_ratio", "1", 0, 10, "the same as a share of the speed, in addition"},
            {&Parameters::noise_factor, "noise_factor", "1", 0, 100,
             "standard deviations of the labels' own velocity that are allowed in addition"},
            {&Parameters::min_labels, "min_labels", "labels", 1, 1000, "shorter runs are not reported"}};
  }
};

struct Difference {
  double value_mps = 0, limit_mps = 0;
  [[nodiscard]] bool is_too_large() const { return value_mps > limit_mps; }
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  if (!labels.velocity_x_mps.present() || !labels.velocity_y_mps.present()) {
    context.skip("labels have no velocity");
    return;
  }
  const bool world = context.measured().motion.world;
  if (labels.velocity_relative && world) {
    context.skip("velocities are relative to the ego, and the labels are judged over ground");
    return;
  }
  if (!labels.velocity_relative && !world && context.measured().motion.size() > 0) {
    context.skip("velocities are over ground, but not every labelled frame has an ego pose");
    return;
  }
  const Residuals residuals(context);
  const ResidualTable& table = residuals.table();
  std::vector<Difference> differences(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::uint32_t row = table.row[i];
    const auto x = labels.velocity_x_mps.get(row), y = labels.velocity_y_mps.get(row);
    if (!x || !y || !std::isfinite(*x) || !std::isfinite(*y) || !context.is_valid_object(row)) continue;
    // Needs neighbours on both sides: at an end the curve's velocity is a guess.
    if (table.before[i] == 0 || table.after[i] == 0 || !std::isfinite(table.velocity_along_mps[i])) continue;
    context.examine(row);
    const Parameters& p = parameters[context.class_of(row)];
    Vec3 stored_mps(*x, *y, 0);
    if (world) stored_mps = context.drive().frames.T_world_ego[labels.frame[row]].rotation() * stored_mps;
    const Vec3 derived_mps = residuals.velocity_mps(i);
    const std::size_t first = i - std::min<std::size_t>(table.before[i], i - residuals.first(table.track[i]));
    const double span_s = table.time_s[i] - table.time_s[first];
    const double noise_m = std::max({0.05, context.measured().noise.along_m[table.track[i]], table.fit_rms_m[i]});
    differences[i] = {(stored_mps - derived_mps).head<2>().norm(),
                      p.max_difference_mps + p.max_ratio * derived_mps.head<2>().norm() +
                          (span_s > 0 ? p.noise_factor * noise_m / span_s : 0)};
  }
  for (std::size_t track = 0; track < residuals.tracks(); ++track) {
    const std::size_t begin = residuals.first(track);
    for_each_run(
        residuals.last(track) - begin, [&](std::size_t k) { return differences[begin + k].is_too_large(); },
        [&](std::size_t first, std::size_t last) {
          const Parameters& p = parameters[context.class_of(table.row[begin + first])];
          if (static_cast<double>(last - first + 1) < p.min_labels) return;
          const auto from = differences.begin() + static_cast<std::ptrdiff_t>(begin + first);
          const auto worst = *std::max_element(from, from + static_cast<std::ptrdiff_t>(last - first + 1),
                                               [](const Difference& a, const Difference& b) {
                                                 return a.value_mps * b.limit_mps < b.value_mps * a.limit_mps;
                                               });
          context.add_span(table.row[begin + first], table.row[begin + last], worst.value_mps, worst.limit_mps);
        });
  }
}

}  // namespace

Check temporal_velocity_mismatch() {
  return define<Parameters>(
      {.id = "temporal.velocity_mismatch",
       .title = "A stored velocity contradicts the motion of the labels",
       .error_type = error_type::kCrossModality,
       .severity = Severity::warning,
       .fault = Fault::attribute,
       .scope = Scope::span,
       .unit = "m/s",
       .message =
           "the stored velocity of {object} differs by {value} m/s from that of its labels {frames}, limit {limit} m/s",
       .inputs = {kTracks, kTimestamps}},
      judge_rows);
}

}  // namespace concord::judging
