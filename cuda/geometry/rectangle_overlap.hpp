#pragma once

#include <cmath>

#include "cuda/backend/backend.hpp"

// Everything here is free of branches (selections only), so that loops over lanes become vector instructions.

namespace concord::kernels::CONCORD_BACKEND_NS {

CONCORD_HD_INLINE double min_of(double a, double b) { return a < b ? a : b; }
CONCORD_HD_INLINE double max_of(double a, double b) { return a > b ? a : b; }
CONCORD_HD_INLINE double clamp_to(double value, double low, double high) {
  const double floored = value < low ? low : value;
  return floored > high ? high : floored;
}

/// Twice the integral of clamp(y(x), -half_width, half_width) dx along the straight edge (x0, y0) -> (x1, y1) of that
/// slope, x clamped to [-half_length, half_length].
///
/// The clamped edge has up to three parts: at -half_width, between, at +half_width; `below` and `above` are the rises
/// over the first and the last. A vertical edge encloses nothing, whatever its (finite) slope.
CONCORD_HD_INLINE double twice_clamped_edge_integral(double x0, double y0, double x1, double y1, double slope,
                                                     double half_length, double half_width) {
  const double begin_x = clamp_to(x0, -half_length, half_length);
  const double end_x = clamp_to(x1, -half_length, half_length);
  const double begin_y = y0 + (begin_x - x0) * slope;
  const double end_y = y1 + (end_x - x1) * slope;
  const double low = min_of(begin_y, end_y);
  const double high = max_of(begin_y, end_y);
  // Never 0, so that the mean of a level edge is its middle; far below the rounding of any other rise.
  const double rise = high - low + 1e-200;
  const double above = clamp_to(high - half_width, 0.0, rise);
  const double below = clamp_to(-half_width - low, 0.0, rise);
  const double twice_middle = clamp_to(low, -half_width, half_width) + clamp_to(high, -half_width, half_width);
  const double width = half_width + half_width;
  return (end_x - begin_x) * ((width * (above - below) + twice_middle * (rise - above - below)) / rise);
}

/// Area of overlap of two rectangles, given by half their lengths and widths. The first has its centre at the origin
/// and its sides along the axes; the second has its centre at (cx, cy) and its length along the unit vector (ux, uy).
///
/// Green's theorem over the second rectangle's edges; no sorting, no tolerance, continuous in every input.
CONCORD_HD_INLINE double rectangle_overlap(double half_length_a, double half_width_a, double half_length_b,
                                           double half_width_b, double cx, double cy, double ux, double uy) {
  const double hx = half_length_b * ux, hy = half_length_b * uy;
  const double vx = -half_width_b * uy, vy = half_width_b * ux;
  const double x0 = cx - hx - vx, x1 = cx + hx - vx, x2 = cx + hx + vx, x3 = cx - hx + vx;
  const double y0 = cy - hy - vy, y1 = cy + hy - vy, y2 = cy + hy + vy, y3 = cy - hy + vy;
  // Slopes uy / ux along and -ux / uy across, by one division. Where it would overflow the edges are vertical or level
  // to the last bit: a slope near 0 is then right for the level ones, and that of vertical ones has no effect.
  const double product = ux * uy;
  const double scale = 1.0 / (fabs(product) < 1e-290 ? 1.0 : product);
  const double along = uy * uy * scale, across = -(ux * ux * scale);
  const double area = -0.5 * (twice_clamped_edge_integral(x0, y0, x1, y1, along, half_length_a, half_width_a) +
                              twice_clamped_edge_integral(x1, y1, x2, y2, across, half_length_a, half_width_a) +
                              twice_clamped_edge_integral(x2, y2, x3, y3, along, half_length_a, half_width_a) +
                              twice_clamped_edge_integral(x3, y3, x0, y0, across, half_length_a, half_width_a));
  // Rectangles that one of their axes separates have no area to the last bit, where the sum leaves rounding errors.
  const double apart_x = fabs(cx) - half_length_a - (fabs(hx) + fabs(vx));
  const double apart_y = fabs(cy) - half_width_a - (fabs(hy) + fabs(vy));
  const double u = fabs(ux), v = fabs(uy);
  const double apart_u = fabs(cx * ux + cy * uy) - half_length_b - (half_length_a * u + half_width_a * v);
  const double apart_v = fabs(cy * ux - cx * uy) - half_width_b - (half_length_a * v + half_width_a * u);
  const double apart = max_of(max_of(apart_x, apart_y), max_of(apart_u, apart_v));
  const double bounded =
      clamp_to(area, 0.0, min_of(4.0 * half_length_a * half_width_a, 4.0 * half_length_b * half_width_b));
  return apart >= 0 ? 0.0 : bounded;
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
