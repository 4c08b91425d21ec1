#include <algorithm>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/residuals.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_jitter_m = 0.12;
  double max_jitter_per_range = 0.003;
  double max_displacement_m = 1;
  double min_labels = 10;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::max_jitter_m, "max_jitter_m", "m", 0, 10,
         "largest scatter (one axis, one standard deviation) of an object at rest, near the ego"},
        {&Parameters::max_jitter_per_range, "max_jitter_per_range", "1", 0, 1, "metres more for each metre of range"},
        {&Parameters::max_displacement_m, "max_displacement_m", "m", 0, 100,
         "an object that ends no further from where it began is at rest"},
        {&Parameters::min_labels, "min_labels", "labels", 4, 1000, "shorter tracks are not judged"}};
  }
};

/// Middle of some positions, coordinate by coordinate.
Vec3 median_position(const Residuals& residuals, std::size_t first, std::size_t last) {
  Vec3 middle = Vec3::Zero();
  std::vector<double> values(last - first);
  for (int axis = 0; axis < 2; ++axis) {
    for (std::size_t i = first; i < last; ++i) values[i - first] = residuals.position_m(i)[axis];
    middle[axis] = median_of(values);
  }
  return middle;
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const Residuals residuals(context);
  for (std::size_t track = 0; track < residuals.tracks(); ++track) {
    const std::size_t begin = residuals.first(track), end = residuals.last(track);
    if (begin == end) continue;
    const Parameters& p = parameters[context.class_of(residuals.label(begin))];
    if (static_cast<double>(end - begin) < p.min_labels) continue;
    const std::size_t third = (end - begin) / 3;
    const Vec3 start = median_position(residuals, begin, begin + third);
    const Vec3 middle = median_position(residuals, begin + third, end - third);
    const Vec3 stop = median_position(residuals, end - third, end);
    const double moved_m = std::max((stop - start).norm(), std::max((middle - start).norm(), (stop - middle).norm()));
    bool valid = true;
    std::vector<double> ranges_m;
    for (std::size_t i = begin; i < end; ++i) {
      valid = valid && context.is_valid_object(residuals.label(i));
      ranges_m.push_back(context.range_m(residuals.label(i)));
    }
    if (!valid || moved_m > p.max_displacement_m) continue;
    for (std::size_t i = begin; i < end; ++i) context.examine(residuals.label(i));
    const double limit_m = p.max_jitter_m + p.max_jitter_per_range * median_of(ranges_m);
    const double jitter_m = context.measured().noise.jitter_m[track];
    if (jitter_m > limit_m) context.add_span(residuals.label(begin), residuals.label(end - 1), jitter_m, limit_m);
  }
}

}  // namespace

Check temporal_jitter() {
  return define<Parameters>(
      {.id = "temporal.jitter",
       .title = "The labels of an object at rest scatter",
       .error_type = error_type::kBoundingBox,
       .severity = Severity::warning,
       .fault = Fault::position,
       .scope = Scope::span,
       .unit = "m",
       .message = "{object} is at rest, but its labels scatter by {value} m {frames}, limit {limit} m",
       .inputs = {kTracks, kEgoPoses}},
      judge_rows);
}

}  // namespace concord::judging
