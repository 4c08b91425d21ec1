#include "tests/support/projection_oracle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concord::tests {
namespace {

using Model = kernels::ProjectionModel;

bool project(const Model& m, const Vec3& p, double near_m, double& u, double& v) {
  const double r = std::hypot(p.x(), p.y());
  double x = 0, y = 0;
  if (m.kind == Model::kKannalaBrandt) {
    const double angle = std::atan2(r, p.z());
    if (p.norm() < near_m || angle > m.limit) return false;
    const double bent = angle + m.distortion[0] * std::pow(angle, 3) + m.distortion[1] * std::pow(angle, 5) +
                        m.distortion[2] * std::pow(angle, 7) + m.distortion[3] * std::pow(angle, 9);
    x = r > 0 ? bent * p.x() / r : 0;
    y = r > 0 ? bent * p.y() / r : 0;
  } else {
    if (p.z() < near_m || r * r > m.limit * p.z() * p.z()) return false;
    x = p.x() / p.z();
    y = p.y() / p.z();
    if (m.kind == Model::kBrownConrady) {
      const double* k = m.distortion;
      const double s = x * x + y * y;
      const double radial =
          (1 + k[0] * s + k[1] * s * s + k[4] * s * s * s) / (1 + k[5] * s + k[6] * s * s + k[7] * s * s * s);
      const double dx = 2 * k[2] * x * y + k[3] * (s + 2 * x * x), dy = k[2] * (s + 2 * y * y) + 2 * k[3] * x * y;
      x = x * radial + dx;
      y = y * radial + dy;
    }
  }
  u = m.fx_px * x + m.skew_px * y + m.cx_px;
  v = m.fy_px * y + m.cy_px;
  return true;
}

}  // namespace

OracleImage oracle_image(const Model& model, const Cuboid& box, double near_m, int pieces) {
  OracleImage image;
  image.left_px = image.top_px = std::numeric_limits<double>::infinity();
  image.right_px = image.bottom_px = -image.left_px;
  for (int axis = 0; axis < 3; ++axis) {
    for (int signs = 0; signs < 4; ++signs) {
      for (int i = 0; i <= pieces; ++i) {
        Vec3 own;
        own[axis] = static_cast<double>(i) / pieces - 0.5;
        own[(axis + 1) % 3] = (signs & 1) != 0 ? 0.5 : -0.5;
        own[(axis + 2) % 3] = (signs & 2) != 0 ? 0.5 : -0.5;
        double u = 0, v = 0;
        if (!project(model, box.center_m + box.rotation * own.cwiseProduct(box.size_m), near_m, u, v)) continue;
        image.seen = true;
        image.left_px = std::min(image.left_px, u);
        image.right_px = std::max(image.right_px, u);
        image.top_px = std::min(image.top_px, v);
        image.bottom_px = std::max(image.bottom_px, v);
      }
    }
  }
  return image;
}

bool oracle_covers(const Model& model, const Cuboid& box, double u_px, double v_px) {
  // Pinhole only: the ray of the pixel against the slabs of the box.
  const Vec3 direction((u_px - model.cx_px) / model.fx_px, (v_px - model.cy_px) / model.fy_px, 1);
  const Vec3 from = box.rotation.inverse() * -box.center_m, along = box.rotation.inverse() * direction;
  double low = 0, high = std::numeric_limits<double>::infinity();
  for (int axis = 0; axis < 3; ++axis) {
    const double half = 0.5 * box.size_m[axis];
    double a = (-half - from[axis]) / along[axis], b = (half - from[axis]) / along[axis];
    if (a > b) std::swap(a, b);
    low = std::max(low, a);
    high = std::min(high, b);
  }
  return low <= high;
}

}  // namespace concord::tests
