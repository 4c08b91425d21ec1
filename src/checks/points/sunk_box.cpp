#include "src/checks/ground_fit.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<GroundParameters>& parameters) {
  add_ground_faults(context, parameters, GroundSide::below);
}

}  // namespace

Check points_sunk_box() {
  return define<GroundParameters>({.id = "points.sunk_box",
                                   .title = "The cuboid reaches below the ground",
                                   .error_type = error_type::kBoundingBox,
                                   .severity = Severity::warning,
                                   .fault = Fault::position,
                                   .scope = Scope::span,
                                   .unit = "m",
                                   .message = "{object} reaches {value} m below the ground {frames}, limit {limit} m",
                                   .inputs = {kPointClouds}},
                                  judge_rows);
}

}  // namespace concord::judging
