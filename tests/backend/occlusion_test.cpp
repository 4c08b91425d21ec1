#include <cmath>
#include <cstring>

#include "tests/support/kernel_device.hpp"
#include "tests/support/points_oracle.hpp"

namespace concord::tests {
namespace {

/// The frames of a scene as one sweep each, all taken from one place.
struct Sweeps {
  explicit Sweeps(const PointScene& point_scene, const Vec3& origin_m = Vec3::Zero()) : scene(point_scene) {
    for (std::uint32_t f = 0; f < scene.frames(); ++f) {
      frame.push_back(f);
      x.push_back(origin_m.x());
      y.push_back(origin_m.y());
      z.push_back(origin_m.z());
    }
  }
  [[nodiscard]] kernels::OcclusionRequest request() const {
    return {scene.box_columns(),
            scene.box_offset.data(),
            scene.frames(),
            scene.points(),
            frame.data(),
            x.data(),
            y.data(),
            z.data(),
            0.8,
            0.3};
  }
  const PointScene& scene;
  std::vector<std::uint32_t> frame;
  std::vector<double> x, y, z;
};

class Occlusion : public KernelTest {
 protected:
  std::vector<kernels::OcclusionRow> measure(const kernels::OcclusionRequest& request) {
    std::vector<kernels::OcclusionRow> rows(request.boxes.count);
    context_->occlusion(request, rows.data());
    return rows;
  }
};

TEST_P(Occlusion, TellsHiddenFromVisiblyEmpty) {
  PointScene scene;
  const Quat straight = Quat::Identity();
  scene.add_box({Vec3(20, 0, 0), Vec3(4, 2, 2), straight});   // hidden by a wall at 10 m
  scene.add_box({Vec3(-20, 0, 0), Vec3(4, 2, 2), straight});  // a wall behind it: visibly empty
  scene.add_box({Vec3(0, 20, 0), Vec3(4, 2, 2), straight});   // nothing behind it: silent
  scene.add_box({Vec3(0, -20, 0), Vec3(4, 2, 2), straight});  // its own points
  for (double u = -6; u <= 6; u += 0.05) {
    for (double v = -2; v <= 2; v += 0.1) {
      scene.add_point(10, u, v);
      scene.add_point(-40, 2 * u, 2 * v);
      scene.add_point(u, -19, v);
    }
  }
  scene.end_frame();
  const auto rows = measure(Sweeps(scene).request());
  EXPECT_GT(rows[0].front, 50U);
  EXPECT_EQ(rows[0].behind + rows[0].inside, 0U);
  EXPECT_GT(rows[1].behind, 50U);
  EXPECT_EQ(rows[1].front + rows[1].inside, 0U);
  EXPECT_EQ(rows[2].front + rows[2].inside + rows[2].behind, 0U);
  EXPECT_GT(rows[2].directions, 5U);
  EXPECT_EQ(rows[2].silent, rows[2].directions);
  EXPECT_EQ(rows[0].silent, 0U);
  EXPECT_GT(rows[3].inside, 50U);
}

TEST_P(Occlusion, SensorInsideABoxAndBadBoxes) {
  PointScene scene;
  scene.add_box({Vec3(0, 0, 0), Vec3(4, 4, 4), Quat::Identity()});
  scene.add_box({Vec3(0, 0, std::nan("")), Vec3(4, 4, 4), Quat::Identity()});
  scene.add_box({Vec3(5, 0, 0), Vec3(0, 0, 0), Quat::Identity()});
  scene.add_point(1, 0, 0);
  scene.add_point(9, 0, 0);
  scene.add_point(0, 0, 0);  // no direction
  scene.add_point(std::nan(""), 0, 0);
  scene.end_frame();
  const auto rows = measure(Sweeps(scene).request());
  EXPECT_EQ(rows[0].inside, 1U);
  EXPECT_EQ(rows[0].behind, 1U);
  EXPECT_EQ(rows[1].inside + rows[1].behind + rows[1].front + rows[1].directions, 0U);
  EXPECT_EQ(rows[2].behind, 1U);
  EXPECT_EQ(rows[2].front, 1U);
}

TEST_P(Occlusion, SameCountsAsEveryRayAgainstEveryBox) {
  std::mt19937_64 engine(17);
  PointScene scene;
  for (const std::size_t boxes : {0, 1, 31, 33, 100}) {
    for (const std::size_t points : {0, 1, 33, 257, 4000})
      add_random_frame(scene, points, boxes, boxes % 2 == 1, engine);
  }
  for (const Vec3& origin : {Vec3(0, 0, 1.8), Vec3(-20.3, 11.7, 0.4), Vec3(300, 5, 40)}) {
    Sweeps sweeps(scene, origin);
    const auto rows = measure(sweeps.request());
    const auto expected = oracle_occlusion(sweeps.request());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(rows[i].front, expected[i].front) << "box " << i;
      ASSERT_EQ(rows[i].inside, expected[i].inside) << "box " << i;
      ASSERT_EQ(rows[i].behind, expected[i].behind) << "box " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, Occlusion, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
