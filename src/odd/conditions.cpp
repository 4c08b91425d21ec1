#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <set>

#include "concord/text.hpp"
#include "src/odd/definition.hpp"

namespace concord::odd {
namespace {

/// Reads one condition on one attribute of the taxonomy.
class ConditionReader {
 public:
  ConditionReader(const Attribute& attribute, const Taxonomy& taxonomy, const std::string& file, Faults& faults)
      : attribute_(attribute), taxonomy_(taxonomy), file_(file), faults_(faults) {}

  /// False where nothing usable is left.
  bool read(const YamlNode& node, Condition& condition) {
    condition.attribute = attribute_.name;
    condition.place = {file_, node.line};
    if (node.is_sequence()) {
      for (const YamlNode& item : node.items) read_value(item, condition);
      return !condition.values.empty();
    }
    if (!node.is_scalar() || node.scalar.empty()) return fault("empty_value", node, "asks for " + describe(node));
    switch (attribute_.kind) {
      case AttributeKind::boolean:
        if (node.scalar != "true" && node.scalar != "false") {
          return fault("wrong_value", node, "is true or false, not " + describe(node));
        }
        condition.flag = node.scalar == "true";
        return true;
      case AttributeKind::number:
      case AttributeKind::integer:
        return read_limit(node, attribute_, condition);
      case AttributeKind::text:
        condition.values.push_back(node.scalar);
        condition.value_places.push_back({file_, node.line});
        return true;
      case AttributeKind::category:
      case AttributeKind::group:
        break;
    }
    if (looks_like_limit(node.scalar)) return read_bin_limit(node, condition);
    read_value(node, condition);
    return !condition.values.empty();
  }

 private:
  /// For hints; none once hints are no longer given.
  [[nodiscard]] std::vector<std::string> value_names() const {
    std::vector<std::string> names;
    if (!faults_.gives_hints()) return names;
    for (const CategoryValue& value : attribute_.values) names.push_back(value.name);
    return names;
  }

  bool fault(std::string_view rule, const YamlNode& node, const std::string& what) {
    faults_.add(rule, Severity::error, {file_, node.line}, "'" + printable(attribute_.name) + "' " + what);
    return false;
  }

  void read_value(const YamlNode& item, Condition& condition) {
    const Place place{file_, item.line};
    if (!item.is_scalar() || item.scalar.empty()) {
      fault("empty_value", item, "asks for " + describe(item) + " where a value belongs");
      return;
    }
    if (attribute_.kind == AttributeKind::number || attribute_.kind == AttributeKind::integer ||
        attribute_.kind == AttributeKind::boolean) {
      fault("wrong_value", item, fmt::format("is a {}, not one of a list", to_string(attribute_.kind)));
      return;
    }
    if (attribute_.kind != AttributeKind::text && attribute_.find_value(item.scalar) == nullptr) {
      const Attribute* owner = taxonomy_.owner_below(attribute_.name, item.scalar);
      if (owner == nullptr) {
        const std::string hint = attribute_.values.empty() && !attribute_.children.empty()
                                     ? fmt::format("; it has no values itself, but holds {}",
                                                   printable(fmt::format("{}", fmt::join(attribute_.children, ", "))))
                                     : hint_for(item.scalar, value_names(), faults_);
        fault("undefined_value", item, "has no value '" + printable(item.scalar) + "'" + hint);
        return;
      }
      faults_.add("value_of_child", Severity::info, place,
                  fmt::format("'{}' is a value of '{}' below '{}'; name that attribute", printable(item.scalar),
                              printable(owner->name), printable(attribute_.name)));
    }
    if (!listed_.insert(item.scalar).second) {
      faults_.add("duplicate_value", Severity::warning, place,
                  fmt::format("'{}' is listed twice for '{}'", printable(item.scalar), printable(attribute_.name)));
      return;
    }
    condition.values.push_back(item.scalar);
    condition.value_places.push_back(place);
  }

  bool read_limit(const YamlNode& node, const Attribute& number, Condition& condition) {
    NoLimit no_limit;
    const auto limit = parse_limit(node.scalar, no_limit);
    if (!limit) {
      return fault(no_limit.is_unit ? "unknown_unit" : "malformed_limit", node,
                   "asks for " + describe(node) + ": " + no_limit.reason);
    }
    condition.is_interval = true;
    if (!limit->bin.empty()) return read_named_limit(node, *limit, condition);
    if (const Unit& unit = *find_unit(limit->unit); !measures(unit, number.quantity)) {
      return fault("wrong_unit", node,
                   fmt::format("is {}, which {} does not measure", describe_quantity(number),
                               limit->unit.empty() ? "a number without a unit" : "'" + printable(limit->unit) + "'"));
    }
    condition.interval = limit->interval;
    if (condition.interval.is_empty()) {
      return fault("empty_interval", node, "asks for " + describe(node) + ", which no number satisfies");
    }
    return true;
  }

  /// "> light_rain" on the number that light_rain is a bin of.
  bool read_named_limit(const YamlNode& node, const Limit& limit, Condition& condition) {
    const CategoryValue* bin = taxonomy_.bin_of(attribute_.name, limit.bin);
    if (bin == nullptr) {
      return fault("undefined_value", node, "has no bin '" + printable(limit.bin) + "'");
    }
    faults_.add("limit_by_name", Severity::info, {file_, node.line},
                fmt::format("'{}' is limited by a bin's name ({}); write the number, which does not move with the bin",
                            printable(attribute_.name), describe(node)));
    return compare_with_bin(node, limit, *bin, condition);
  }

  /// "> light_snow" on a category of bins: what it means depends on the number that the bins are made of.
  bool read_bin_limit(const YamlNode& node, Condition& condition) {
    NoLimit no_limit;
    const auto limit = parse_limit(node.scalar, no_limit);
    if (!limit || limit->bin.empty()) {
      return fault("wrong_value", node, "takes names of values, not " + describe(node));
    }
    const CategoryValue* bin = attribute_.find_value(limit->bin);
    if (bin == nullptr) {
      return fault("undefined_value", node,
                   "has no value '" + printable(limit->bin) + "'" + hint_for(limit->bin, value_names(), faults_));
    }
    if (bin->measured.empty()) {
      return fault("unordered_values", node,
                   "has values without an order; " + describe(node) + " compares with one of them");
    }
    condition.attribute = bin->measured;
    condition.is_interval = true;
    return compare_with_bin(node, *limit, *bin, condition);
  }

  bool compare_with_bin(const YamlNode& node, const Limit& limit, const CategoryValue& bin, Condition& condition) {
    const double infinity = std::numeric_limits<double>::infinity();
    if (limit.comparison == ">") condition.interval = {bin.interval.high, infinity, !bin.interval.high_open, false};
    if (limit.comparison == ">=") condition.interval = {bin.interval.low, infinity, bin.interval.low_open, false};
    if (limit.comparison == "<") condition.interval = {-infinity, bin.interval.low, false, !bin.interval.low_open};
    if (limit.comparison == "<=") condition.interval = {-infinity, bin.interval.high, false, bin.interval.high_open};
    const bool all_or_nothing = condition.interval.low == infinity || condition.interval.high == -infinity ||
                                (condition.interval.low == -infinity && condition.interval.high == infinity);
    if (!all_or_nothing) return true;
    return fault("meaningless_comparison", node,
                 fmt::format("asks for {}, but '{}' stands for '{}' {}, which has no end on that side", describe(node),
                             printable(bin.name), printable(bin.measured), describe(bin.interval, bin.unit)));
  }

  const Attribute& attribute_;
  const Taxonomy& taxonomy_;
  const std::string& file_;
  Faults& faults_;
  std::set<std::string_view> listed_;
};

constexpr std::array<std::pair<std::string_view, ClauseKind>, 4> kClauses{{
    {"INCLUDE_AND", ClauseKind::include_and},
    {"INCLUDE_OR", ClauseKind::include_or},
    {"EXCLUDE_AND", ClauseKind::exclude_and},
    {"EXCLUDE_OR", ClauseKind::exclude_or},
}};
constexpr std::array<std::string_view, 3> kTexts{"TITLE", "DESCRIPTION", "LABEL"};

Module read_module(const std::string& name, const YamlNode& node, const std::string& file, const Taxonomy& taxonomy,
                   Faults& faults) {
  Module module{.name = name, .label = {}, .clauses = {}, .place = {file, node.line}};
  if (!node.is_map()) {
    faults.add("wrong_value", Severity::error, module.place,
               fmt::format("the module '{}' is {}, not a map of clauses", printable(name), describe(node)));
    return module;
  }
  for (const auto& [key, value] : node.members) {
    const Place place{file, value.line};
    if (std::find(kTexts.begin(), kTexts.end(), key) != kTexts.end()) {
      if (key == "LABEL" && value.is_scalar()) module.label = value.scalar;
      if (!value.is_scalar()) {
        faults.add("wrong_value", Severity::error, place, key + " is " + describe(value) + ", not a text");
      }
      continue;
    }
    const auto clause = std::find_if(kClauses.begin(), kClauses.end(),
                                     [&name = key](const auto& known) { return known.first == name; });
    if (clause != kClauses.end()) {
      Clause read{.kind = clause->second, .conditions = {}, .references = {}, .place = place};
      read_conditions(value, file, taxonomy, read, faults);
      module.clauses.push_back(std::move(read));
      continue;
    }
    if (taxonomy.find(key) != nullptr) {
      faults.add("outside_clause", Severity::error, place,
                 fmt::format("the condition on '{}' lies in no INCLUDE_ or EXCLUDE_ clause: it applies to nothing",
                             printable(key)));
      // What is wrong inside it will matter once it is in a clause.
      Condition ignored;
      ConditionReader(*taxonomy.find(key), taxonomy, file, faults).read(value, ignored);
      continue;
    }
    std::vector<std::string> known(kTexts.begin(), kTexts.end());
    for (const auto& [text, kind] : kClauses) known.emplace_back(text);
    faults.add("unknown_key", Severity::error, place,
               "'" + printable(key) + "' means nothing in a module" + hint_for(key, known, faults));
  }
  return module;
}

}  // namespace

std::size_t Definition::conditions() const {
  std::size_t count = 0;
  for (const auto* list : {&roots, &modules}) {
    for (const Module& module : *list) {
      for (const Clause& clause : module.clauses) count += clause.conditions.size();
    }
  }
  for (const Rule& rule : rules) count += rule.when.conditions.size() + rule.require.conditions.size();
  return count;
}

void read_conditions(const YamlNode& map, const std::string& file, const Taxonomy& taxonomy, Clause& clause,
                     Faults& faults) {
  if (!map.is_map()) {
    faults.add("wrong_value", Severity::error, {file, map.line},
               "a clause is " + describe(map) + ", not a map of attributes");
    return;
  }
  for (const auto& [name, node] : map.members) {
    const Place place{file, node.line};
    if (const Attribute* attribute = taxonomy.find(name)) {
      // A module may carry the name of an attribute; `true` on what is no boolean then means the module.
      const bool is_reference = node.is_scalar() && node.scalar == "true" && attribute->kind != AttributeKind::boolean;
      if (!is_reference) {
        Condition condition;
        if (ConditionReader(*attribute, taxonomy, file, faults).read(node, condition)) {
          clause.conditions.push_back(std::move(condition));
        }
        continue;
      }
    }
    if (node.is_scalar() && node.scalar == "true") {
      clause.references.push_back({name, place});
      continue;
    }
    faults.add("undefined_attribute", Severity::error, place,
               "no attribute is called '" + printable(name) + "'" +
                   (faults.gives_hints() ? hint_for(name, taxonomy.names(), faults) : ""));
  }
}

void read_modules(const YamlNode& map, const std::string& file, const Taxonomy& taxonomy, std::vector<Module>& modules,
                  Faults& faults) {
  if (!map.is_map()) {
    faults.add("wrong_value", Severity::error, {file, map.line}, describe(map) + " where a map of modules belongs");
    return;
  }
  for (const auto& [name, node] : map.members) modules.push_back(read_module(name, node, file, taxonomy, faults));
}

}  // namespace concord::odd
