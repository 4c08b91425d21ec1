#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "concord/acceptance.hpp"

namespace concord::tools {

/// A gate's result for people, for programs, and as JUnit's XML: a test case a line, with what fails and what is
/// undecided as failures, and what was not checked as skipped.
[[nodiscard]] std::string gate_table(const GateResult& result);
[[nodiscard]] std::string gate_json(const GateResult& result);
[[nodiscard]] std::string gate_junit(const GateResult& result);

/// "label defects (position) <= 1 %": what a limit asks for.
[[nodiscard]] std::string limit_text(const AcceptanceLimit& limit);
/// "car 0-30 m": what a line is about; with its ODD cell.
[[nodiscard]] std::string category_text(const GateLine& line);

/// "temporal.gap skipped on 1 label set: no tracks".
[[nodiscard]] std::string not_checked_text(const NotChecked& row);
[[nodiscard]] nlohmann::ordered_json not_checked_json(const NotChecked& row);

/// What the gate and a review need of reports, read one at a time.
[[nodiscard]] Result<DeliveryFacts> read_delivery(const std::vector<std::string>& reports);

/// A spec whose limits may name the checks of this build.
[[nodiscard]] Result<AcceptanceSpec> load_spec(const std::string& path);

}  // namespace concord::tools
