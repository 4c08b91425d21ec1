#include <algorithm>
#include <cmath>
#include <numbers>

#include "src/checks/check.hpp"
#include "src/checks/residuals.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_deviation = 4.1;
  double noise_m = 0.04;
  double noise_per_range = 0.001;
  double noise_rad = 0.018;
  double noise_rad_per_m = 0.0003;
  double quiet_noise_m = 0.02;
  double quiet_noise_rad = 0.009;
  double has_heading = 0;
  double max_acceleration_mps2 = 8;
  double max_jerk_mps3 = 10;
  double max_snap_mps4 = 20;
  double max_yaw_acceleration_radps2 = 1;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::max_deviation,
         "max_deviation",
         "1",
         0,
         1000,
         "largest distance from the prediction, in standard deviations of the track's own label noise",
         {quantity::kTrackDeviation}},
        {&Parameters::noise_m, "noise_m", "m", 0, 10, "least label noise of a centre, near the ego"},
        {&Parameters::noise_per_range, "noise_per_range", "1", 0, 1, "metres of noise more for each metre of range"},
        {&Parameters::noise_rad, "noise_rad", "rad", 0, 3.2, "least label noise of a heading, near the ego"},
        {&Parameters::noise_rad_per_m, "noise_rad_per_m", "rad/m", 0, 1, "noise more for each metre of range"},
        {&Parameters::quiet_noise_m, "quiet_noise_m", "m", 0, 10,
         "least label noise of a centre whose track and neighbours scatter far less than noise_m allows"},
        {&Parameters::quiet_noise_rad, "quiet_noise_rad", "rad", 0, 3.2, "the same of a heading"},
        {&Parameters::has_heading, "has_heading", "1", 0, 1,
         "1 where the class has a heading that can be judged, else 0"},
        {&Parameters::max_acceleration_mps2, "max_acceleration_mps2", "m/s^2", 0, 200,
         "allowed where only a line could be fitted to the neighbours"},
        {&Parameters::max_jerk_mps3, "max_jerk_mps3", "m/s^3", 0, 1000,
         "largest third derivative of the position; counts near the ends of a track and beside gaps"},
        {&Parameters::max_snap_mps4, "max_snap_mps4", "m/s^4", 0, 1000,
         "largest fourth derivative of the position; counts where labels are far apart in time"},
        {&Parameters::max_yaw_acceleration_radps2, "max_yaw_acceleration_radps2", "rad/s^2", 0, 100,
         "largest change of the yaw rate"}};
  }
};

double square(double x) { return x * x; }

/// The track's noise, unless the neighbours scatter clearly more just here; their own scatter varies by chance.
double ordinary(double own, double around) {
  constexpr double kClearly = 1.5;
  return around > kClearly * own ? around : own;
}

/// Noise of one axis: the track's own, and at least `least`, unless `quiet`, or a multiple of what the track and its
/// neighbours show, says that so much is not ordinary there.
double noise_of(double own, double around, double least, double quiet, double clearly) {
  const double shown = std::max(own, around);
  const double floor = std::isfinite(shown) ? std::min(least, std::max(quiet, clearly * shown)) : least;
  return ordinary(std::max(floor, own), around);
}

/// Distance of a label from its prediction in units of what is ordinary there. 0 where nothing is known.
struct Deviation {
  double position = 0, heading = 0;
  [[nodiscard]] double worst() const { return std::max(position, heading); }
};

Deviation deviation_of(const CheckContext& context, const Residuals& residuals, std::size_t i, const Parameters& p) {
  const ResidualTable& table = residuals.table();
  const TrackNoiseTable& noise = context.measured().noise;
  const std::uint32_t row = table.row[i], track = table.track[i];
  if (!std::isfinite(table.along_m[i])) return {};
  // The ego's pitch moves far labels up and down for a frame now and then, which a median does not show.
  constexpr double kClearly = 2, kClearlyUp = 6;
  // A smooth motion beside the model is no noise: it is allowed once, not times the number of deviations.
  const double model_m = (p.max_acceleration_mps2 * table.acceleration_gain_s2[i] +
                          p.max_jerk_mps3 * table.jerk_gain_s3[i] + p.max_snap_mps4 * table.snap_gain_s4[i]) /
                         std::max(p.max_deviation, 1e-9);
  const double least_m = p.noise_m + p.noise_per_range * context.range_m(row);
  const auto part = [&](double residual, double own_m, double clearly) {
    const double noise_m = noise_of(own_m, table.fit_rms_m[i], least_m, p.quiet_noise_m, clearly);
    return square(residual / (noise_m * table.gain[i] + model_m));
  };
  Deviation deviation;
  deviation.position = std::sqrt(part(table.along_m[i], noise.along_m[track], kClearly) +
                                 part(table.across_m[i], noise.across_m[track], kClearly) +
                                 part(table.up_m[i], noise.up_m[track], kClearlyUp));
  if (p.has_heading != 0 && std::isfinite(table.heading_rad[i])) {
    const double least_rad = p.noise_rad + p.noise_rad_per_m * context.range_m(row);
    const double own_rad =
        noise_of(noise.heading_rad[track], table.heading_fit_rms_rad[i], least_rad, p.quiet_noise_rad, kClearly);
    const double span_s2 = table.acceleration_gain_s2[i] + 10 * table.jerk_gain_s3[i];
    const double model_rad = p.max_yaw_acceleration_radps2 * span_s2 / std::max(p.max_deviation, 1e-9);
    deviation.heading = std::abs(table.heading_rad[i]) / (own_rad * table.heading_gain[i] + model_rad);
  }
  return deviation;
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const Residuals residuals(context);
  const ResidualTable& table = residuals.table();
  std::vector<Deviation> deviation(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::uint32_t row = table.row[i];
    if (!context.is_valid_object(row) || table.before[i] + table.after[i] < 3) continue;
    context.examine(row);
    deviation[i] = deviation_of(context, residuals, i, parameters[context.class_of(row)]);
    context.observe(row, quantity::kTrackDeviation, deviation[i].worst());
  }
  for (std::size_t track = 0; track < residuals.tracks(); ++track) {
    const std::size_t begin = residuals.first(track);
    for_each_run(
        residuals.last(track) - begin,
        [&](std::size_t k) {
          return deviation[begin + k].worst() > parameters[context.class_of(table.row[begin + k])].max_deviation;
        },
        [&](std::size_t first, std::size_t last) {
          std::size_t worst = begin + first;
          for (std::size_t k = begin + first; k <= begin + last; ++k) {
            if (deviation[k].worst() > deviation[worst].worst()) worst = k;
          }
          // The prediction is right for one or two wrong labels; longer runs are the surroundings of another fault.
          constexpr std::size_t kLongest = 2;
          if (last - first + 1 > kLongest) return;
          Draft& draft = context.add_span(table.row[begin + first], table.row[begin + last], deviation[worst].worst(),
                                          parameters[context.class_of(table.row[worst])].max_deviation);
          draft.rare_as(quantity::kTrackDeviation);
          if (deviation[worst].heading > deviation[worst].position) draft.finding.fault = Fault::heading;
          for (std::size_t k = begin + first; k <= begin + last; ++k) {
            const double limit = parameters[context.class_of(table.row[k])].max_deviation;
            const std::size_t proposed = draft.proposals.size();
            const Cuboid predicted = residuals.predicted(k);
            // What is right of a label stays as it was drawn.
            if (deviation[k].position > limit) draft.propose_center(predicted);
            if (deviation[k].heading > limit) draft.propose("yaw_rad", yaw_of(predicted.rotation), "rad");
            draft.only_for(context.labels().label_id[table.row[k]], proposed);
          }
        });
  }
}

}  // namespace

Check temporal_outlier_frame() {
  return define<Parameters>(
      {.id = "temporal.outlier_frame",
       .title = "A label is off the motion of its own track",
       .error_type = error_type::kBoundingBox,
       .severity = Severity::warning,
       .fault = Fault::position,
       .scope = Scope::label,
       .unit = "1",
       .message = "{object} is {value} times its label noise away from where its track puts it {frames}, limit {limit}",
       .inputs = {kTracks}},
      judge_rows);
}

}  // namespace concord::judging
