// `concord checks [ID]`: the checks of this build, and what a profile can set about one of them.

#include <fmt/format.h>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "concord/judge.hpp"
#include "concord/near_names.hpp"
#include "tools/commands/command.hpp"

namespace concord::tools {
namespace {

struct Options {
  std::string id;
  std::string format = "table";
};

std::string joined(const std::vector<std::string_view>& texts) {
  return texts.empty() ? "labels only" : fmt::format("{}", fmt::join(texts, ", "));
}

nlohmann::ordered_json to_json(const CheckInfo& check) {
  nlohmann::ordered_json parameters = nlohmann::ordered_json::array();
  for (const ParameterInfo& parameter : check.parameters) {
    parameters.push_back({{"name", parameter.name},
                          {"unit", parameter.unit},
                          {"default", parameter.default_value},
                          {"minimum", parameter.minimum},
                          {"maximum", parameter.maximum},
                          {"help", parameter.help},
                          {"quantity", parameter.quantity.empty() ? nlohmann::ordered_json(nullptr)
                                                                  : nlohmann::ordered_json(parameter.quantity)}});
  }
  return {{"id", check.id},
          {"title", check.title},
          {"severity", to_string(check.severity)},
          {"error_type", check.error_type},
          {"fault", to_string(check.fault)},
          {"scope", to_string(check.scope)},
          {"unit", check.unit},
          {"inputs", check.inputs},
          {"parameters", std::move(parameters)}};
}

// Values of single classes in the default profile, as "vehicle 0.25, person 0.6".
std::string class_values(const CheckInfo& check, const ParameterInfo& parameter) {
  static const Profile kDefault;
  static const Taxonomy kTree = Taxonomy::builtin("").value();
  std::string text;
  const auto value_of = [&](ClassCode code) { return kDefault.parameter(check.id, parameter.name, kTree, code); };
  for (std::size_t i = 1; i < kTree.size(); ++i) {
    const auto code = static_cast<ClassCode>(i);
    const ClassCode parent = kTree.at(code).parent;
    if (value_of(code) == value_of(parent)) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kTree.at(code).name, value_of(code));
  }
  return text;
}

void print_parameters(const CheckInfo& check) {
  if (check.parameters.empty()) {
    fmt::print("parameters: none\n");
    return;
  }
  fmt::print("parameters (set them in a profile, for all classes or for single ones):\n");
  std::size_t width = 0;
  for (const ParameterInfo& parameter : check.parameters) width = std::max(width, parameter.name.size());
  for (const ParameterInfo& parameter : check.parameters) {
    const std::string unit = parameter.unit == "1" ? "" : " " + std::string(parameter.unit);
    fmt::print("  {:<{}}  {}{}, from {} to {}: {}{}\n", parameter.name, width, parameter.default_value, unit,
               parameter.minimum, parameter.maximum, parameter.help,
               parameter.quantity.empty() ? "" : fmt::format(" (--priors: from {})", parameter.quantity));
    const std::string classes = class_values(check, parameter);
    if (!classes.empty()) fmt::print("  {:<{}}  default profile: {}\n", "", width, classes);
  }
}

void explain(const CheckInfo& check) {
  fmt::print("{}: {}\n\n", check.id, check.title);
  fmt::print("severity:   {}\nfault:      {}\nscope:      {}\nerror type: {}\nneeds:      {}\nvalue in:   {}\n",
             to_string(check.severity), to_string(check.fault), to_string(check.scope), check.error_type,
             joined(check.inputs), check.unit);
  print_parameters(check);
  fmt::print("\n{}", check.documentation);
}

void list_as_table() {
  std::size_t width = 0;
  for (const CheckInfo& check : checks()) width = std::max(width, check.id.size());
  for (const CheckInfo& check : checks()) {
    fmt::print("{:<{}}  {:<7}  {}\n", check.id, width, to_string(check.severity), check.title);
  }
  fmt::print("\n`concord checks ID` explains one of them.\n");
}

int run(const Options& options) {
  if (options.id.empty()) {
    if (options.format == "table") {
      list_as_table();
    } else {
      for (const CheckInfo& check : checks()) fmt::print("{}\n", to_json(check).dump());
    }
    return kClean;
  }
  const CheckInfo* check = find_check(options.id);
  if (check == nullptr) {
    std::vector<std::string> ids;
    for (const CheckInfo& known : checks()) ids.emplace_back(known.id);
    print_error("no check is called '" + options.id + "'; " +
                did_you_mean(options.id, ids, "`concord checks` lists all"));
    return kCouldNotRun;
  }
  if (options.format == "table") {
    explain(*check);
  } else {
    nlohmann::ordered_json json = to_json(*check);
    json["documentation"] = check->documentation;
    fmt::print("{}\n", json.dump());
  }
  return kClean;
}

void add_checks(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("checks", "List the checks, or explain one");
  command->add_option("ID", options->id, "a check, such as temporal.heading_flip");
  command->add_option("--format", options->format, "table (for people) or json (one object a line)")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  concord checks temporal.heading_flip\n"
      "  concord checks --format json");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

const RegisterCommand kRegister(50, add_checks);

}  // namespace
}  // namespace concord::tools
