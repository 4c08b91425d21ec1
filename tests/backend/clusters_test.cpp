#include <cmath>
#include <limits>

#include "tests/support/kernel_device.hpp"
#include "tests/support/points_oracle.hpp"

namespace concord::tests {
namespace {

constexpr std::uint32_t kNo = kernels::ClusterRequest::no_cluster;

class Clusters : public KernelTest {
 protected:
  std::vector<std::uint32_t> label(const PointScene& scene, double distance_m,
                                   const std::vector<std::uint8_t>& use = {}) {
    std::vector<std::uint32_t> labels(scene.x_m.size());
    context_->clusters({scene.points(), use.empty() ? nullptr : use.data(), distance_m}, labels.data());
    return labels;
  }
};

TEST_P(Clusters, DistanceIsClosed) {
  PointScene scene;
  for (const double x : {0.0, 0.5, 1.0, 1.5000001, 9.0}) scene.add_point(x, 0, 0);
  scene.end_frame();
  EXPECT_EQ(label(scene, 0.5), (std::vector<std::uint32_t>{0, 0, 0, 3, 4}));
}

TEST_P(Clusters, LeavesOutWhatIsNotToBeUsed) {
  PointScene scene;
  for (const double x : {0.0, 0.4, 0.8}) scene.add_point(x, 0, 0);
  scene.add_point(std::nan(""), 0, 0);
  scene.add_point(0, std::numeric_limits<double>::infinity(), 0);
  scene.add_point(0, 3e38, 0);
  scene.end_frame();
  EXPECT_EQ(label(scene, 0.5, {1, 0, 1, 1, 1, 1}), (std::vector<std::uint32_t>{0, kNo, 2, kNo, kNo, kNo}));
  EXPECT_TRUE(label(PointScene{}, 0.5).empty());
}

TEST_P(Clusters, ChainsAcrossEveryBorderOfCells) {
  // A diagonal chain that crosses cells, blocks and the origin; steps just below the distance.
  PointScene scene;
  for (int i = -200; i <= 200; ++i) scene.add_point(0.28 * i, -0.28 * i, 0.28 * i);
  scene.end_frame();
  for (const std::uint32_t l : label(scene, 0.5)) EXPECT_EQ(l, 0U);
  const auto apart = label(scene, 0.48);
  for (std::uint32_t i = 0; i < apart.size(); ++i) EXPECT_EQ(apart[i], i);
}

TEST_P(Clusters, SameAsFloodingOverAllPairs) {
  std::mt19937_64 engine(5);
  PointScene scene;
  for (const std::size_t points : {0, 1, 31, 32, 33, 255, 256, 257, 3000}) {
    add_random_frame(scene, points, points / 30, false, engine);
  }
  for (int i = 0; i < 400; ++i) scene.add_point(1, 1, 1);  // many equal points
  scene.end_frame();
  std::uniform_real_distribution<double> unit(0, 1);
  for (int i = 0; i < 1500; ++i) scene.add_point(5e5 + 20 * unit(engine), -5e5 + 20 * unit(engine), 4 * unit(engine));
  scene.end_frame();
  std::vector<std::uint8_t> use(scene.x_m.size());
  for (std::size_t i = 0; i < use.size(); ++i) use[i] = i % 7 == 0 ? 0 : 1;
  for (const double distance : {0.3, 0.5, 1.1}) {
    EXPECT_EQ(label(scene, distance), oracle_clusters(scene, {}, distance)) << distance;
    EXPECT_EQ(label(scene, distance, use), oracle_clusters(scene, use, distance)) << distance;
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, Clusters, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
