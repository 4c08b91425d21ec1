#include "src/readers/clouds/point_fields.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "src/readers/common/files.hpp"

namespace concord::readers::clouds {
namespace {

template <class T>
double as_double(const std::uint8_t* data) {
  T value;
  std::memcpy(&value, data, sizeof(T));
  return static_cast<double>(value);
}

}  // namespace

std::size_t size_of(NumberType type) {
  switch (type) {
    case NumberType::int8:
    case NumberType::uint8:
      return 1;
    case NumberType::int16:
    case NumberType::uint16:
      return 2;
    case NumberType::int32:
    case NumberType::uint32:
    case NumberType::float32:
      return 4;
    case NumberType::int64:
    case NumberType::uint64:
    case NumberType::float64:
      break;
  }
  return 8;
}

bool is_floating(NumberType type) { return type == NumberType::float32 || type == NumberType::float64; }

double number_at(const std::uint8_t* data, NumberType type) {
  switch (type) {
    case NumberType::int8:
      return as_double<std::int8_t>(data);
    case NumberType::uint8:
      return as_double<std::uint8_t>(data);
    case NumberType::int16:
      return as_double<std::int16_t>(data);
    case NumberType::uint16:
      return as_double<std::uint16_t>(data);
    case NumberType::int32:
      return as_double<std::int32_t>(data);
    case NumberType::uint32:
      return as_double<std::uint32_t>(data);
    case NumberType::int64:
      return as_double<std::int64_t>(data);
    case NumberType::uint64:
      return as_double<std::uint64_t>(data);
    case NumberType::float32:
      return as_double<float>(data);
    case NumberType::float64:
      break;
  }
  return as_double<double>(data);
}

const PointFields::Field* PointFields::find(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& each) { return each.name == name; });
    if (field != fields.end()) return &*field;
  }
  return nullptr;
}

bool wanted_field(std::string_view name) {
  constexpr std::array<std::string_view, 18> kWanted{
      "x",  "y",    "z",         "intensity",   "i",           "scalar_intensity",
      "t",  "time", "timestamp", "time_offset", "offset_time", "vx",
      "vy", "rcs",  "RCS",       "v_r",         "range_rate",  "doppler"};
  return std::find(kWanted.begin(), kWanted.end(), name) != kWanted.end();
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::string_view take_token(std::string_view& line) {
  constexpr std::string_view kBlank = " \t\r";
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  const std::string_view token = line.substr(0, line.find_first_of(kBlank));
  line.remove_prefix(token.size());
  return token;
}

Result<std::string_view> check_number_lines(std::string_view text, const std::filesystem::path& path, std::size_t line,
                                            std::uint64_t count, std::uint64_t numbers) {
  const std::string expected = std::to_string(numbers) + " numbers";
  for (std::uint64_t point = 0; point < count; ++point, ++line) {
    if (text.empty()) {
      return Error{ErrorCode::malformed,
                   "ends after " + std::to_string(point) + " of " + std::to_string(count) + " declared points",
                   at_line(path, line), expected};
    }
    std::string_view rest = take_line(text);
    std::uint64_t found = 0;
    for (std::string_view token = take_token(rest); !token.empty(); token = take_token(rest), ++found) {
      double value = 0;
      if (!parse_double(token, value)) {
        return Error{ErrorCode::malformed, "'" + std::string(token.substr(0, 40)) + "' is no number",
                     at_line(path, line), expected};
      }
    }
    if (found != numbers) {
      return Error{ErrorCode::malformed, "has " + std::to_string(found) + " numbers", at_line(path, line), expected};
    }
  }
  return text;
}

}  // namespace concord::readers::clouds
