// OpenCV as the reference of the projection: cuboids without size are points.

#include <cmath>
#include <opencv2/calib3d.hpp>
#include <random>
#include <vector>

#include "src/measure/camera_models.hpp"
#include "tests/support/kernel_device.hpp"
#include "tests/support/projection_scene.hpp"

namespace concord::tests {
namespace {

struct Lens {
  const char* name;
  CameraModel model;
};

CameraModel lens(CameraModel::Kind kind, std::array<double, 8> distortion) {
  CameraModel model;
  model.kind = kind;
  model.fx_px = 1170;
  model.fy_px = 1001;
  model.cx_px = 640.5;
  model.cy_px = 352.25;
  model.distortion = distortion;
  model.width_px = 1280;
  model.height_px = 704;
  return model;
}

const std::vector<Lens>& lenses() {
  using Kind = CameraModel::Kind;
  static const std::vector<Lens> kAll{
      {"pinhole", lens(Kind::pinhole, {})},
      {"brown_conrady_5_barrel", lens(Kind::brown_conrady, {-0.30, 0.084, 0.002, 0.0006, 0.0})},
      {"brown_conrady_5_folding", lens(Kind::brown_conrady, {-0.40, 0.05, 0.001, 0.0003, 0.0})},
      {"brown_conrady_5_cushion", lens(Kind::brown_conrady, {0.12, -0.03, -0.001, 0.002, 0.004})},
      {"brown_conrady_8", lens(Kind::brown_conrady, {0.6, 0.3, 0.0004, -0.0002, 0.01, 0.9, 0.4, 0.05})},
      {"fisheye", lens(Kind::kannala_brandt, {-0.02, 0.006, -0.003, 0.0004})},
      {"fisheye_equidistant", lens(Kind::kannala_brandt, {})}};
  return kAll;
}

cv::Point2d opencv_pixel(const CameraModel& m, const Vec3& p) {
  const cv::Matx33d K(m.fx_px, 0, m.cx_px, 0, m.fy_px, m.cy_px, 0, 0, 1);
  const std::vector<cv::Point3d> points{{p.x(), p.y(), p.z()}};
  std::vector<cv::Point2d> pixels;
  const auto& k = m.distortion;
  if (m.kind == CameraModel::Kind::kannala_brandt) {
    cv::fisheye::projectPoints(points, pixels, cv::Affine3d(), K, std::vector<double>(k.begin(), k.begin() + 4));
  } else {
    cv::projectPoints(points, cv::Vec3d(0, 0, 0), cv::Vec3d(0, 0, 0), K, std::vector<double>(k.begin(), k.end()),
                      pixels);
  }
  return pixels.front();
}

class OpenCvReference : public KernelTest {};

TEST_P(OpenCvReference, EveryModelAgreesUpToTheLimitOfItsDistortion) {
  constexpr double kTolerancePx = 0.05;  // asked for; what is reached is a billion times better
  for (const Lens& lens : lenses()) {
    SCOPED_TRACE(lens.name);
    const double limit = measure::distortion_limit(lens.model);
    const bool fisheye = lens.model.kind == CameraModel::Kind::kannala_brandt;
    std::mt19937_64 engine(7);
    std::uniform_real_distribution<double> unit(0, 1);
    ProjectionScene scene(lens.model);
    std::vector<Vec3> points;
    for (int i = 0; i < 4000; ++i) {
      // Angles from the axis up to just before the limit (OpenCV's fisheye divides by z: it ends at 90 degrees).
      const double most = fisheye ? std::min(limit, 1.55) : std::min(std::atan(std::sqrt(limit)), 1.2);
      const double angle = most * (i % 10 == 0 ? 0.9999 : unit(engine)), around = 6.28318 * unit(engine);
      const double range = 0.5 + 200 * unit(engine);
      points.emplace_back(range * std::sin(angle) * std::cos(around), range * std::sin(angle) * std::sin(around),
                          range * std::cos(angle));
      scene.add({points.back(), Vec3::Zero(), Quat::Identity()});
    }
    const auto rows = scene.project(*context_);
    double worst_px = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      ASSERT_EQ(rows[i].flags,
                points[i].z() >= 0.1 || fisheye ? kernels::ProjectionRow::kSeen : kernels::ProjectionRow::kCutNear)
          << points[i].transpose();
      if (rows[i].flags != kernels::ProjectionRow::kSeen) continue;
      const cv::Point2d pixel = opencv_pixel(lens.model, points[i]);
      worst_px = std::max({worst_px, std::abs(rows[i].left_px - pixel.x), std::abs(rows[i].bottom_px - pixel.y)});
      ASSERT_EQ(rows[i].left_px, rows[i].right_px);
    }
    EXPECT_LT(worst_px, kTolerancePx);
    EXPECT_LT(worst_px, 1e-6);
    RecordProperty(lens.name, std::to_string(worst_px));
  }
}

TEST_P(OpenCvReference, PointsBehindAndBeyondTheLimitHaveNoImage) {
  for (const Lens& lens : lenses()) {
    SCOPED_TRACE(lens.name);
    ProjectionScene scene(lens.model);
    const bool fisheye = lens.model.kind == CameraModel::Kind::kannala_brandt;
    const double limit = measure::distortion_limit(lens.model);
    // Straight behind. OpenCV mirrors it into the image.
    scene.add({Vec3(0.1, 0.1, -10), Vec3::Zero(), Quat::Identity()});
    const bool bounded = fisheye ? limit < 3.1 : std::isfinite(limit);
    if (bounded) {
      const double most = fisheye ? limit : std::atan(std::sqrt(limit));
      const double angle = most * 1.001;
      scene.add({Vec3(10 * std::sin(angle), 0, 10 * std::cos(angle)), Vec3::Zero(), Quat::Identity()});
    }
    const auto rows = scene.project(*context_);
    if (!fisheye) {
      EXPECT_EQ(rows[0].flags, kernels::ProjectionRow::kCutNear);
    } else if (bounded) {
      EXPECT_EQ(rows[0].flags, kernels::ProjectionRow::kCutLimit);
    }
    if (bounded) {
      EXPECT_EQ(rows[1].flags, kernels::ProjectionRow::kCutLimit);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, OpenCvReference, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
