#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <memory>

#include "concord/judge.hpp"
#include "concord/ranking.hpp"
#include "concord/review.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/finding_rows.hpp"
#include "tools/output/reports.hpp"
#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {

struct FindingsArguments {
  std::vector<std::string> reports;
  std::string format = "table";
  std::string check, drive;
  std::string severity = "info";
  double min_score = 0;
  std::size_t limit = 0;
  std::size_t top = 0;
  std::string suppressions;
  SuppressionList suppressed;
};

/// A finding that was asked for, and the report that holds it; with --top also what else describes its fault.
struct Selected {
  const Report* report;
  const Finding* finding;
  std::vector<const Finding*> evidence = {};
  double rank = 0;
};

bool is_selected(const Finding& finding, const FindingsArguments& arguments) {
  const bool check =
      arguments.check.empty() || finding.check == arguments.check || finding.check.starts_with(arguments.check + ".");
  return check && (arguments.drive.empty() || finding.drive == arguments.drive) &&
         finding.score >= arguments.min_score && finding.severity >= parse_severity(arguments.severity) &&
         arguments.suppressed.find(finding) == nullptr;
}

std::vector<Selected> select(const std::vector<Report>& reports, const FindingsArguments& arguments) {
  std::vector<Selected> selected;
  for (const Report& report : reports) {
    for (const Finding& finding : report.findings) {
      if (arguments.limit > 0 && selected.size() == arguments.limit) return selected;
      if (is_selected(finding, arguments)) selected.push_back({&report, &finding});
    }
  }
  return selected;
}

/// The faults of all reports, the gravest first.
std::vector<Selected> select_top(const std::vector<Report>& reports, const FindingsArguments& arguments) {
  std::vector<Selected> selected;
  for (const Report& report : reports) {
    std::vector<const Finding*> wanted;
    std::vector<Finding> findings;
    for (const Finding& finding : report.findings) {
      if (!is_selected(finding, arguments)) continue;
      wanted.push_back(&finding);
      findings.push_back(finding);
    }
    for (const RankedFault& fault : rank_faults(findings)) {
      Selected& row = selected.emplace_back(Selected{&report, wanted[fault.finding]});
      for (const std::size_t i : fault.evidence) row.evidence.push_back(wanted[i]);
      row.rank = fault.rank;
    }
  }
  std::stable_sort(selected.begin(), selected.end(),
                   [](const Selected& a, const Selected& b) { return a.rank > b.rank; });
  const std::size_t most = arguments.limit > 0 ? std::min(arguments.top, arguments.limit) : arguments.top;
  if (selected.size() > most) selected.resize(most);
  return selected;
}

/// " (also temporal.position_jump, box.overlap x 2)": the checks of the evidence.
std::string evidence_text(const std::vector<const Finding*>& evidence) {
  std::map<std::string, int> checks;
  for (const Finding* finding : evidence) ++checks[finding->check];
  std::string text;
  for (const auto& [check, count] : checks) {
    text += (text.empty() ? "also " : ", ") + check + (count > 1 ? fmt::format(" x {}", count) : "");
  }
  return text.empty() ? "" : " (" + text + ")";
}

void print_table(const std::vector<Selected>& selected) {
  if (selected.empty()) {
    fmt::print("no findings\n");
    return;
  }
  constexpr std::size_t kWidestDrive = 24;
  constexpr std::size_t kLeastMessage = 40;
  std::size_t drive_width = 12;
  for (const Selected& row : selected) drive_width = std::max(drive_width, row.finding->drive.size());
  drive_width = std::min(drive_width, kWidestDrive);
  const std::size_t before_message = 16 + 1 + 8 + 1 + 5 + 2 + drive_width + 1;
  const std::size_t terminal = terminal_width();
  const std::size_t width = terminal == 0 ? 0 : std::max(terminal, before_message + kLeastMessage) - before_message;
  fmt::print("{:<16} {:<8} {:>5}  {:<{}} {}\n", "ID", "SEVERITY", "SCORE", "DRIVE", drive_width, "FINDING");
  for (const Selected& row : selected) {
    const Finding& f = *row.finding;
    fmt::print("{:<16} {:<8} {:>5.2f}  {} {}\n", f.id, to_string(f.severity), f.score, padded(f.drive, drive_width),
               fitted(f.check + ": " + render_message(f) + evidence_text(row.evidence), width));
  }
}

/// With --top: the rank, and the ids and checks of what else describes the fault.
void add_rank(Json& row, const Selected& selected, bool csv) {
  Json ids = Json::array(), checks = Json::array();
  for (const Finding* finding : selected.evidence) {
    ids.push_back(finding->id);
    checks.push_back(finding->check);
  }
  row["rank"] = selected.rank;
  row["evidence"] = csv && ids.empty() ? Json(nullptr) : ids;
  row["evidence_checks"] = csv && checks.empty() ? Json(nullptr) : checks;
}

void print_rows(const std::vector<Selected>& selected, bool csv, bool ranked) {
  const Report* report = nullptr;
  std::map<std::string, Json> proposals;
  if (csv) {
    Json head = finding_row({}, nullptr);
    if (ranked) add_rank(head, {nullptr, nullptr}, csv);
    fmt::print("{}\n", csv_head(head));
  }
  for (const Selected& row : selected) {
    if (row.report != report) proposals = proposals_by_finding(*row.report);
    report = row.report;
    const auto proposal = proposals.find(row.finding->id);
    Json json = finding_row(*row.finding, proposal == proposals.end() ? Json(nullptr) : proposal->second);
    if (ranked) add_rank(json, row, csv);
    fmt::print("{}\n", csv ? csv_line(json) : json_line(json));
  }
}

/// Said on standard error, so that rows stay rows.
void print_suppressed(const std::vector<Report>& reports, const SuppressionList& suppressed) {
  std::size_t count = 0;
  for (const Report& report : reports) {
    for (const Finding& finding : report.findings) count += suppressed.find(finding) != nullptr ? 1 : 0;
  }
  if (count > 0) fmt::print(stderr, "note: {} suppressed findings are not shown\n", count);
}

int run(FindingsArguments& arguments) {
  if (!arguments.suppressions.empty()) {
    auto list = SuppressionList::read(arguments.suppressions);
    if (!list) {
      print_error(list.error().text());
      return kCouldNotRun;
    }
    arguments.suppressed = std::move(list).value();
  }
  const auto reports = read_reports(arguments.reports);
  if (!reports) {
    print_error(reports.error().text());
    return kCouldNotRun;
  }
  const std::vector<Selected> selected =
      arguments.top > 0 ? select_top(*reports, arguments) : select(*reports, arguments);
  if (arguments.format == "table") {
    print_table(selected);
  } else {
    print_rows(selected, arguments.format == "csv", arguments.top > 0);
  }
  print_suppressed(*reports, arguments.suppressed);
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
  command->add_option("--top", arguments->top,
                      "The so many gravest faults, by score times severity; findings of one fault are one row");
  command->add_option("--suppressions", arguments->suppressions,
                      "Leave out what reviewers suppressed; written by `concord review`");
  command->footer(
      "Examples:\n"
      "  concord findings reports --check temporal --min-score 0.5\n"
      "  concord findings reports --top 20\n"
      "  concord findings reports --format csv > findings.csv");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{30, add};

}  // namespace
}  // namespace concord::tools
