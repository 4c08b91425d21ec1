#pragma once

#include <filesystem>
#include <string_view>

#include "concord/result.hpp"
#include "src/readers/clouds/pcd_header.hpp"
#include "src/readers/clouds/ply_header.hpp"

namespace concord::readers::clouds {

// The decoders that need PCL, in a library of their own; built without PCL they return an error of code `unsupported`.

/// The points of the PCD file whose whole content is `text` and whose header has been checked.
[[nodiscard]] Result<PointFields> decode_pcd(std::string_view text, const PcdHeader& header,
                                             const std::filesystem::path& path);

/// The vertices of the PLY file at `path`, whose header has been checked.
[[nodiscard]] Result<PointFields> decode_ply(const PlyHeader& header, const std::filesystem::path& path);

}  // namespace concord::readers::clouds
