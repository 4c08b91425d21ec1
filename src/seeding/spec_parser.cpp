#include "src/seeding/spec_parser.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>
#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <stdexcept>

namespace concord::seeding {
namespace {

constexpr std::size_t kMaxEntries = 1000;
constexpr std::size_t kMaxNumbers = 1000;
constexpr double kMaxWeight = 1e6;

std::string shown(const std::string& text) { return text.size() <= 60 ? text : text.substr(0, 57) + "..."; }

Taxonomy concord_tree() {
  auto tree = Taxonomy::builtin("");
  if (!tree.ok()) throw std::logic_error(tree.error().text());
  return std::move(tree).value();
}

// Every key that an entry of this kind may have.
std::string keys_of(const ErrorKindInfo& info) {
  std::string keys = "type, classes, prevalence, weight";
  for (const ErrorParameter& parameter : info.parameters) keys += ", " + std::string(parameter.name);
  for (const ErrorChoice& choice : info.choices) keys += ", " + std::string(choice.name);
  if (info.kind == ErrorKind::swap_class || info.kind == ErrorKind::flicker) keys += ", to";
  return keys;
}

using MakeError = std::function<Error(const YAML::Node&, std::string, std::string)>;
using Visit = std::function<Result<void>(const std::string& key, const YAML::Node& key_node, const YAML::Node& value)>;

// Calls `visit` for each entry of the mapping `map`; no mapping, keys that are no text and repeated keys are errors.
Result<void> for_each_key(const YAML::Node& map, const std::string& what, const MakeError& error_at,
                          const Visit& visit) {
  if (!map.IsMap()) return error_at(map, what + " is not a mapping", "key: value lines");
  std::set<std::string> seen;
  for (const auto& pair : map) {
    if (!pair.first.IsScalar()) return error_at(pair.first, "a key of " + what + " is not a text", "key: value");
    const std::string& key = pair.first.Scalar();
    if (!seen.insert(key).second) {
      return error_at(pair.first, "'" + shown(key) + "' is given twice in " + what, "one value");
    }
    CONCORD_RETURN_IF_ERROR(visit(key, pair.first, pair.second));
  }
  return {};
}

}  // namespace

SpecParser::SpecParser(std::string_view where) : where_(where), taxonomy_(concord_tree()) {}

Error SpecParser::error_at(const YAML::Node& node, std::string message, std::string expected) const {
  const int line = node.Mark().line;
  return {ErrorCode::malformed, std::move(message), line < 0 ? where_ : fmt::format("{}:{}", where_, line + 1),
          std::move(expected)};
}

Result<SeedingSpec> SpecParser::parse(std::string_view yaml) const {
  try {
    SeedingSpec spec;
    CONCORD_RETURN_IF_ERROR(read_root(YAML::Load(std::string(yaml)), spec));
    return spec;
  } catch (const YAML::Exception& e) {
    return Error{ErrorCode::malformed, e.msg, fmt::format("{}:{}", where_, e.mark.line + 1), "YAML"};
  }
}

Result<void> SpecParser::read_root(const YAML::Node& root, SeedingSpec& spec) const {
  const MakeError make_error = [this](const YAML::Node& n, std::string m, std::string e) {
    return error_at(n, std::move(m), std::move(e));
  };
  bool has_errors = false;
  const Visit visit = [&](const std::string& key, const YAML::Node& node, const YAML::Node& value) -> Result<void> {
    if (key == "description") return {};
    if (key == "prevalence") {
      CONCORD_ASSIGN_OR_RETURN(spec.prevalence, number(key, node, value, 0, 1, false));
      return {};
    }
    if (key == "track_prevalence") {
      CONCORD_ASSIGN_OR_RETURN(spec.track_prevalence, number(key, node, value, 0, 1, false));
      return {};
    }
    if (key == "guard_frames") {
      CONCORD_ASSIGN_OR_RETURN(const double frames, number(key, node, value, 2, 1000, true));
      spec.guard_frames = static_cast<int>(frames);
      return {};
    }
    if (key != "errors") {
      return error_at(node, "unknown key '" + shown(key) + "'",
                      "description, prevalence, track_prevalence, guard_frames or errors");
    }
    has_errors = true;
    if (value.IsNull()) return {};
    if (!value.IsSequence() || value.size() > kMaxEntries) {
      return error_at(node, "errors is no list of at most 1000 entries", "- {type: shift, ...} lines");
    }
    for (const YAML::Node& entry : value) {
      CONCORD_ASSIGN_OR_RETURN(ErrorEntry parsed, read_entry(entry));
      spec.errors.push_back(std::move(parsed));
    }
    return {};
  };
  CONCORD_RETURN_IF_ERROR(for_each_key(root, "the spec", make_error, visit));
  if (!has_errors) return Error{ErrorCode::malformed, "no errors", where_, "errors: [...], which may be empty"};
  return {};
}

Result<ErrorEntry> SpecParser::read_entry(const YAML::Node& node) const {
  const MakeError make_error = [this](const YAML::Node& n, std::string m, std::string e) {
    return error_at(n, std::move(m), std::move(e));
  };
  if (!node.IsMap()) return error_at(node, "an entry of errors is no mapping", "{type: shift, ...}");
  std::string names;
  for (const ErrorKindInfo& info : error_kinds()) names += (names.empty() ? "" : ", ") + std::string(info.name);
  const YAML::Node type = node["type"];
  if (!type || !type.IsScalar()) return error_at(node, "an entry of errors has no type", names);
  const ErrorKindInfo* info = find_error_kind(type.Scalar());
  if (info == nullptr) return error_at(type, "unknown error type '" + shown(type.Scalar()) + "'", names);

  ErrorEntry entry;
  entry.kind = info->kind;
  for (const ErrorParameter& parameter : info->parameters) {
    entry.numbers[std::string(parameter.name)] = parameter.default_values;
  }
  for (const ErrorChoice& choice : info->choices) entry.choices[std::string(choice.name)] = choice.values.front();
  CONCORD_RETURN_IF_ERROR(
      for_each_key(node, std::string(info->name), make_error,
                   [&](const std::string& key, const YAML::Node& key_node, const YAML::Node& value) -> Result<void> {
                     return key == "type" ? Result<void>() : read_key(*info, key, key_node, value, entry);
                   }));
  return entry;
}

Result<void> SpecParser::read_key(const ErrorKindInfo& info, const std::string& key, const YAML::Node& key_node,
                                  const YAML::Node& value, ErrorEntry& entry) const {
  if (key == "prevalence") {
    CONCORD_ASSIGN_OR_RETURN(entry.prevalence, number(key, key_node, value, 0, 1, false));
    return {};
  }
  if (key == "weight") {
    CONCORD_ASSIGN_OR_RETURN(entry.weight, number(key, key_node, value, 0, kMaxWeight, false));
    return {};
  }
  if (key == "classes") return read_classes(key_node, value, entry);
  if (key == "to" && (info.kind == ErrorKind::swap_class || info.kind == ErrorKind::flicker)) {
    if (!value.IsScalar() || value.Scalar().empty()) {
      return error_at(key_node, "to is no class name", "a class as the dataset names it");
    }
    entry.to = value.Scalar();
    return {};
  }
  for (const ErrorParameter& parameter : info.parameters) {
    if (parameter.name == key) return read_numbers(parameter, key_node, value, entry);
  }
  for (const ErrorChoice& choice : info.choices) {
    if (choice.name != key) continue;
    const std::string words = fmt::format("{}", fmt::join(choice.values, ", "));
    if (!value.IsScalar() ||
        std::find(choice.values.begin(), choice.values.end(), value.Scalar()) == choice.values.end()) {
      return error_at(key_node, fmt::format("{} of {} is none of its words", key, info.name), words);
    }
    entry.choices[key] = value.Scalar();
    return {};
  }
  return error_at(key_node, fmt::format("{} has no key '{}'", info.name, shown(key)), keys_of(info));
}

Result<void> SpecParser::read_classes(const YAML::Node& key_node, const YAML::Node& value, ErrorEntry& entry) const {
  if (!value.IsSequence() || value.size() == 0 || value.size() > kMaxNumbers) {
    return error_at(key_node, "classes is no list", "[vehicle, pedestrian]");
  }
  for (const YAML::Node& name : value) {
    if (!name.IsScalar() || !taxonomy_.find(name.Scalar())) {
      std::string names;
      for (std::size_t code = 0; code < taxonomy_.size(); ++code) {
        names += (code == 0 ? "" : ", ") + taxonomy_.at(static_cast<ClassCode>(code)).name;
      }
      return error_at(name, "unknown class" + (name.IsScalar() ? " '" + shown(name.Scalar()) + "'" : ""),
                      "a Concord class: " + names);
    }
    entry.classes.push_back(name.Scalar());
  }
  return {};
}

Result<void> SpecParser::read_numbers(const ErrorParameter& parameter, const YAML::Node& key_node,
                                      const YAML::Node& value, ErrorEntry& entry) const {
  const std::string name(parameter.name);
  std::vector<double> numbers;
  const bool is_list = value.IsSequence();
  if (is_list && (!parameter.list || value.size() == 0 || value.size() > kMaxNumbers)) {
    return error_at(key_node, name + (parameter.list ? " is no list of 1 to 1000 numbers" : " is a list"),
                    parameter.list ? "[1, 2]" : "one number");
  }
  for (std::size_t i = 0; i < (is_list ? value.size() : 1); ++i) {
    CONCORD_ASSIGN_OR_RETURN(const double read, number(name, key_node, is_list ? value[i] : value, parameter.minimum,
                                                       parameter.maximum, parameter.whole));
    if (name == "factor" && std::abs(read - 1) < 0.01) {
      return error_at(key_node, fmt::format("factor is {}, which changes nothing", read), "at least 1 % from 1");
    }
    numbers.push_back(read);
  }
  entry.numbers[name] = std::move(numbers);
  return {};
}

Result<double> SpecParser::number(const std::string& name, const YAML::Node& key_node, const YAML::Node& value,
                                  double minimum, double maximum, bool whole) const {
  const std::string range = fmt::format("a {}number from {} to {}", whole ? "whole " : "", minimum, maximum);
  double read = 0;
  if (!value.IsScalar() || !YAML::convert<double>::decode(value, read)) {
    return error_at(key_node, name + " is no number", range);
  }
  if (!(read >= minimum && read <= maximum) || (whole && read != std::floor(read))) {
    return error_at(key_node, fmt::format("{} is {}, which is out of range", name, read), range);
  }
  return read;
}

}  // namespace concord::seeding
