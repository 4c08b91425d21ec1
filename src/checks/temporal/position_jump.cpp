#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "src/checks/check.hpp"
#include "src/checks/outliers.hpp"
#include "src/checks/tracks.hpp"
#include "src/model/interpolate.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double noise_m = 0.12;
  double noise_per_range = 0.0015;
  double own_noise_factor = 5.8;
  double max_deviation = 4.4;
  double max_acceleration_mps2 = 8;
  double max_snap_mps4 = 20;
  double vertical_noise_m = 0.12;
  double own_vertical_noise_factor = 16;
  double max_vertical_acceleration_mps2 = 3;
  double max_vertical_snap_mps4 = 4;
  double max_dt_s = 1.1;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::noise_m,
         "noise_m",
         "m",
         0,
         10,
         "ordinary scatter of a label's centre, near the ego",
         {quantity::kResidualLevel}},
        {&Parameters::noise_per_range, "noise_per_range", "1", 0, 1, "metres of scatter more for each metre of range"},
        {&Parameters::own_noise_factor, "own_noise_factor", "1", 0, 100,
         "a track's own scatter times this is allowed, where it is larger"},
        {&Parameters::max_deviation, "max_deviation", "1", 0, 100,
         "standard deviations of the track's noise that are allowed, where that is larger"},
        {&Parameters::max_acceleration_mps2, "max_acceleration_mps2", "m/s^2", 0, 200,
         "largest acceleration; counts where a label has few neighbours"},
        {&Parameters::max_snap_mps4, "max_snap_mps4", "m/s^4", 0, 1000,
         "largest fourth derivative of the position; counts where labels are far apart in time"},
        {&Parameters::vertical_noise_m,
         "vertical_noise_m",
         "m",
         0,
         10,
         "ordinary vertical scatter, near the ego",
         {quantity::kResidualUp}},
        {&Parameters::own_vertical_noise_factor, "own_vertical_noise_factor", "1", 0, 100,
         "as own_noise_factor; larger, since the smallest quarter of one component is smaller than that of two"},
        {&Parameters::max_vertical_acceleration_mps2, "max_vertical_acceleration_mps2", "m/s^2", 0, 200,
         "largest vertical acceleration; counts where a label has few neighbours"},
        {&Parameters::max_vertical_snap_mps4, "max_vertical_snap_mps4", "m/s^4", 0, 1000,
         "largest fourth derivative of the height; counts where labels are far apart in time"},
        {&Parameters::max_dt_s, "max_dt_s", "s", 0.01, 10, "labels further apart in time are not compared"}};
  }
};

/// What the noise of the track allows at least; 0 where it is not known.
double allowed_by_noise(double noise_m, double deviations) { return std::isfinite(noise_m) ? deviations * noise_m : 0; }

// Of deviations sideways and up and down of labels within reach of each other, the one further beyond its limit.
std::vector<Outlier> strongest(const std::vector<Outlier>& level, const std::vector<Outlier>& upright) {
  constexpr std::size_t kReach = 2;
  const auto is_weaker = [](const Outlier& a, const std::vector<Outlier>& others, bool ties) {
    return std::any_of(others.begin(), others.end(), [&](const Outlier& b) {
      const std::size_t apart = a.index > b.index ? a.index - b.index : b.index - a.index;
      const double mine = a.residual * b.limit;
      const double other = b.residual * a.limit;
      return apart <= kReach && (mine < other || (ties && mine == other));
    });
  };
  std::vector<Outlier> kept;
  for (const Outlier& outlier : level) {
    if (!is_weaker(outlier, upright, false)) kept.push_back(outlier);
  }
  for (const Outlier& outlier : upright) {
    if (!is_weaker(outlier, level, true)) kept.push_back(outlier);
  }
  std::sort(kept.begin(), kept.end(), [](const Outlier& a, const Outlier& b) { return a.index < b.index; });
  return kept;
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  std::vector<double> noise_m, vertical_noise_m;
  std::vector<Vec3> level_m, upright_m;
  for_each_stretch(context, parameters[kUnknownClass].max_dt_s, [&](const Stretch& stretch) {
    if (stretch.size() < 3) return;
    for (auto* column : {&noise_m, &vertical_noise_m}) column->clear();
    for (auto* column : {&level_m, &upright_m}) column->clear();
    for (std::size_t i = 0; i < stretch.size(); ++i) {
      const std::uint32_t row = stretch.rows[i];
      context.examine(row);
      const Parameters& p = parameters[context.class_of(row)];
      noise_m.push_back(p.noise_m + p.noise_per_range * context.range_m(row));
      vertical_noise_m.push_back(p.vertical_noise_m + p.noise_per_range * context.range_m(row));
      const Vec3& offset = stretch.offset_m[i];
      level_m.emplace_back(offset.x(), offset.y(), 0);
      upright_m.emplace_back(0, 0, offset.z());
    }
    const Parameters& p = parameters[context.class_of(stretch.rows.front())];
    const TrackNoiseTable& noise = context.measured().noise;
    const std::uint32_t track = labels.track[stretch.rows.front()];
    const double level_noise_m = std::hypot(noise.along_m[track], noise.across_m[track]) / std::numbers::sqrt2;
    const OutlierLimits level{p.max_acceleration_mps2, p.max_snap_mps4, p.own_noise_factor,
                              allowed_by_noise(level_noise_m, p.max_deviation)};
    const OutlierLimits upright{p.max_vertical_acceleration_mps2, p.max_vertical_snap_mps4, p.own_vertical_noise_factor,
                                allowed_by_noise(noise.up_m[track], p.max_deviation)};
    for (const Outlier& outlier : strongest(find_outliers(stretch.time_s, level_m, noise_m, level),
                                            find_outliers(stretch.time_s, upright_m, vertical_noise_m, upright))) {
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
