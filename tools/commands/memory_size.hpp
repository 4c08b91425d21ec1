#pragma once

#include <cstddef>
#include <string_view>

#include "concord/measure.hpp"
#include "concord/result.hpp"

namespace concord::tools {

/// Bytes of "512M", "2G", "4096K" or a plain number; powers of 1024, at least 16M.
[[nodiscard]] Result<std::size_t> parse_memory_size(std::string_view text);

/// Bounds what a drive may take by --memory: the buffers, and the pairs of overlapping boxes with their findings.
[[nodiscard]] Result<void> bound_memory(std::string_view text, DeviceOptions& device);

}  // namespace concord::tools
