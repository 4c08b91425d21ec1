#include <fmt/format.h>
#include <stdexcept>
#include <vector>

#include "concord/embedded.hpp"
#include "concord/judge.hpp"
#include "concord/near_names.hpp"
#include "src/checks/profile_parser.hpp"
#include "src/core/input_file.hpp"

namespace concord {
namespace {

constexpr std::uint64_t kMaxProfileBytes = 1U << 20U;  // profiles are written by people

template <class Map>
const auto& require(const Map& map, std::string_view key, const char* what) {
  const auto found = map.find(key);
  if (found == map.end()) throw std::out_of_range(std::string("no ") + what + " '" + std::string(key) + "'");
  return found->second;
}

// Shortest text that reads back as the same number.
std::string number(double value) { return fmt::format("{}", value); }

}  // namespace

Profile::Profile(DefaultsOnly) {
  for (const CheckInfo& check : checks()) {
    CheckSettings& settings = checks_[std::string(check.id)];
    settings.severity = check.severity;
    for (const ParameterInfo& parameter : check.parameters) {
      settings.values[std::string(parameter.name)] = parameter.default_value;
    }
  }
}

Profile::Profile() : Profile(DefaultsOnly{}) {
  static const Profile kDefault = [] {
    const auto text = embedded_file("profiles/default.yaml");
    if (!text) throw std::logic_error("the default profile is not compiled in");
    Profile profile{DefaultsOnly{}};
    const auto applied = ProfileParser(profile, "profiles/default.yaml").apply(*text);
    if (!applied.ok()) throw std::logic_error(applied.error().text());
    return profile;
  }();
  checks_ = kDefault.checks_;
}

Result<Profile> Profile::builtin(std::string_view name) {
  if (name == "default") return Profile();
  const std::string path = "profiles/" + std::string(name) + ".yaml";
  if (const auto text = embedded_file(path)) return parse(*text, path);
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name.starts_with("profiles/")) names.emplace_back(file.name.substr(9, file.name.size() - 14));
  }
  return Error{ErrorCode::not_found, "no built-in profile is called '" + std::string(name) + "'", "",
               fmt::format("{}", fmt::join(names, " or "))};
}

Result<Profile> Profile::from_file(const std::filesystem::path& path) {
  CONCORD_ASSIGN_OR_RETURN(const std::string text, read_file(path, kMaxProfileBytes, "a profile, YAML"));
  return parse(text, path.string());
}

Result<Profile> Profile::parse(std::string_view yaml, std::string_view where) {
  Profile profile;
  CONCORD_RETURN_IF_ERROR(ProfileParser(profile, where).apply(yaml));
  return profile;
}

bool Profile::enabled(std::string_view check) const { return require(checks_, check, "check").enabled; }

Severity Profile::severity(std::string_view check) const { return require(checks_, check, "check").severity; }

double Profile::parameter(std::string_view check, std::string_view name, const Taxonomy& taxonomy,
                          ClassCode code) const {
  const CheckSettings& settings = require(checks_, check, "check");
  if (!settings.class_values.empty()) {
    for (const ClassCode ancestor : taxonomy.lineage(code)) {
      const auto values = settings.class_values.find(taxonomy.at(ancestor).name);
      if (values == settings.class_values.end()) continue;
      const auto value = values->second.find(name);
      if (value != values->second.end()) return value->second;
    }
  }
  return require(settings.values, name, "parameter");
}

std::string Profile::to_yaml() const {
  std::string yaml = "checks:\n";
  for (const auto& [id, settings] : checks_) {
    yaml +=
        fmt::format("  {}:\n    enabled: {}\n    severity: {}\n", id, settings.enabled, to_string(settings.severity));
    for (const auto& [name, value] : settings.values) yaml += fmt::format("    {}: {}\n", name, number(value));
    if (settings.class_values.empty()) continue;
    yaml += "    classes:\n";
    for (const auto& [class_name, values] : settings.class_values) {
      yaml += fmt::format("      {}:\n", class_name);
      for (const auto& [name, value] : values) yaml += fmt::format("        {}: {}\n", name, number(value));
    }
  }
  return yaml;
}

}  // namespace concord
