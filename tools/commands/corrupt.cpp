#include <fmt/format.h>
#include <cstdio>
#include <memory>
#include <optional>

#include "concord/dataset.hpp"
#include "concord/seeding.hpp"
#include "tools/commands/command.hpp"

namespace concord::tools {
namespace {

struct CorruptArguments {
  std::string input, out;
  std::string spec = "default";
  std::string format, taxonomy, mapping;
  std::optional<double> prevalence;
  SeedingOptions options;
};

Result<SeedingSpec> load_spec(const CorruptArguments& arguments) {
  // A name without a dot or slash is one of the built-in specs.
  auto spec = arguments.spec.find_first_of("./") == std::string::npos ? SeedingSpec::builtin(arguments.spec)
                                                                      : SeedingSpec::from_file(arguments.spec);
  if (spec && arguments.prevalence) {
    spec->prevalence = *arguments.prevalence;
    spec->track_prevalence.reset();
  }
  return spec;
}

struct Outcome {
  SeedingSpec spec;
  SeedingSummary summary;
  std::filesystem::path key;
};

Result<Outcome> corrupt_dataset(const CorruptArguments& arguments) {
  Outcome outcome;
  CONCORD_ASSIGN_OR_RETURN(outcome.spec, load_spec(arguments));
  OpenOptions open;
  if (!arguments.taxonomy.empty()) open.taxonomy = arguments.taxonomy;
  if (!arguments.mapping.empty()) open.mapping = arguments.mapping;
  CONCORD_ASSIGN_OR_RETURN(const auto dataset, open_dataset(arguments.input, arguments.format, open));
  CONCORD_ASSIGN_OR_RETURN(outcome.summary, corrupt(*dataset, outcome.spec, arguments.options, arguments.out));
  // Simulated drives have no files to copy: they are written in a format of files.
  const std::string format = outcome.summary.format == "synthetic" ? "openlabel" : outcome.summary.format;
  CONCORD_ASSIGN_OR_RETURN(const auto corrupted, open_dataset(arguments.out, format, open));
  CONCORD_RETURN_IF_ERROR(name_labels(*corrupted, outcome.summary.key));
  outcome.key = key_path(arguments.out);
  CONCORD_RETURN_IF_ERROR(write_key(outcome.key, outcome.summary.key));
  return outcome;
}

int run(const CorruptArguments& arguments) {
  const auto outcome = corrupt_dataset(arguments);
  if (!outcome) {
    print_error(outcome.error().text());
    return kCouldNotRun;
  }
  const SeedingSummary& summary = outcome->summary;
  for (std::size_t i = 0; i < summary.counts.size(); ++i) {
    const ErrorEntry& entry = outcome->spec.errors[i];
    const EntryCount& count = summary.counts[i];
    const auto extent = entry.choices.find("extent");
    fmt::print(
        "{:<14} {:>6}{}{}\n", error_kinds()[static_cast<std::size_t>(entry.kind)].name, count.placed,
        extent != entry.choices.end() && extent->second == "track" ? " (whole tracks)" : "",
        count.placed < count.asked ? fmt::format(" of {} asked for: no further label is eligible", count.asked) : "");
  }
  fmt::print("{} errors in {} of {} labels, {} drives -> {}, key {}\n", summary.key.size(), summary.changed,
             summary.labels, summary.drives, arguments.out, outcome->key.string());
  for (const Error& failure : summary.failures) print_error(failure.text() + ": copied as it is");
  return summary.failures.empty() ? kClean : kCouldNotRun;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<CorruptArguments>();
  CLI::App* command =
      app.add_subcommand("corrupt", "Write a copy of a dataset with seeded label errors, and their answer key");
  command->add_option("INPUT", arguments->input, "Dataset folder or file")->required();
  command->add_option("OUT", arguments->out, "New or empty folder for the corrupted copy")->required();
  command->add_option("--spec", arguments->spec, "Built-in spec (default, none, shrink) or YAML file")
      ->capture_default_str();
  command->add_option("--seed", arguments->options.seed, "Equal seeds give equal errors")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--noise", arguments->options.noise_m, "Standard deviation of noise on every label, m")
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str();
  command->add_option("--prevalence", arguments->prevalence, "Share of labels and of tracks, instead of the spec's")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--drives", arguments->options.drives, "Only the drives of these names: A,B (repeatable)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--format", arguments->format, "Force the input format");
  command->add_option("--taxonomy", arguments->taxonomy, "YAML class mapping instead of the format's own");
  command->add_option("--mapping", arguments->mapping, "YAML column mapping of CSV input");
  command->footer("Example: concord corrupt DATASET corrupted --seed 7");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{60, add};

}  // namespace
}  // namespace concord::tools
