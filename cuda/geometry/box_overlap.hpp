#pragma once

#include "cuda/backend/backend.hpp"
#include "cuda/geometry/box.hpp"
#include "cuda/geometry/prism_overlap.hpp"
#include "cuda/geometry/rectangle_overlap.hpp"
#include "cuda/geometry/solid_overlap.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// Overlap of the boxes as they would be seen from above: rectangles length x width along each box's horizontal
/// heading.
CONCORD_HD inline double footprint_overlap(const Box& a, const Box& b) {
  const double norm_a = sqrt(a.rotation[0][0] * a.rotation[0][0] + a.rotation[1][0] * a.rotation[1][0]);
  const double norm_b = sqrt(b.rotation[0][0] * b.rotation[0][0] + b.rotation[1][0] * b.rotation[1][0]);
  // A box that stands on its nose has no heading; its length is then taken along x.
  const double ax = norm_a > 0 ? a.rotation[0][0] / norm_a : 1.0, ay = norm_a > 0 ? a.rotation[1][0] / norm_a : 0.0;
  const double bx = norm_b > 0 ? b.rotation[0][0] / norm_b : 1.0, by = norm_b > 0 ? b.rotation[1][0] / norm_b : 0.0;
  const double dx = b.center[0] - a.center[0], dy = b.center[1] - a.center[1];
  return rectangle_overlap(0.5 * a.size[0], 0.5 * a.size[1], 0.5 * b.size[0], 0.5 * b.size[1], dx * ax + dy * ay,
                           dy * ax - dx * ay, bx * ax + by * ay, by * ax - bx * ay);
}

/// Overlap of two boxes of any orientation, in a's frame; bird's eye is the horizontal plane.
CONCORD_HD inline Overlap overlap_solids(const Box& a, const Box& b) {
  double center[3], rotation[3][3];
  for (int i = 0; i < 3; ++i) {
    center[i] = 0.0;
    for (int k = 0; k < 3; ++k) center[i] += a.rotation[k][i] * (b.center[k] - a.center[k]);
    for (int j = 0; j < 3; ++j) {
      rotation[i][j] = a.rotation[0][i] * b.rotation[0][j] + a.rotation[1][i] * b.rotation[1][j] +
                       a.rotation[2][i] * b.rotation[2][j];
    }
  }
  const double area_a = a.size[0] * a.size[1], area_b = b.size[0] * b.size[1];
  return ratios(footprint_overlap(a, b), area_a, area_b, solid_overlap(a.size, b.size, center, rotation),
                area_a * a.size[2], area_b * b.size[2]);
}

/// Overlap of a box with its bitwise equal: exactly 1 wherever it has an area or a volume.
CONCORD_HD inline Overlap overlap_with_itself(const BoxRecord& box) {
  const double area = box.value[BoxRecord::kSize] * box.value[BoxRecord::kSize + 1];
  const double bev = area > 0 ? 1.0 : 0.0, solid = area * box.value[BoxRecord::kSize + 2] > 0 ? 1.0 : 0.0;
  return {bev, solid, solid, bev};
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
