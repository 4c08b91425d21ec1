#include "src/readers/nuscenes/attributes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace concord::readers::nuscenes {
namespace {

std::string_view family_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view("attribute") : name.substr(0, dot);
}

AttributeColumn& column_of(std::string_view family, LabelSet& set) {
  const auto found = std::find_if(set.attributes.begin(), set.attributes.end(),
                                  [&](const AttributeColumn& column) { return column.name == family; });
  if (found != set.attributes.end()) return *found;
  return set.attributes.emplace_back(
      AttributeColumn{.name = std::string(family), .values = {}, .code = {}, .allowed = {}});
}

MovingState moving_state(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, MovingState>, 6> kStates{
      {{"vehicle.moving", MovingState::moving},
       {"vehicle.stopped", MovingState::stopped},
       {"vehicle.parked", MovingState::parked},
       {"pedestrian.moving", MovingState::moving},
       {"pedestrian.standing", MovingState::stopped},
       {"pedestrian.sitting_lying_down", MovingState::stopped}}};
  for (const auto& [text, state] : kStates) {
    if (name == text) return state;
  }
  return MovingState::unknown;
}

}  // namespace

void add_attribute_columns(std::span<const std::string> names, LabelSet& set) {
  for (const std::string& name : names) column_of(family_of(name), set).allowed.push_back(name);
}

void set_attributes(std::span<const std::string> names, std::uint32_t row, LabelSet& set) {
  for (const std::string& name : names) {
    const bool known_family =
        std::any_of(set.attributes.begin(), set.attributes.end(),
                    [&](const AttributeColumn& column) { return column.name == family_of(name); });
    AttributeColumn& column = column_of(family_of(name), set);
    // A column that allows nothing would allow everything: name what may stand there.
    if (!known_family) column.allowed.emplace_back("(no attribute of this family exists)");
    if (column.code.size() <= row) column.code.resize(row + 1, kNone);
    std::string value(column.values.at(column.code[row]));
    if (!value.empty() && value != name) {
      value += '|';
      value += name;
    } else {
      value = name;
    }
    column.code[row] = column.values.intern(value);
    if (const MovingState state = moving_state(name); state != MovingState::unknown) set.moving_state.set(row, state);
  }
}

}  // namespace concord::readers::nuscenes
