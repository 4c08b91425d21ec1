#pragma once

#include "cuda/backend/backend.hpp"
#include "cuda/geometry/box.hpp"
#include "cuda/geometry/rectangle_overlap.hpp"
#include "cuda/geometry/solid_overlap.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

struct Overlap {
  double iou_bev, iou_3d, overlap_smaller, overlap_smaller_bev;
};

CONCORD_HD inline double ratio(double part, double whole) { return whole > 0 ? clamp_to(part / whole, 0.0, 1.0) : 0.0; }

CONCORD_HD inline Overlap ratios(double area, double area_a, double area_b, double volume, double volume_a,
                                 double volume_b) {
  return {ratio(area, area_a + area_b - area), ratio(volume, volume_a + volume_b - volume),
          ratio(volume, min_of(volume_a, volume_b)), ratio(area, min_of(area_a, area_b))};
}

/// Overlap of the boxes as they would be seen from above: rectangles length x width along each box's horizontal
/// heading.
CONCORD_HD inline double footprint_overlap(const Box& a, const Box& b) {
  const double norm_a = sqrt(a.rotation[0][0] * a.rotation[0][0] + a.rotation[1][0] * a.rotation[1][0]);
  const double norm_b = sqrt(b.rotation[0][0] * b.rotation[0][0] + b.rotation[1][0] * b.rotation[1][0]);
  // A box that stands on its nose has no heading; its length is then taken along x.
  const double ax = norm_a > 0 ? a.rotation[0][0] / norm_a : 1.0, ay = norm_a > 0 ? a.rotation[1][0] / norm_a : 0.0;
  const double bx = norm_b > 0 ? b.rotation[0][0] / norm_b : 1.0, by = norm_b > 0 ? b.rotation[1][0] / norm_b : 0.0;
  const double dx = b.center[0] - a.center[0], dy = b.center[1] - a.center[1];
  return rectangle_overlap(a.size[0], a.size[1], b.size[0], b.size[1], dx * ax + dy * ay, dy * ax - dx * ay,
                           bx * ax + by * ay, by * ax - bx * ay);
}

/// Overlap of two valid boxes, in a's frame. Two boxes whose up axes differ by less than 1e-7 of height / (length +
/// width) are prisms over the same plane: area times height (bird's eye is then that plane). Others are clipped as
/// solids (bird's eye is the horizontal plane).
CONCORD_HD inline Overlap overlap_ordered(const Box& a, const Box& b) {
  double difference[3], center[3], rotation[3][3];
  for (int k = 0; k < 3; ++k) difference[k] = b.center[k] - a.center[k];
  for (int i = 0; i < 3; ++i) {
    center[i] = a.rotation[0][i] * difference[0] + a.rotation[1][i] * difference[1] + a.rotation[2][i] * difference[2];
    for (int j = 0; j < 3; ++j) {
      rotation[i][j] = a.rotation[0][i] * b.rotation[0][j] + a.rotation[1][i] * b.rotation[1][j] +
                       a.rotation[2][i] * b.rotation[2][j];
    }
  }
  const double area_a = a.size[0] * a.size[1], area_b = b.size[0] * b.size[1];
  const double volume_a = area_a * a.size[2], volume_b = area_b * b.size[2];
  const double tilt = sqrt(rotation[0][2] * rotation[0][2] + rotation[1][2] * rotation[1][2]);
  const double reach = max_of(a.size[0] + a.size[1], b.size[0] + b.size[1]);
  if (rotation[2][2] > 0 && tilt * reach <= 1e-7 * min_of(a.size[2], b.size[2])) {
    const double norm = sqrt(rotation[0][0] * rotation[0][0] + rotation[1][0] * rotation[1][0]);
    const double area = rectangle_overlap(a.size[0], a.size[1], b.size[0], b.size[1], center[0], center[1],
                                          rotation[0][0] / norm, rotation[1][0] / norm);
    const double top = min_of(0.5 * a.size[2], center[2] + 0.5 * b.size[2]);
    const double bottom = max_of(-0.5 * a.size[2], center[2] - 0.5 * b.size[2]);
    const double height = clamp_to(top - bottom, 0.0, min_of(a.size[2], b.size[2]));
    return ratios(area, area_a, area_b, area * height, volume_a, volume_b);
  }
  return ratios(footprint_overlap(a, b), area_a, area_b, solid_overlap(a.size, b.size, center, rotation), volume_a,
                volume_b);
}

/// Overlap of row_a of `a` and row_b of `b`; zeros when either is invalid, ones when they are equal and have a volume.
CONCORD_HD inline Overlap overlap_of(const BoxColumns& a, std::size_t row_a, const BoxColumns& b, std::size_t row_b) {
  const Box box_a = load_box(a, row_a);
  const Box box_b = load_box(b, row_b);
  if (!box_a.valid || !box_b.valid) return {0.0, 0.0, 0.0, 0.0};
  const int order = compare_rows(a, row_a, b, row_b);
  if (order == 0) {
    const double bev = box_a.size[0] * box_a.size[1] > 0 ? 1.0 : 0.0;
    const double solid = box_a.size[0] * box_a.size[1] * box_a.size[2] > 0 ? 1.0 : 0.0;
    return {bev, solid, solid, bev};
  }
  return order < 0 ? overlap_ordered(box_a, box_b) : overlap_ordered(box_b, box_a);
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
