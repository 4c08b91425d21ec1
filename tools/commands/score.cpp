#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "concord/scoring.hpp"
#include "concord/text.hpp"
#include "src/core/csv_text.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/reports.hpp"
#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {

using Json = nlohmann::ordered_json;

struct ScoreArguments {
  std::vector<std::string> reports;
  std::vector<std::string> baseline;
  std::string key;
  std::string format = "table";
};

std::string share_text(const Share& share) {
  if (share.of == 0) return "-";
  return fmt::format("{:.2f} [{:.2f} {:.2f}] {}/{}", share.value(), share.low(), share.high(), share.hits, share.of);
}

std::string rate_text(double rate) { return std::isfinite(rate) ? fmt::format("{:.2f}", rate) : "-"; }

std::string type_name(const ErrorTypeScore& type) {
  return type.magnitude ? fmt::format("  {} {}", type.error_type, *type.magnitude) : type.error_type;
}

void print_types(const Score& score) {
  fmt::print("{:<18} {:<26} {:<26} {:<26}\n", "ERROR TYPE", "RECALL", "BY THE SEEDED FAULT", "PRECISION");
  for (const ErrorTypeScore& type : score.error_types) {
    fmt::print("{} {:<26} {:<26} {:<26}\n", padded(type_name(type), 18), share_text(type.found),
               share_text(type.found_by_fault), share_text(type.precision));
    for (const ErrorTypeScore& part : score.magnitudes) {
      if (part.error_type != type.error_type) continue;
      fmt::print("{} {:<26} {:<26}\n", padded(type_name(part), 18), share_text(part.found),
                 share_text(part.found_by_fault));
    }
  }
  fmt::print("{:<18} {:<26} {:<26} {:<26}\n\n", "all", share_text(score.found), share_text(score.found_by_fault),
             share_text(score.precision));
}

void print_checks(const Score& score) {
  fmt::print("{:<32} {:>8} {:>9} {:>5} {:>9} {:>8} {:>9}  {:<26} {}\n", "CHECK", "FINDINGS", "UNTOUCHED", "HITS",
             "ELSEWHERE", "PER 1000", "UNTOUCHED", "PRECISION", "RECALL OF ITS FAULT");
  for (const CheckScore& check : score.checks) {
    fmt::print("{} {:>8} {:>9} {:>5} {:>9} {:>8} {:>9}  {:<26} {}\n", padded(check.check, 32), check.findings,
               check.baseline, check.hits, check.elsewhere, rate_text(check.false_alarms_per_1000()),
               rate_text(check.baseline_per_1000()), share_text(check.precision), share_text(check.recall));
  }
  fmt::print("all: {} false alarms, {} per 1000 labels", score.false_alarms, rate_text(score.false_alarms_per_1000()));
  if (score.has_baseline) {
    fmt::print("; {} findings on the untouched copy too, {} per 1000", score.baseline,
               rate_text(score.baseline_per_1000()));
  }
  fmt::print("\n\n");
}

void print_top(const Score& score) {
  fmt::print("MERGED RANKING (concord findings --top N): of the first faults, those that are seeded\n");
  for (const TopScore& top : score.top) fmt::print("{:>5}: {}\n", top.faults, share_text(top.precision));
  fmt::print("\n");
}

std::string number_text(double value) { return std::isfinite(value) ? fmt::format("{:.3f}", value) : "-"; }

void print_probability(const ProbabilityScore& p) {
  fmt::print("SCORES AS PROBABILITIES OF BEING TRUE{}\n",
             p.calibrated ? "" : ": not calibrated (validate with priors of concord calibrate)");
  fmt::print("{:>9} {:>10}  {}\n", "SCORES", "MEAN", "TRUE");
  for (const ReliabilityBin& bin : p.reliability) {
    fmt::print("{:>3.1f} - {:>3.1f} {:>10.3f}  {}\n", bin.low, bin.high, bin.mean_score, share_text(bin.hits));
  }
  fmt::print("Brier score {}, skill {} over the share of hits, AUC {}, AUC of surprise {}\n\n", number_text(p.brier),
             number_text(p.brier_skill), number_text(p.auc), number_text(p.auc_surprise));
}

void print_matrix(const Score& score) {
  fmt::print("KEY ROWS HIT, BY ERROR TYPE AND CHECK\n");
  for (const ErrorTypeScore& type : score.error_types) {
    fmt::print("{} {:>5}:", padded(type.error_type, 18), type.found.of);
    const auto row = score.matrix.find(type.error_type);
    if (row == score.matrix.end()) {
      fmt::print(" not found\n");
      continue;
    }
    std::vector<std::pair<std::string, std::uint64_t>> cells(row->second.begin(), row->second.end());
    std::stable_sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    for (const auto& [check, rows] : cells) fmt::print(" {} {}", printable(check), rows);
    fmt::print("\n");
  }
}

void print_table(const Score& score) {
  fmt::print("{} errors in {} labels of {} drive{} ({:.2f} %)\n", score.found.of, score.labels, score.drives,
             score.drives == 1 ? "" : "s",
             score.labels == 0 ? 0.0 : 100.0 * static_cast<double>(score.found.of) / static_cast<double>(score.labels));
  for (const std::string& note : score.notes) fmt::print("note: {}\n", printable(note));
  fmt::print("\n");
  print_types(score);
  print_checks(score);
  print_top(score);
  print_probability(score.probability);
  print_matrix(score);
}

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json_of(const Share& share) {
  return {{"hits", share.hits},
          {"of", share.of},
          {"value", number_or_null(share.value())},
          {"low", share.low()},
          {"high", share.high()}};
}

Json json_of(const ErrorTypeScore& type) {
  Json json{{"error_type", to_utf8(type.error_type)}};
  if (type.magnitude) json["magnitude"] = *type.magnitude;
  json["recall"] = json_of(type.found);
  json["recall_by_fault"] = json_of(type.found_by_fault);
  if (!type.magnitude) json["precision"] = json_of(type.precision);
  return json;
}

Json json_of(const CheckScore& check) {
  return {{"check", to_utf8(check.check)},
          {"findings", check.findings},
          {"untouched", check.baseline},
          {"hits", check.hits},
          {"elsewhere", check.elsewhere},
          {"labels", check.labels},
          {"false_alarms_per_1000", number_or_null(check.false_alarms_per_1000())},
          {"untouched_per_1000", number_or_null(check.baseline_per_1000())},
          {"precision", json_of(check.precision)},
          {"recall", json_of(check.recall)}};
}

Json json_of(const ScoredRow& row) {
  Json json{{"drive", to_utf8(row.row.drive)},
            {"error_type", to_utf8(row.row.error_type)},
            {"track", to_utf8(row.row.track)},
            {"label", to_utf8(row.row.label)},
            {"other_track", to_utf8(row.row.other_track)},
            {"frame_begin", to_utf8(row.row.frame_begin)},
            {"frame_end", to_utf8(row.row.frame_end)},
            {"magnitude", row.row.magnitude},
            {"validated", row.validated},
            {"found_by_fault", row.found_by_fault}};
  json["checks"] = Json::array();
  for (const std::string& check : row.checks) json["checks"].push_back(to_utf8(check));
  return json;
}

Json json_of(const ProbabilityScore& p) {
  Json json{{"calibrated", p.calibrated},       {"hits", json_of(p.hits)},
            {"brier", number_or_null(p.brier)}, {"brier_skill", number_or_null(p.brier_skill)},
            {"auc", number_or_null(p.auc)},     {"auc_surprise", number_or_null(p.auc_surprise)}};
  json["reliability"] = Json::array();
  for (const ReliabilityBin& bin : p.reliability) {
    json["reliability"].push_back(
        {{"low", bin.low}, {"high", bin.high}, {"mean_score", bin.mean_score}, {"hits", json_of(bin.hits)}});
  }
  return json;
}

void print_json(const Score& score) {
  Json json{{"drives", score.drives},
            {"labels", score.labels},
            {"errors", score.found.of},
            {"has_baseline", score.has_baseline},
            {"recall", json_of(score.found)},
            {"recall_by_fault", json_of(score.found_by_fault)},
            {"precision", json_of(score.precision)},
            {"false_alarms", score.false_alarms},
            {"false_alarms_per_1000", number_or_null(score.false_alarms_per_1000())},
            {"untouched", score.baseline},
            {"untouched_per_1000", number_or_null(score.baseline_per_1000())}};
  for (const char* list : {"notes", "error_types", "magnitudes", "checks", "rows"}) json[list] = Json::array();
  for (const std::string& note : score.notes) json["notes"].push_back(to_utf8(note));
  for (const ErrorTypeScore& type : score.error_types) json["error_types"].push_back(json_of(type));
  for (const ErrorTypeScore& part : score.magnitudes) json["magnitudes"].push_back(json_of(part));
  for (const CheckScore& check : score.checks) json["checks"].push_back(json_of(check));
  json["top"] = Json::array();
  for (const TopScore& top : score.top) {
    json["top"].push_back({{"faults", top.faults}, {"precision", json_of(top.precision)}});
  }
  json["probability"] = json_of(score.probability);
  json["matrix"] = Json::object();
  for (const auto& [type, cells] : score.matrix) {
    for (const auto& [check, rows] : cells) json["matrix"][to_utf8(type)][to_utf8(check)] = rows;
  }
  for (const ScoredRow& row : score.rows) json["rows"].push_back(json_of(row));
  fmt::print("{}\n", json.dump(2));
}

/// One measured share a line.
void print_csv(const Score& score) {
  fmt::print("measure,error_type,magnitude,check,hits,of,value,low,high\n");
  const auto print = [](const char* measure, const std::string& type, const std::optional<double>& magnitude,
                        const std::string& check, const Share& share) {
    fmt::print("{},{},{},{},{},{},{},{},{}\n", measure, csv_field(type), magnitude ? fmt::format("{}", *magnitude) : "",
               csv_field(check), share.hits, share.of, share.of == 0 ? "" : fmt::format("{}", share.value()),
               share.low(), share.high());
  };
  for (const auto* list : {&score.error_types, &score.magnitudes}) {
    for (const ErrorTypeScore& type : *list) {
      print("recall", type.error_type, type.magnitude, "", type.found);
      print("recall_by_fault", type.error_type, type.magnitude, "", type.found_by_fault);
      if (!type.magnitude) print("precision", type.error_type, type.magnitude, "", type.precision);
    }
  }
  for (const TopScore& top : score.top) {
    print(fmt::format("precision_at_{}", top.faults).c_str(), "", std::nullopt, "", top.precision);
  }
  for (const ReliabilityBin& bin : score.probability.reliability) {
    print(fmt::format("reliability_{:.1f}", bin.low).c_str(), "", std::nullopt, "", bin.hits);
  }
  for (const CheckScore& check : score.checks) {
    print("precision", "", std::nullopt, check.check, check.precision);
    print("recall", "", std::nullopt, check.check, check.recall);
    print("false_alarms", "", std::nullopt, check.check, {check.findings - check.baseline - check.hits, check.labels});
    print("untouched", "", std::nullopt, check.check, {check.baseline, check.labels});
  }
  for (const ErrorTypeScore& type : score.error_types) {
    const auto row = score.matrix.find(type.error_type);
    if (row == score.matrix.end()) continue;
    for (const auto& [check, rows] : row->second) {
      print("matrix", type.error_type, std::nullopt, check, {rows, type.found.of});
    }
  }
}

Result<Score> score_reports(ScoreArguments& arguments) {
  if (arguments.key.empty()) {
    // `concord score REPORT KEY`
    if (arguments.reports.size() < 2) {
      return Error{ErrorCode::invalid_argument, "no key", "", "concord score REPORT KEY, or --key KEY"};
    }
    arguments.key = arguments.reports.back();
    arguments.reports.pop_back();
  }
  CONCORD_ASSIGN_OR_RETURN(const std::vector<KeyRow> key, read_key(arguments.key));
  CONCORD_ASSIGN_OR_RETURN(const std::vector<Report> reports, read_reports(arguments.reports));
  CONCORD_ASSIGN_OR_RETURN(const std::vector<Report> baseline, read_reports(arguments.baseline));
  return score(reports, key, baseline);
}

int run(ScoreArguments& arguments) {
  const auto scored = score_reports(arguments);
  if (!scored) {
    print_error(scored.error().text());
    return kCouldNotRun;
  }
  if (arguments.format == "json") print_json(*scored);
  if (arguments.format == "csv") print_csv(*scored);
  if (arguments.format == "table") print_table(*scored);
  return kClean;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ScoreArguments>();
  CLI::App* command = app.add_subcommand("score", "Hold reports of a corrupted dataset against its answer key");
  command->add_option("REPORT", arguments->reports, "Report files, or folders of them; the last one may be the key")
      ->required();
  command->add_option("--key", arguments->key, "Answer key that `concord corrupt` wrote");
  command
      ->add_option("--baseline", arguments->baseline,
                   "Reports of the untouched copy: what they hold is no hit (repeatable)")
      ->allow_extra_args(false);
  command->add_option("--format", arguments->format, "table, csv or json")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  command->footer(
      "Example:\n"
      "  concord corrupt DATASET corrupted && concord validate corrupted --out reports\n"
      "  concord score reports corrupted/key.csv");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{61, add};

}  // namespace
}  // namespace concord::tools
