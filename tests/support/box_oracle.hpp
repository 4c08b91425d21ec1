#pragma once

#include "concord/geometry.hpp"

namespace concord::tests {

/// Overlap of two boxes by a method that shares nothing with the kernels: horizontal cross-sections in the frame of the
/// first, in long double, integrated over z by quadrature that is exact between the corners of the overlap. Robust:
/// faces that coincide or nearly do change nothing by more than rounding.
[[nodiscard]] double oracle_iou_3d(const Cuboid& a, const Cuboid& b);

}  // namespace concord::tests
