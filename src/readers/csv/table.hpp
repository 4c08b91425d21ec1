#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "concord/result.hpp"

namespace concord::readers::csv {

/// One record of a CSV file: its fields as written, quotes included, as views of the file's text.
struct Row {
  std::size_t line = 0;  ///< of its first byte, from 1
  std::vector<std::string_view> fields;

  /// The text of field `index` without quotes; "" inside quotes is one quote.
  [[nodiscard]] std::string text(std::size_t index) const;
  /// From the first byte of the record to behind its last, without the line end.
  [[nodiscard]] std::string_view bytes() const;
};

/// A CSV text (RFC 4180: quoted fields may hold delimiters and line ends) with one header line. Our own scanner, since
/// the patcher must know where every field lies. Does not own the text.
class Table {
 public:
  /// Reads the header. `path` names the file in errors.
  static Result<Table> open(std::string_view text, char delimiter, std::filesystem::path path);

  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string_view text() const { return text_; }
  /// Position of the column of that name, or nullopt.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const;

  /// Calls `on_row` for each record behind the header; empty lines are passed over. A record with another number of
  /// fields than the header, and a quote that is never closed, are errors with the line.
  [[nodiscard]] Result<void> for_each_row(const std::function<Result<void>(const Row&)>& on_row) const;
  /// The record that begins at byte `begin` of the text, line `line`: a place that for_each_row has reported.
  [[nodiscard]] Result<Row> row_at(std::size_t begin, std::size_t line) const;

 private:
  [[nodiscard]] Result<std::size_t> scan(std::size_t begin, std::size_t& line, Row& row) const;

  std::string_view text_;
  char delimiter_ = ',';
  std::filesystem::path path_;
  std::vector<std::string> header_;
  std::size_t body_ = 0;  ///< first byte behind the header
  std::size_t body_line_ = 1;
};

/// `value` as a field: quoted where it holds a delimiter, a quote or a line end.
[[nodiscard]] std::string to_field(std::string_view value, char delimiter);

}  // namespace concord::readers::csv
