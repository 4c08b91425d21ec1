#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace concord::tools {

/// Columns of the terminal that standard output is; 0 where it is none, so that nothing is cut in files and pipes.
[[nodiscard]] std::size_t terminal_width();

/// `text` made printable() and cut to `width` characters, the last of them an ellipsis. 0 does not cut.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t width);

/// `text` made printable() and padded with blanks, or cut, to `width` characters.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

}  // namespace concord::tools
