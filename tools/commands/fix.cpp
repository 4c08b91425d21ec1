// `concord fix REPORT INPUT OUT`: a copy of a dataset with the proposals of its reports applied.

#include <fmt/format.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "concord/dataset.hpp"
#include "concord/fixing.hpp"
#include "concord/text.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/reports.hpp"

namespace concord::tools {
namespace {
namespace fs = std::filesystem;

struct FixArguments {
  std::string report, input, out, log;
  std::string format, taxonomy, mapping;
  FixOptions options;
};

/// The input is opened as it was for the report, unless told otherwise.
Result<std::unique_ptr<Dataset>> open_input(const FixArguments& arguments, const std::vector<Report>& reports) {
  OpenOptions open;
  std::string format = arguments.format;
  for (const Report& report : reports) {
    for (const DriveSummary& drive : report.drives) {
      if (format.empty()) format = drive.format;
      if (!open.taxonomy && !drive.taxonomy.empty()) open.taxonomy = drive.taxonomy;
      if (!open.mapping && !drive.mapping.empty()) open.mapping = drive.mapping;
    }
  }
  if (!arguments.taxonomy.empty()) open.taxonomy = arguments.taxonomy;
  if (!arguments.mapping.empty()) open.mapping = arguments.mapping;
  return open_dataset(arguments.input, format, open);
}

fs::path log_path(const FixArguments& arguments) {
  if (!arguments.log.empty()) return arguments.log;
  const fs::path out(arguments.out);
  return (out.has_filename() ? out : out.parent_path()).string() + ".changes.csv";
}

struct Outcome {
  FixSummary summary;
  fs::path log;
};

Result<Outcome> fix_dataset(const FixArguments& arguments) {
  Outcome outcome{{}, log_path(arguments)};
  std::error_code failure;
  if (fs::exists(outcome.log, failure)) {
    return Error{ErrorCode::invalid_argument, "exists already", outcome.log.string(), "another --log"};
  }
  CONCORD_ASSIGN_OR_RETURN(const std::vector<Report> reports, read_reports({arguments.report}));
  CONCORD_ASSIGN_OR_RETURN(const auto dataset, open_input(arguments, reports));
  CONCORD_ASSIGN_OR_RETURN(outcome.summary, fix(reports, *dataset, arguments.options, arguments.out));
  CONCORD_RETURN_IF_ERROR(write_change_log(outcome.log, outcome.summary.log));
  return outcome;
}

int run(const FixArguments& arguments) {
  const auto outcome = fix_dataset(arguments);
  if (!outcome) {
    print_error(outcome.error().text());
    return kCouldNotRun;
  }
  const FixSummary& summary = outcome->summary;
  for (std::size_t i = 0; i < kFixOutcomes; ++i) {
    if (summary.findings[i] == 0) continue;
    fmt::print("{:>7} finding{} {}\n", summary.findings[i], summary.findings[i] == 1 ? " " : "s",
               to_string(static_cast<FixOutcome>(i)));
  }
  fmt::print("{} of {} labels changed, {} deleted, {} drive{} -> {}, changes {}\n", summary.changed, summary.labels,
             summary.deleted, summary.drives, summary.drives == 1 ? "" : "s", printable(arguments.out),
             printable(outcome->log.string()));
  if (!summary.without_report.empty()) {
    fmt::print("{} drive{} without a report copied as they are\n", summary.without_report.size(),
               summary.without_report.size() == 1 ? "" : "s");
  }
  return kClean;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<FixArguments>();
  CLI::App* command = app.add_subcommand("fix", "Write a copy of a dataset with the proposals of its report applied");
  command->add_option("REPORT", arguments->report, "Report of the input, or a folder of them")->required();
  command->add_option("INPUT", arguments->input, "Dataset folder or file that the report was made from")->required();
  command->add_option("OUT", arguments->out, "New or empty folder for the corrected copy")->required();
  command->add_option("--only", arguments->options.only, "Only findings of these checks or families: A,B (repeatable)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--skip", arguments->options.skip, "No findings of these checks or families: A,B (repeatable)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--min-score", arguments->options.min_score, "Least score of a finding that is applied")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_flag("--delete", arguments->options.deletes, "Delete labels that findings propose to delete");
  command->add_option("--log", arguments->log, "Change log (CSV); else OUT.changes.csv");
  command->add_option("--format", arguments->format, "Force the input format");
  command->add_option("--taxonomy", arguments->taxonomy, "YAML class mapping; else the report's");
  command->add_option("--mapping", arguments->mapping, "YAML column mapping of CSV input; else the report's");
  command->footer(
      "The input is never changed. Example:\n"
      "  concord validate DATASET --out reports && concord fix reports DATASET fixed\n"
      "What is applied and what is not: src/fixing/README.md.");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{62, add};

}  // namespace
}  // namespace concord::tools
