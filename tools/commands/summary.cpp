#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "concord/judge.hpp"
#include "concord/review.hpp"
#include "concord/text.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/reports.hpp"

namespace concord::tools {
namespace {

using Json = nlohmann::ordered_json;

/// Findings by severity with their denominator.
struct Counts {
  std::uint64_t errors = 0, warnings = 0, infos = 0, examined = 0;

  [[nodiscard]] std::uint64_t findings() const { return errors + warnings + infos; }
  /// Findings per 1,000 labels examined; negative when none was.
  [[nodiscard]] double rate() const {
    return examined == 0 ? -1.0 : 1000.0 * static_cast<double>(findings()) / static_cast<double>(examined);
  }
  void count(Severity severity) {
    errors += severity == Severity::error ? 1 : 0;
    warnings += severity == Severity::warning ? 1 : 0;
    infos += severity == Severity::info ? 1 : 0;
  }
};

struct CheckCounts : Counts {
  std::uint64_t completed = 0, skipped = 0, failed = 0;
};

struct Summary {
  std::uint64_t drives = 0, frames = 0, labels = 0, tracks = 0;
  std::map<std::string, CheckCounts> checks;
  std::map<std::string, Counts> classes;
  /// (check, state, reason) -> number of (drive, label set) it concerns
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> not_checked;
  std::set<std::string> notes;
  std::set<std::string> content_sha256;
  std::vector<const Finding*> worst;
  std::vector<const Suppression*> suppressed;  ///< one a finding that is not counted above
};

Summary summarise(const std::vector<Report>& reports, const SuppressionList& suppressions) {
  Summary summary;
  for (const Report& report : reports) {
    summary.content_sha256.insert(report.content_sha256);
    for (const DriveSummary& drive : report.drives) {
      ++summary.drives;
      summary.frames += drive.frames;
      for (const LabelSetSummary& set : drive.label_sets) {
        summary.labels += set.cuboids;
        summary.tracks += set.tracks;
      }
      summary.notes.insert(drive.notes.begin(), drive.notes.end());
    }
    for (const Finding& finding : report.findings) {
      if (const Suppression* suppression = suppressions.find(finding)) {
        summary.suppressed.push_back(suppression);
        continue;
      }
      summary.checks[finding.check].count(finding.severity);
      if (!finding.class_name.empty()) summary.classes[finding.class_name].count(finding.severity);
      summary.worst.push_back(&finding);
    }
    std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> class_labels;
    for (const ExposureRow& row : report.exposure) {
      summary.checks[row.check].examined += row.labels;
      class_labels[{row.drive + "\x1f" + row.label_set, row.class_name, row.check}] += row.labels;
    }
    // A class's denominator is its number of labels: what the check that examined most of them saw.
    std::map<std::pair<std::string, std::string>, std::uint64_t> most;
    for (const auto& [key, labels] : class_labels) {
      std::uint64_t& value = most[{std::get<0>(key), std::get<1>(key)}];
      value = std::max(value, labels);
    }
    for (const auto& [key, labels] : most) summary.classes[key.second].examined += labels;
    for (const StatusRow& status : report.statuses) {
      CheckCounts& check = summary.checks[status.check];
      check.completed += status.state == CheckState::completed ? 1 : 0;
      check.skipped += status.state == CheckState::skipped ? 1 : 0;
      check.failed += status.state == CheckState::failed ? 1 : 0;
      if (status.state != CheckState::completed) {
        ++summary.not_checked[{status.check, std::string(to_string(status.state)), status.reason}];
      }
    }
  }
  std::stable_sort(summary.worst.begin(), summary.worst.end(), [](const Finding* a, const Finding* b) {
    return std::tie(a->severity, a->score) > std::tie(b->severity, b->score);
  });
  return summary;
}

std::string rate_text(const Counts& counts) { return counts.rate() < 0 ? "-" : fmt::format("{:.2f}", counts.rate()); }

void print_table(const Summary& s) {
  fmt::print("{} drive{}, {} frames, {} labels, {} tracks\n", s.drives, s.drives == 1 ? "" : "s", s.frames, s.labels,
             s.tracks);
  for (const std::string& note : s.notes) fmt::print("note: {}\n", note);
  fmt::print("\n{:<34} {:>7} {:>8} {:>6} {:>10} {:>9}  {}\n", "CHECK", "ERRORS", "WARNINGS", "INFOS", "EXAMINED",
             "PER 1000", "STATUS");
  for (const auto& [id, check] : s.checks) {
    std::string status;
    if (check.completed > 0) status += fmt::format("{} completed", check.completed);
    if (check.skipped > 0) status += fmt::format("{}{} skipped", status.empty() ? "" : ", ", check.skipped);
    if (check.failed > 0) status += fmt::format("{}{} FAILED", status.empty() ? "" : ", ", check.failed);
    fmt::print("{:<34} {:>7} {:>8} {:>6} {:>10} {:>9}  {}\n", id, check.errors, check.warnings, check.infos,
               check.examined, rate_text(check), status);
  }
  fmt::print("\n{:<34} {:>7} {:>8} {:>6} {:>10} {:>9}\n", "CLASS", "ERRORS", "WARNINGS", "INFOS", "LABELS", "PER 1000");
  for (const auto& [name, counts] : s.classes) {
    fmt::print("{:<34} {:>7} {:>8} {:>6} {:>10} {:>9}\n", name, counts.errors, counts.warnings, counts.infos,
               counts.examined, rate_text(counts));
  }
  if (!s.not_checked.empty()) {
    fmt::print("\nNOT CHECKED (this is not \"clean\"):\n");
    for (const auto& [key, count] : s.not_checked) {
      const auto& [check, state, reason] = key;
      fmt::print("  {:<32} {} on {} label set{}: {}\n", check, state, count, count == 1 ? "" : "s", reason);
    }
  }
  if (!s.suppressed.empty()) {
    fmt::print("\nSUPPRESSED by reviewers, not counted above:\n");
    for (const Suppression* row : s.suppressed) {
      fmt::print("  {} {}: {} ({})\n", printable(row->finding), printable(row->check), printable(row->reason),
                 printable(row->reviewer));
    }
  }
  constexpr std::size_t kWorst = 5;
  if (!s.worst.empty()) fmt::print("\nWORST FINDINGS (concord findings lists all {}):\n", s.worst.size());
  for (std::size_t i = 0; i < std::min(kWorst, s.worst.size()); ++i) {
    const Finding& f = *s.worst[i];
    fmt::print("  {} {} {:.2f} {} {}\n    {}\n", f.id, to_string(f.severity), f.score, f.drive, f.check,
               render_message(f));
  }
}

Json counts_json(const Counts& counts) {
  return {{"errors", counts.errors},
          {"warnings", counts.warnings},
          {"infos", counts.infos},
          {"examined", counts.examined},
          {"per_1000", counts.rate() < 0 ? Json(nullptr) : Json(counts.rate())}};
}

void print_json(const Summary& s) {
  Json root{{"drives", s.drives}, {"frames", s.frames}, {"labels", s.labels}, {"tracks", s.tracks}};
  root["content_sha256"] = s.content_sha256;
  root["notes"] = s.notes;
  root["checks"] = Json::object();
  for (const auto& [id, check] : s.checks) {
    Json row = counts_json(check);
    row["completed"] = check.completed;
    row["skipped"] = check.skipped;
    row["failed"] = check.failed;
    root["checks"][id] = std::move(row);
  }
  root["classes"] = Json::object();
  for (const auto& [name, counts] : s.classes) root["classes"][name] = counts_json(counts);
  root["not_checked"] = Json::array();
  for (const auto& [key, count] : s.not_checked) {
    root["not_checked"].push_back({{"check", std::get<0>(key)},
                                   {"state", std::get<1>(key)},
                                   {"reason", std::get<2>(key)},
                                   {"label_sets", count}});
  }
  root["suppressed"] = Json::array();
  for (const Suppression* row : s.suppressed) {
    root["suppressed"].push_back(
        {{"finding", row->finding}, {"check", row->check}, {"reason", row->reason}, {"reviewer", row->reviewer}});
  }
  fmt::print("{}\n", root.dump(2, ' ', false, Json::error_handler_t::replace));
}

void add(CLI::App& app, int& exit_code) {
  auto reports = std::make_shared<std::vector<std::string>>();
  auto format = std::make_shared<std::string>("table");
  auto suppressions = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("summary", "Findings per check and class, and what was not checked");
  command->add_option("REPORT", *reports, "Report files, or folders of them")->required();
  command->add_option("--format", *format, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->add_option("--suppressions", *suppressions,
                      "Count what reviewers suppressed apart; written by `concord review`");
  command->footer(
      "Rates are findings per 1,000 labels examined; what was not checked is listed, for it is not clean.\n"
      "Example: concord summary reports --format json");
  command->callback([reports, format, suppressions, &exit_code] {
    const auto list =
        suppressions->empty() ? Result<SuppressionList>(SuppressionList()) : SuppressionList::read(*suppressions);
    if (!list) {
      print_error(list.error().text());
      exit_code = kCouldNotRun;
      return;
    }
    const auto read = read_reports(*reports);
    if (!read) {
      print_error(read.error().text());
      exit_code = kCouldNotRun;
      return;
    }
    const Summary summary = summarise(*read, *list);
    if (*format == "json") {
      print_json(summary);
    } else {
      print_table(summary);
    }
  });
}

const RegisterCommand kRegistered{20, add};

}  // namespace
}  // namespace concord::tools
