#pragma once

#include <filesystem>
#include <string_view>

#include "concord/result.hpp"
#include "src/readers/clouds/point_fields.hpp"

namespace concord::readers::clouds {

/// aiMotive's radar targets: `{"targets": [{"azimuth", "elevation", "range", "speed", "rcs"}, ...]}`, angles in rad (to
/// the left and up are positive), range in m, speed in m/s along the line of sight (positive: moving away). Gives x y z
/// range_rate rcs in the sensor's frame (x forward, y left, z up).
[[nodiscard]] Result<PointFields> decode_aimotive_radar(std::string_view text, const std::filesystem::path& path);

}  // namespace concord::readers::clouds
