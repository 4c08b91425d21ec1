// `concord odd`: `lint PATH...`, faults of ODD definitions and taxonomies; `coverage` is in odd_coverage.cpp.

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "concord/odd.hpp"
#include "concord/text.hpp"
#include "tools/commands/command.hpp"
#include "tools/commands/odd_coverage.hpp"
#include "tools/output/judging.hpp"

namespace concord::tools {
namespace {

struct Options {
  std::vector<std::filesystem::path> paths;
  std::string format = "table";
  std::string fail_on = "error";
};

void print_table(const odd::LintReport& report) {
  for (const odd::LintFault& fault : report.faults) {
    const std::string line = fault.line > 0 ? ":" + std::to_string(fault.line) : "";
    fmt::print("{}{}: {}: {} [{}]\n", printable(fault.file), line, to_string(fault.severity), printable(fault.message),
               fault.rule);
  }
}

void print_json(const odd::LintReport& report) {
  for (const odd::LintFault& fault : report.faults) {
    nlohmann::ordered_json json{{"file", to_utf8(fault.file)},
                                {"line", nullptr},
                                {"severity", to_string(fault.severity)},
                                {"rule", fault.rule},
                                {"message", to_utf8(fault.message)}};
    if (fault.line > 0) json["line"] = fault.line;
    fmt::print("{}\n", json.dump());
  }
}

int run(const Options& options) {
  const odd::LintReport report = odd::lint(options.paths);
  options.format == "json" ? print_json(report) : print_table(report);
  for (const Error& error : report.errors) print_error(error.text());
  std::array<std::size_t, 4> count{};
  for (const odd::LintFault& fault : report.faults) ++count[static_cast<std::size_t>(fault.severity)];
  if (options.format != "json") {
    fmt::print("{} files, {} attributes, {} conditions: {} errors, {} warnings, {} infos\n", report.files,
               report.attributes, report.conditions, count[static_cast<std::size_t>(Severity::error)],
               count[static_cast<std::size_t>(Severity::warning)], count[static_cast<std::size_t>(Severity::info)]);
  }
  if (!report.errors.empty()) return kCouldNotRun;
  JudgingArguments judging;
  judging.fail_on = options.fail_on;
  return judging.fails(count[static_cast<std::size_t>(Severity::info)],
                       count[static_cast<std::size_t>(Severity::warning)],
                       count[static_cast<std::size_t>(Severity::error)])
             ? kFindings
             : kClean;
}

void add_odd(CLI::App& app, int& exit_code) {
  CLI::App* odd = app.add_subcommand(
      "odd", "Operational design domains: hold their definitions against themselves, and drives against them");
  odd->require_subcommand(1);
  odd->footer("Example:\n  concord odd lint data/odd/motorway_assist.yaml");
  auto options = std::make_shared<Options>();
  CLI::App* lint = odd->add_subcommand("lint", "Name the faults of ODD definitions and taxonomies by file and line");
  lint->add_option("PATH", options->paths,
                   "YAML (OpenODD, or Concord's form) or JSON (OpenODC) files, or folders of them")
      ->required();
  lint->add_option("--format", options->format, "table (for people) or json (one object a line)")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  lint->add_option("--fail-on", options->fail_on, "Lowest severity that gives exit code 1")
      ->check(CLI::IsMember({"info", "warning", "error", "never"}))
      ->capture_default_str();
  lint->footer("Example:\n  concord odd lint data/odd/motorway_assist.yaml");
  lint->callback([options, &exit_code] { exit_code = run(*options); });
  add_odd_coverage(*odd, exit_code);
}

const RegisterCommand kRegistered{80, add_odd};

}  // namespace
}  // namespace concord::tools
