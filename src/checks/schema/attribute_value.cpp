#include <algorithm>
#include <string_view>
#include <vector>

#include "src/checks/check.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<NoParameters>&) {
  const LabelSet& labels = context.labels();
  std::vector<int> wrong_values(labels.size(), 0);
  std::vector<std::uint8_t> has_value(labels.size(), 0);
  for (const AttributeColumn& column : labels.attributes) {
    if (column.allowed.empty()) continue;
    std::vector<std::uint8_t> is_allowed(column.values.size());
    for (std::size_t code = 0; code < is_allowed.size(); ++code) {
      const std::string_view text = column.values.at(static_cast<std::uint32_t>(code));
      is_allowed[code] = std::find(column.allowed.begin(), column.allowed.end(), text) != column.allowed.end() ? 1 : 0;
    }
    for (std::size_t row = 0; row < std::min(column.code.size(), labels.size()); ++row) {
      if (column.code[row] >= is_allowed.size()) continue;
      has_value[row] = 1;
      if (is_allowed[column.code[row]] == 0) ++wrong_values[row];
    }
  }
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    if (has_value[row] != 0) context.examine(row);
  }
  for_each_bad_run(
      TrackRows(labels), [&](std::uint32_t row) { return wrong_values[row] > 0; },
      [&](std::span<const std::uint32_t> rows) {
        context.add_span(rows.front(), rows.back(), wrong_values[rows.front()], 0);
      });
}

}  // namespace

Check schema_attribute_value() {
  return define<NoParameters>({.id = "schema.attribute_value",
                               .title = "An attribute has a value that its format does not define",
                               .error_type = error_type::kLackOfStandards,
                               .severity = Severity::warning,
                               .fault = Fault::attribute,
                               .scope = Scope::span,
                               .unit = "attributes",
                               .message = "{object}: {value} attributes outside their enumeration {frames}",
                               .inputs = {kAttributeValues}},
                              judge_rows);
}

}  // namespace concord::judging
