#pragma once

#include <vector>

#include "concord/measure.hpp"

namespace concord::tests {

/// What a spinning LiDAR 1.8 m above the ego origin sees of solid boxes on a flat road: 64 beams from -24 to +4
/// degrees, one ray each 0.4 degrees, up to 90 m, with 1 cm of noise. `boxes` are in the ego frame, whose origin lies
/// on the road.
[[nodiscard]] CloudBatch::Sweep cast_rays(std::uint32_t frame, const std::vector<Cuboid>& boxes);

}  // namespace concord::tests
