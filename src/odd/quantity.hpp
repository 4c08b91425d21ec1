#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concord::odd {

/// Numbers between two ends, in the quantity's own SI-based unit (Unit). Ends may be open or infinite.
struct Interval {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false, high_open = false;

  [[nodiscard]] bool is_empty() const { return low > high || (low == high && (low_open || high_open)); }
  [[nodiscard]] bool contains(double value) const {
    return (low_open ? value > low : value >= low) && (high_open ? value < high : value <= high);
  }
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// The numbers that both hold.
[[nodiscard]] Interval intersection(const Interval& a, const Interval& b);
/// What `whole` holds and `part` does not: at most two intervals.
[[nodiscard]] std::vector<Interval> difference(const Interval& whole, const Interval& part);

/// A unit: value in the quantity's base unit = value * scale + offset.
struct Unit {
  std::string_view name;
  std::string_view quantity;  ///< "length", "velocity", ...; "" for a bare number
  double scale = 1;
  double offset = 0;
};

/// The unit of that name, or nullptr. "" is the bare number.
[[nodiscard]] const Unit* find_unit(std::string_view name);
/// Whether a unit measures what an attribute holds. Counts, fractions and unnamed quantities are bare numbers.
[[nodiscard]] bool measures(const Unit& unit, std::string_view quantity);
/// The names of the quantities that units exist for.
[[nodiscard]] const std::vector<std::string_view>& quantities();

/// A limit as it is written: "[2 .. 4] m", "(0 .. 1]", ">= 25 m", "< 0.1 lux", "7 m"; or against a named bin: ">
/// light_rain".
struct Limit {
  Interval interval;       ///< in base units; the whole line when `bin` is set
  std::string unit;        ///< as written
  std::string bin;         ///< the named bin, or empty
  std::string comparison;  ///< ">", ">=", "<", "<=" where `bin` is set
};

/// Why a text is no limit.
struct NoLimit {
  std::string reason;
  bool is_unit = false;  ///< the form is right but the unit is not known
};

/// Whether a text has the form of a limit on a number (starts as one), so that faults in it are faults of a limit.
[[nodiscard]] bool looks_like_limit(std::string_view text);
/// Reads a limit; `no_limit` says why there is none.
[[nodiscard]] std::optional<Limit> parse_limit(std::string_view text, NoLimit& no_limit);

/// "[0.5 .. 1) km", for messages, in a unit that find_unit() knows.
[[nodiscard]] std::string describe(const Interval& interval, std::string_view unit);

}  // namespace concord::odd
