#include "src/odd/sun.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <numbers>

namespace concord::odd {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr double kDay_s = 86'400;
constexpr double kJ2000_s = 946'728'000;  // 2000-01-01T12:00Z

/// `count` digits at the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  int value = 0;
  std::from_chars(text.data(), text.data() + count, value);
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Sun sun_at(double unix_s, double latitude_deg, double longitude_deg) {
  const double days = (unix_s - kJ2000_s) / kDay_s;
  const double mean_longitude_deg = 280.460 + 0.9856474 * days;
  const double anomaly_rad = (357.528 + 0.9856003 * days) * kDegree;
  const double ecliptic_rad =
      (mean_longitude_deg + 1.915 * std::sin(anomaly_rad) + 0.020 * std::sin(2 * anomaly_rad)) * kDegree;
  const double obliquity_rad = (23.439 - 0.0000004 * days) * kDegree;
  const double ascension_rad = std::atan2(std::cos(obliquity_rad) * std::sin(ecliptic_rad), std::cos(ecliptic_rad));
  const double declination_rad = std::asin(std::sin(obliquity_rad) * std::sin(ecliptic_rad));
  const double sidereal_rad = std::fmod(280.46061837 + 360.98564736629 * days, 360) * kDegree;
  const double hour_angle_rad = sidereal_rad + longitude_deg * kDegree - ascension_rad;
  const double latitude_rad = latitude_deg * kDegree;
  const double sine = std::sin(latitude_rad) * std::sin(declination_rad) +
                      std::cos(latitude_rad) * std::cos(declination_rad) * std::cos(hour_angle_rad);
  double day_part = std::fmod(hour_angle_rad / (2 * std::numbers::pi) + 0.5, 1);
  if (day_part < 0) day_part += 1;
  return {std::asin(std::clamp(sine, -1.0, 1.0)), day_part * kDay_s};
}

std::optional<TimeNs> parse_utc(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !(take(text, 'T') || take(text, ' '))) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second) return std::nullopt;
  TimeNs fraction_ns = 0;
  if (take(text, '.')) {
    TimeNs digit_ns = 100'000'000;
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), digit_ns /= 10) {
      fraction_ns += (text.front() - '0') * digit_ns;
    }
  }
  if (text != "Z") return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1900 || *year > 2199 || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const TimeNs days = std::chrono::sys_days(date).time_since_epoch().count();
  const TimeNs seconds = days * 86'400 + *hour * 3600 + *minute * 60 + *second;
  return seconds * 1'000'000'000 + fraction_ns;
}

}  // namespace concord::odd
