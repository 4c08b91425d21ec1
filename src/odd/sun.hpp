#pragma once

#include <optional>
#include <string_view>

#include "concord/drive.hpp"

namespace concord::odd {

/// Where the sun stands.
struct Sun {
  double elevation_rad = 0;  ///< of its centre over the horizon, without refraction
  double time_of_day_s = 0;  ///< apparent solar time, from midnight, [0, 86400)
};

/// The sun at a time since 1970-01-01T00:00Z, seen from a place in degrees north and east. Low-precision formulas of
/// the Astronomical Almanac (section C, "Low precision formulas for the Sun's coordinates"): 0.01 degrees between 1950
/// and 2050.
[[nodiscard]] Sun sun_at(double unix_s, double latitude_deg, double longitude_deg);

/// Nanoseconds since 1970-01-01T00:00Z of "2024-05-01T12:00:00Z" (seconds may have a fraction); nothing for other texts
/// and years outside 1900 to 2199.
[[nodiscard]] std::optional<TimeNs> parse_utc(std::string_view text);

}  // namespace concord::odd
