#pragma once

#include <string>
#include <string_view>

namespace concord {

/// Valid UTF-8 without a NUL: what a report may hold.
[[nodiscard]] bool is_utf8_text(std::string_view text);

/// `text` as it is where is_utf8_text(), else with every byte that breaks the encoding, and every NUL, written as
/// `\xNN`. Names of files and ids of datasets are any bytes; reports, JSON and XML are UTF-8.
[[nodiscard]] std::string to_utf8(std::string_view text);

/// to_utf8() on one line and without anything that a terminal would obey: control characters are written as `\xNN`.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace concord
