#include "tests/support/scene_cloud.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

namespace concord::tests {
namespace {

constexpr double kSensor_m = 1.8, kFarthest_m = 90;
constexpr double kDegree = std::numbers::pi / 180;

/// Distance at which the ray from `origin` along `way` enters the box; infinite when it does not.
double entry_of(const Cuboid& box, const Vec3& origin, const Vec3& way) {
  const Vec3 from = box.rotation.conjugate() * (origin - box.center_m), step = box.rotation.conjugate() * way;
  double enter = 0, leave = std::numeric_limits<double>::infinity();
  for (int k = 0; k < 3; ++k) {
    const double half = 0.5 * box.size_m[k];
    if (std::abs(step[k]) < 1e-12) {
      if (std::abs(from[k]) > half) return std::numeric_limits<double>::infinity();
      continue;
    }
    const double a = (-half - from[k]) / step[k], b = (half - from[k]) / step[k];
    enter = std::max(enter, std::min(a, b));
    leave = std::min(leave, std::max(a, b));
  }
  return enter <= leave ? enter : std::numeric_limits<double>::infinity();
}

}  // namespace

CloudBatch::Sweep cast_rays(std::uint32_t frame, const std::vector<Cuboid>& boxes) {
  CloudBatch::Sweep sweep;
  sweep.frame = frame;
  sweep.origin_m = Vec3(0, 0, kSensor_m);
  std::mt19937 engine(frame + 1);
  std::normal_distribution<double> noise_m(0, 0.01);
  for (int beam = 0; beam < 64; ++beam) {
    const double elevation = (-24.0 + 28.0 * beam / 63) * kDegree;
    for (int step = 0; step < 900; ++step) {
      const double azimuth = 0.4 * step * kDegree;
      const Vec3 way(std::cos(elevation) * std::cos(azimuth), std::cos(elevation) * std::sin(azimuth),
                     std::sin(elevation));
      double range = way.z() < 0 ? -kSensor_m / way.z() : std::numeric_limits<double>::infinity();
      for (const Cuboid& box : boxes) range = std::min(range, entry_of(box, sweep.origin_m, way));
      if (!(range <= kFarthest_m)) continue;
      const Vec3 point = sweep.origin_m + (range + noise_m(engine)) * way;
      sweep.cloud.x_m.push_back(static_cast<float>(point.x()));
      sweep.cloud.y_m.push_back(static_cast<float>(point.y()));
      sweep.cloud.z_m.push_back(static_cast<float>(point.z()));
    }
  }
  return sweep;
}

}  // namespace concord::tests
