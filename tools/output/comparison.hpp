#pragma once

#include <string>

#include "concord/compare.hpp"

namespace concord::tools {

/// For people; undefined numbers are "-".
[[nodiscard]] std::string comparison_table(const Comparison& comparison);
/// One object; undefined numbers are null.
[[nodiscard]] std::string comparison_json(const Comparison& comparison);
/// One number a line: candidate, part, dimension, value, class, variable, measure, number, low, high; undefined numbers
/// are empty.
[[nodiscard]] std::string comparison_csv(const Comparison& comparison);

}  // namespace concord::tools
