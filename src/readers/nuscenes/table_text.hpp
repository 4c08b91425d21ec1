#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/result.hpp"
#include "src/readers/nuscenes/json_scan.hpp"

namespace concord::readers::nuscenes {

/// New JSON text of members of one row, by key.
using MemberTexts = std::map<std::string, std::string, std::less<>>;

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

/// Text in pieces that point into a mapped file or into `owned`: a table of any size is written without a copy of it.
struct PiecedText {
  PiecedText() = default;
  // A copy would point into the original.
  PiecedText(const PiecedText&) = delete;
  PiecedText& operator=(const PiecedText&) = delete;
  PiecedText(PiecedText&&) = default;
  PiecedText& operator=(PiecedText&&) = default;
  ~PiecedText() = default;
  std::vector<std::string_view> pieces;
  std::deque<std::string> owned;
};

/// `text`, a table with its rows at `rows`, after `edits`. Pieces point into `text`.
[[nodiscard]] Result<PiecedText> edited_table(std::string_view text, const std::vector<Span>& rows,
                                              const TableEdits& edits, const std::string& file);

/// A JSON string; `text` must be UTF-8.
[[nodiscard]] std::string json_string(std::string_view text);
/// The shortest text that reads back as `value`; NaN and Infinity as Python writes them.
[[nodiscard]] std::string number_text(double value);
/// `before`, an array of numbers, with those replaced whose new text is not empty.
[[nodiscard]] Result<std::string> replace_elements(std::string_view before, std::span<const std::string> new_texts,
                                                   const std::string& file);

}  // namespace concord::readers::nuscenes
