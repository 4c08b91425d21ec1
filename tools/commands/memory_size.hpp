#pragma once

#include <cstddef>
#include <string_view>

#include "concord/result.hpp"

namespace concord::tools {

/// Bytes of "512M", "2G", "4096K" or a plain number; powers of 1024, at least 16M.
[[nodiscard]] Result<std::size_t> parse_memory_size(std::string_view text);

}  // namespace concord::tools
