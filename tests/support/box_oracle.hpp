#pragma once

#include "concord/geometry.hpp"

namespace concord::tests {

/// Overlap of two boxes by a method that shares nothing with the kernels: the second box as a convex polyhedron, cut in
/// long double by the six half-spaces of the first, its volume summed over tetrahedra.
[[nodiscard]] double oracle_iou_3d(const Cuboid& a, const Cuboid& b);

}  // namespace concord::tests
