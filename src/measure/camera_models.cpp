#include "src/measure/camera_models.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace concord::measure {
namespace {

/// How far from the axis the distorted image of radius (or angle) `r` lies; NaN behind a pole of the radial quotient.
double distorted(const CameraModel& camera, double r) {
  const auto& k = camera.distortion;
  const double s = r * r;
  if (camera.kind == CameraModel::Kind::kannala_brandt) {
    return r * (1 + s * (k[0] + s * (k[1] + s * (k[2] + s * k[3]))));
  }
  const double below = 1 + s * (k[5] + s * (k[6] + s * k[7]));
  if (!(below > 0)) return std::numeric_limits<double>::quiet_NaN();
  return r * (1 + s * (k[0] + s * (k[1] + s * k[4]))) / below;
}

}  // namespace

double distortion_limit(const CameraModel& camera) {
  if (camera.kind == CameraModel::Kind::pinhole) return std::numeric_limits<double>::infinity();
  const bool fisheye = camera.kind == CameraModel::Kind::kannala_brandt;
  // Steps through the tangent half: a radius of 50 is 88.9 degrees from the axis.
  const double end = fisheye ? std::numbers::pi : 50.0;
  constexpr int kSteps = 20'000;
  const auto at = [&](double i) {
    const double share = i / kSteps;
    return fisheye ? end * share : end * share * share;
  };
  const auto grows = [&](double r) {
    const double h = 1e-6 * std::max(r, 1e-3);
    return distorted(camera, r + h) > distorted(camera, r - h);
  };
  for (int i = 1; i <= kSteps; ++i) {
    if (grows(at(i))) continue;
    double inside = at(i - 1), outside = at(i);
    for (int n = 0; n < 60; ++n) {
      const double middle = 0.5 * (inside + outside);
      (grows(middle) ? inside : outside) = middle;
    }
    return fisheye ? inside : inside * inside;
  }
  return fisheye ? end : std::numeric_limits<double>::infinity();
}

bool is_regular(const CameraModel& camera) {
  const bool finite = std::isfinite(camera.fx_px) && std::isfinite(camera.fy_px) && std::isfinite(camera.cx_px) &&
                      std::isfinite(camera.cy_px) && std::isfinite(camera.skew_px);
  return finite && camera.fx_px != 0 && camera.fy_px != 0 &&
         std::all_of(camera.distortion.begin(), camera.distortion.end(), [](double k) { return std::isfinite(k); });
}

kernels::ProjectionModel projection_model(const CameraModel& camera, double width_px, double height_px) {
  using Model = kernels::ProjectionModel;
  Model model{};
  model.kind = camera.kind == CameraModel::Kind::pinhole         ? Model::kPinhole
               : camera.kind == CameraModel::Kind::brown_conrady ? Model::kBrownConrady
                                                                 : Model::kKannalaBrandt;
  model.fx_px = camera.fx_px;
  model.fy_px = camera.fy_px;
  model.cx_px = camera.cx_px;
  model.cy_px = camera.cy_px;
  model.skew_px = camera.skew_px;
  std::copy(camera.distortion.begin(), camera.distortion.end(), model.distortion);
  model.limit = distortion_limit(camera);
  model.width_px = width_px;
  model.height_px = height_px;
  return model;
}

}  // namespace concord::measure
