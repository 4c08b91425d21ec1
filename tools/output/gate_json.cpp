#include <cmath>
#include <nlohmann/json.hpp>

#include "concord/text.hpp"
#include "tools/output/gate.hpp"

namespace concord::tools {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json text_or_null(const std::string& value) { return value.empty() ? Json(nullptr) : Json(to_utf8(value)); }

std::string_view metric_name(LimitMetric metric) {
  switch (metric) {
    case LimitMetric::defect_rate:
      return "defect_rate";
    case LimitMetric::recall:
      return "recall";
    case LimitMetric::kappa:
      return "kappa";
    case LimitMetric::p95_centre:
      return "p95_centre";
  }
  return "";
}

Json json_of(const GateLine& line) {
  const AcceptanceLimit& limit = line.limit;
  return {{"tier", to_utf8(line.tier)},
          {"function", to_utf8(line.function)},
          {"integrity", to_string(line.integrity)},
          {"class", line.class_name},
          {"range_band", text_or_null(line.range_band)},
          {"odd_cell", text_or_null(line.odd_cell)},
          {"metric", metric_name(limit.metric)},
          {"fault", limit.fault == Fault::unknown ? Json(nullptr) : Json(to_string(limit.fault))},
          {"check", text_or_null(limit.check)},
          {"limit", limit.limit},
          {"unit", to_string(limit.unit)},
          {"stage", to_string(limit.stage)},
          {"sampling", to_utf8(limit.sampling)},
          {"outcome", to_string(line.outcome)},
          {"reason", to_utf8(line.reason)},
          {"value", number(line.value)},
          {"lower", number(line.lower)},
          {"upper", number(line.upper)},
          {"units", line.units},
          {"reviewed", line.reviewed},
          {"defects", line.defects},
          {"open", line.open},
          {"drives", line.drives},
          {"effective", number(line.effective)},
          {"needed_sample", line.needed_sample},
          {"more", line.more},
          {"finding_rate", number(line.finding_rate)}};
}

}  // namespace

Json not_checked_json(const NotChecked& row) {
  return {{"check", to_utf8(row.check)},
          {"state", to_string(row.state)},
          {"reason", to_utf8(row.reason)},
          {"label_sets", row.label_sets}};
}

std::string gate_json(const GateResult& result) {
  Json json{{"accepted", result.accepted()}, {"passed", result.passed},        {"failed", result.failed},
            {"undecided", result.undecided}, {"drives", result.drives},        {"labels", result.labels},
            {"findings", result.findings},   {"suppressed", result.suppressed}};
  json["lines"] = Json::array();
  for (const GateLine& line : result.lines) json["lines"].push_back(json_of(line));
  json["not_checked"] = Json::array();
  for (const NotChecked& row : result.not_checked) {
    json["not_checked"].push_back(not_checked_json(row));
  }
  json["notes"] = Json::array();
  for (const std::string& note : result.notes) json["notes"].push_back(to_utf8(note));
  return json.dump(2) + "\n";
}

}  // namespace concord::tools
