#include "src/checks/track_probes.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<EndParameters>& parameters) {
  add_unlabelled_ends(context, parameters, TrackEnd::start);
}

}  // namespace

Check temporal_late_start() {
  return define<EndParameters>(
      {.id = "temporal.late_start",
       .title = "The object is seen before its first label",
       .error_type = error_type::kEdgeCaseOmission,
       .severity = Severity::warning,
       .fault = Fault::missing,
       .scope = Scope::span,
       .unit = "frames",
       .message = "{object} is seen {frames}, before its first label ({value} frames, limit {limit})",
       .inputs = {kTracks, kPointClouds}},
      judge_rows);
}

}  // namespace concord::judging
