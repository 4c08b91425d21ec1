#include "tools/output/usage.hpp"

#include <vector>

#include "concord/near_names.hpp"
#include "concord/text.hpp"

namespace concord::tools {
namespace {

/// The subcommand that was named, else the program itself.
const CLI::App& selected(const CLI::App& app) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  return chosen.empty() ? app : *chosen.front();
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* /*any*/) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

/// What was left over: a misspelt command or option, or an argument too many.
std::string leftover(const CLI::App& app, const std::string& typed) {
  const CLI::App& command = selected(app);
  if (typed.starts_with('-')) {
    const std::string name = typed.substr(0, typed.find('='));
    return "no option is called '" + name + "'" + near_names_hint(name, option_names(command));
  }
  if (&command == &app) return "no command is called '" + typed + "'" + near_names_hint(typed, command_names(app));
  return "'" + typed + "' is one argument too many";
}

}  // namespace

std::string usage_error(const CLI::App* app, const CLI::Error& error) {
  const std::vector<std::string> left = app->remaining(true);
  const CLI::App& command = selected(*app);
  const std::string name = &command == app ? app->get_name() : app->get_name() + " " + command.get_name();
  // The error's name is of no use: CLI11 puts the command's there.
  const bool is_extra = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  const bool is_leftover = !left.empty() && (is_extra || &command == app);
  const std::string what = is_leftover ? leftover(*app, left.front()) : std::string(error.what());
  return "concord: " + printable(what) + " (`" + name + " --help` tells more)\n";
}

}  // namespace concord::tools
