#include "src/odd/drive_view.hpp"

#include <cmath>

#include "src/odd/claims.hpp"

namespace concord::odd {
namespace {

std::vector<KnownValue> stored(const DriveView& drive, std::string_view attribute) {
  std::vector<KnownValue> values;
  const auto found = drive.attributes.find(attribute);
  if (found == drive.attributes.end()) return values;
  for (const AttributeSpan* row : found->second) {
    if (row->state != ValueState::known) continue;
    KnownValue value{.word = row->value, .numbers = {}, .begin = row->frame_index, .end = row->frame_index_end + 1};
    if (row->is_number()) value.numbers = {row->low, row->high, false, false};
    if (row->value.empty() && !row->is_number()) continue;
    values.push_back(value);
  }
  return values;
}

}  // namespace

std::vector<KnownValue> known_values(const DriveView& drive, const Taxonomy& taxonomy, std::string_view attribute) {
  if (is_of_objects(attribute)) return {};
  std::vector<KnownValue> values = stored(drive, attribute);
  const Attribute* defined = taxonomy.find(attribute);
  if (!values.empty() || drive.attributes.contains(attribute) || defined == nullptr) return values;
  if (defined->kind == AttributeKind::category) {
    for (const CategoryValue& bin : defined->values) {
      if (bin.measured.empty()) continue;
      const Interval limits = closed(bin.interval);
      for (KnownValue value : stored(drive, bin.measured)) {
        if (!value.word.empty() || value.numbers.low < limits.low || value.numbers.high > limits.high) continue;
        value.word = bin.name;
        values.push_back(value);
      }
    }
    return values;
  }
  for (const auto& [name, rows] : drive.attributes) {
    const Attribute* category = taxonomy.find(name);
    if (category == nullptr) continue;
    for (KnownValue value : stored(drive, name)) {
      const CategoryValue* bin = value.word.empty() ? nullptr : category->find_value(value.word);
      if (bin == nullptr || bin->measured != attribute) continue;
      value.word = {};
      value.numbers = closed(bin->interval);
      values.push_back(value);
    }
  }
  return values;
}

bool is_of_objects(std::string_view attribute) {
  return attribute == "agent_type" || attribute == "agent_distance" || attribute == "agent_speed" ||
         attribute == "agent_occlusion";
}

std::optional<KnownValue> value_of(const ObjectSpan& object, std::string_view attribute) {
  KnownValue value{.word = {}, .numbers = {}, .begin = object.frame_index, .end = object.frame_index_end + 1};
  if (attribute == "agent_type" || attribute == "agent_occlusion") {
    value.word = attribute == "agent_type" ? object.agent_type : object.occlusion;
    return value.word.empty() ? std::nullopt : std::optional(value);
  }
  const bool is_distance = attribute == "agent_distance";
  value.numbers.low = is_distance ? object.distance_low_m : object.speed_low_mps;
  value.numbers.high = is_distance ? object.distance_high_m : object.speed_high_mps;
  return std::isnan(value.numbers.low) || std::isnan(value.numbers.high) ? std::nullopt : std::optional(value);
}

}  // namespace concord::odd
