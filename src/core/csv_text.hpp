#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "concord/result.hpp"

namespace concord {

/// `text` as a field of CSV (RFC 4180): quoted where it must be.
[[nodiscard]] std::string csv_field(const std::string& text);

/// As csv_field(); a text that a spreadsheet would take for a formula (one that begins with = + - or @ and is no
/// number, a tab) gets an apostrophe in front.
[[nodiscard]] std::string csv_spreadsheet_field(std::string text);

/// The records of a CSV text, one after the other. Empty lines are passed over.
class CsvRecords {
 public:
  /// `where` names the file in errors. A byte order mark is passed over.
  CsvRecords(std::string_view text, std::string where);

  /// The next record into `fields`; false at the end. A quote that is not closed, or is followed by text, is an error.
  [[nodiscard]] Result<bool> next(std::vector<std::string>& fields);
  /// `file:line` of the first line of the record that next() gave.
  [[nodiscard]] std::string where() const;
  [[nodiscard]] std::size_t line() const { return begin_line_; }

 private:
  [[nodiscard]] bool read(std::vector<std::string>& fields);

  std::string_view text_;
  std::string where_;
  std::size_t position_ = 0;
  std::size_t line_ = 1, begin_line_ = 1;
};

}  // namespace concord
