#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include "tests/support/kernel_device.hpp"
#include "tests/support/points_oracle.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Cuboid box(double x, double y, double z, double l, double w, double h, double yaw = 0, double pitch = 0) {
  return {Vec3(x, y, z), Vec3(l, w, h), quat_from_ypr(yaw, pitch, 0)};
}

class PointsInBoxes : public KernelTest {
 protected:
  std::vector<std::uint32_t> count(const PointScene& scene) {
    std::vector<std::uint32_t> counts(scene.boxes.size());
    context_->points_in_boxes({scene.box_columns(), scene.box_offset.data(), scene.points()}, counts.data());
    return counts;
  }
};

TEST_P(PointsInBoxes, NothingInNothing) {
  PointScene scene;
  EXPECT_TRUE(count(scene).empty());
  scene.end_frame();
  EXPECT_TRUE(count(scene).empty());
  scene.add_box(box(0, 0, 0, 1, 1, 1));
  scene.end_frame();
  scene.add_point(0, 0, 0);
  scene.end_frame();
  EXPECT_EQ(count(scene), (std::vector<std::uint32_t>{0}));
}

TEST_P(PointsInBoxes, FacesAreClosedToTheLastBit) {
  PointScene scene;
  // Sizes and centres that float32 holds, so that a face lies exactly on a float32 number.
  const Cuboid boxes[] = {box(8, -4, 1, 4, 2, 1.5), box(1024.5, 2048.25, -3, 0.5, 0.25, 8)};
  for (const Cuboid& b : boxes) {
    scene.add_box(b);
    for (int axis = 0; axis < 3; ++axis) {
      for (const double side : {-1.0, 1.0}) {
        Vec3 p = b.center_m;
        p[axis] += side * 0.5 * b.size_m[axis];
        scene.add_point(p.x(), p.y(), p.z());
        for (const float direction : {-INFINITY, INFINITY}) {
          Vec3 q = p;
          q[axis] = std::nextafter(static_cast<float>(p[axis]), direction);
          scene.add_point(q.x(), q.y(), q.z());
        }
      }
    }
    scene.end_frame();
  }
  // On each face: the point itself and its inner neighbour.
  EXPECT_EQ(count(scene), (std::vector<std::uint32_t>{12, 12}));
}

TEST_P(PointsInBoxes, BoxesWithoutExtentHoldOnlyWhatLiesOnThem) {
  PointScene scene;
  scene.add_box(box(1, 2, 3, 0, 0, 0));
  scene.add_box(box(1, 2, 3, 4, 0, 2));
  for (const double y : {2.0, 2.0000002, 1.9}) scene.add_point(1, y, 3);
  scene.add_point(2.5, 2, 3.5);
  scene.end_frame();
  EXPECT_EQ(count(scene), (std::vector<std::uint32_t>{1, 2}));
}

TEST_P(PointsInBoxes, BadBoxesAreMarkedAndBadPointsLieNowhere) {
  PointScene scene;
  for (const Cuboid& bad : {box(kNan, 0, 0, 1, 1, 1), box(0, kInfinity, 0, 1, 1, 1), box(0, 0, 0, -1, 1, 1),
                            Cuboid{Vec3::Zero(), Vec3::Ones(), Quat(0, 0, 0, 0)}}) {
    scene.add_box(bad);
  }
  scene.add_box(box(0, 0, 0, 2, 2, 2));
  scene.add_box(box(0, 0, 0, 1e9, 1e9, 1e9));  // not drawn: tested against every point
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    scene.add_point(bad, 0, 0);
    scene.add_point(0, bad, 0);
    scene.add_point(0, 0, bad);
  }
  scene.add_point(0.5, 0.5, 0.5);
  scene.end_frame();
  const std::uint32_t none = kernels::BoxDetailRow::no_count;
  EXPECT_EQ(count(scene), (std::vector<std::uint32_t>{none, none, none, none, 1, 1}));
}

TEST_P(PointsInBoxes, AnyCoordinatesAndCountsAsTheOracle) {
  std::mt19937_64 engine(7);
  PointScene scene;
  for (const std::size_t boxes : {0, 1, 31, 32, 33, 255, 256, 257}) {
    for (const std::size_t points : {0, 1, 31, 32, 33, 255, 257, 2049}) {
      add_random_frame(scene, points, boxes, boxes % 2 == 1, engine);
    }
  }
  // Far from the origin, with a box 1e6 m from the others, and boxes of a lorry park.
  add_random_frame(scene, 3000, 40, true, engine);
  for (std::size_t i = scene.point_offset[scene.frames() - 1]; i < scene.x_m.size(); ++i) scene.x_m[i] += 1e6F;
  for (std::size_t row = scene.box_offset[scene.frames() - 1]; row < scene.boxes.size(); ++row)
    scene.boxes.x_m[row] += 1e6;
  scene.add_box(box(-1e6, 3, 0, 5, 3, 2));
  scene.add_point(-1e6, 3, 0);
  scene.add_box(box(0, 0, 0, 100, 90, 5, 0.3));
  scene.add_point(20, 20, 1);
  for (int i = 0; i < 50; ++i) scene.add_box(box(0.1 * i, 0, 0, 16, 2.5, 4, 0.06 * i));
  scene.end_frame();
  const auto expected = oracle_points_in_boxes(scene);
  const auto counts = count(scene);
  ASSERT_EQ(counts.size(), expected.size());
  EXPECT_EQ(counts, expected);
  EXPECT_GT(*std::max_element(counts.begin(), counts.end()), 10U);
}

TEST_P(PointsInBoxes, NearAreThePointsOfGrownBoxes) {
  std::mt19937_64 engine(13);
  PointScene scene;
  for (const std::size_t boxes : {0, 1, 33}) add_random_frame(scene, 700, boxes, true, engine);
  scene.add_box(box(kNan, 0, 0, 1, 1, 1));
  scene.add_point(0, 0, 0);
  scene.end_frame();
  std::vector<std::uint8_t> near(scene.x_m.size(), 7);
  context_->points_near_boxes({scene.box_columns(), scene.box_offset.data(), scene.points()}, 0.3, near.data());
  PointScene grown = scene;
  for (auto* sizes : {&grown.boxes.length_m, &grown.boxes.width_m, &grown.boxes.height_m}) {
    for (double& size : *sizes) size += 0.6;
  }
  for (std::uint32_t f = 0; f < scene.frames(); ++f) {
    for (std::uint64_t i = scene.point_offset[f]; i < scene.point_offset[f + 1]; ++i) {
      PointScene alone;
      alone.add_point(scene.x_m[i], scene.y_m[i], scene.z_m[i]);
      for (std::uint32_t row = scene.box_offset[f]; row < scene.box_offset[f + 1]; ++row)
        alone.add_box(grown.boxes.at(row));
      alone.end_frame();
      const auto counts = oracle_points_in_boxes(alone);
      EXPECT_EQ(near[i], std::count(counts.begin(), counts.end(), 1U) > 0 ? 1 : 0) << i;
    }
  }
}

TEST_P(PointsInBoxes, ThreadsDoNotChangeTheAnswer) {
  if (GetParam() != "cpu") GTEST_SKIP() << "CPU threads only";
  std::mt19937_64 engine(11);
  PointScene scene;
  for (int f = 0; f < 3; ++f) add_random_frame(scene, 20000, 60, true, engine);
  const auto two = count(scene);
  context_ = kernels::make_cpu_context(1);
  EXPECT_EQ(count(scene), two);
}

/// Argoverse 2's stored num_interior_pts, recounted over the sweeps that have points.
TEST_P(PointsInBoxes, ReproducesTheStoredCountsOfArgoverse2) {
  CONCORD_NEEDS_DATA("argoverse2");
  const auto log = test_data_dir() / "argoverse2/sensor/val/7fab2350-7eaf-3b7e-a39d-6937a4c1bede";
  std::map<std::string, std::vector<std::vector<double>>> labels;  // by timestamp: sizes, quaternion, centre, count
  std::ifstream csv(log / "csv/annotations.csv");
  std::string line;
  std::getline(csv, line);
  while (std::getline(csv, line)) {
    std::stringstream fields(line);
    std::string timestamp, skipped, number;
    std::getline(fields, timestamp, ',');
    std::getline(fields, skipped, ',');
    std::getline(fields, skipped, ',');
    std::vector<double> numbers;
    while (std::getline(fields, number, ',')) numbers.push_back(std::stod(number));
    labels[timestamp].push_back(numbers);
  }
  PointScene scene;
  std::vector<std::uint32_t> stored;
  for (const auto& [timestamp, rows] : labels) {
    std::ifstream sweep(log / "sensors/lidar_bin" / (timestamp + ".bin"), std::ios::binary);
    if (!sweep) continue;
    for (float point[4]; sweep.read(reinterpret_cast<char*>(point), sizeof(point));) {
      scene.add_point(point[0], point[1], point[2]);
    }
    for (const auto& row : rows) {
      scene.add_box({Vec3(row[7], row[8], row[9]), Vec3(row[0], row[1], row[2]), Quat(row[3], row[4], row[5], row[6])});
      stored.push_back(static_cast<std::uint32_t>(row[10]));
    }
    scene.end_frame();
  }
  EXPECT_EQ(stored.size(), 162U);
  EXPECT_EQ(count(scene), stored);
}

INSTANTIATE_TEST_SUITE_P(Devices, PointsInBoxes, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
