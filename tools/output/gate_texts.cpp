#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <map>

#include "concord/judge.hpp"
#include "concord/text.hpp"
#include "tools/output/gate.hpp"
#include "tools/output/reports.hpp"
#include "tools/output/svg.hpp"
#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {

bool is_share(LimitMetric metric) { return metric == LimitMetric::defect_rate || metric == LimitMetric::recall; }

std::string figure(LimitMetric metric, double value) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return "inf";
  return is_share(metric) ? fmt::format("{:.3f} %", 100 * value) : fmt::format("{:.3f}", value);
}

/// The bound that a limit is held against.
double bound_of(const GateLine& line) {
  const bool largest = line.limit.metric == LimitMetric::defect_rate || line.limit.metric == LimitMetric::p95_centre;
  if (line.outcome == Outcome::fail) return largest ? line.lower : line.upper;
  return largest ? line.upper : line.lower;
}

std::string totals_text(const GateResult& result) {
  return fmt::format("{} passed, {} failed, {} undecided", result.passed, result.failed, result.undecided);
}

std::string head_text(const GateResult& result) {
  return fmt::format("{} drive{}, {} labels, {} findings, {} of them suppressed by reviewers", result.drives,
                     result.drives == 1 ? "" : "s", result.labels, result.findings, result.suppressed);
}

}  // namespace

Result<AcceptanceSpec> load_spec(const std::string& path) {
  std::vector<std::string> ids;
  for (const CheckInfo& check : checks()) ids.emplace_back(check.id);
  return AcceptanceSpec::from_file(path, std::move(ids));
}

std::string not_checked_text(const NotChecked& row) {
  return fmt::format("{} {} on {} label set{}: {}", row.check, to_string(row.state), row.label_sets,
                     row.label_sets == 1 ? "" : "s", printable(row.reason));
}

Result<DeliveryFacts> read_delivery(const std::vector<std::string>& reports) {
  CONCORD_ASSIGN_OR_RETURN(const std::vector<std::filesystem::path> files, find_reports(reports));
  DeliveryFacts delivery;
  for (const std::filesystem::path& file : files) {
    CONCORD_ASSIGN_OR_RETURN(const Report report, read_report(file));
    CONCORD_RETURN_IF_ERROR(delivery.add(report));
  }
  return delivery;
}

std::string limit_text(const AcceptanceLimit& limit) {
  switch (limit.metric) {
    case LimitMetric::recall:
      return fmt::format("recall >= {:g} %", 100 * limit.limit);
    case LimitMetric::kappa:
      return fmt::format("kappa >= {:g}", limit.limit);
    case LimitMetric::p95_centre:
      return fmt::format("p95 of centres <= {:g} m", limit.limit);
    case LimitMetric::defect_rate:
      break;
  }
  std::string only;
  if (limit.fault != Fault::unknown) only = " (" + std::string(to_string(limit.fault)) + ")";
  if (!limit.check.empty()) only = " (" + limit.check + ")";
  return fmt::format("defects{} <= {:g} % of {}s", only, 100 * limit.limit, to_string(limit.unit));
}

std::string category_text(const GateLine& line) {
  return line.class_name + (line.range_band.empty() ? "" : " " + line.range_band + " m") +
         (line.odd_cell.empty() ? "" : " in " + line.odd_cell);
}

std::string gate_table(const GateResult& result) {
  std::string text = printable(head_text(result)) + "\n";
  for (const std::string& note : result.notes) text += "note: " + printable(note) + "\n";
  const auto width_of = [&](std::size_t least, const auto& text_of) {
    std::size_t width = least;
    for (const GateLine& line : result.lines) width = std::max(width, printable(text_of(line)).size());
    return std::min<std::size_t>(width, 48);
  };
  const auto function_of = [](const GateLine& line) {
    return line.tier + "/" + line.function + " " + std::string(to_string(line.integrity));
  };
  const auto limit_of = [](const GateLine& line) {
    return limit_text(line.limit) + ", " + std::string(to_string(line.limit.stage));
  };
  const std::size_t function_width = width_of(13, function_of);
  const std::size_t category_width = width_of(8, category_text);
  const std::size_t limit_width = width_of(5, limit_of);
  text += fmt::format("\n{} {} {} {:<9} {:>9} {:>9} {:>8} {:>7} {:>9}  {}\n", padded("TIER/FUNCTION", function_width),
                      padded("CATEGORY", category_width), padded("LIMIT", limit_width), "OUTCOME", "VALUE", "BOUND",
                      "REVIEWED", "DEFECTS", "FINDINGS", "REASON");
  for (const GateLine& line : result.lines) {
    text += fmt::format(
        "{} {} {} {:<9} {:>9} {:>9} {:>8} {:>7} {:>9}  {}\n", padded(function_of(line), function_width),
        padded(category_text(line), category_width), padded(limit_of(line), limit_width), to_string(line.outcome),
        figure(line.limit.metric, line.value), figure(line.limit.metric, bound_of(line)), line.reviewed, line.defects,
        std::isnan(line.finding_rate) ? "-" : fmt::format("{:.3f} %", 100 * line.finding_rate), printable(line.reason));
  }
  if (!result.not_checked.empty()) {
    text += "\nNOT CHECKED (this is not \"clean\"):\n";
    for (const NotChecked& row : result.not_checked) text += "  " + not_checked_text(row) + "\n";
  }
  return text + "\n" + totals_text(result) + (result.accepted() ? ": accepted\n" : ": not accepted\n");
}

std::string gate_junit(const GateResult& result) {
  std::map<std::string, std::vector<const GateLine*>> suites;
  for (const GateLine& line : result.lines) suites[line.tier + "." + line.function].push_back(&line);
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuites name=\"concord gate\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n",
                      result.lines.size() + result.not_checked.size(), result.failed + result.undecided,
                      result.not_checked.size());
  for (const auto& [name, lines] : suites) {
    const auto failures =
        std::count_if(lines.begin(), lines.end(), [](const GateLine* line) { return line->outcome != Outcome::pass; });
    text += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">\n",
                        xml_text(name), lines.size(), failures);
    for (const GateLine* line : lines) {
      text += fmt::format("    <testcase classname=\"{}\" name=\"{}\">", xml_text(name),
                          xml_text(category_text(*line) + ": " + limit_text(line->limit) + ", " +
                                   std::string(to_string(line->limit.stage))));
      const std::string said = fmt::format(
          "{}; value {}, bounds {} and {}, {} reviewed of {}, {} defects, {} drives", line->reason,
          figure(line->limit.metric, line->value), figure(line->limit.metric, line->lower),
          figure(line->limit.metric, line->upper), line->reviewed, line->units, line->defects, line->drives);
      if (line->outcome == Outcome::pass) {
        text += "<system-out>" + xml_text(said) + "</system-out>";
      } else {
        text += fmt::format("<failure type=\"{}\" message=\"{}\"/>", to_string(line->outcome), xml_text(said));
      }
      text += "</testcase>\n";
    }
    text += "  </testsuite>\n";
  }
  if (!result.not_checked.empty()) {
    text +=
        fmt::format("  <testsuite name=\"not checked\" tests=\"{0}\" failures=\"0\" errors=\"0\" skipped=\"{0}\">\n",
                    result.not_checked.size());
    for (const NotChecked& row : result.not_checked) {
      text += fmt::format("    <testcase classname=\"not checked\" name=\"{}\"><skipped message=\"{}\"/></testcase>\n",
                          xml_text(row.check), xml_text(not_checked_text(row)));
    }
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

}  // namespace concord::tools
