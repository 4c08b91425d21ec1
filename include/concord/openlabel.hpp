#pragma once

#include <filesystem>

#include "concord/drive.hpp"
#include "concord/result.hpp"

namespace concord {

/// Writes `drive` (its first label set, sensors, poses, tags, 2D boxes and the uris of its recordings, relative to the
/// file's folder where they lie below it) as ASAM OpenLABEL 1.0 JSON. Reading it back gives an equal drive.
/// A file that cannot be written is an error.
[[nodiscard]] Result<void> write_openlabel(const Drive& drive, const std::filesystem::path& path);

}  // namespace concord
