// `concord learn INPUT...`: the distributions of drives, for `validate --priors`.

#include <fmt/format.h>
#include <atomic>
#include <map>
#include <memory>

#include "concord/pipeline.hpp"
#include "concord/priors.hpp"
#include "concord/text.hpp"
#include "tools/commands/command.hpp"
#include "tools/commands/run_options.hpp"
#include "tools/output/interrupt.hpp"
#include "tools/output/judging.hpp"
#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {

struct LearnArguments {
  ValidateOptions options;
  std::vector<std::string> inputs;
  std::string out;
  std::string profile = "default";
  RunArguments run;
  bool list = false;
};

/// Files ending in .h5 are priors, everything else is a dataset.
Result<Priors> gather(LearnArguments& arguments, bool& complete) {
  ValidateOptions& options = arguments.options;
  CONCORD_RETURN_IF_ERROR(arguments.run.complete(options));
  CONCORD_ASSIGN_OR_RETURN(options.profile, load_profile(arguments.profile));
  Priors priors;
  for (const std::string& input : arguments.inputs) {
    if (!input.ends_with(".h5")) {
      options.inputs.emplace_back(input);
      continue;
    }
    CONCORD_ASSIGN_OR_RETURN(const Priors others, read_priors(input));
    auto merged = priors.merge(others);
    if (!merged) {
      Error error = merged.error();
      error.where = input;
      return error;
    }
  }
  if (options.inputs.empty()) return priors;
  const auto on_drive = [&complete](const DriveOutcome& outcome, std::size_t /*done*/, std::size_t /*total*/) {
    if (!outcome.error) return;
    const bool named = outcome.error->where.find(outcome.drive) != std::string::npos;
    print_error((named ? "" : outcome.drive + ": ") + outcome.error->text() + ": not learned from");
    complete = false;
  };
  CONCORD_ASSIGN_OR_RETURN(const LearnSummary learned, learn(options, on_drive, catch_interrupts()));
  if (learned.run.cancelled) return Error{ErrorCode::cancelled, "interrupted: nothing was written", "", ""};
  CONCORD_RETURN_IF_ERROR(priors.merge(learned.priors));
  return priors;
}

void print_quantities(const Priors& priors) {
  fmt::print("{:<26} {:<6} {:<18} {:>9} {:>10} {:>10} {:>10}\n", "QUANTITY", "UNIT", "CLASS", "VALUES", "MEDIAN", "1 %",
             "99 %");
  for (const auto& [key, sketch] : priors.sketches) {
    const QuantityInfo* info = find_quantity(key.name);
    fmt::print("{} {:<6} {} {:>9} {:>10.4g} {:>10.4g} {:>10.4g}\n", padded(key.name, 26),
               info == nullptr ? "" : info->unit, padded(key.class_name, 18), sketch.count(), sketch.quantile(0.5),
               sketch.quantile(0.01), sketch.quantile(0.99));
  }
}

int run(LearnArguments& arguments) {
  bool complete = true;
  const auto priors = gather(arguments, complete);
  if (!priors) {
    print_error(priors.error().text());
    return kCouldNotRun;
  }
  if (priors->drives.empty()) {
    print_error("no drive could be learned from");
    return kCouldNotRun;
  }
  if (auto written = write_priors(arguments.out, *priors); !written) {
    print_error(written.error().text());
    return kCouldNotRun;
  }
  if (arguments.list) print_quantities(*priors);
  std::uint64_t labels = 0;
  for (const auto& [name, drive] : priors->drives) labels += drive.labels;
  fmt::print("{} labels of {} drive{} -> {}\n", labels, priors->drives.size(), priors->drives.size() == 1 ? "" : "s",
             printable(arguments.out));
  return complete ? kClean : kCouldNotRun;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<LearnArguments>();
  ValidateOptions& options = arguments->options;
  CLI::App* command =
      app.add_subcommand("learn", "Learn the distributions of sizes, motions and residuals from drives");
  command->add_option("INPUT", arguments->inputs, "Datasets as for validate, or priors (.h5) to merge")->required();
  command->add_option("--out", arguments->out, "File for the priors, ending in .h5")
      ->required()
      ->check([](const std::string& path) {
        return path.ends_with(".h5") ? std::string() : "'" + path + "' does not end in .h5";
      });
  command->add_flag("--list", arguments->list, "List what was learned: quantity, class, number of values, quantiles");
  command
      ->add_option("--profile", arguments->profile,
                   "Built-in profile or YAML file of the checks that look at the drives")
      ->capture_default_str();
  arguments->run.add_input_to(*command, options);
  arguments->run.add_machine_to(*command, options);
  command->footer(
      "Examples:\n"
      "  concord learn NIGHT1 --out night1.h5\n"
      "  concord learn night1.h5 night2.h5 --out priors.h5      (merge: any order gives the same file)\n"
      "  concord validate NIGHT3 --priors priors.h5 --out reports");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{12, add};

}  // namespace
}  // namespace concord::tools
