#include "src/readers/nuscenes/rows.hpp"

#include <cmath>
#include <limits>
#include <span>

namespace concord::readers::nuscenes {
namespace {

/// No row of a table is anywhere near this long.
constexpr std::uint64_t kMaxRowBytes = std::uint64_t{16} << 20U;
/// Quaternions that are written with few digits are still rotations.
constexpr double kUnitTolerance = 0.01;
/// Hostile tokens may be long; errors show their beginning.
constexpr std::size_t kMaxQuotedBytes = 64;

/// Python writes NaN and Infinity, which are no JSON: `text` with null in their place, when it has any.
bool replace_non_finite(std::string& text) {
  bool changed = false;
  bool in_string = false;
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      result += c;
      if (c == '\\' && at + 1 < text.size()) result += text[++at];
      if (c == '"') in_string = false;
      continue;
    }
    const std::string_view rest = std::string_view(text).substr(at);
    std::size_t skipped = 0;
    for (const std::string_view word : {"NaN", "-Infinity", "Infinity"}) {
      if (rest.starts_with(word)) skipped = word.size();
    }
    if (skipped > 0) {
      result += "null";
      at += skipped - 1;
      changed = true;
    } else {
      in_string = c == '"';
      result += c;
    }
  }
  if (changed) text = std::move(result);
  return changed;
}

}  // namespace

std::string Row::where() const {
  if (!place_.sample.empty()) {
    return std::string(file_) + "#/results/" + std::string(place_.sample) + "/" + std::to_string(place_.index);
  }
  std::string_view token;
  if (members_.at_key("token").get(token) == simdjson::SUCCESS) {
    return std::string(file_) + " token " + std::string(token.substr(0, kMaxQuotedBytes));
  }
  return std::string(file_) + " byte " + std::to_string(place_.index);
}

Error Row::error(std::string message, std::string expected) const {
  return {ErrorCode::malformed, std::move(message), where(), std::move(expected)};
}

Error Row::wrong(std::string_view key, std::string_view expected) const {
  return error("member '" + std::string(key) + (has(key) ? "' has a wrong type or length" : "' is missing"),
               std::string(expected));
}

bool Row::has(std::string_view key) const { return members_.at_key(key).error() == simdjson::SUCCESS; }

Result<std::string_view> Row::text(std::string_view key) const {
  std::string_view value;
  if (members_.at_key(key).get(value) != simdjson::SUCCESS) return wrong(key, "text");
  return value;
}

Result<std::string> Row::id(std::string_view key) const {
  std::int64_t number = 0;
  if (members_.at_key(key).get(number) == simdjson::SUCCESS) return std::to_string(number);
  CONCORD_ASSIGN_OR_RETURN(const std::string_view value, text(key));
  return std::string(value);
}

Result<std::vector<std::string_view>> Row::texts(std::string_view key) const {
  simdjson::dom::array array;
  if (members_.at_key(key).get(array) != simdjson::SUCCESS) return wrong(key, "an array of texts");
  std::vector<std::string_view> values;
  for (const simdjson::dom::element element : array) {
    std::string_view value;
    if (element.get(value) != simdjson::SUCCESS) return wrong(key, "an array of texts");
    values.push_back(value);
  }
  return values;
}

Result<std::int64_t> Row::integer(std::string_view key) const {
  std::int64_t value = 0;
  if (members_.at_key(key).get(value) == simdjson::SUCCESS) return value;
  // Some exports write whole numbers as 1.5e15 or 3.0; beyond 2^53 that is no longer exact.
  constexpr double kExact = 9007199254740992.0;
  double real = 0;
  if (members_.at_key(key).get(real) != simdjson::SUCCESS || std::abs(real) > kExact || real != std::trunc(real)) {
    return wrong(key, "a whole number");
  }
  return static_cast<std::int64_t>(real);
}

Result<bool> Row::boolean(std::string_view key) const {
  bool value = false;
  if (members_.at_key(key).get(value) != simdjson::SUCCESS) return wrong(key, "true or false");
  return value;
}

Result<double> Row::number(std::string_view key) const {
  const auto element = members_.at_key(key);
  double value = std::numeric_limits<double>::quiet_NaN();
  if (element.error() != simdjson::SUCCESS || (!element.is_null() && element.get(value) != simdjson::SUCCESS)) {
    return wrong(key, "a number");
  }
  return value;
}

Result<void> Row::numbers(std::string_view key, std::span<double> values) const {
  const std::string expected = std::to_string(values.size()) + " numbers";
  simdjson::dom::array array;
  if (members_.at_key(key).get(array) != simdjson::SUCCESS || array.size() != values.size())
    return wrong(key, expected);
  std::size_t i = 0;
  for (const simdjson::dom::element element : array) {
    values[i] = std::numeric_limits<double>::quiet_NaN();
    if (!element.is_null() && element.get(values[i]) != simdjson::SUCCESS) return wrong(key, expected);
    ++i;
  }
  return {};
}

Result<std::optional<std::array<double, 9>>> Row::matrix3(std::string_view key) const {
  constexpr std::string_view kExpected = "3 rows of 3 finite numbers, or an empty array";
  simdjson::dom::array rows;
  if (members_.at_key(key).get(rows) != simdjson::SUCCESS) return wrong(key, kExpected);
  std::optional<std::array<double, 9>> matrix;
  if (rows.size() == 0) return matrix;
  matrix.emplace();
  std::size_t filled = 0;
  for (const simdjson::dom::element element : rows) {
    simdjson::dom::array row;
    if (rows.size() != 3 || element.get(row) != simdjson::SUCCESS || row.size() != 3) return wrong(key, kExpected);
    for (const simdjson::dom::element cell : row) {
      double value = 0;
      if (cell.get(value) != simdjson::SUCCESS) return wrong(key, kExpected);
      (*matrix)[filled++] = value;
    }
  }
  return matrix;
}

Result<SE3> Row::pose() const {
  std::array<double, 3> t{};
  std::array<double, 4> q{};
  CONCORD_RETURN_IF_ERROR(numbers("translation", t));
  CONCORD_RETURN_IF_ERROR(numbers("rotation", q));
  const Quat rotation(q[0], q[1], q[2], q[3]);
  // Written so that NaN fails.
  if (!(std::abs(rotation.norm() - 1.0) <= kUnitTolerance)) {
    return error("member 'rotation' is no rotation", "a unit quaternion w x y z");
  }
  if (!std::isfinite(t[0]) || !std::isfinite(t[1]) || !std::isfinite(t[2])) {
    return error("member 'translation' is not finite", "x y z in metres");
  }
  return make_se3({t[0], t[1], t[2]}, rotation);
}

Result<Row> RowParser::parse(std::string_view text, Span span, std::string_view file, std::string_view sample,
                             std::uint64_t index) {
  const Place place{sample, sample.empty() ? span.begin : index};
  const auto refused = [&](ErrorCode code, std::string message, std::string expected) {
    return Error{code, std::move(message), std::string(file) + " byte " + std::to_string(span.begin),
                 std::move(expected)};
  };
  if (span.size > kMaxRowBytes) {
    return refused(ErrorCode::limit_exceeded, "an object has " + std::to_string(span.size) + " bytes",
                   "at most " + std::to_string(kMaxRowBytes));
  }
  const std::string_view object_text = span.of(text);
  simdjson::dom::element element;
  simdjson::error_code failure = simdjson::SUCCESS;
  // simdjson reads beyond the end; inside the file that is allowed memory.
  if (span.end() + simdjson::SIMDJSON_PADDING <= text.size()) {
    failure = parser_->parse(object_text.data(), object_text.size(), false).get(element);
  } else {
    buffer_.assign(object_text);
    failure = parser_->parse(buffer_).get(element);
  }
  if (failure != simdjson::SUCCESS) {
    buffer_.assign(object_text);
    if (replace_non_finite(buffer_)) failure = parser_->parse(buffer_).get(element);
  }
  if (failure != simdjson::SUCCESS) {
    return refused(ErrorCode::malformed, std::string("is no JSON: ") + simdjson::error_message(failure),
                   "a JSON object");
  }
  simdjson::dom::object members;
  if (element.get(members) != simdjson::SUCCESS) return refused(ErrorCode::malformed, "is no object", "a JSON object");
  return Row(members, file, place);
}

}  // namespace concord::readers::nuscenes
