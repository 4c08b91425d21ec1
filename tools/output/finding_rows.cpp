#include "tools/output/finding_rows.hpp"

#include <cmath>

#include "concord/judge.hpp"
#include "concord/text.hpp"
#include "src/core/csv_text.hpp"

namespace concord::tools {
namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(to_utf8(text)); }
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string csv_field(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? csv_spreadsheet_field(value.get<std::string>()) : concord::csv_field(json_line(value));
}

}  // namespace

Json finding_row(const Finding& f, const Json& proposal) {
  Json row;
  row["id"] = f.id;
  row["fingerprint"] = f.fingerprint;
  row["drive"] = to_utf8(f.drive);
  row["label_set"] = to_utf8(f.label_set);
  row["check"] = f.check;
  row["fault"] = to_string(f.fault);
  row["scope"] = to_string(f.scope);
  row["frame"] = text_or_null(f.frame);
  row["frame_end"] = text_or_null(f.frame_end);
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
  row["message"] = to_utf8(render_message(f));
  return row;
}

std::map<std::string, Json> proposals_by_finding(const Report& report) {
  std::map<std::string, Json> proposals;
  std::map<std::string_view, const Finding*> findings;
  for (const Finding& finding : report.findings) findings.emplace(finding.id, &finding);
  for (const Proposal& proposal : report.proposals) {
    const auto finding = findings.find(proposal.finding);
    if (finding != findings.end() && !is_for_own_label(proposal, *finding->second)) continue;
    proposals[proposal.finding][proposal.field] =
        proposal.text.empty() ? number_or_null(proposal.value) : Json(to_utf8(proposal.text));
  }
  return proposals;
}

std::string json_line(const Json& row) { return row.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string csv_head(const Json& row) {
  std::string line;
  for (const auto& [key, value] : row.items()) line += (line.empty() ? "" : ",") + key;
  return line;
}

std::string csv_line(const Json& row) {
  std::string line;
  bool first = true;
  for (const Json& value : row) {
    line += (first ? "" : ",") + csv_field(value);
    first = false;
  }
  return line;
}

}  // namespace concord::tools
