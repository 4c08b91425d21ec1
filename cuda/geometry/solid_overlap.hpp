#pragma once

#include <cmath>

#include "cuda/backend/backend.hpp"
#include "cuda/geometry/rectangle_overlap.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// A planar polygon: a quadrilateral clipped by up to six planes.
struct Polygon {
  static constexpr int kMaxVertices = 12;
  double vertex[kMaxVertices][3];
  int count;
};

/// Corners of `polygon` where sign * vertex[axis] <= sign * limit.
CONCORD_HD inline int corners_within(const Polygon& polygon, int axis, double sign, double limit) {
  int within = 0;
  for (int i = 0; i < polygon.count; ++i) within += sign * (limit - polygon.vertex[i][axis]) >= 0 ? 1 : 0;
  return within;
}

/// The part of `polygon` where sign * vertex[axis] <= sign * limit (Sutherland-Hodgman, one plane).
CONCORD_HD inline void clip(const Polygon& polygon, int axis, double sign, double limit, Polygon& result) {
  int count = 0;
  const double* from = polygon.vertex[polygon.count - 1];
  double depth_from = sign * (limit - from[axis]);
  for (int i = 0; i < polygon.count; ++i) {
    const double* const to = polygon.vertex[i];
    const double depth_to = sign * (limit - to[axis]);
    if ((depth_from >= 0) != (depth_to >= 0) && count < Polygon::kMaxVertices) {
      const double share = depth_from / (depth_from - depth_to);
      for (int k = 0; k < 3; ++k) result.vertex[count][k] = from[k] + share * (to[k] - from[k]);
      result.vertex[count][axis] = limit;
      ++count;
    }
    if (depth_to >= 0 && count < Polygon::kMaxVertices) {
      for (int k = 0; k < 3; ++k) result.vertex[count][k] = to[k];
      ++count;
    }
    from = to;
    depth_from = depth_to;
  }
  result.count = count;
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
    sum.area_z += area * (o[2] + p[2] + q[2]) * (1.0 / 3.0);
  }
  return sum;
}

/// `polygon` cut to |x| <= half_length, |y| <= half_width; `spare` is room for it. Null when nothing is left.
CONCORD_HD inline Polygon* clip_to_footprint(Polygon* polygon, Polygon* spare, double half_length, double half_width) {
  for (int plane = 0; plane < 4; ++plane) {
    const int axis = plane / 2;
    const double sign = plane % 2 == 0 ? 1.0 : -1.0;
    const double limit = sign * (axis == 0 ? half_length : half_width);
    const int within = corners_within(*polygon, axis, sign, limit);
    if (within == 0) return nullptr;
    if (within == polygon->count) continue;
    clip(*polygon, axis, sign, limit, *spare);
    Polygon* const clipped = spare;
    spare = polygon;
    polygon = clipped;
  }
  return polygon;
}

/// Integral of clamp(z, -half_height, half_height) over the polygon's projection on the xy plane.
CONCORD_HD inline double integral_of_clamped_z(const Polygon& polygon, double half_height) {
  const int below_top = corners_within(polygon, 2, 1.0, half_height);
  const int above_bottom = corners_within(polygon, 2, -1.0, -half_height);
  if (below_top == polygon.count && above_bottom == polygon.count) return moments(polygon).area_z;
  if (below_top == 0) return half_height * moments(polygon).area;
  if (above_bottom == 0) return -half_height * moments(polygon).area;
  Polygon part, rest;
  const Polygon* middle = &polygon;
  double integral = 0.0;
  if (below_top < polygon.count) {
    clip(polygon, 2, -1.0, half_height, part);
    integral += half_height * moments(part).area;
    clip(polygon, 2, 1.0, half_height, rest);
    middle = &rest;
  }
  if (above_bottom < polygon.count) {
    clip(polygon, 2, 1.0, -half_height, part);
    integral -= half_height * moments(part).area;
    clip(*middle, 2, -1.0, -half_height, part);
    middle = &part;
  }
  return integral + moments(*middle).area_z;
}

/// Whether an axis of one of the boxes separates them; the arguments are those of solid_overlap.
CONCORD_HD inline bool separated(const double a[3], const double b[3], const double center[3],
                                 const double rotation[3][3]) {
  bool apart = false;
  for (int i = 0; i < 3; ++i) {
    double reach_a = a[i], reach_b = b[i], along_b = 0.0;
    for (int j = 0; j < 3; ++j) {
      reach_a += fabs(rotation[i][j]) * b[j];
      reach_b += fabs(rotation[j][i]) * a[j];
      along_b += rotation[j][i] * center[j];
    }
    apart = apart || 2.0 * fabs(center[i]) >= reach_a || 2.0 * fabs(along_b) >= reach_b;
  }
  return apart;
}

/// Volume of overlap of a box centred at the origin with its sides along the axes (sizes `a`) and a box of sizes `b` at
/// `center` with the axes in the columns of `rotation`.
///
/// Divergence theorem with the field (0, 0, clamp(z)): the volume is the sum over the second box's faces of the
/// integral of clamp(z, -h, h) over the part of the face that projects into the first box's footprint. Upright faces
/// project to nothing, and no face of the first box is visited, so that coplanar faces are never counted twice.
CONCORD_HD inline double solid_overlap(const double a[3], const double b[3], const double center[3],
                                       const double rotation[3][3]) {
  if (separated(a, b, center, rotation)) return 0.0;
  double volume = 0.0;
  for (int axis = 0; axis < 3; ++axis) {
    const int u = (axis + 1) % 3, v = (axis + 2) % 3;
    for (int side = -1; side <= 1; side += 2) {
      Polygon face, spare;
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
      const Polygon* const part = clip_to_footprint(&face, &spare, 0.5 * a[0], 0.5 * a[1]);
      if (part != nullptr) volume += integral_of_clamped_z(*part, 0.5 * a[2]);
    }
  }
  return clamp_to(volume, 0.0, min_of(a[0] * a[1] * a[2], b[0] * b[1] * b[2]));
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
