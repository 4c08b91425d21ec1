#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "concord/result.hpp"

namespace concord::report {

/// A line behind the end of the HDF5 data, where HDF5 does not look: the SHA-256 of all bytes before it. The HDF5
/// library may crash or never return on damaged files, so a file is held against this before it sees it.
[[nodiscard]] std::string trailer_of(std::string_view bytes);

/// The size of the HDF5 data. A file whose bytes do not match its trailer is an error; one without a trailer was
/// written or changed by another program and is taken as it is.
[[nodiscard]] Result<std::uint64_t> check_trailer(const std::filesystem::path& path);

}  // namespace concord::report
