#include "src/checks/box_fit.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<FitParameters>& parameters) {
  add_fit_faults(context, parameters, FitKind::loose);
}

}  // namespace

Check points_loose_box() {
  return define<FitParameters>(
      {.id = "points.loose_box",
       .title = "A gap lies between a face that is seen and the object",
       .error_type = error_type::kBoundingBox,
       .severity = Severity::warning,
       .fault = Fault::position,
       .scope = Scope::span,
       .unit = "m",
       .message = "{object} has a gap of {value} m before its points {frames}, limit {limit} m",
       .inputs = {kPointClouds}},
      judge_rows);
}

}  // namespace concord::judging
