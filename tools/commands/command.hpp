#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace concord::tools {

// Exit codes of every subcommand.
inline constexpr int kClean = 0;        ///< ran; nothing at or above the asked severity
inline constexpr int kFindings = 1;     ///< ran; findings at or above the asked severity
inline constexpr int kCouldNotRun = 2;  ///< wrong usage, unreadable input, failed output; outranks kFindings

/// A subcommand: `add` declares its options on `app` and sets a callback that stores the exit code.
struct Command {
  int rank;  ///< order in --help
  void (*add)(CLI::App& app, int& exit_code);
};

std::vector<Command>& commands();

/// One static object a file of tools/commands registers its subcommand.
struct RegisterCommand {
  RegisterCommand(int rank, void (*add)(CLI::App& app, int& exit_code)) { commands().push_back({rank, add}); }
};

/// The command as typed, quoted for a shell; kept in reports.
std::string& command_line();

/// Prints `concord: text` on standard error.
void print_error(const std::string& text);

}  // namespace concord::tools
