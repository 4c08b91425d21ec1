#include "src/checks/check.hpp"
#include "src/checks/interpolate.hpp"
#include "src/checks/outliers.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double noise_m = 0.12;
  double noise_per_range = 0.0015;
  double own_noise_factor = 4.5;
  double max_acceleration_mps2 = 8;
  double max_snap_mps4 = 20;
  double max_dt_s = 1.1;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::noise_m, "noise_m", "m", 0, 10, "ordinary scatter of a label's centre, near the ego"},
        {&Parameters::noise_per_range, "noise_per_range", "1", 0, 1, "metres of scatter more for each metre of range"},
        {&Parameters::own_noise_factor, "own_noise_factor", "1", 0, 100,
         "a track's own scatter times this is allowed, where it is larger"},
        {&Parameters::max_acceleration_mps2, "max_acceleration_mps2", "m/s^2", 0, 200,
         "largest acceleration; counts where a label has few neighbours"},
        {&Parameters::max_snap_mps4, "max_snap_mps4", "m/s^4", 0, 1000,
         "largest fourth derivative of the position; counts where labels are far apart in time"},
        {&Parameters::max_dt_s, "max_dt_s", "s", 0.01, 10, "labels further apart in time are not compared"}};
  }
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  std::vector<double> noise_m;
  for_each_stretch(context, parameters[kUnknownClass].max_dt_s, [&](const Stretch& stretch) {
    if (stretch.size() < 3) return;
    noise_m.clear();
    for (const std::uint32_t row : stretch.rows) {
      context.examine(row);
      const Parameters& p = parameters[context.class_of(row)];
      noise_m.push_back(p.noise_m + p.noise_per_range * context.range_m(row));
    }
    const Parameters& p = parameters[context.class_of(stretch.rows.front())];
    const OutlierLimits limits{p.max_acceleration_mps2, p.max_snap_mps4, p.own_noise_factor};
    for (const Outlier& outlier : find_outliers(stretch.time_s, stretch.offset_m, noise_m, limits)) {
      const std::size_t i = outlier.index;
      Draft& draft = context.add_label(stretch.rows[i], outlier.residual, outlier.limit);
      if (i == 0 || i + 1 == stretch.size()) continue;
      draft.propose_center(interpolated(context.drive(), labels, stretch.rows[i - 1], stretch.rows[i + 1],
                                        labels.frame[stretch.rows[i]]));
    }
  });
}

}  // namespace

Check temporal_position_jump() {
  return define<Parameters>({.id = "temporal.position_jump",
                             .title = "A label lies beside the path of its track",
                             .error_type = error_type::kBoundingBox,
                             .severity = Severity::warning,
                             .fault = Fault::position,
                             .scope = Scope::label,
                             .unit = "m",
                             .message = "{object} is {value} m off the path of its track {frames}, limit {limit} m",
                             .inputs = {kTracks}},
                            judge_rows);
}

}  // namespace concord::judging
