#pragma once

#include "cuda/backend/backend.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

CONCORD_HD inline double min_of(double a, double b) { return a < b ? a : b; }
CONCORD_HD inline double max_of(double a, double b) { return a > b ? a : b; }
CONCORD_HD inline double clamp_to(double value, double low, double high) {
  return value < low ? low : (value > high ? high : value);
}

/// Integral of clamp(y(x), -half_width, half_width) dx along the straight edge (x0, y0) -> (x1, y1), x clamped to
/// [-half_length, half_length].
///
/// The clamped edge has up to three parts: at -half_width, between, at +half_width; `below` and `above` are the shares
/// of the first and the last.
CONCORD_HD inline double clamped_edge_integral(double x0, double y0, double x1, double y1, double half_length,
                                               double half_width) {
  const double dx = x1 - x0;
  // A vertical edge encloses nothing; below this its slope would overflow.
  if (dx > -1e-290 && dx < 1e-290) return 0.0;
  const double slope = (y1 - y0) / dx;
  const double begin_x = clamp_to(x0, -half_length, half_length);
  const double end_x = clamp_to(x1, -half_length, half_length);
  const double begin_y = y0 + (begin_x - x0) * slope;
  const double end_y = y1 + (end_x - x1) * slope;
  const double low = min_of(begin_y, end_y);
  const double high = max_of(begin_y, end_y);
  const double rise = high - low;
  const double middle = 0.5 * (clamp_to(low, -half_width, half_width) + clamp_to(high, -half_width, half_width));
  double mean = middle;
  if (rise > 0) {
    const double below = clamp_to((-half_width - low) / rise, 0.0, 1.0);
    const double above = clamp_to((high - half_width) / rise, 0.0, 1.0);
    mean = half_width * (above - below) + middle * (1.0 - below - above);
  }
  return (end_x - begin_x) * mean;
}

/// Area of overlap of two rectangles. The first has its centre at the origin and its sides along the axes; the second
/// has its centre at (cx, cy) and its length along the unit vector (ux, uy).
///
/// Green's theorem over the second rectangle's edges; no sorting, no tolerance, continuous in every input.
CONCORD_HD inline double rectangle_overlap(double length_a, double width_a, double length_b, double width_b, double cx,
                                           double cy, double ux, double uy) {
  const double hx = 0.5 * length_b * ux, hy = 0.5 * length_b * uy;
  const double vx = -0.5 * width_b * uy, vy = 0.5 * width_b * ux;
  const double px[4] = {cx - hx - vx, cx + hx - vx, cx + hx + vx, cx - hx + vx};
  const double py[4] = {cy - hy - vy, cy + hy - vy, cy + hy + vy, cy - hy + vy};
  const double half_length = 0.5 * length_a, half_width = 0.5 * width_a;
  double area = 0.0;
  for (int i = 0; i < 4; ++i) {
    const int j = (i + 1) & 3;
    area -= clamped_edge_integral(px[i], py[i], px[j], py[j], half_length, half_width);
  }
  return clamp_to(area, 0.0, min_of(length_a * width_a, length_b * width_b));
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
