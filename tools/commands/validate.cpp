#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "concord/pipeline.hpp"
#include "concord/text.hpp"
#include "tools/commands/command.hpp"
#include "tools/commands/run_options.hpp"
#include "tools/output/interrupt.hpp"
#include "tools/output/judging.hpp"

namespace concord::tools {
namespace {

struct ValidateArguments {
  ValidateOptions options;
  std::vector<std::string> inputs;
  std::string out = "concord-report";
  JudgingArguments judging;
  RunArguments run;
  std::vector<std::string> labels;
  std::string odd_tags;
};

Result<void> complete(ValidateArguments& arguments) {
  ValidateOptions& options = arguments.options;
  options.inputs.assign(arguments.inputs.begin(), arguments.inputs.end());
  options.out = arguments.out;
  CONCORD_RETURN_IF_ERROR(arguments.run.complete(options));
  for (const std::string& labels : arguments.labels) {
    const std::size_t equals = labels.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == labels.size()) {
      return Error{ErrorCode::invalid_argument, "'" + labels + "' is no label set", "--labels", "NAME=PATH"};
    }
    options.open.extra_labels.push_back({labels.substr(0, equals), labels.substr(equals + 1)});
  }
  options.odd_tags = arguments.odd_tags;
  CONCORD_ASSIGN_OR_RETURN(options.profile, arguments.judging.load_profile());
  CONCORD_ASSIGN_OR_RETURN(options.judge, arguments.judging.load_judging());
  return {};
}

void print_drive(const DriveOutcome& outcome, std::size_t done, std::size_t total) {
  // On a terminal the line of the finished drive replaces the progress line below it.
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  if (terminal) std::fputs("\r\x1b[K", stderr);
  if (outcome.error) {
    const bool named = outcome.error->where.find(outcome.drive) != std::string::npos;
    print_error((named ? "" : outcome.drive + ": ") + outcome.error->text());
  } else {
    fmt::print(
        stdout, "{}: {} frames, {} labels: {} errors, {} warnings, {} infos{} -> {}\n", printable(outcome.drive),
        outcome.frames, outcome.labels, outcome.errors, outcome.warnings, outcome.infos,
        outcome.checks_not_completed > 0 ? fmt::format(", {} checks not completed", outcome.checks_not_completed) : "",
        printable(outcome.report.string()));
    for (const std::string& note : outcome.notes) fmt::print(stdout, "  note: {}\n", printable(note));
    std::fflush(stdout);
  }
  if (terminal && done < total) {
    constexpr std::size_t kWidth = 30;
    const std::size_t filled = kWidth * done / total;
    fmt::print(stderr, "[{}{}] {}/{}", std::string(filled, '='), std::string(kWidth - filled, ' '), done, total);
    std::fflush(stderr);
  }
}

/// How long it took, and what it was spent on: the stages overlap, so that they add up to more than the whole.
void print_times(const ValidateSummary& summary) {
  std::array<double, 4> seconds{};
  for (const StageSpan& span : summary.spans)
    seconds[static_cast<std::size_t>(span.stage)] += span.end_s - span.begin_s;
  const auto failed = std::ranges::count_if(summary.drives, [](const DriveOutcome& o) { return o.error.has_value(); });
  const std::string registering =
      summary.registrations == 0
          ? ""
          : fmt::format(" with {:.2f} ({:.0f} %) for {} registrations", summary.seconds_registering,
                        100 * summary.seconds_registering / std::max(summary.seconds, 1e-9), summary.registrations);
  fmt::print("{} drive{}{} in {:.2f} s (read {:.2f}, measure {:.2f}{}, judge {:.2f}, write {:.2f}) on {}{}\n",
             summary.drives.size(), summary.drives.size() == 1 ? "" : "s",
             failed > 0 ? fmt::format(", {} not validated,", failed) : "", summary.seconds, seconds[0], seconds[1],
             registering, seconds[2], seconds[3], summary.device,
             summary.device_note.empty() ? "" : "; " + summary.device_note);
}

int exit_code_of(const ValidateSummary& summary, const JudgingArguments& judging) {
  bool failed = summary.cancelled;
  bool found = false;
  for (const DriveOutcome& outcome : summary.drives) {
    failed |= outcome.error.has_value();
    found |= judging.fails(outcome.infos, outcome.warnings, outcome.errors);
  }
  if (failed) return kCouldNotRun;
  return found ? kFindings : kClean;
}

int run(ValidateArguments& arguments) {
  if (auto completed = complete(arguments); !completed) {
    print_error(completed.error().text());
    return kCouldNotRun;
  }
  const auto summary = validate(arguments.options, print_drive, catch_interrupts());
  if (!summary) {
    print_error(summary.error().text());
    return kCouldNotRun;
  }
  print_times(*summary);
  if (summary->cancelled) print_error("interrupted: only complete reports were written");
  return exit_code_of(*summary, arguments.judging);
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ValidateArguments>();
  ValidateOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand("validate", "Check the labels of drives and write a report a drive");
  command->add_option("INPUT", arguments->inputs, "Dataset folders or files, or synthetic:...")->required();
  command->add_option("--out", arguments->out, "Folder for the reports, or one file ending in .h5")
      ->capture_default_str();
  command->add_option("--labels", arguments->labels, "Further label set NAME=PATH (repeatable)")
      ->allow_extra_args(false);
  arguments->judging.add_to(*command);
  arguments->run.add_input_to(*command, options);
  command->add_option("--odd-tags", arguments->odd_tags,
                      "Folder with DRIVE.odd.yaml files: tags of drives; else looked for in the input");
  command->add_flag("--keep-measurements", options.keep_measurements,
                    "Keep what was measured, for concord judge and show");
  arguments->run.add_machine_to(*command, options);
  command->footer(
      "Examples:\n"
      "  concord validate NIGHT --out reports --profile strict --fail-on warning\n"
      "  concord validate DRIVES --labels vendor=VENDOR --labels model=RESULTS\n"
      "  concord validate DRIVES --only temporal,box.duplicate --drives 0001,0004\n"
      "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 a drive could not be validated.");
  command->callback([arguments, &exit_code] {
    arguments->options.command = command_line();
    exit_code = run(*arguments);
  });
}

const RegisterCommand kRegistered{10, add};

}  // namespace
}  // namespace concord::tools
