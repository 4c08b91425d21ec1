#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "concord/drive.hpp"
#include "src/readers/common/json.hpp"

namespace concord::readers::openlabel {

/// Nanoseconds since 1970-01-01 UTC of `YYYY-MM-DD[T ]hh:mm[:ss[.f...]][Z|+hh:mm|-hh:mm| UTC]`, exact (digits beyond
/// the ninth are cut); without a zone UTC is assumed. Nullopt for anything else and outside the range of TimeNs.
[[nodiscard]] std::optional<TimeNs> parse_iso_time(std::string_view text);

/// `YYYY-MM-DDThh:mm:ss.fffffffffZ`, which parse_iso_time reads back exactly.
[[nodiscard]] std::string format_iso_time(TimeNs time_ns);

/// A timestamp as OpenLABEL allows it: ISO text, or a number (also as text) of seconds; a number of at least 1e11 is
/// ms, 1e14 µs, 1e17 ns, as no recording is 3,000 years old.
[[nodiscard]] Result<TimeNs> read_timestamp(const Node& node);

}  // namespace concord::readers::openlabel
