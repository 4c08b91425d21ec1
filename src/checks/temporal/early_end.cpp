#include "src/checks/track_probes.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<EndParameters>& parameters) {
  add_unlabelled_ends(context, parameters, TrackEnd::end);
}

}  // namespace

Check temporal_early_end() {
  return define<EndParameters>(
      {.id = "temporal.early_end",
       .title = "The object is seen after its last label",
       .error_type = error_type::kEdgeCaseOmission,
       .severity = Severity::warning,
       .fault = Fault::missing,
       .scope = Scope::span,
       .unit = "frames",
       .message = "{object} is seen {frames}, after its last label ({value} frames, limit {limit})",
       .inputs = {kTracks, kPointClouds}},
      judge_rows);
}

}  // namespace concord::judging
