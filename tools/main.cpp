// The `concord` program: one file of tools/commands a subcommand.

#include <malloc.h>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>

#include "concord/version.hpp"
#include "tools/commands/command.hpp"

namespace concord::tools {

std::vector<Command>& commands() {
  static std::vector<Command> all;
  return all;
}

void print_error(const std::string& text) { std::fprintf(stderr, "concord: %s\n", text.c_str()); }

}  // namespace concord::tools

int main(int argc, char** argv) {
  using namespace concord::tools;
  // Beyond a file size limit a write shall fail, not end the program.
  std::signal(SIGXFSZ, SIG_IGN);
  // Tables of many megabytes come and go with every drive: their memory is kept, not given back and cleared anew.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  CLI::App app{"Validates 3D sensor-fusion labels: reads drives, measures every label, explains what it finds.",
               "concord"};
  app.set_version_flag("--version", "concord " + std::string(concord::version()));
  app.require_subcommand(1);
  app.footer("Exit codes: 0 clean, 1 findings at or above the asked severity, 2 could not run.");
  int exit_code = kClean;
  std::sort(commands().begin(), commands().end(), [](const Command& a, const Command& b) { return a.rank < b.rank; });
  for (const Command& command : commands()) command.add(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kClean : kCouldNotRun;
  } catch (const std::exception& e) {
    // A lost device or a bug; data errors never come this way.
    print_error(std::string("internal error: ") + e.what());
    return kCouldNotRun;
  }
  return exit_code;
}
