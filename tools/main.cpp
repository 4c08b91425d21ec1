// The `concord` program: one file of tools/commands a subcommand.

#include <malloc.h>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <system_error>

#include "concord/dataset.hpp"
#include "concord/text.hpp"
#include "concord/version.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/usage.hpp"

namespace concord::tools {

std::vector<Command>& commands() {
  static std::vector<Command> all;
  return all;
}

std::string& command_line() {
  static std::string line;
  return line;
}

void print_error(const std::string& text) { std::fprintf(stderr, "concord: %s\n", concord::printable(text).c_str()); }

}  // namespace concord::tools

namespace {

std::string quoted(const std::string& argument) {
  const auto is_plain = [](unsigned char c) { return std::isalnum(c) != 0 || std::strchr("_-./:=,+@%", c) != nullptr; };
  if (!argument.empty() && std::all_of(argument.begin(), argument.end(), is_plain)) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace concord::tools;
  for (int i = 0; i < argc; ++i) command_line() += (i > 0 ? " " : "") + quoted(i > 0 ? argv[i] : "concord");
  concord::survive_cut_files();
  // Beyond a file size limit a write shall fail, not end the program.
  std::signal(SIGXFSZ, SIG_IGN);
  // Tables of many megabytes come and go with every drive: their memory is kept, not given back and cleared anew.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  CLI::App app{"Validates 3D sensor-fusion labels: reads drives, measures every label, explains what it finds.",
               "concord"};
  app.set_version_flag("--version", "concord " + std::string(concord::version()));
  app.require_subcommand(1);
  app.failure_message(usage_error);
  int exit_code = kClean;
  std::sort(commands().begin(), commands().end(), [](const Command& a, const Command& b) { return a.rank < b.rank; });
  for (const Command& command : commands()) command.add(app, exit_code);
  // Afterwards, because subcommands inherit it.
  app.footer(
      "A first look:\n"
      "  concord validate DATASET --out reports\n"
      "  concord summary reports\n"
      "  concord findings reports\n"
      "  concord show reports ID\n"
      "`concord COMMAND --help` tells more.\n"
      "Exit codes: 0 clean, 1 findings at or above the asked severity, 2 could not run.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kClean : kCouldNotRun;
  } catch (const std::system_error& e) {
    print_error(e.what());  // standard output is full or gone
    return kCouldNotRun;
  } catch (const std::exception& e) {
    // A lost device or a bug; data errors never come this way.
    print_error(std::string("internal error: ") + e.what());
    return kCouldNotRun;
  }
  // What is cut off must not look complete.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    print_error(std::string("standard output cannot be written: ") + std::strerror(errno));
    return kCouldNotRun;
  }
  return exit_code;
}
