#include <fmt/format.h>
#include <memory>

#include "concord/acceptance.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/gate.hpp"

namespace concord::tools {
namespace {

struct GateArguments {
  std::vector<std::string> reports, comparisons;
  std::vector<std::filesystem::path> verdicts;
  std::string spec;
  std::string format = "table";
};

Result<GateResult> judge(const GateArguments& arguments) {
  CONCORD_ASSIGN_OR_RETURN(const AcceptanceSpec spec, load_spec(arguments.spec));
  CONCORD_ASSIGN_OR_RETURN(const std::vector<ReviewItem> items, read_review(arguments.verdicts));
  std::vector<GoldComparison> comparisons;
  for (const std::string& argument : arguments.comparisons) {
    CONCORD_ASSIGN_OR_RETURN(GoldComparison comparison, read_comparison(argument));
    comparisons.push_back(std::move(comparison));
  }
  CONCORD_ASSIGN_OR_RETURN(const DeliveryFacts delivery, read_delivery(arguments.reports));
  return judge_delivery(spec, delivery, items, comparisons);
}

int run(const GateArguments& arguments) {
  const auto result = judge(arguments);
  if (!result) {
    print_error(result.error().text());
    return kCouldNotRun;
  }
  fmt::print("{}", arguments.format == "json"    ? gate_json(*result)
                   : arguments.format == "junit" ? gate_junit(*result)
                                                 : gate_table(*result));
  return result->accepted() ? kClean : kFindings;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<GateArguments>();
  CLI::App* command = app.add_subcommand("gate", "Does a delivery reach what its acceptance spec asks for?");
  command->add_option("REPORT", arguments->reports, "Report files, or folders of them")->required();
  command->add_option("--spec", arguments->spec, "Acceptance spec, YAML (data/specs/example.yaml)")->required();
  command->add_option("--verdicts", arguments->verdicts, "Reviewed queues of `concord sample`, CSV (repeatable)")
      ->allow_extra_args(false);
  command
      ->add_option(
          "--comparison", arguments->comparisons,
          "[STAGE=]FILE of `concord compare GOLD DELIVERY --format json`; STAGE: first_pass, final (repeatable)")
      ->allow_extra_args(false);
  command->add_option("--format", arguments->format, "table, json or junit")
      ->check(CLI::IsMember({"table", "json", "junit"}))
      ->capture_default_str();
  command->footer(
      "Exit codes: 0 every limit is kept, 1 a limit is broken or undecided, 2 could not run.\n"
      "A finding is no defect: defect rates come of reviewed labels, and without verdicts they are undecided.\n"
      "Example:\n"
      "  concord gate reports --spec spec.yaml --verdicts reviewed.csv --comparison gold.json");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{64, add};

}  // namespace
}  // namespace concord::tools
