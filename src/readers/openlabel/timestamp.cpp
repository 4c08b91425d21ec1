#include "src/readers/openlabel/timestamp.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "src/readers/common/files.hpp"

namespace concord::readers::openlabel {
namespace {

constexpr std::int64_t kNsPerS = 1'000'000'000;

/// Reads exactly `digits` digits off the front of `text`.
bool take_number(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = 10 * value + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Offset of local time from UTC in seconds; the whole of `text` must be a zone, or empty.
bool take_zone(std::string_view text, std::int64_t& offset_s) {
  offset_s = 0;
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty() || text == "Z" || text == "z" || text == "UTC") return true;
  const bool west = text.front() == '-';
  int hours = 0;
  int minutes = 0;
  if (!take_char(text, "+-") || !take_number(text, 2, hours)) return false;
  take_char(text, ":");
  if (!text.empty() && !take_number(text, 2, minutes)) return false;
  if (!text.empty() || hours > 23 || minutes > 59) return false;
  offset_s = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
  return true;
}

/// Nanoseconds in the unit that the size of a number says: seconds, ms from 1e11, us from 1e14, ns from 1e17.
std::int64_t unit_ns(double size) {
  if (size >= 1e17) return 1;
  if (size >= 1e14) return 1'000;
  return size >= 1e11 ? 1'000'000 : kNsPerS;
}

std::optional<TimeNs> from_number(double value) {
  const double time_ns = value * static_cast<double>(unit_ns(std::abs(value)));
  if (!(std::abs(time_ns) < 9.2e18)) return std::nullopt;
  return static_cast<TimeNs>(std::llround(time_ns));
}

/// As above without the rounding of a double.
std::optional<TimeNs> from_whole_number(std::int64_t value) {
  TimeNs time_ns = 0;
  if (__builtin_mul_overflow(value, unit_ns(std::abs(static_cast<double>(value))), &time_ns)) return std::nullopt;
  return time_ns == kNoTime ? std::nullopt : std::optional(time_ns);
}

}  // namespace

std::optional<TimeNs> parse_iso_time(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!take_number(text, 4, year) || !take_char(text, "-") || !take_number(text, 2, month) || !take_char(text, "-") ||
      !take_number(text, 2, day) || !take_char(text, "Tt ") || !take_number(text, 2, hour) || !take_char(text, ":") ||
      !take_number(text, 2, minute)) {
    return std::nullopt;
  }
  std::int64_t fraction_ns = 0;
  if (take_char(text, ":")) {
    if (!take_number(text, 2, second)) return std::nullopt;
    if (take_char(text, ".,")) {
      std::int64_t unit_ns = kNsPerS / 10;
      int digit = 0;
      if (!take_number(text, 1, digit)) return std::nullopt;
      do {
        fraction_ns += digit * unit_ns;
        unit_ns /= 10;
      } while (take_number(text, 1, digit));
    }
  }
  std::int64_t offset_s = 0;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60 || !take_zone(text, offset_s)) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset_s;
  TimeNs time_ns = 0;
  // The first second of the range is before 1970 and lies outside as a whole second, not with its fraction.
  if (seconds < 0 && fraction_ns > 0) {
    if (__builtin_mul_overflow(seconds + 1, kNsPerS, &time_ns) ||
        __builtin_add_overflow(time_ns, fraction_ns - kNsPerS, &time_ns)) {
      return std::nullopt;
    }
  } else if (__builtin_mul_overflow(seconds, kNsPerS, &time_ns) ||
             __builtin_add_overflow(time_ns, fraction_ns, &time_ns)) {
    return std::nullopt;
  }
  return time_ns == kNoTime ? std::nullopt : std::optional<TimeNs>(time_ns);
}

std::string format_iso_time(TimeNs time_ns) {
  std::int64_t seconds = time_ns / kNsPerS;
  std::int64_t fraction_ns = time_ns % kNsPerS;
  if (fraction_ns < 0) {
    fraction_ns += kNsPerS;
    --seconds;
  }
  std::int64_t days = seconds / 86400;
  std::int64_t of_day = seconds % 86400;
  if (of_day < 0) {
    of_day += 86400;
    --days;
  }
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09lldZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(of_day / 3600),
                static_cast<int>(of_day / 60 % 60), static_cast<int>(of_day % 60), static_cast<long long>(fraction_ns));
  return text.data();
}

Result<TimeNs> read_timestamp(const Node& node) {
  constexpr const char* kExpected = "ISO 8601 text, or a number of seconds, within 146 years of 1970";
  const auto usable = [&](TimeNs time) -> Result<TimeNs> {
    return is_usable_time(time) ? Result<TimeNs>(time) : node.error("time out of range", kExpected);
  };
  if (node.value().is_number()) {
    const bool whole = node.value().is_int64();
    std::optional<TimeNs> time;
    if (whole) {
      CONCORD_ASSIGN_OR_RETURN(const std::int64_t value, node.integer());
      time = from_whole_number(value);
    } else {
      CONCORD_ASSIGN_OR_RETURN(const double value, node.number());
      time = from_number(value);
    }
    return time ? usable(*time) : node.error("time out of range", kExpected);
  }
  if (!node.value().is_string()) return node.type_error(kExpected);
  CONCORD_ASSIGN_OR_RETURN(const std::string_view text, node.text());
  if (const auto time = parse_iso_time(text)) return usable(*time);
  std::int64_t whole = 0;
  double value = 0;
  if (parse_int(text, whole)) {
    if (const auto time = from_whole_number(whole)) return usable(*time);
  } else if (parse_double(text, value)) {
    if (const auto time = from_number(value)) return usable(*time);
  }
  return node.error("'" + std::string(text.substr(0, 60)) + "' is no time", kExpected);
}

}  // namespace concord::readers::openlabel
