#include <vector>

#include "src/checks/check.hpp"

namespace concord::judging {
namespace {

// One finding a class name, not one a label: the cause is a gap in the class mapping.
void judge_rows(CheckContext& context, const PerClass<NoParameters>&) {
  struct Unmapped {
    std::uint32_t first_row = kNone;
    std::uint32_t last_row = kNone;
    std::uint64_t labels = 0;
  };
  const LabelSet& labels = context.labels();
  std::vector<Unmapped> by_name(labels.raw_classes.size());
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    context.examine(row);
    if (context.class_of(row) != kUnknownClass || labels.raw_class[row] >= by_name.size()) continue;
    Unmapped& unmapped = by_name[labels.raw_class[row]];
    if (unmapped.labels++ == 0) unmapped.first_row = row;
    unmapped.last_row = row;
  }
  for (std::size_t code = 0; code < by_name.size(); ++code) {
    const Unmapped& unmapped = by_name[code];
    if (unmapped.labels == 0) continue;
    Draft& draft = context.add_span(unmapped.first_row, unmapped.last_row, static_cast<double>(unmapped.labels), 0);
    draft.finding.class_name = labels.raw_classes.at(static_cast<std::uint32_t>(code));
  }
}

}  // namespace

Check schema_unknown_class() {
  return define<NoParameters>(
      {.id = "schema.unknown_class",
       .title = "A class name is in no class mapping",
       .error_type = error_type::kWrongClass,
       .severity = Severity::warning,
       .fault = Fault::class_,
       .scope = Scope::span,
       .unit = "labels",
       .message = "class name '{class}' of {value} labels is mapped to no class; first in frame {frame}"},
      judge_rows);
}

}  // namespace concord::judging
