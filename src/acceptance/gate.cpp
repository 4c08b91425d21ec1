#include <fmt/format.h>
#include <algorithm>
#include <set>

#include "concord/acceptance.hpp"
#include "src/acceptance/gate_line.hpp"

namespace concord {
namespace {

using acceptance::GateInputs;

/// Calls `visit` for each value, or once for "" where there is none.
template <class Visit>
void each_or_all(const std::vector<std::string>& values, const Visit& visit) {
  if (values.empty()) visit(std::string());
  for (const std::string& value : values) visit(value);
}

void judge_line(const GateInputs& inputs, GateLine& line) {
  if (!line.odd_cell.empty()) {
    line.reason = "no ODD cells in these reports";
  } else if (line.limit.metric == LimitMetric::defect_rate) {
    acceptance::judge_defect_rate(inputs, line);
  } else {
    acceptance::judge_against_gold(inputs, line);
  }
}

void judge_category(const GateInputs& inputs, const GateLine& head, const AcceptanceCategory& category,
                    GateResult& result) {
  for (const std::string& class_name : category.classes) {
    each_or_all(category.range_bands, [&](const std::string& range_band) {
      each_or_all(category.odd_cells, [&](const std::string& odd_cell) {
        for (const AcceptanceLimit& limit : category.limits) {
          GateLine line = head;
          line.class_name = class_name;
          line.range_band = range_band;
          line.odd_cell = odd_cell;
          line.limit = limit;
          judge_line(inputs, line);
          result.passed += line.outcome == Outcome::pass ? 1 : 0;
          result.failed += line.outcome == Outcome::fail ? 1 : 0;
          result.undecided += line.outcome == Outcome::undecided ? 1 : 0;
          result.lines.push_back(std::move(line));
        }
      });
    });
  }
}

void add_facts(const DeliveryFacts& delivery, std::span<const ReviewItem> items, GateResult& result) {
  result.drives = delivery.drives.size();
  for (const auto& [name, drive] : delivery.drives) {
    for (const auto& [key, labels] : drive.labels) result.labels += labels;
  }
  for (const auto& [key, label_sets] : delivery.not_checked) {
    result.not_checked.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), label_sets});
  }
  result.findings = delivery.findings.size();
  std::uint64_t unknown = 0;
  std::set<std::string> suppressed;
  for (const ReviewItem& item : items) {
    for (const std::string& id : item.findings) {
      const bool known = delivery.findings.contains(id);
      unknown += known ? 0 : 1;
      if (known && item.suppress) suppressed.insert(id);
    }
  }
  result.suppressed = suppressed.size();
  if (unknown > 0) {
    result.notes.push_back(
        fmt::format("{} findings that the queue names are not in these reports: it was drawn from "
                    "others, or the profile has changed",
                    unknown));
  }
}

}  // namespace

Result<GateResult> judge_delivery(const AcceptanceSpec& spec, const DeliveryFacts& delivery,
                                  std::span<const ReviewItem> items, std::span<const GoldComparison> comparisons) {
  CONCORD_RETURN_IF_ERROR(require_reviewed(delivery, items));
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (comparisons[i].stage != comparisons[j].stage) continue;
      return Error{ErrorCode::invalid_argument,
                   fmt::format("two comparisons of stage {}", to_string(comparisons[i].stage)), comparisons[i].source,
                   "one a stage: first_pass=FILE final=FILE"};
    }
  }
  CONCORD_ASSIGN_OR_RETURN(const Taxonomy tree, Taxonomy::builtin(""));
  const GateInputs inputs{spec, delivery, items, comparisons, tree};
  GateResult result;
  add_facts(delivery, items, result);
  for (const AcceptanceTier& tier : spec.tiers) {
    for (const AcceptanceFunction& function : tier.functions) {
      GateLine head;
      head.tier = tier.name;
      head.function = function.name;
      head.integrity = function.integrity;
      for (const AcceptanceCategory& category : function.categories) judge_category(inputs, head, category, result);
    }
  }
  return result;
}

}  // namespace concord
