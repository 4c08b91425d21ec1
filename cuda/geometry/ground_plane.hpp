#pragma once

#include <cstdint>

#include "cuda/backend/backend.hpp"
#include "cuda/geometry/box.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// z = height_m + slope_x * x + slope_y * y about some place; `support` points agree with it, 0 when there is no plane.
struct GroundPlane {
  double height_m, slope_x, slope_y;
  std::uint32_t support;
};

/// The lowest points of the cells around a place, from that place.
struct LowPoints {
  static constexpr int kMost = 128;
  double x[kMost], y[kMost], z[kMost];
  int count;
};

/// Least squares plane through the low points whose residual to `start` lies in [below, above]. Slopes are drawn
/// towards 0 as by a few points of zero slope, so that points in a line do not tip the plane over.
CONCORD_HD inline GroundPlane fit_plane(const LowPoints& low, const GroundPlane& start, double below, double above) {
  constexpr double kSlopePrior_m2 = 8.0;
  double n = 0, sx = 0, sy = 0, sz = 0, sxx = 0, sxy = 0, syy = 0, sxz = 0, syz = 0;
  for (int i = 0; i < low.count; ++i) {
    const double x = low.x[i], y = low.y[i];
    const double z = low.z[i] - (start.height_m + start.slope_x * x + start.slope_y * y);
    if (!(z >= below && z <= above)) continue;
    n += 1;
    sx += x;
    sy += y;
    sz += z;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
    sxz += x * z;
    syz += y * z;
  }
  GroundPlane plane = start;
  plane.support = static_cast<std::uint32_t>(n);
  if (n == 0) return plane;
  // About the centroid the height separates from the slopes.
  const double mx = sx / n, my = sy / n, mz = sz / n;
  const double cxx = sxx - n * mx * mx + kSlopePrior_m2, cyy = syy - n * my * my + kSlopePrior_m2,
               cxy = sxy - n * mx * my;
  const double cxz = sxz - n * mx * mz, cyz = syz - n * my * mz;
  const double determinant = cxx * cyy - cxy * cxy;  // at least kSlopePrior_m2 squared
  const double a = (cxz * cyy - cyz * cxy) / determinant, b = (cyz * cxx - cxz * cxy) / determinant;
  plane.slope_x += a;
  plane.slope_y += b;
  plane.height_m += mz - a * mx - b * my;
  return plane;
}

/// The lower quartile of the heights.
CONCORD_HD inline double lower_quartile(const LowPoints& low) {
  double sorted[LowPoints::kMost];
  for (int i = 0; i < low.count; ++i) {
    int k = i;
    for (; k > 0 && sorted[k - 1] > low.z[i]; --k) sorted[k] = sorted[k - 1];
    sorted[k] = low.z[i];
  }
  return sorted[low.count / 4];
}

/// The plane that most low points lie on, seen from below: objects put low points above the ground, reflections put
/// single ones below it. The gate around the plane closes in three steps.
CONCORD_HD inline GroundPlane ground_plane(const LowPoints& low) {
  constexpr int kFewest = 5;
  GroundPlane plane{0, 0, 0, 0};
  if (low.count < kFewest) return plane;
  plane.height_m = lower_quartile(low);
  plane = fit_plane(low, plane, -0.6, 0.5);
  plane = fit_plane(low, plane, -0.3, 0.25);
  plane = fit_plane(low, plane, -0.2, 0.15);
  if (plane.support < kFewest) plane.support = 0;
  return plane;
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
