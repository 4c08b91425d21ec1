#include <fmt/format.h>
#include <thread>

#include "concord/dataset.hpp"
#include "concord/judge.hpp"
#include "concord/measure.hpp"
#include "concord/version.hpp"
#include "tools/commands/command.hpp"
#include "tools/library_versions.hpp"

namespace concord::tools {
namespace {

void add(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("doctor", "What this build can do on this machine");
  command->footer("Example: concord doctor");
  command->callback([&exit_code] {
    fmt::print("concord {}\n", version());
    fmt::print("hardware threads: {}\n\nbackends\n", std::thread::hardware_concurrency());
    for (const BackendInfo& backend : backends()) {
      fmt::print("  {:<6} {:<14} {:<10} {}\n", backend.name, backend.compiled ? "compiled" : "not compiled",
                 backend.usable ? "usable" : "not usable", backend.detail);
    }
    fmt::print("\nformats\n");
    for (const Format* format : formats()) fmt::print("  {:<16} {}\n", format->name(), format->title());
    fmt::print("\nchecks: {}\n\nlibraries (as compiled)\n", checks().size());
    for (const auto& [name, number] : kLibraryVersions) {
      fmt::print("  {:<16} {}\n", name, number.empty() ? "not built in" : number);
    }
    exit_code = kClean;
  });
}

const RegisterCommand kRegistered{90, add};

}  // namespace
}  // namespace concord::tools
