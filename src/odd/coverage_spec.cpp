#include "src/odd/coverage_spec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "concord/text.hpp"
#include "src/odd/claims.hpp"

namespace concord::odd {
namespace {

constexpr std::size_t kMostValues = 250;

bool is_numeric(const Attribute& attribute) {
  return attribute.kind == AttributeKind::number || attribute.kind == AttributeKind::integer;
}

class SpecReader {
 public:
  SpecReader(const std::string& file, const Taxonomy& taxonomy, Faults& faults)
      : file_(file), taxonomy_(taxonomy), faults_(faults) {}

  CoverageSpec read(const YamlNode& map) {
    if (!map.is_map()) {
      fault("wrong_value", map, "coverage is " + describe(map) + ", not a map");
      return {};
    }
    for (const auto& [key, node] : map.members) {
      if (key != "attributes" && key != "minimum" && key != "impossible" && key != "target") {
        fault("unknown_key", node, "'" + printable(key) + "' is none of attributes, minimum, impossible, target");
      }
    }
    if (const YamlNode* node = map.find("attributes")) read_attributes(*node);
    if (const YamlNode* node = map.find("minimum")) read_minimum(*node);
    if (const YamlNode* node = map.find("impossible")) read_impossible(*node);
    if (const YamlNode* node = map.find("target")) read_target(*node);
    return std::move(spec_);
  }

 private:
  void fault(std::string_view rule, const YamlNode& node, std::string what) {
    faults_.add(rule, Severity::error, {file_, node.line}, std::move(what));
  }
  static std::optional<double> number(const YamlNode& node) {
    double value = 0;
    const char* const end = node.scalar.data() + node.scalar.size();
    const auto read = std::from_chars(node.scalar.data(), end, value);
    const bool is_good = node.is_scalar() && read.ec == std::errc() && read.ptr == end && std::isfinite(value);
    return is_good && value >= 0 ? std::optional(value) : std::nullopt;
  }

  void read_attributes(const YamlNode& map) {
    if (!map.is_map()) return fault("wrong_value", map, "attributes is " + describe(map) + ", not a map");
    std::set<std::string_view> seen;
    for (const auto& [name, node] : map.members) {
      const Attribute* attribute = taxonomy_.find(name);
      if (attribute == nullptr) {
        fault("undefined_attribute", node,
              "no attribute is called '" + printable(name) + "'" +
                  (faults_.gives_hints() ? hint_for(name, taxonomy_.names(), faults_) : ""));
        continue;
      }
      if (!seen.insert(name).second) continue;  // a duplicate key, which is a fault already
      WantedAttribute wanted{.name = name, .is_number = is_numeric(*attribute)};
      if (node.is_scalar() && node.scalar == "all" && !wanted.is_number) {
        add_all(*attribute, wanted);
      } else if (node.is_sequence()) {
        for (const YamlNode& item : node.items) read_value(*attribute, item, wanted);
      } else {
        fault("wrong_value", node, "'" + printable(name) + "' is " + describe(node) + ", not a list of values");
        continue;
      }
      if (wanted.values.empty() || wanted.values.size() > kMostValues) {
        fault("wrong_value", node,
              "'" + printable(name) + "' has " + std::to_string(wanted.values.size()) + " values, not 1 to 250");
        continue;
      }
      spec_.attributes.push_back(std::move(wanted));
    }
  }

  static void add_all(const Attribute& attribute, WantedAttribute& wanted) {
    if (attribute.kind == AttributeKind::boolean) wanted.values = {{.name = "true"}, {.name = "false"}};
    for (const CategoryValue& value : attribute.values) wanted.values.push_back({.name = value.name});
  }

  void read_value(const Attribute& attribute, const YamlNode& item, WantedAttribute& wanted) {
    if (!item.is_scalar() || item.scalar.empty()) {
      return fault("empty_value", item, "'" + printable(attribute.name) + "' lists " + describe(item));
    }
    const auto same = [&](const WantedValue& value) { return value.name == item.scalar; };
    if (std::any_of(wanted.values.begin(), wanted.values.end(), same)) {
      return fault("duplicate_value", item, describe(item) + " is listed twice");
    }
    WantedValue value{.name = item.scalar};
    if (wanted.is_number) {
      NoLimit no_limit;
      const auto limit = parse_limit(item.scalar, no_limit);
      if (!limit || !limit->bin.empty()) {
        return fault("malformed_limit", item, describe(item) + " is no limit: " + no_limit.reason);
      }
      if (!measures(*find_unit(limit->unit), attribute.quantity)) {
        return fault("wrong_unit", item, describe(item) + " does not measure " + describe_quantity(attribute));
      }
      value.interval = closed(limit->interval);
      for (const WantedValue& other : wanted.values) {
        if (intersection(other.interval, value.interval).is_empty()) continue;
        return fault("overlapping_bins", item, describe(item) + " and '" + printable(other.name) + "' share numbers");
      }
    } else if (attribute.kind == AttributeKind::boolean
                   ? item.scalar != "true" && item.scalar != "false"
                   : attribute.kind != AttributeKind::text && attribute.find_value(item.scalar) == nullptr) {
      return fault("undefined_value", item, "'" + printable(attribute.name) + "' has no value " + describe(item));
    }
    wanted.values.push_back(std::move(value));
  }

  void read_minimum(const YamlNode& map) {
    const std::array<std::pair<std::string_view, double*>, 5> keys{{{"frames", &spec_.least_frames},
                                                                    {"seconds", &spec_.least_seconds},
                                                                    {"kilometres", &spec_.least_kilometres},
                                                                    {"drives", &spec_.least_drives},
                                                                    {"objects", &spec_.least_objects}}};
    if (!map.is_map()) return fault("wrong_value", map, "minimum is " + describe(map) + ", not a map");
    for (const auto& [key, node] : map.members) {
      const std::string& name = key;
      const auto known = std::find_if(keys.begin(), keys.end(), [&](const auto& k) { return k.first == name; });
      const auto value = number(node);
      if (known == keys.end()) {
        fault("unknown_key", node, "'" + printable(key) + "' is none of frames, seconds, kilometres, drives, objects");
      } else if (!value) {
        fault("wrong_value", node, "'" + printable(key) + "' is " + describe(node) + ", not a number from 0 on");
      } else {
        *known->second = *value;
      }
    }
  }

  void read_impossible(const YamlNode& list) {
    if (!list.is_sequence()) return fault("wrong_value", list, "impossible is " + describe(list) + ", not a list");
    for (const YamlNode& item : list.items) {
      Clause clause{.kind = ClauseKind::include_and, .conditions = {}, .references = {}, .place = {file_, item.line}};
      read_conditions(item, file_, taxonomy_, clause, faults_);
      if (!clause.references.empty()) fault("wrong_value", item, "names a module, which is no attribute");
      Impossible impossible;
      for (Condition& condition : clause.conditions) {
        const std::string name = condition.attribute;
        impossible.emplace(name, std::move(condition));
      }
      if (!impossible.empty()) spec_.impossible.push_back(std::move(impossible));
    }
  }

  void read_target(const YamlNode& map) {
    if (!map.is_map()) return fault("wrong_value", map, "target is " + describe(map) + ", not a map");
    for (const auto& [key, node] : map.members) {
      const std::string& name = key;
      const auto wanted = std::find_if(spec_.attributes.begin(), spec_.attributes.end(),
                                       [&](const WantedAttribute& a) { return a.name == name; });
      if (wanted == spec_.attributes.end()) {
        fault("undefined_attribute", node, "'" + printable(key) + "' is not among the attributes to cover");
        continue;
      }
      std::vector<double> shares(wanted->values.size(), 0.0);
      double sum = 0;
      for (const auto& [value, share] : node.members) {
        const std::string& value_name = value;
        const auto found = std::find_if(wanted->values.begin(), wanted->values.end(),
                                        [&](const WantedValue& w) { return w.name == value_name; });
        const auto part = number(share);
        if (found == wanted->values.end() || !part) {
          fault("wrong_value", share, "'" + printable(value) + "' is no value to cover, or has no share");
          continue;
        }
        shares[static_cast<std::size_t>(found - wanted->values.begin())] = *part;
        sum += *part;
      }
      if (!(std::abs(sum - 1) <= 1e-6)) {
        fault("wrong_value", node, "the shares of '" + printable(key) + "' do not sum to 1");
        continue;
      }
      wanted->target = std::move(shares);
    }
  }

  const std::string& file_;
  const Taxonomy& taxonomy_;
  Faults& faults_;
  CoverageSpec spec_;
};

}  // namespace

CoverageSpec read_coverage(const YamlNode& map, const std::string& file, const Taxonomy& taxonomy, Faults& faults) {
  return SpecReader(file, taxonomy, faults).read(map);
}

CoverageSpec coverage_of_includes(const Definition& definition, const Taxonomy& taxonomy) {
  CoverageSpec spec;
  std::set<std::string> seen;
  for (const auto* modules : {&definition.roots, &definition.modules}) {
    for (const Module& module : *modules) {
      for (const Clause& clause : module.clauses) {
        if (clause.kind != ClauseKind::include_and && clause.kind != ClauseKind::include_or) continue;
        for (const Condition& condition : clause.conditions) {
          const Attribute* attribute = taxonomy.find(condition.attribute);
          if (attribute == nullptr || attribute->kind != AttributeKind::category || condition.is_interval) continue;
          if (condition.values.size() > kMostValues || !seen.insert(condition.attribute).second) continue;
          WantedAttribute wanted{.name = condition.attribute};
          for (const std::string& value : condition.values) wanted.values.push_back({.name = value});
          spec.attributes.push_back(std::move(wanted));
        }
      }
    }
  }
  return spec;
}

}  // namespace concord::odd
