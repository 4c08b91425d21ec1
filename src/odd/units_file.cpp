#include "src/odd/units_file.hpp"

#include <fmt/format.h>
#include <charconv>
#include <cmath>
#include <set>

#include "concord/text.hpp"
#include "src/odd/quantity.hpp"
#include "src/odd/trimmed.hpp"

namespace concord::odd {
namespace {

/// "velocity = length / time" against the quantities before it.
void check_type(const YamlNode& item, const std::string& file, std::set<std::string, std::less<>>& known,
                Faults& faults) {
  const Place place{file, item.line};
  if (!item.is_scalar() || item.scalar.empty()) {
    faults.add("empty_value", Severity::error, place, "a unit type is " + describe(item) + ", not a name");
    return;
  }
  const std::string_view text = item.scalar;
  const std::size_t equals = text.find('=');
  const std::string_view name = trimmed(text.substr(0, equals));
  if (!known.insert(std::string(name)).second) {
    faults.add("duplicate_value", Severity::warning, place, "the unit type '" + printable(name) + "' comes twice");
  }
  if (equals == std::string_view::npos) return;
  std::string_view rest = text.substr(equals + 1);
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of("*/");
    std::string_view part = trimmed(rest.substr(0, end));
    part = trimmed(part.substr(0, part.find('^')));
    if (!known.contains(part)) {
      faults.add("undefined_value", Severity::error, place,
                 fmt::format("'{}' is made of '{}', which is not defined before it", printable(name), printable(part)));
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
}

bool number_of(const YamlNode* node, double& value) {
  if (node == nullptr || !node->is_scalar()) return false;
  const std::string& text = node->scalar;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

/// A number of `from` times scale plus offset is the number of `to`.
void check_conversion(const std::string& from, const std::string& to, const YamlNode& node, const std::string& file,
                      Faults& faults) {
  double scale = 0, offset = 0;
  if (!number_of(node.find("scale"), scale) || !number_of(node.find("offset"), offset)) {
    faults.add("wrong_value", Severity::error, {file, node.line},
               fmt::format("the conversion of '{}' to '{}' needs the numbers scale and offset", printable(from),
                           printable(to)));
    return;
  }
  const Unit* a = find_unit(from);
  const Unit* b = find_unit(to);
  if (a == nullptr || b == nullptr || a->quantity != b->quantity) return;
  const double true_scale = a->scale / b->scale, true_offset = (a->offset - b->offset) / b->scale;
  constexpr double kTolerance = 1e-4;
  if (std::abs(scale - true_scale) > kTolerance * std::abs(true_scale) ||
      std::abs(offset - true_offset) > kTolerance * std::max(1.0, std::abs(true_offset))) {
    faults.add("inexact_conversion", Severity::warning, {file, node.find("scale")->line},
               fmt::format("'{}' to '{}' is scale {:g} and offset {:g}; by definition it is {:.7g} and {:.7g}",
                           printable(from), printable(to), scale, offset, true_scale, true_offset));
  }
}

}  // namespace

void check_units(const YamlNode& taxonomy, const std::string& file, Faults& faults) {
  if (const YamlNode* types = taxonomy.find("unit_types")) {
    std::set<std::string, std::less<>> known;
    if (!types->is_sequence()) {
      faults.add("wrong_value", Severity::error, {file, types->line}, "unit_types is no list");
    }
    for (const YamlNode& item : types->items) check_type(item, file, known, faults);
  }
  const YamlNode* conversion = taxonomy.find("conversion");
  if (conversion == nullptr) return;
  for (const auto& [quantity, units] : conversion->members) {
    for (const auto& [from, targets] : units.members) {
      for (const auto& [to, node] : targets.members) check_conversion(from, to, node, file, faults);
    }
  }
}

}  // namespace concord::odd
