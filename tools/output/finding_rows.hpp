#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "concord/report.hpp"

namespace concord::tools {

using Json = nlohmann::ordered_json;

/// What `concord findings` says of one finding: the same keys in the same order always; null where nothing applies.
[[nodiscard]] Json finding_row(const Finding& finding, const Json& proposal);

/// Proposals for the findings' own labels, by finding id: {"x_m": 1.0, "yaw_rad": 0.1, "class": "car"}.
[[nodiscard]] std::map<std::string, Json> proposals_by_finding(const Report& report);

/// One line of JSON. Ids are the dataset's own bytes; what is not UTF-8 is replaced.
[[nodiscard]] std::string json_line(const Json& row);

/// The keys, or the values, of a row as a line of CSV, quoted as in RFC 4180. A text that a spreadsheet would take for
/// a formula gets an apostrophe in front.
[[nodiscard]] std::string csv_head(const Json& row);
[[nodiscard]] std::string csv_line(const Json& row);

}  // namespace concord::tools
