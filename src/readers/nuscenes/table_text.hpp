#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/geometry.hpp"
#include "concord/result.hpp"
#include "src/readers/nuscenes/json_scan.hpp"

namespace concord::readers::nuscenes {

/// New JSON text of members of one row, by key.
using MemberTexts = std::map<std::string, std::string>;

/// `row` (the text of a JSON object) with the values of `members` replaced; every other byte is kept. A member that the
/// row lacks is an error.
[[nodiscard]] Result<std::string> replace_members(std::string_view row, const MemberTexts& members,
                                                  const std::string& file);

/// What changes in a table's file: everything else keeps its bytes, separators included.
struct TableEdits {
  std::map<std::uint32_t, MemberTexts> changed;             ///< by row
  std::set<std::uint32_t> dropped;                          ///< rows
  std::map<std::uint32_t, std::vector<std::string>> added;  ///< row texts, behind which row
  [[nodiscard]] bool empty() const { return changed.empty() && dropped.empty() && added.empty(); }
};

/// `text`, a table with its rows at `rows`, after `edits`.
[[nodiscard]] Result<std::string> edited_table(std::string_view text, const std::vector<Span>& rows,
                                               const TableEdits& edits, const std::string& file);

/// A JSON string.
[[nodiscard]] std::string quoted(std::string_view text);
/// The shortest text that reads back as `value`; NaN and Infinity as Python writes them.
[[nodiscard]] std::string number_text(double value);
/// "[1, 2]"; `before` holds the values as they are written now: those that agree to rounding keep their text.
[[nodiscard]] Result<std::string> replace_numbers(std::string_view before, std::span<const double> old_values,
                                                  std::span<const double> new_values, const std::string& file);

}  // namespace concord::readers::nuscenes
