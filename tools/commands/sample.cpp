#include "concord/sampling.hpp"

#include <fmt/format.h>
#include <cstdio>
#include <memory>

#include "concord/text.hpp"
#include "src/core/durable_file.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/gate.hpp"
#include "tools/output/reports.hpp"
#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {

struct SampleArguments {
  SampleOptions options;
  std::vector<std::string> reports;
  std::string spec, out, openlabel;
  std::string unit = "label";
  std::string stage = "final";
  double share = -1;
};

Result<ReviewSample> draw(SampleArguments& arguments) {
  SampleOptions& options = arguments.options;
  if (!arguments.spec.empty()) {
    CONCORD_ASSIGN_OR_RETURN(options.spec, load_spec(arguments.spec));
  }
  CONCORD_ASSIGN_OR_RETURN(options.reports, find_reports(arguments.reports));
  if (arguments.share >= 0) options.minimum_share = arguments.share;
  if (!arguments.openlabel.empty()) options.openlabel = arguments.openlabel;
  options.unit = arguments.unit == "track" ? ReviewUnit::track : ReviewUnit::label;
  options.stage = arguments.stage == "first_pass" ? ReviewStage::first_pass : ReviewStage::final;
  CONCORD_ASSIGN_OR_RETURN(ReviewSample sample, draw_sample(options));
  CONCORD_RETURN_IF_ERROR(write_durably(arguments.out, {review_csv(sample.items)}));
  return sample;
}

void print(const ReviewSample& sample, const SampleArguments& arguments) {
  fmt::print("{:<24} {:<6} {:<16} {:>9} {:>8} {:>8}\n", "CLASS", "RANGE", "OCCLUSION", "UNITS", "WANTED", "DRAWN");
  for (const SampledCategory& c : sample.categories) {
    fmt::print("{} {} {} {:>9} {:>8} {:>8}{}\n", padded(c.class_name, 24), padded(c.range_band, 6),
               padded(c.occlusion, 16), c.units, c.wanted, c.drawn,
               c.drawn < c.wanted ? fmt::format("  {} short", c.wanted - c.drawn) : "");
  }
  for (const std::string& note : sample.notes) fmt::print("note: {}\n", printable(note));
  if (sample.short_categories() > 0) {
    fmt::print("{} of {} categories go short: the budget of {} is less than what they want\n",
               sample.short_categories(), sample.categories.size(), arguments.options.budget);
  }
  fmt::print("{} {}s to review, {} of them because they are suspicious -> {}\n", sample.items.size(), arguments.unit,
             sample.risk, printable(arguments.out));
}

int run(SampleArguments& arguments) {
  const auto sample = draw(arguments);
  if (!sample) {
    print_error(sample.error().text());
    return kCouldNotRun;
  }
  print(*sample, arguments);
  return kClean;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<SampleArguments>();
  SampleOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand("sample", "Draw the labels that people should review");
  command->add_option("REPORT", arguments->reports, "Report files, or folders of them")->required();
  command->add_option("--out", arguments->out, "Review queue to write, CSV")->required();
  command->add_option("--openlabel", arguments->openlabel,
                      "Folder for the queue's labels as OpenLABEL, a file a drive");
  command->add_option("--spec", arguments->spec, "Acceptance spec whose limits say how much is needed");
  command->add_option("--plan", options.plan, "Sampling plan of the spec; where it has one only, that");
  command->add_option("--budget", options.budget, "At most so many units; without, as many as the shares ask for");
  command->add_option("--share", arguments->share, "Least share of each category (0.1, or the plan's)")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--risk-share", options.risk_share, "Share of the queue for the most suspicious units")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str();
  command->add_option("--unit", arguments->unit, "label or track")
      ->check(CLI::IsMember({"label", "track"}))
      ->capture_default_str();
  command->add_option("--stage", arguments->stage, "first_pass or final: what state of the labels this is")
      ->check(CLI::IsMember({"first_pass", "final"}))
      ->capture_default_str();
  command->add_option("--seed", options.seed, "Of the random numbers")->capture_default_str();
  command->footer(
      "Categories are class x range band x occlusion; labels with and without findings are drawn apart.\n"
      "The queue's columns: data/specs/README.md. Reviewed, it is what `concord gate --verdicts` and `concord review` "
      "read.\n"
      "Example:\n"
      "  concord sample reports --out queue.csv --budget 200 --spec spec.yaml");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{63, add};

}  // namespace
}  // namespace concord::tools
