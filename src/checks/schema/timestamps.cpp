#include "src/checks/check.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<NoParameters>&) {
  const Frames& frames = context.drive().frames;
  if (frames.time_assumed) {
    context.skip("timestamps are assumed, not recorded");
    return;
  }
  for (std::uint32_t row = 0; row < context.labels().size(); ++row) context.examine(row);
  TimeNs previous = kNoTime;
  for (std::uint32_t frame = 0; frame < frames.size(); ++frame) {
    const TimeNs time = frames.time_ns[frame];
    if (time == kNoTime) continue;
    if (previous != kNoTime && time <= previous) {
      context.add_frame(frame, (static_cast<double>(time) - static_cast<double>(previous)) * 1e-9, 0);
    }
    previous = time;
  }
}

}  // namespace

Check schema_timestamps() {
  return define<NoParameters>(
      {.id = "schema.timestamps",
       .title = "A frame is not later than the frame before it",
       .error_type = error_type::kSensorSynchronisation,
       .severity = Severity::error,
       .fault = Fault::timing,
       .scope = Scope::frame,
       .unit = "s",
       .message = "frame {frame} comes {value} s after the frame before it, which must be more than 0",
       .inputs = {kTimestamps}},
      judge_rows);
}

}  // namespace concord::judging
