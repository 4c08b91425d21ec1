#include "src/readers/common/json_writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace concord::readers {

void JsonWriter::separate() {
  if (needs_comma_) text_ += ',';
  needs_comma_ = true;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  needs_comma_ = true;
  return *this;
}

void JsonWriter::quote(std::string_view value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  text_ += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (byte < 0x20) {
      text_ += "\\u00";
      text_ += kHex[byte >> 4U];
      text_ += kHex[byte & 15U];
    } else {
      text_ += c;
    }
  }
  text_ += '"';
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  text_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  quote(value);
  return *this;
}

JsonWriter& JsonWriter::number(double value) {
  separate();
  if (!std::isfinite(value)) {
    finite_ = false;
    value = 0;
  }
  if (value == 0 && std::signbit(value)) {
    text_ += "-0.0";  // "-0" is an integer to parsers and loses its sign
    return *this;
  }
  std::array<char, 40> digits{};
  // Large whole numbers with an exponent: as digits they are integers that do not fit 64 bits.
  constexpr double kPlainLimit = 1e15;
  const auto written =
      std::abs(value) < kPlainLimit
          ? std::to_chars(digits.data(), digits.data() + digits.size(), value)
          : std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::scientific);
  text_.append(digits.data(), written.ptr);
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  separate();
  text_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  separate();
  text_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::transform(const SE3& T_to_from) {
  begin_object().key("matrix4x4").begin_array();
  for (int i = 0; i < 16; ++i) number(T_to_from.matrix()(i / 4, i % 4));
  return end_array().end_object();
}

JsonWriter& JsonWriter::line_break() {
  text_ += '\n';
  return *this;
}

}  // namespace concord::readers
