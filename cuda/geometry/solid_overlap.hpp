#pragma once

#include "cuda/backend/backend.hpp"
#include "cuda/geometry/rectangle_overlap.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// A planar polygon: a quadrilateral clipped by up to six planes.
struct Polygon {
  static constexpr int kMaxVertices = 12;
  double vertex[kMaxVertices][3];
  int count;
};

/// The part of `polygon` where sign * vertex[axis] <= sign * limit (Sutherland-Hodgman, one plane).
CONCORD_HD inline Polygon clip(const Polygon& polygon, int axis, double sign, double limit) {
  Polygon result;
  result.count = 0;
  for (int i = 0; i < polygon.count; ++i) {
    const double* const from = polygon.vertex[i];
    const double* const to = polygon.vertex[i + 1 == polygon.count ? 0 : i + 1];
    const double depth_from = sign * (limit - from[axis]);
    const double depth_to = sign * (limit - to[axis]);
    if (depth_from >= 0 && result.count < Polygon::kMaxVertices) {
      for (int k = 0; k < 3; ++k) result.vertex[result.count][k] = from[k];
      ++result.count;
    }
    if ((depth_from >= 0) != (depth_to >= 0) && result.count < Polygon::kMaxVertices) {
      const double share = depth_from / (depth_from - depth_to);
      for (int k = 0; k < 3; ++k) result.vertex[result.count][k] = from[k] + share * (to[k] - from[k]);
      result.vertex[result.count][axis] = limit;
      ++result.count;
    }
  }
  return result;
}

/// Signed area of the polygon's projection on the xy plane, and the integral of z over it.
struct Moments {
  double area, area_z;
};
CONCORD_HD inline Moments moments(const Polygon& polygon) {
  Moments sum{0.0, 0.0};
  for (int i = 2; i < polygon.count; ++i) {
    const double* const o = polygon.vertex[0];
    const double* const p = polygon.vertex[i - 1];
    const double* const q = polygon.vertex[i];
    const double area = 0.5 * ((p[0] - o[0]) * (q[1] - o[1]) - (p[1] - o[1]) * (q[0] - o[0]));
    sum.area += area;
    sum.area_z += area * (o[2] + p[2] + q[2]) / 3.0;
  }
  return sum;
}

/// Volume of overlap of a box centred at the origin with its sides along the axes (sizes `a`) and a box of sizes `b` at
/// `center` with the axes in the columns of `rotation`.
///
/// Divergence theorem with the field (0, 0, clamp(z)): the volume is the sum over the second box's faces of the
/// integral of clamp(z, -h, h) over the part of the face that projects into the first box's footprint. Upright faces
/// project to nothing, and no face of the first box is visited, so that coplanar faces are never counted twice.
CONCORD_HD inline double solid_overlap(const double a[3], const double b[3], const double center[3],
                                       const double rotation[3][3]) {
  const double half_height = 0.5 * a[2];
  double volume = 0.0;
  for (int axis = 0; axis < 3; ++axis) {
    const int u = (axis + 1) % 3, v = (axis + 2) % 3;
    for (int side = -1; side <= 1; side += 2) {
      Polygon face;
      face.count = 4;
      for (int i = 0; i < 4; ++i) {
        // Counter-clockwise seen from outside: u, v, axis is a right-handed triple, mirrored on the far side.
        const double su = (i == 1 || i == 2) ? 0.5 : -0.5;
        const double sv = (i >= 2 ? 0.5 : -0.5) * side;
        for (int k = 0; k < 3; ++k) {
          face.vertex[i][k] = center[k] + rotation[k][axis] * (0.5 * side * b[axis]) + rotation[k][u] * (su * b[u]) +
                              rotation[k][v] * (sv * b[v]);
        }
      }
      face = clip(face, 0, 1.0, 0.5 * a[0]);
      face = clip(face, 0, -1.0, -0.5 * a[0]);
      face = clip(face, 1, 1.0, 0.5 * a[1]);
      face = clip(face, 1, -1.0, -0.5 * a[1]);
      const Moments above = moments(clip(face, 2, -1.0, half_height));
      const Moments below = moments(clip(face, 2, 1.0, -half_height));
      const Moments middle = moments(clip(clip(face, 2, 1.0, half_height), 2, -1.0, -half_height));
      volume += middle.area_z + half_height * (above.area - below.area);
    }
  }
  return clamp_to(volume, 0.0, min_of(a[0] * a[1] * a[2], b[0] * b[1] * b[2]));
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
