#pragma once

#include <cstdint>
#include <vector>

#include "concord/point_cloud.hpp"
#include "src/synth/scene.hpp"

namespace concord::synth {

/// `Sweep::source` of points that are on no road user.
inline constexpr std::uint32_t kOnFixture = kFixture;
inline constexpr std::uint32_t kOnGround = kFixture - 1;

/// What the LiDAR records in one turn.
struct Sweep {
  /// As it would be stored: in the sensor's frame, with the ego's own motion during the turn taken out, so that every
  /// point is where the sensor would have seen it at the reference time if only the ego had moved.
  PointCloud cloud;
  std::vector<std::uint32_t> source;  ///< per point: index into World::agents, or kOnFixture, kOnGround
};

/// Depends on the world and `frame` alone.
[[nodiscard]] Sweep cast(const World& world, int frame);
/// As above, with a scene of that frame's time that reaches as far as the LiDAR.
[[nodiscard]] Sweep cast(const World& world, const Scene& scene, int frame);

}  // namespace concord::synth
