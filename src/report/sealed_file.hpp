#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "concord/result.hpp"

namespace concord::report {

/// Writes an HDF5 file durably, with its trailer. `make` gives the digest of the content and the bytes of the file, or
/// throws an Hdf5Error or std::bad_alloc, which is an error here. Returns the digest.
[[nodiscard]] Result<std::string> write_sealed(const std::filesystem::path& path,
                                               const std::function<std::pair<std::string, std::string>()>& make);

}  // namespace concord::report
