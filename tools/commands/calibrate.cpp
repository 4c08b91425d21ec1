// `concord calibrate REPORT... --key KEY`: from scores to probabilities, on drives with known errors.

#include <fmt/format.h>
#include <memory>

#include "concord/priors.hpp"
#include "concord/scoring.hpp"
#include "concord/text.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/reports.hpp"
#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {

struct CalibrateArguments {
  std::vector<std::string> reports, keys, baseline;
  std::string priors, out;
};

Result<Priors> calibrated(const CalibrateArguments& arguments) {
  CONCORD_ASSIGN_OR_RETURN(Priors priors, read_priors(arguments.priors));
  std::vector<KeyRow> key;
  for (const std::string& file : arguments.keys) {
    CONCORD_ASSIGN_OR_RETURN(const std::vector<KeyRow> rows, read_key(file));
    key.insert(key.end(), rows.begin(), rows.end());
  }
  CONCORD_ASSIGN_OR_RETURN(const std::vector<Report> reports, read_reports(arguments.reports));
  CONCORD_ASSIGN_OR_RETURN(const std::vector<Report> baseline, read_reports(arguments.baseline));
  CONCORD_ASSIGN_OR_RETURN(priors.calibration, calibrate(reports, key, baseline, priors.content_sha256));
  CONCORD_RETURN_IF_ERROR(write_priors(arguments.out, priors));
  return priors;
}

int run(const CalibrateArguments& arguments) {
  const auto priors = calibrated(arguments);
  if (!priors) {
    print_error(priors.error().text());
    return kCouldNotRun;
  }
  const Calibration& calibration = *priors->calibration;
  fmt::print("{:<32} {:>8} {:>6} {:>10} {:>8} {:>9}\n", "CHECK", "FINDINGS", "HITS", "INTERCEPT", "SCORE", "SURPRISE");
  for (const CalibrationRow& row : calibration.rows) {
    fmt::print("{} {:>8} {:>6} {:>10.3f} {:>8.3f} {:>9.3f}\n", padded(row.check.empty() ? "all" : row.check, 32),
               row.findings, row.hits, row.intercept, row.score_slope, row.surprise_slope);
  }
  fmt::print("base rate {:.4f}, fitted on {} drive{} -> {}\n", calibration.base_rate, calibration.drives.size(),
             calibration.drives.size() == 1 ? "" : "s", printable(arguments.out));
  return kClean;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<CalibrateArguments>();
  CLI::App* command =
      app.add_subcommand("calibrate", "Fit what turns scores into probabilities, on drives with seeded errors");
  command->add_option("REPORT", arguments->reports, "Reports of corrupted drives, judged with the priors")->required();
  command->add_option("--key", arguments->keys, "Answer key of concord corrupt (repeatable)")
      ->required()
      ->allow_extra_args(false);
  command
      ->add_option("--baseline", arguments->baseline,
                   "Reports of the untouched copy: their findings are left out; without, they count as false")
      ->allow_extra_args(false);
  command->add_option("--priors", arguments->priors, "The priors that the reports were judged with")->required();
  command->add_option("--out", arguments->out, "The same priors with the calibration")
      ->required()
      ->check([](const std::string& path) {
        return path.ends_with(".h5") ? std::string() : "'" + path + "' does not end in .h5";
      });
  command->footer(
      "Example:\n"
      "  concord corrupt synthetic:seed=8 corrupted --seed 1\n"
      "  concord validate corrupted --priors priors.h5 --out reports --fail-on never\n"
      "  concord calibrate reports --key corrupted/key.csv --priors priors.h5 --out calibrated.h5\n"
      "Score it on other drives: concord score says where they are the same.");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{14, add};

}  // namespace
}  // namespace concord::tools
