#include <cmath>
#include <numbers>

#include "src/checks/check.hpp"
#include "src/checks/outliers.hpp"
#include "src/checks/tracks.hpp"
#include "src/model/interpolate.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double has_heading = 0;
  double noise_rad = 0.12;
  double noise_rad_per_m = 0.002;
  double own_noise_factor = 8;
  double max_yaw_acceleration_radps2 = 2;
  double max_yaw_snap_radps4 = 10;
  double max_dt_s = 1.1;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::has_heading, "has_heading", "1", 0, 1,
             "1 where the class has a heading that can be judged, else 0"},
            {&Parameters::noise_rad,
             "noise_rad",
             "rad",
             0,
             3.2,
             "ordinary scatter of a label's yaw, near the ego",
             {quantity::kResidualHeading}},
            {&Parameters::noise_rad_per_m, "noise_rad_per_m", "rad/m", 0, 1, "scatter more for each metre of range"},
            {&Parameters::own_noise_factor, "own_noise_factor", "1", 0, 100,
             "a track's own scatter times this is allowed, where it is larger"},
            {&Parameters::max_yaw_acceleration_radps2, "max_yaw_acceleration_radps2", "rad/s^2", 0, 100,
             "largest change of the yaw rate; counts where a label has few neighbours"},
            {&Parameters::max_yaw_snap_radps4, "max_yaw_snap_radps4", "rad/s^4", 0, 1000,
             "largest fourth derivative of the yaw; counts where labels are far apart in time"},
            {&Parameters::max_dt_s, "max_dt_s", "s", 0.01, 10, "labels further apart in time are not compared"}};
  }
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  const MotionTable& motion = context.measured().motion;
  std::vector<double> noise_rad;
  std::vector<Vec3> yaw_rad;
  for_each_stretch(context, parameters[kUnknownClass].max_dt_s, [&](const Stretch& stretch) {
    const Parameters& p = parameters[context.class_of(stretch.rows.front())];
    if (stretch.size() < 3 || p.has_heading == 0) return;
    noise_rad.clear();
    yaw_rad.clear();
    for (std::size_t i = 0; i < stretch.size(); ++i) {
      const std::uint32_t row = stretch.rows[i];
      context.examine(row);
      noise_rad.push_back(p.noise_rad + p.noise_rad_per_m * context.range_m(row));
      // Modulo half a turn: a box that is turned round is for temporal.heading_flip.
      const double turned_rad =
          i == 0 ? 0 : std::remainder(motion.heading_change_rad[stretch.first_step + i - 1], std::numbers::pi);
      yaw_rad.emplace_back((i == 0 ? 0 : yaw_rad.back().x()) + (std::isfinite(turned_rad) ? turned_rad : 0), 0, 0);
    }
    const OutlierLimits limits{p.max_yaw_acceleration_radps2, p.max_yaw_snap_radps4, p.own_noise_factor};
    for (const Outlier& outlier : find_outliers(stretch.time_s, yaw_rad, noise_rad, limits)) {
      const std::size_t i = outlier.index;
      const std::uint32_t row = stretch.rows[i];
      Draft& draft = context.add_label(row, outlier.residual, outlier.limit);
      if (i == 0 || i + 1 == stretch.size()) continue;
      const Cuboid between =
          interpolated(context.drive(), labels, stretch.rows[i - 1], stretch.rows[i + 1], labels.frame[row]);
      draft.propose("yaw_rad", yaw_of(between.rotation), "rad");
    }
  });
}

}  // namespace

Check temporal_heading_jump() {
  return define<Parameters>(
      {.id = "temporal.heading_jump",
       .title = "A label is turned against its neighbours in time",
       .error_type = error_type::kBoundingBox,
       .severity = Severity::warning,
       .fault = Fault::heading,
       .scope = Scope::label,
       .unit = "rad",
       .message = "{object} is turned by {value_deg} against the labels before and after {frames}, limit {limit_deg}",
       .inputs = {kTracks}},
      judge_rows);
}

}  // namespace concord::judging
