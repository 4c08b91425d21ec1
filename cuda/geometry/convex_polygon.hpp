#pragma once

#include "cuda/backend/backend.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// A convex polygon of up to kMax corners, one after the other around it; fewer than three have no area.
struct ConvexPolygon {
  static constexpr int kMax = 40;
  double x[kMax], y[kMax];
  int count;
};

/// Twice the signed area of a, b, c.
CONCORD_HD inline double turn_of(double ax, double ay, double bx, double by, double cx, double cy) {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

/// Sorts points by x, then y; for the few of a box.
CONCORD_HD inline void sort_points(double* x, double* y, int count) {
  for (int i = 1; i < count; ++i) {
    const double px = x[i], py = y[i];
    int k = i;
    for (; k > 0 && (px < x[k - 1] || (px == x[k - 1] && py < y[k - 1])); --k) {
      x[k] = x[k - 1];
      y[k] = y[k - 1];
    }
    x[k] = px;
    y[k] = py;
  }
}

/// Appends a point to the chain that begins at corner `first`, without the corners that it makes concave.
CONCORD_HD inline void extend_chain(ConvexPolygon& hull, int first, double x, double y) {
  while (hull.count >= first + 2 && turn_of(hull.x[hull.count - 2], hull.y[hull.count - 2], hull.x[hull.count - 1],
                                            hull.y[hull.count - 1], x, y) <= 0) {
    --hull.count;
  }
  hull.x[hull.count] = x;
  hull.y[hull.count] = y;
  ++hull.count;
}

/// Convex hull of at most kMax - 1 points, which it sorts: the lower and the upper monotone chain (Andrew 1979). Goes
/// round once whatever the rounding of points that nearly coincide.
CONCORD_HD inline void convex_hull(double* x, double* y, int count, ConvexPolygon& hull) {
  hull.count = 0;
  sort_points(x, y, count);
  for (int i = 0; i < count; ++i) extend_chain(hull, 0, x[i], y[i]);
  const int turn = hull.count - 1;
  for (int i = count - 2; i >= 0; --i) extend_chain(hull, turn, x[i], y[i]);
  if (hull.count > 1) --hull.count;  // the first point again
}

CONCORD_HD inline double area_of(const ConvexPolygon& polygon) {
  double twice = 0;
  for (int i = 1; i + 1 < polygon.count; ++i) {
    twice += turn_of(polygon.x[0], polygon.y[0], polygon.x[i], polygon.y[i], polygon.x[i + 1], polygon.y[i + 1]);
  }
  return (twice < 0 ? -twice : twice) / 2;
}

/// The part of `polygon` where sign * (axis == 0 ? x : y) <= sign * limit (Sutherland and Hodgman, one side).
CONCORD_HD inline void clip_side(ConvexPolygon& polygon, int axis, double sign, double limit) {
  ConvexPolygon out;
  out.count = 0;
  for (int i = 0; i < polygon.count; ++i) {
    const int j = i + 1 < polygon.count ? i + 1 : 0;
    const double a = sign * ((axis == 0 ? polygon.x[i] : polygon.y[i]) - limit);
    const double b = sign * ((axis == 0 ? polygon.x[j] : polygon.y[j]) - limit);
    if (a <= 0 && out.count < ConvexPolygon::kMax) {
      out.x[out.count] = polygon.x[i];
      out.y[out.count] = polygon.y[i];
      ++out.count;
    }
    if ((a < 0 && b > 0) || (a > 0 && b < 0)) {
      if (out.count >= ConvexPolygon::kMax) continue;
      const double t = a / (a - b);
      const double x = polygon.x[i] + t * (polygon.x[j] - polygon.x[i]);
      const double y = polygon.y[i] + t * (polygon.y[j] - polygon.y[i]);
      out.x[out.count] = axis == 0 ? limit : x;
      out.y[out.count] = axis == 0 ? y : limit;
      ++out.count;
    }
  }
  polygon = out;
}

/// Whether the closed polygon, wound as convex_hull() does, holds the point.
CONCORD_HD inline bool holds_point(const ConvexPolygon& polygon, double x, double y) {
  if (polygon.count < 3) return false;
  for (int i = 0; i < polygon.count; ++i) {
    const int j = i + 1 < polygon.count ? i + 1 : 0;
    if (turn_of(polygon.x[i], polygon.y[i], polygon.x[j], polygon.y[j], x, y) < 0) return false;
  }
  return true;
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
