#include "src/readers/csv/table.hpp"

#include <algorithm>
#include <utility>

#include "src/readers/common/files.hpp"

namespace concord::readers::csv {
namespace {

constexpr std::size_t kMaxColumns = 1000;

}  // namespace

std::string Row::text(std::size_t index) const {
  const std::string_view raw = fields[index];
  if (raw.size() < 2 || raw.front() != '"') return std::string(raw);
  std::string result;
  for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
    result += raw[i];
    if (raw[i] == '"') ++i;
  }
  return result;
}

std::string_view Row::bytes() const {
  const char* const begin = fields.front().data();
  const char* const end = fields.back().data() + fields.back().size();
  return {begin, static_cast<std::size_t>(end - begin)};
}

Result<Table> Table::open(std::string_view text, char delimiter, std::filesystem::path path) {
  Table table;
  table.text_ = text;
  table.delimiter_ = delimiter;
  table.path_ = std::move(path);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  const std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  Row header;
  std::size_t line = 1;
  CONCORD_ASSIGN_OR_RETURN(table.body_, table.scan(begin, line, header));
  table.body_line_ = line;
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    std::string name = header.text(i);
    if (!name.empty() && std::find(table.header_.begin(), table.header_.end(), name) != table.header_.end()) {
      return Error{ErrorCode::malformed, "column '" + name.substr(0, 80) + "' is there twice", at_line(table.path_, 1),
                   "one column of each name"};
    }
    table.header_.push_back(std::move(name));
  }
  return table;
}

std::optional<std::size_t> Table::find(std::string_view column) const {
  const auto found = std::find(header_.begin(), header_.end(), column);
  if (found == header_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header_.begin());
}

Result<std::size_t> Table::scan(std::size_t begin, std::size_t& line, Row& row) const {
  row.line = line;
  row.fields.clear();
  std::size_t at = begin;
  while (true) {
    const std::size_t start = at;
    if (at < text_.size() && text_[at] == '"') {
      // To the quote that no second one follows.
      for (++at; at < text_.size(); ++at) {
        if (text_[at] == '\n') ++line;
        if (text_[at] != '"') continue;
        if (at + 1 >= text_.size() || text_[at + 1] != '"') break;
        ++at;
      }
      if (at >= text_.size()) {
        return Error{ErrorCode::malformed, "a quote is not closed", at_line(path_, row.line), "\"text\""};
      }
      ++at;
      const bool ends = at == text_.size() || text_[at] == delimiter_ || text_[at] == '\n' || text_[at] == '\r';
      if (!ends) {
        return Error{ErrorCode::malformed, "text follows a closing quote", at_line(path_, row.line),
                     "a delimiter or the end of the line"};
      }
    } else {
      while (at < text_.size() && text_[at] != delimiter_ && text_[at] != '\n') ++at;
    }
    std::size_t end = at;
    const bool last = at == text_.size() || text_[at] == '\n';
    if (last && end > start && text_[end - 1] == '\r') --end;
    if (!last && text_[at] == '\r') {  // behind a closing quote
      ++at;
      if (at < text_.size() && text_[at] != '\n') {
        return Error{ErrorCode::malformed, "a carriage return inside a line", at_line(path_, row.line), "a line end"};
      }
      row.fields.push_back(text_.substr(start, end - start));
      ++line;
      return std::min(at + 1, text_.size());
    }
    row.fields.push_back(text_.substr(start, end - start));
    if (row.fields.size() > kMaxColumns) {
      return Error{ErrorCode::limit_exceeded, "has more than " + std::to_string(kMaxColumns) + " fields",
                   at_line(path_, row.line), "a table"};
    }
    if (last) {
      ++line;
      return std::min(at + 1, text_.size());
    }
    ++at;
  }
}

Result<void> Table::for_each_row(const std::function<Result<void>(const Row&)>& on_row) const {
  Row row;
  std::size_t at = body_;
  std::size_t line = body_line_;
  while (at < text_.size()) {
    CONCORD_ASSIGN_OR_RETURN(at, scan(at, line, row));
    if (row.fields.size() == 1 && row.fields[0].empty()) continue;
    if (row.fields.size() != header_.size()) {
      return Error{ErrorCode::malformed, "has " + std::to_string(row.fields.size()) + " fields",
                   at_line(path_, row.line), std::to_string(header_.size()) + " as in the header"};
    }
    CONCORD_RETURN_IF_ERROR(on_row(row));
  }
  return {};
}

Result<Row> Table::row_at(std::size_t begin, std::size_t line) const {
  Row row;
  const auto next = scan(begin, line, row);
  if (!next) return next.error();
  return row;
}

std::string to_field(std::string_view value, char delimiter) {
  const bool plain =
      value.find_first_of("\"\r\n") == std::string_view::npos && value.find(delimiter) == std::string_view::npos;
  if (plain) return std::string(value);
  std::string result = "\"";
  for (const char c : value) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

}  // namespace concord::readers::csv
