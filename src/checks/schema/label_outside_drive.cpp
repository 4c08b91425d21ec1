#include "src/checks/check.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<NoParameters>&) {
  const Frames& frames = context.drive().frames;
  const LabelSet& labels = context.labels();
  for (std::uint32_t row = 0; row < labels.size(); ++row) context.examine(row);
  for (std::uint32_t frame = 0; frame < frames.size(); ++frame) {
    const std::uint32_t count = labels.frame_offset[frame + 1] - labels.frame_offset[frame];
    if (frames.recorded[frame] == 0 && count > 0) context.add_frame(frame, count, 0);
  }
}

}  // namespace

Check schema_label_outside_drive() {
  return define<NoParameters>({.id = "schema.label_outside_drive",
                               .title = "Labels belong to a frame that was not recorded",
                               .error_type = error_type::kMisalignedHandOffs,
                               .severity = Severity::error,
                               .fault = Fault::schema,
                               .scope = Scope::frame,
                               .unit = "labels",
                               .message = "{value} labels belong to frame {frame}, which the drive did not record"},
                              judge_rows);
}

}  // namespace concord::judging
