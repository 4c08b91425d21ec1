#pragma once

#include "cuda/backend/backend.hpp"
#include "cuda/geometry/box.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// A box prepared for testing points: `axis[k]` is the box's axis k in the points' frame.
struct PointBox {
  double center[3];
  double axis[3][3];
  double half[3];
};

CONCORD_HD inline PointBox point_box(const Box& box) {
  PointBox prepared;
  for (int k = 0; k < 3; ++k) {
    prepared.center[k] = box.center[k];
    prepared.half[k] = 0.5 * box.size[k];
    for (int i = 0; i < 3; ++i) prepared.axis[k][i] = box.rotation[i][k];
  }
  return prepared;
}

/// Coordinate of a point along axis k of the box, from the box's centre. The difference is taken first, in float64, so
/// that places far from the origin cost no accuracy.
CONCORD_HD inline double along_axis(const PointBox& box, int k, double x, double y, double z) {
  const double dx = x - box.center[0], dy = y - box.center[1], dz = z - box.center[2];
  return box.axis[k][0] * dx + box.axis[k][1] * dy + box.axis[k][2] * dz;
}

struct LocalPoint {
  double at[3];
};

CONCORD_HD inline LocalPoint to_box(const PointBox& box, double x, double y, double z) {
  return {{along_axis(box, 0, x, y, z), along_axis(box, 1, x, y, z), along_axis(box, 2, x, y, z)}};
}

/// The closed box, its faces moved outwards by `margin`; false for a point with NaN.
CONCORD_HD inline bool contains(const PointBox& box, const LocalPoint& p, double margin) {
  return fabs(p.at[0]) <= box.half[0] + margin && fabs(p.at[1]) <= box.half[1] + margin &&
         fabs(p.at[2]) <= box.half[2] + margin;
}

/// The same from coordinates of the points' frame; height first, since most points near a box lie on the ground below
/// it.
CONCORD_HD inline bool holds(const PointBox& box, double x, double y, double z, double margin) {
  return fabs(along_axis(box, 2, x, y, z)) <= box.half[2] + margin &&
         fabs(along_axis(box, 0, x, y, z)) <= box.half[0] + margin &&
         fabs(along_axis(box, 1, x, y, z)) <= box.half[1] + margin;
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
