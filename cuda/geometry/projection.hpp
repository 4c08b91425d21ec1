#pragma once

#include <cmath>

#include "cuda/backend/backend.hpp"
#include "cuda/projection_types.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// Angle in [0, pi] between the z axis and a direction with parts r >= 0 across it and z along it, from + - * / and
/// sqrt alone. tan(angle/2) = r / (z + |d|) and three further halvings leave u = tan(angle/16) <= tan(pi/16) = 0.199;
/// the series of atan to u^21 is then off by less than u^23 / 23 = 3.3e-18, the angle by less than 1e-15 rad with
/// rounding.
CONCORD_HD inline double angle_from_axis(double r, double z) {
  const double length = sqrt(r * r + z * z);
  // For directions behind, the other half keeps the sum from cancelling: angle = pi - angle of (r, -z).
  const bool behind = z < 0;
  const double along = behind ? -z : z;
  if (!(length > 0)) return 0;
  double u = r / (along + length);
  for (int i = 0; i < 3; ++i) u = u / (1 + sqrt(1 + u * u));
  const double s = u * u;
  double sum = 0;
  for (int k = 21; k >= 1; k -= 2) sum = ((k / 2) % 2 == 0 ? 1.0 : -1.0) / k + s * sum;
  const double angle = 16 * u * sum;
  constexpr double kPi = 3.14159265358979323846;
  return behind ? kPi - angle : angle;
}

/// Whether a point of the camera's frame has an image: not behind the near plane (fisheye: not nearer than it), and not
/// beyond the limit from which on the distortion polynomial would fold it back.
CONCORD_HD inline bool has_image(const ProjectionModel& model, const double (&p)[3], double near_m) {
  const double r2 = p[0] * p[0] + p[1] * p[1];
  if (model.kind == ProjectionModel::kKannalaBrandt) {
    return r2 + p[2] * p[2] >= near_m * near_m && angle_from_axis(sqrt(r2), p[2]) <= model.limit;
  }
  return p[2] >= near_m && r2 <= model.limit * (p[2] * p[2]);
}

/// Pixel of a point that has an image; the models and the order of coefficients are OpenCV's.
CONCORD_HD inline void project_point(const ProjectionModel& model, const double (&p)[3], double (&pixel)[2]) {
  const double* const k = model.distortion;
  double x, y;
  if (model.kind == ProjectionModel::kKannalaBrandt) {
    const double r = sqrt(p[0] * p[0] + p[1] * p[1]);
    const double angle = angle_from_axis(r, p[2]), s = angle * angle;
    const double bent = angle * (1 + s * (k[0] + s * (k[1] + s * (k[2] + s * k[3]))));
    const double scale = r > 0 ? bent / r : 0;
    x = p[0] * scale;
    y = p[1] * scale;
  } else {
    x = p[0] / p[2];
    y = p[1] / p[2];
    if (model.kind == ProjectionModel::kBrownConrady) {
      const double s = x * x + y * y, xy = x * y, x2 = x * x, y2 = y * y;
      const double radial = (1 + s * (k[0] + s * (k[1] + s * k[4]))) / (1 + s * (k[5] + s * (k[6] + s * k[7])));
      x = x * radial + 2 * k[2] * xy + k[3] * (s + 2 * x2);
      y = y * radial + k[2] * (s + 2 * y2) + 2 * k[3] * xy;
    }
  }
  pixel[0] = model.fx_px * x + model.skew_px * y + model.cx_px;
  pixel[1] = model.fy_px * y + model.cy_px;
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
