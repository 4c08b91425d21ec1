#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "tests/support/kernel_device.hpp"
#include "tests/support/points_oracle.hpp"

namespace concord::tests {
namespace {

using Height = std::function<double(double, double)>;

/// Rings of returns on the ground, as a spinning LiDAR 1.8 m above it leaves them, with 1 cm of noise.
PointScene ground_scene(const Height& height) {
  PointScene scene;
  std::mt19937_64 engine(1);
  std::normal_distribution<double> noise_m(0, 0.01);
  for (double down_rad = 0.03; down_rad < 0.45; down_rad += 0.0045) {
    for (int i = 0; i < 900; ++i) {
      const double r = 1.8 / std::tan(down_rad), a = i * 2 * 3.14159265358979 / 900;
      const double x = r * std::cos(a), y = r * std::sin(a);
      scene.add_point(x, y, height(x, y) + noise_m(engine));
    }
  }
  return scene;
}

class Ground : public KernelTest {
 protected:
  struct Result {
    std::vector<float> under_points;
    std::vector<kernels::GroundRow> places;
  };
  Result measure(const PointScene& scene, const std::vector<double>& x, const std::vector<double>& y) {
    Result result{std::vector<float>(scene.x_m.size()), std::vector<kernels::GroundRow>(x.size())};
    std::vector<std::uint32_t> offset(scene.frames() + 1, 0);
    if (!offset.empty()) offset.back() = static_cast<std::uint32_t>(x.size());
    context_->ground({scene.points(), x.data(), y.data(), offset.data(), x.size()}, result.under_points.data(),
                     result.places.data());
    return result;
  }
  void expect_ground(PointScene scene, const Height& height, double tolerance_m) {
    scene.end_frame();
    std::vector<double> x, y;
    for (double r = 5; r < 45; r += 3) {
      for (double a = 0; a < 6.2; a += 0.5) {
        x.push_back(r * std::cos(a));
        y.push_back(r * std::sin(a));
      }
    }
    const Result result = measure(scene, x, y);
    int known = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (std::isnan(result.places[i].height_m)) continue;
      ++known;
      EXPECT_NEAR(result.places[i].height_m, height(x[i], y[i]), tolerance_m) << x[i] << " " << y[i];
    }
    EXPECT_GT(known, 0.95 * static_cast<double>(x.size()));
  }
};

TEST_P(Ground, FollowsFlatAndSloping) {
  const Height flat = [](double, double) { return -1.8; };
  expect_ground(ground_scene(flat), flat, 0.03);
  const Height slope = [](double x, double y) { return -1.8 + 0.12 * x - 0.05 * y; };
  expect_ground(ground_scene(slope), slope, 0.05);
  const Height crest = [](double x, double) { return -1.8 - 0.0007 * x * x; };
  expect_ground(ground_scene(crest), crest, 0.08);
}

TEST_P(Ground, CurbsShiftItByLessThanTheirHeight) {
  const Height curb = [](double, double y) { return y > 4 ? -1.65 : -1.8; };
  expect_ground(ground_scene(curb), curb, 0.15);
}

TEST_P(Ground, ObjectsAndReflectionsDoNotCarryIt) {
  const Height flat = [](double, double) { return -1.8; };
  PointScene scene = ground_scene(flat);
  for (double x = 8; x < 20; x += 0.05) {  // the side of a lorry, a wall and points below the ground
    for (double z = -1.5; z < 2; z += 0.1) {
      scene.add_point(x, 3, z);
      scene.add_point(-x, -12, z - 0.2);
    }
    if (static_cast<int>(x * 20) % 9 == 0) scene.add_point(x, -3, -4);
  }
  expect_ground(scene, flat, 0.05);
}

TEST_P(Ground, UnknownWithoutPointsAndOutsideTheWindow) {
  PointScene scene;
  scene.add_point(0, 0, 0);
  scene.add_point(std::nan(""), 0, 0);
  scene.add_point(1e6, 0, std::numeric_limits<double>::infinity());
  scene.end_frame();
  const Result result = measure(scene, {0, 1e9, std::nan("")}, {0, 0, 0});
  for (const auto& place : result.places) {
    EXPECT_TRUE(std::isnan(place.height_m));
    EXPECT_EQ(place.support, 0U);
  }
  for (const float z : result.under_points) EXPECT_TRUE(std::isnan(z));
}

TEST_P(Ground, ThreadsDoNotChangeTheAnswer) {
  if (GetParam() != "cpu") GTEST_SKIP() << "CPU threads only";
  PointScene scene = ground_scene([](double x, double y) { return 0.01 * x + 0.3 * std::sin(y); });
  scene.end_frame();
  const auto two = measure(scene, {}, {}).under_points;
  context_ = kernels::make_cpu_context(1);
  const auto one = measure(scene, {}, {}).under_points;
  EXPECT_EQ(std::memcmp(one.data(), two.data(), one.size() * sizeof(float)), 0);
}

INSTANTIATE_TEST_SUITE_P(Devices, Ground, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
