#include "src/checks/box_fit.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<FitParameters>& parameters) {
  add_fit_faults(context, parameters, FitKind::shifted);
}

}  // namespace

Check points_shifted_box() {
  return define<FitParameters>(
      {.id = "points.shifted_box",
       .title = "The cuboid lies beside its points",
       .error_type = error_type::kBoundingBox,
       .severity = Severity::warning,
       .fault = Fault::position,
       .scope = Scope::span,
       .unit = "m",
       .message = "{object} is shifted by {value} m against its points {frames}, limit {limit} m",
       .inputs = {kPointClouds}},
      judge_rows);
}

}  // namespace concord::judging
