#pragma once

#include <optional>
#include <span>

#include "concord/geometry.hpp"

namespace concord::measure {

/// One set of points laid over another one.
struct Alignment {
  SE3 T_to_from = SE3::Identity();  ///< p_to = T_to_from * p_from
  double matched = 0;               ///< share of the points of `from` with a partner within 0.2 m
  double rms_m = 0;                 ///< of their distances
};

/// Whether this build can register points (CONCORD_OPEN3D).
[[nodiscard]] bool can_register();

/// Iterative closest points from the start T_to_from, point to point: first to partners within 0.6 m, then within 0.2
/// m. The same points give the same result, whatever the number of threads. nullopt where fewer than a third of the
/// points find a partner, and in builds that cannot register. Coordinates must be finite.
[[nodiscard]] std::optional<Alignment> align(std::span<const Vec3> from, std::span<const Vec3> to,
                                             const SE3& T_to_from);

}  // namespace concord::measure
