#include "concord/review.hpp"

#include <fmt/format.h>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "concord/text.hpp"
#include "src/core/durable_file.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/gate.hpp"
#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {

using Json = nlohmann::ordered_json;

struct ReviewArguments {
  std::filesystem::path verdicts;
  std::vector<std::filesystem::path> further;
  std::vector<std::string> reports;
  std::string suppressions;
  std::string format = "table";
};

std::string percent(double value) { return std::isnan(value) ? "-" : fmt::format("{:.2f} %", 100 * value); }

std::string share_text(const ReviewedShare& share) {
  return fmt::format("{:>9} {:>9} {:>9} {:>8} {:>6} {:>6} {:>6}", percent(share.value), percent(share.lower),
                     percent(share.upper), share.reviewed, share.hits, share.open, share.drives);
}

std::string what_of(const CorrectedRate& rate) {
  std::string what = fmt::format("{} {} {}", to_string(rate.unit), to_string(rate.stage), rate.sampling);
  if (!rate.class_name.empty()) what += " " + rate.class_name;
  if (rate.fault != Fault::unknown) what += fmt::format(" ({})", to_string(rate.fault));
  return what;
}

void print_table(const ReviewResult& result) {
  fmt::print("{} of {} queued units are reviewed\n", result.reviewed, result.items);
  for (const std::string& note : result.notes) fmt::print("note: {}\n", printable(note));
  constexpr const char* kShares = "    VALUE     LOWER     UPPER REVIEWED   HITS   OPEN DRIVES";
  fmt::print("\n{} {:>8} {}\n", padded("PRECISION OF A CHECK", 40), "FINDINGS", kShares);
  for (const CheckPrecision& check : result.checks) {
    fmt::print("{} {:>8} {}\n", padded(check.check, 40), check.findings, share_text(check.confirmed));
  }
  fmt::print("\n{} {:>8} {}\n", padded("DEFECT RATE", 40), "OF UNITS", kShares);
  for (const CorrectedRate& rate : result.rates) {
    fmt::print("{} {:>8.0f} {}\n", padded(what_of(rate), 40), rate.stands_for, share_text(rate.defects));
  }
  if (!result.not_checked.empty()) {
    fmt::print("\nNOT CHECKED (this is not \"clean\"):\n");
    for (const NotChecked& row : result.not_checked) fmt::print("  {}\n", not_checked_text(row));
  }
  fmt::print("\n{} findings suppressed\n", result.suppressions.size());
  for (const Suppression& s : result.suppressions) {
    fmt::print("  {} {} {}: {} ({})\n", s.finding, printable(s.drive), printable(s.check), printable(s.reason),
               printable(s.reviewer));
  }
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json_of(const ReviewedShare& share) {
  return {{"value", number(share.value)}, {"lower", number(share.lower)}, {"upper", number(share.upper)},
          {"reviewed", share.reviewed},   {"hits", share.hits},           {"open", share.open},
          {"drives", share.drives}};
}

void print_json(const ReviewResult& result) {
  Json json{{"items", result.items}, {"reviewed", result.reviewed}};
  for (const char* list : {"checks", "rates", "suppressions", "not_checked", "notes"}) json[list] = Json::array();
  for (const CheckPrecision& check : result.checks) {
    json["checks"].push_back(
        {{"check", to_utf8(check.check)}, {"findings", check.findings}, {"precision", json_of(check.confirmed)}});
  }
  for (const CorrectedRate& rate : result.rates) {
    json["rates"].push_back({{"unit", to_string(rate.unit)},
                             {"stage", to_string(rate.stage)},
                             {"sampling", to_utf8(rate.sampling)},
                             {"class", rate.class_name.empty() ? Json(nullptr) : Json(to_utf8(rate.class_name))},
                             {"fault", rate.fault == Fault::unknown ? Json(nullptr) : Json(to_string(rate.fault))},
                             {"stands_for", rate.stands_for},
                             {"defect_rate", json_of(rate.defects)}});
  }
  for (const Suppression& s : result.suppressions) {
    json["suppressions"].push_back({{"finding", to_utf8(s.finding)},
                                    {"fingerprint", to_utf8(s.fingerprint)},
                                    {"drive", to_utf8(s.drive)},
                                    {"check", to_utf8(s.check)},
                                    {"reason", to_utf8(s.reason)},
                                    {"reviewer", to_utf8(s.reviewer)}});
  }
  for (const NotChecked& row : result.not_checked) json["not_checked"].push_back(not_checked_json(row));
  for (const std::string& note : result.notes) json["notes"].push_back(to_utf8(note));
  fmt::print("{}\n", json.dump(2));
}

Result<ReviewResult> import(const ReviewArguments& arguments) {
  std::vector<std::filesystem::path> files{arguments.verdicts};
  files.insert(files.end(), arguments.further.begin(), arguments.further.end());
  CONCORD_ASSIGN_OR_RETURN(const std::vector<ReviewItem> items, read_review(files));
  CONCORD_ASSIGN_OR_RETURN(const DeliveryFacts delivery, read_delivery(arguments.reports));
  CONCORD_ASSIGN_OR_RETURN(ReviewResult result, import_review(delivery, items));
  if (!arguments.suppressions.empty()) {
    CONCORD_RETURN_IF_ERROR(write_durably(arguments.suppressions, {suppressions_csv(result.suppressions)}));
  }
  return result;
}

int run(const ReviewArguments& arguments) {
  const auto result = import(arguments);
  if (!result) {
    print_error(result.error().text());
    return kCouldNotRun;
  }
  if (arguments.format == "json") {
    print_json(*result);
  } else {
    print_table(*result);
  }
  return kClean;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ReviewArguments>();
  CLI::App* command =
      app.add_subcommand("review", "What reviewers' verdicts say: precision of the checks, defect rates, suppressions");
  command->add_option("VERDICTS", arguments->verdicts, "Reviewed queue of `concord sample`, CSV")->required();
  command->add_option("REPORT", arguments->reports, "Report files, or folders of them, that it was drawn from")
      ->required();
  command->add_option("--verdicts", arguments->further, "Further reviewed queues (repeatable)")
      ->allow_extra_args(false);
  command->add_option("--suppressions", arguments->suppressions,
                      "File to write for `concord findings` and `summary`: suppressed findings, CSV");
  command->add_option("--format", arguments->format, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->footer(
      "Shares are weighted by inclusion probability; bounds are one-sided, 95 % each, and need 20 drives.\n"
      "Example:\n"
      "  concord review queue.csv reports --suppressions suppressed.csv");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{65, add};

}  // namespace
}  // namespace concord::tools
