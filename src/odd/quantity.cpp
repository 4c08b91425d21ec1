#include "src/odd/quantity.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>

#include "src/odd/trimmed.hpp"

namespace concord::odd {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Exact by definition: international inch, foot and mile, Celsius and Fahrenheit (SI Brochure, 9th edition; NIST SP
// 811).
constexpr std::array kUnits{
    Unit{"", "", 1, 0},
    Unit{"m", "length", 1, 0},
    Unit{"mm", "length", 1e-3, 0},
    Unit{"cm", "length", 1e-2, 0},
    Unit{"km", "length", 1e3, 0},
    Unit{"in", "length", 0.0254, 0},
    Unit{"ft", "length", 0.3048, 0},
    Unit{"mi", "length", 1609.344, 0},
    Unit{"s", "duration", 1, 0},
    Unit{"ms", "duration", 1e-3, 0},
    Unit{"min", "duration", 60, 0},
    Unit{"h", "duration", 3600, 0},
    Unit{"m/s", "velocity", 1, 0},
    Unit{"km/h", "velocity", 1 / 3.6, 0},
    Unit{"mph", "velocity", 0.44704, 0},
    Unit{"m/s^2", "acceleration", 1, 0},
    Unit{"m/s2", "acceleration", 1, 0},
    Unit{"mm/h", "precipitation_rate", 1e-3 / 3600, 0},
    Unit{"cm/h", "precipitation_rate", 1e-2 / 3600, 0},
    Unit{"rad", "angle", 1, 0},
    Unit{"deg", "angle", kPi / 180, 0},
    Unit{"1/m", "curvature", 1, 0},
    Unit{"1/km", "agent_density", 1e-3, 0},
    Unit{"1/h", "agent_flow_rate", 1.0 / 3600, 0},
    Unit{"1/s", "agent_flow_rate", 1, 0},
    Unit{"K", "temperature", 1, 0},
    Unit{"C", "temperature", 1, 273.15},
    Unit{"F", "temperature", 5.0 / 9, 459.67 * 5 / 9},
    Unit{"lux", "illuminance", 1, 0},
    Unit{"lx", "illuminance", 1, 0},
    Unit{"okta", "cloud_coverage", 1, 0},
    Unit{"N", "force", 1, 0},
    Unit{"kN", "force", 1e3, 0},
    Unit{"kg", "mass", 1, 0},
    Unit{"t", "mass", 1e3, 0},
    Unit{"kg/m^3", "density", 1, 0},
    Unit{"g/m^3", "density", 1e-3, 0},
    Unit{"Hz", "frequency", 1, 0},
    Unit{"kbit/s", "bandwidth", 1e3, 0},
    Unit{"Mbit/s", "bandwidth", 1e6, 0},
    Unit{"Pa", "pressure", 1, 0},
    Unit{"hPa", "pressure", 1e2, 0},
    Unit{"%", "fraction", 1e-2, 0},
};

/// Takes a finite number from the front of `text`.
bool take_number(std::string_view& text, double& value) {
  text = trimmed(text);
  const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, failure] = std::from_chars(begin, text.data() + text.size(), value);
  if (failure != std::errc() || !std::isfinite(value)) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

std::string_view take_comparison(std::string_view& text) {
  for (const std::string_view sign : {">=", "<=", ">", "<", "="}) {
    if (!text.starts_with(sign)) continue;
    text.remove_prefix(sign.size());
    return sign;
  }
  return "";
}

/// Scales what was read, once its unit is known.
bool in_base_unit(Limit& limit, std::string_view unit, NoLimit& no_limit) {
  const Unit* known = find_unit(unit);
  if (known == nullptr) {
    no_limit = {"the unit '" + std::string(unit) + "' is not known", true};
    return false;
  }
  limit.unit = unit;
  limit.interval.low = limit.interval.low * known->scale + known->offset;
  limit.interval.high = limit.interval.high * known->scale + known->offset;
  return true;
}

std::optional<Limit> range(std::string_view text, NoLimit& no_limit) {
  Limit limit;
  limit.interval.low_open = text.front() == '(';
  text.remove_prefix(1);
  const bool has_low = take_number(text, limit.interval.low);
  text = trimmed(text);
  const bool has_dots = text.starts_with("..");
  if (has_dots) text.remove_prefix(2);
  const bool has_high = has_low && has_dots && take_number(text, limit.interval.high);
  text = trimmed(text);
  if (!has_high || text.empty() || (text.front() != ']' && text.front() != ')')) {
    no_limit = {"no range of the form [LOW .. HIGH] UNIT", false};
    return std::nullopt;
  }
  limit.interval.high_open = text.front() == ')';
  if (!in_base_unit(limit, trimmed(text.substr(1)), no_limit)) return std::nullopt;
  return limit;
}

}  // namespace

Interval intersection(const Interval& a, const Interval& b) {
  Interval both = a;
  if (b.low > a.low || (b.low == a.low && b.low_open)) both.low = b.low, both.low_open = b.low_open;
  if (b.high < a.high || (b.high == a.high && b.high_open)) both.high = b.high, both.high_open = b.high_open;
  return both;
}

std::vector<Interval> difference(const Interval& whole, const Interval& part) {
  const Interval both = intersection(whole, part);
  if (both.is_empty()) return {whole};
  std::vector<Interval> rest;
  if (const Interval below{whole.low, both.low, whole.low_open, !both.low_open};
      !below.is_empty() && below.low < kInfinity) {
    if (below.high > -kInfinity) rest.push_back(below);
  }
  if (const Interval above{both.high, whole.high, !both.high_open, whole.high_open}; !above.is_empty()) {
    if (above.low < kInfinity) rest.push_back(above);
  }
  return rest;
}

const Unit* find_unit(std::string_view name) {
  const auto found = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& unit) { return unit.name == name; });
  return found == kUnits.end() ? nullptr : &*found;
}

bool measures(const Unit& unit, std::string_view quantity) {
  if (quantity == "time") quantity = "duration";
  if (unit.quantity == quantity) return true;
  const bool bare = quantity.empty() || quantity == "count" || quantity == "fraction" || quantity == "percentile" ||
                    quantity == "confidence";
  if (bare) return unit.quantity.empty() || unit.quantity == "fraction";
  // Both are lengths over times, and 1/m is a density of anything along a road.
  if (quantity == "agent_density") return unit.quantity == "curvature";
  if (quantity == "weight") return unit.quantity == "mass" || unit.quantity == "force";
  return false;
}

const std::vector<std::string_view>& quantities() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names{"count", "fraction", "percentile", "confidence", "time", "weight"};
    for (const Unit& unit : kUnits) {
      if (!unit.quantity.empty()) names.push_back(unit.quantity);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }();
  return kNames;
}

bool looks_like_limit(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return false;
  if (std::string_view("<>=[(").find(text.front()) != std::string_view::npos) return true;
  // "7 m" is one, "802.11p-based_Wi-Fi" and "3d" are names.
  double value = 0;
  if (!take_number(text, value)) return false;
  return text.empty() || text.front() == ' ';
}

std::optional<Limit> parse_limit(std::string_view text, NoLimit& no_limit) {
  text = trimmed(text);
  if (text.empty()) {
    no_limit = {"nothing is no limit", false};
    return std::nullopt;
  }
  if (text.front() == '[' || text.front() == '(') return range(text, no_limit);
  const std::string_view comparison = take_comparison(text);
  text = trimmed(text);
  Limit limit;
  double value = 0;
  if (!take_number(text, value)) {
    const bool is_name = !text.empty() && text.find_first_of(" \t") == std::string_view::npos;
    if (comparison.empty() || comparison == "=" || !is_name) {
      no_limit = {"no limit such as '>= 25 m' or '[2 .. 4] m'", false};
      return std::nullopt;
    }
    limit.bin = text;
    limit.comparison = comparison;
    return limit;
  }
  if (comparison.empty() || comparison == "=") limit.interval = {value, value, false, false};
  if (comparison.starts_with('>')) limit.interval = {value, kInfinity, comparison == ">", false};
  if (comparison.starts_with('<')) limit.interval = {-kInfinity, value, false, comparison == "<"};
  if (!in_base_unit(limit, trimmed(text), no_limit)) return std::nullopt;
  return limit;
}

std::string describe(const Interval& interval, std::string_view unit) {
  const Unit* known = find_unit(unit);
  if (known == nullptr) known = find_unit("");
  const double low = (interval.low - known->offset) / known->scale;
  const double high = (interval.high - known->offset) / known->scale;
  const std::string suffix = known->name.empty() ? "" : " " + std::string(known->name);
  if (low == high) return fmt::format("{:g}{}", low, suffix);
  return fmt::format("{}{:g} .. {:g}{}{}", interval.low_open ? '(' : '[', low, high, interval.high_open ? ')' : ']',
                     suffix);
}

}  // namespace concord::odd
