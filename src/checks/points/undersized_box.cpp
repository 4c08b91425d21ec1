#include "src/checks/box_fit.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<FitParameters>& parameters) {
  add_fit_faults(context, parameters, FitKind::undersized);
}

}  // namespace

Check points_undersized_box() {
  return define<FitParameters>({.id = "points.undersized_box",
                                .title = "A face cuts through the points of the object",
                                .error_type = error_type::kBoundingBox,
                                .severity = Severity::warning,
                                .fault = Fault::size,
                                .scope = Scope::span,
                                .unit = "m",
                                .message = "{object} is {value} m too small for its points {frames}, limit {limit} m",
                                .inputs = {kPointClouds}},
                               judge_rows);
}

}  // namespace concord::judging
