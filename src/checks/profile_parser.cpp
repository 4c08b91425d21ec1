#include "src/checks/profile_parser.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>
#include <cmath>
#include <vector>

#include "concord/near_names.hpp"
#include "src/model/yaml_entries.hpp"

namespace concord {
namespace {

using MakeError = YamlError;
using Visit = YamlVisit;

Taxonomy concord_tree() {
  auto tree = Taxonomy::builtin("");
  if (!tree.ok()) throw std::logic_error(tree.error().text());
  return std::move(tree).value();
}

std::string joined(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

std::vector<std::string> parameter_names(const CheckInfo& check) {
  std::vector<std::string> names;
  for (const ParameterInfo& parameter : check.parameters) names.emplace_back(parameter.name);
  return names;
}

}  // namespace

ProfileParser::ProfileParser(Profile& profile, std::string_view where)
    : profile_(profile), where_(where), taxonomy_(concord_tree()) {}

Error ProfileParser::error_at(const YAML::Node& node, std::string message, std::string expected) const {
  const int line = node.Mark().line;
  return {ErrorCode::malformed, std::move(message), line < 0 ? where_ : fmt::format("{}:{}", where_, line + 1),
          std::move(expected)};
}

Result<void> ProfileParser::apply(std::string_view yaml) {
  const MakeError make_error = [this](const YAML::Node& node, std::string message, std::string expected) {
    return error_at(node, std::move(message), std::move(expected));
  };
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    return for_each_yaml_entry(
        root, "the profile", make_error,
        [&](const std::string& key, const YAML::Node& node, const YAML::Node& value) -> Result<void> {
          if (key == "description") return {};
          if (key != "checks") {
            return error_at(node, "unknown key '" + key + "'", "checks or description");
          }
          return for_each_yaml_entry(
              value, "checks", make_error,
              [&](const std::string&, const YAML::Node& id, const YAML::Node& body) { return apply_check(id, body); });
        });
  } catch (const YAML::Exception& e) {
    return Error{ErrorCode::malformed, e.msg, fmt::format("{}:{}", where_, e.mark.line + 1), "YAML"};
  }
}

Result<void> ProfileParser::apply_check(const YAML::Node& id_node, const YAML::Node& body) {
  const std::string& id = id_node.Scalar();
  const CheckInfo* check = find_check(id);
  if (check == nullptr) {
    std::vector<std::string> ids;
    for (const CheckInfo& known : checks()) ids.emplace_back(known.id);
    return error_at(id_node, "unknown check '" + id + "'", did_you_mean(id, ids, "an id that `concord checks` lists"));
  }
  Settings& settings = profile_.checks_.at(id);
  YAML::Node classes;
  const Visit visit = [&](const std::string& key, const YAML::Node& key_node, const YAML::Node& value) -> Result<void> {
    if (key == "enabled") {
      if (!value.IsScalar() || !YAML::convert<bool>::decode(value, settings.enabled)) {
        return error_at(key_node, id + ".enabled is no truth value", "true or false");
      }
    } else if (key == "severity") {
      const Severity severity = value.IsScalar() ? parse_severity(value.Scalar()) : Severity::unknown;
      if (severity == Severity::unknown)
        return error_at(key_node, id + ".severity is unknown", "info, warning or error");
      settings.severity = severity;
    } else if (key == "classes") {
      classes.reset(value);
    } else {
      CONCORD_ASSIGN_OR_RETURN(const double number, number_for(*check, key, key_node, value));
      settings.values[key] = number;
      for (auto& [class_name, values] : settings.class_values) values.erase(key);
    }
    return {};
  };
  CONCORD_RETURN_IF_ERROR(for_each_yaml_entry(
      body, id,
      [this](const YAML::Node& n, std::string m, std::string e) { return error_at(n, std::move(m), std::move(e)); },
      visit));
  // After the values of the whole check, so that the order of the lines does not matter.
  return apply_classes(*check, classes, settings);
}

Result<void> ProfileParser::apply_classes(const CheckInfo& check, const YAML::Node& classes, Settings& settings) {
  const MakeError make_error = [this](const YAML::Node& node, std::string message, std::string expected) {
    return error_at(node, std::move(message), std::move(expected));
  };
  const std::string what = std::string(check.id) + ".classes";
  const Visit visit_class = [&](const std::string& class_name, const YAML::Node& node,
                                const YAML::Node& values) -> Result<void> {
    if (!taxonomy_.find(class_name)) {
      const std::vector<std::string> names = class_names(taxonomy_);
      return error_at(node, "unknown class '" + class_name + "'",
                      did_you_mean(class_name, names, "a Concord class: " + joined(names)));
    }
    return for_each_yaml_entry(
        values, what + "." + class_name, make_error,
        [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) -> Result<void> {
          CONCORD_ASSIGN_OR_RETURN(const double number, number_for(check, name, key, value));
          settings.class_values[class_name][name] = number;
          return {};
        });
  };
  CONCORD_RETURN_IF_ERROR(for_each_yaml_entry(classes, what, make_error, visit_class));
  std::erase_if(settings.class_values, [](const auto& entry) { return entry.second.empty(); });
  return {};
}

Result<double> ProfileParser::number_for(const CheckInfo& check, const std::string& name, const YAML::Node& key,
                                         const YAML::Node& value) const {
  for (const ParameterInfo& parameter : check.parameters) {
    if (parameter.name != name) continue;
    const std::string range = fmt::format("a number from {} to {} {}", parameter.minimum, parameter.maximum,
                                          parameter.unit == "1" ? "" : parameter.unit);
    double number = 0;
    if (!value.IsScalar() || !YAML::convert<double>::decode(value, number)) {
      return error_at(key, fmt::format("{}.{} is no number", check.id, name), range);
    }
    if (!(number >= parameter.minimum && number <= parameter.maximum)) {
      return error_at(key, fmt::format("{}.{} is {}, which is out of range", check.id, name, number), range);
    }
    return number;
  }
  const std::vector<std::string> names = parameter_names(check);
  return error_at(
      key, fmt::format("{} has no parameter '{}'", check.id, name),
      did_you_mean(name, names, names.empty() ? "enabled, severity or classes" : "one of " + joined(names)));
}

}  // namespace concord
