#include <fmt/format.h>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "concord/judge.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/reports.hpp"

namespace concord::tools {
namespace {

using Json = nlohmann::ordered_json;

struct FindingsArguments {
  std::vector<std::string> reports;
  std::string format = "table";
  std::string check, drive;
  std::string severity = "info";
  double min_score = 0;
  std::size_t limit = 0;
};

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// Every column that --format json and csv print, in order. Missing is null.
Json as_json(const Finding& f, const Json& proposal) {
  Json row;
  row["id"] = f.id;
  row["fingerprint"] = f.fingerprint;
  row["drive"] = f.drive;
  row["label_set"] = f.label_set;
  row["check"] = f.check;
  row["fault"] = to_string(f.fault);
  row["scope"] = to_string(f.scope);
  row["frame"] = text_or_null(f.frame);
  row["frame_end"] = text_or_null(f.frame_end);
  row["frame_index"] = f.frame_index == kNone ? Json(nullptr) : Json(f.frame_index);
  row["frame_index_end"] = f.frame_index_end == kNone ? Json(nullptr) : Json(f.frame_index_end);
  row["time_ns"] = f.time_ns == kNoTime ? Json(nullptr) : Json(f.time_ns);
  row["track"] = text_or_null(f.track);
  row["label"] = text_or_null(f.label);
  row["other_track"] = text_or_null(f.other_track);
  row["other_label"] = text_or_null(f.other_label);
  row["class"] = text_or_null(f.class_name);
  row["sensor"] = text_or_null(f.sensor);
  row["severity"] = to_string(f.severity);
  row["score"] = number_or_null(f.score);
  row["surprise"] = number_or_null(f.surprise);
  row["value"] = number_or_null(f.value);
  row["limit"] = number_or_null(f.limit);
  row["unit"] = text_or_null(f.unit);
  row["proposal"] = proposal;
  row["root_cause"] = text_or_null(f.root_cause);
  row["message"] = render_message(f);
  return row;
}

/// Proposals by finding: {"x_m": 1.0, "yaw_rad": 0.1, "class": "car"}.
std::map<std::string, Json> proposals_of(const Report& report) {
  std::map<std::string, Json> proposals;
  for (const Proposal& proposal : report.proposals) {
    proposals[proposal.finding][proposal.field] =
        proposal.text.empty() ? number_or_null(proposal.value) : Json(proposal.text);
  }
  return proposals;
}

std::string csv_field(const Json& value) {
  if (value.is_null()) return "";
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

void print_row(const std::string& format, const Json& row, bool first) {
  if (format == "json") {
    // Ids are the dataset's own bytes; what is not UTF-8 must not end the program.
    fmt::print("{}\n", row.dump(-1, ' ', false, Json::error_handler_t::replace));
    return;
  }
  if (format == "csv") {
    std::string head, line;
    for (const auto& [key, value] : row.items()) {
      head += (head.empty() ? "" : ",") + key;
      line += (line.empty() && key == "id" ? "" : ",") + csv_field(value);
    }
    if (first) fmt::print("{}\n", head);
    fmt::print("{}\n", line);
    return;
  }
  if (first) fmt::print("{:<16} {:<8} {:>5}  {:<12} {}\n", "ID", "SEVERITY", "SCORE", "DRIVE", "FINDING");
  fmt::print("{:<16} {:<8} {:>5.2f}  {:<12} {}: {}\n", row["id"].get<std::string>(), row["severity"].get<std::string>(),
             row["score"].is_null() ? 0.0 : row["score"].get<double>(), row["drive"].get<std::string>(),
             row["check"].get<std::string>(), row["message"].get<std::string>());
}

bool selected(const Finding& finding, const FindingsArguments& arguments) {
  const bool check =
      arguments.check.empty() || finding.check == arguments.check || finding.check.starts_with(arguments.check + ".");
  return check && (arguments.drive.empty() || finding.drive == arguments.drive) &&
         finding.score >= arguments.min_score && finding.severity >= parse_severity(arguments.severity);
}

int run(const FindingsArguments& arguments) {
  const auto reports = read_reports(arguments.reports);
  if (!reports) {
    print_error(reports.error().text());
    return kCouldNotRun;
  }
  std::size_t printed = 0;
  for (const Report& report : *reports) {
    const std::map<std::string, Json> proposals = proposals_of(report);
    for (const Finding& finding : report.findings) {
      if (!selected(finding, arguments)) continue;
      if (arguments.limit > 0 && printed == arguments.limit) return kClean;
      const auto proposal = proposals.find(finding.id);
      print_row(arguments.format, as_json(finding, proposal == proposals.end() ? Json(nullptr) : proposal->second),
                printed == 0);
      ++printed;
    }
  }
  if (printed == 0 && arguments.format == "table") fmt::print("no findings\n");
  return kClean;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<FindingsArguments>();
  CLI::App* command = app.add_subcommand("findings", "List the findings of reports");
  command->add_option("REPORT", arguments->reports, "Report files, or folders of them")->required();
  command->add_option("--format", arguments->format, "table, csv or json (one object a line)")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  command->add_option("--check", arguments->check, "Only this check or family");
  command->add_option("--drive", arguments->drive, "Only this drive");
  command->add_option("--min-score", arguments->min_score, "Lowest score, 0 to 1")->check(CLI::Range(0.0, 1.0));
  command->add_option("--severity", arguments->severity, "Lowest severity")
      ->check(CLI::IsMember({"info", "warning", "error"}))
      ->capture_default_str();
  command->add_option("--limit", arguments->limit, "At most so many");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{30, add};

}  // namespace
}  // namespace concord::tools
