#include "src/checks/box_fit.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<FitParameters>& parameters) {
  add_fit_faults(context, parameters, FitKind::oversized);
}

}  // namespace

Check points_oversized_box() {
  return define<FitParameters>({.id = "points.oversized_box",
                                .title = "The points of the object do not fill the cuboid",
                                .error_type = error_type::kBoundingBox,
                                .severity = Severity::warning,
                                .fault = Fault::size,
                                .scope = Scope::span,
                                .unit = "m",
                                .message = "{object} is {value} m larger than its points {frames}, limit {limit} m",
                                .inputs = {kPointClouds}},
                               judge_rows);
}

}  // namespace concord::judging
