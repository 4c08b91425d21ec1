#include "src/checks/ground_fit.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<GroundParameters>& parameters) {
  add_ground_faults(context, parameters, GroundSide::above);
}

}  // namespace

Check points_floating_box() {
  return define<GroundParameters>({.id = "points.floating_box",
                                   .title = "The cuboid stands above the ground",
                                   .error_type = error_type::kBoundingBox,
                                   .severity = Severity::warning,
                                   .fault = Fault::position,
                                   .scope = Scope::span,
                                   .unit = "m",
                                   .message = "{object} floats {value} m above the ground {frames}, limit {limit} m",
                                   .inputs = {kPointClouds}},
                                  judge_rows);
}

}  // namespace concord::judging
