#include "src/core/csv_text.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace concord {
namespace {

bool is_number(std::string_view text) {
  double value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_spreadsheet_field(std::string text) {
  constexpr std::string_view kFormula = "=+-@\t\r";
  if (!text.empty() && kFormula.find(text.front()) != std::string_view::npos && !is_number(text)) {
    text.insert(text.begin(), '\'');
  }
  return csv_field(text);
}

CsvRecords::CsvRecords(std::string_view text, std::string where) : text_(text), where_(std::move(where)) {
  if (text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
}

std::string CsvRecords::where() const { return where_ + ":" + std::to_string(begin_line_); }

Result<bool> CsvRecords::next(std::vector<std::string>& fields) {
  while (position_ < text_.size()) {
    begin_line_ = line_;
    const std::size_t begin = position_;
    if (!read(fields)) return Error{ErrorCode::malformed, "a broken quote", where(), "CSV"};
    const auto from = text_.begin() + static_cast<std::ptrdiff_t>(begin);
    line_ += static_cast<std::size_t>(std::count(from, text_.begin() + static_cast<std::ptrdiff_t>(position_), '\n'));
    if (fields.size() > 1 || !fields[0].empty()) return true;
  }
  return false;
}

bool CsvRecords::read(std::vector<std::string>& fields) {
  fields.assign(1, {});
  while (position_ < text_.size()) {
    if (text_[position_] == '"' && fields.back().empty()) {
      for (++position_;; ++position_) {
        if (position_ >= text_.size()) return false;
        if (text_[position_] != '"') {
          fields.back() += text_[position_];
        } else if (position_ + 1 < text_.size() && text_[position_ + 1] == '"') {
          fields.back() += text_[position_++];
        } else {
          break;
        }
      }
      ++position_;
      if (position_ >= text_.size()) return true;
      if (std::string_view(",\r\n").find(text_[position_]) == std::string_view::npos) return false;
    }
    const char c = text_[position_++];
    if (c == '\n') return true;
    if (c == ',') {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return true;
}

}  // namespace concord
