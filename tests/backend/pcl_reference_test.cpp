// The kernels against PCL's algorithms, on random scenes and on a real sweep.

#include <pcl/point_types.h>
#include <pcl/sample_consensus/method_types.h>
#include <pcl/sample_consensus/model_types.h>
#include <pcl/search/kdtree.h>
#include <pcl/segmentation/extract_clusters.h>
#include <pcl/segmentation/sac_segmentation.h>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "tests/support/kernel_device.hpp"
#include "tests/support/points_oracle.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {

using Cloud = pcl::PointCloud<pcl::PointXYZ>;

PointScene argoverse_sweep() {
  PointScene scene;
  std::ifstream sweep(test_data_dir() / "argoverse2/sensor/val/7fab2350-7eaf-3b7e-a39d-6937a4c1bede/sensors/lidar_bin" /
                          "315966265259836000.bin",
                      std::ios::binary);
  for (float point[4]; sweep.read(reinterpret_cast<char*>(point), sizeof(point));) {
    scene.add_point(point[0], point[1], point[2]);
  }
  scene.end_frame();
  return scene;
}

/// Components as sets of points.
using Components = std::set<std::vector<int>>;

Components pcl_components(const PointScene& scene, const std::vector<int>& points, double distance_m) {
  const Cloud::Ptr cloud(new Cloud);
  for (const int i : points) cloud->push_back({scene.x_m[i], scene.y_m[i], scene.z_m[i]});
  const pcl::search::KdTree<pcl::PointXYZ>::Ptr tree(new pcl::search::KdTree<pcl::PointXYZ>);
  tree->setInputCloud(cloud);
  pcl::EuclideanClusterExtraction<pcl::PointXYZ> extraction;
  extraction.setClusterTolerance(distance_m);
  extraction.setMinClusterSize(1);
  extraction.setMaxClusterSize(static_cast<int>(points.size()));
  extraction.setSearchMethod(tree);
  extraction.setInputCloud(cloud);
  std::vector<pcl::PointIndices> clusters;
  extraction.extract(clusters);
  Components components;
  for (const pcl::PointIndices& cluster : clusters) {
    std::vector<int> members;
    for (const int i : cluster.indices) members.push_back(points[static_cast<std::size_t>(i)]);
    std::sort(members.begin(), members.end());
    components.insert(std::move(members));
  }
  return components;
}

class PclReference : public KernelTest {
 protected:
  Components components(const PointScene& scene, const std::vector<std::uint8_t>& use, double distance_m) {
    std::vector<std::uint32_t> labels(scene.x_m.size());
    context_->clusters({scene.points(), use.data(), distance_m}, labels.data());
    std::map<std::uint32_t, std::vector<int>> by_label;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] != kernels::ClusterRequest::no_cluster) by_label[labels[i]].push_back(static_cast<int>(i));
    }
    Components found;
    for (auto& [label, members] : by_label) {
      EXPECT_EQ(static_cast<std::uint32_t>(members.front()), label);
      found.insert(std::move(members));
    }
    return found;
  }
  std::vector<float> ground_of(const PointScene& scene) {
    std::vector<float> ground(scene.x_m.size());
    context_->ground({scene.points(), nullptr, nullptr, nullptr, 0}, ground.data(), nullptr);
    return ground;
  }
};

TEST_P(PclReference, SameClustersOfARandomScene) {
  std::mt19937_64 engine(23);
  PointScene scene;
  add_random_frame(scene, 6000, 30, true, engine);
  std::vector<int> all(scene.x_m.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
  EXPECT_EQ(components(scene, std::vector<std::uint8_t>(all.size(), 1), 0.5), pcl_components(scene, all, 0.5));
}

TEST_P(PclReference, SameClustersOfARealSweepWithoutItsGround) {
  CONCORD_NEEDS_DATA("argoverse2");
  const PointScene scene = argoverse_sweep();
  const std::vector<float> ground = ground_of(scene);
  std::vector<std::uint8_t> use(scene.x_m.size());
  std::vector<int> points;
  for (std::size_t i = 0; i < use.size(); ++i) {
    use[i] = scene.z_m[i] - ground[i] > 0.2 && scene.z_m[i] - ground[i] < 4 ? 1 : 0;
    if (use[i] != 0) points.push_back(static_cast<int>(i));
  }
  EXPECT_GT(points.size(), 20000U);
  EXPECT_EQ(components(scene, use, 0.5), pcl_components(scene, points, 0.5));
}

/// PCL's RANSAC plane of the ground points around a place, as the reference of the height there.
TEST_P(PclReference, GroundOfARealSweepLiesOnThePlanesOfSampleConsensus) {
  CONCORD_NEEDS_DATA("argoverse2");
  const PointScene scene = argoverse_sweep();
  const std::vector<double> x{8, 14, 20, -8, -14, -20, 4}, y{0, 0, 1, 0, -1, 0, -6};
  const std::uint32_t offset[] = {0, static_cast<std::uint32_t>(x.size())};
  std::vector<kernels::GroundRow> rows(x.size());
  context_->ground({scene.points(), x.data(), y.data(), offset, x.size()}, nullptr, rows.data());
  for (std::size_t k = 0; k < x.size(); ++k) {
    const Cloud::Ptr cloud(new Cloud);
    for (std::size_t i = 0; i < scene.x_m.size(); ++i) {
      if (std::hypot(scene.x_m[i] - x[k], scene.y_m[i] - y[k]) < 2.5) {
        cloud->push_back({scene.x_m[i], scene.y_m[i], scene.z_m[i]});
      }
    }
    pcl::SACSegmentation<pcl::PointXYZ> segmentation;
    segmentation.setModelType(pcl::SACMODEL_PERPENDICULAR_PLANE);
    segmentation.setAxis(Eigen::Vector3f::UnitZ());
    segmentation.setEpsAngle(0.2);
    segmentation.setMethodType(pcl::SAC_RANSAC);
    segmentation.setDistanceThreshold(0.08);
    segmentation.setInputCloud(cloud);
    pcl::PointIndices inliers;
    pcl::ModelCoefficients plane;
    segmentation.segment(inliers, plane);
    ASSERT_EQ(plane.values.size(), 4U);
    const double height = -(plane.values[0] * x[k] + plane.values[1] * y[k] + plane.values[3]) / plane.values[2];
    // The kernel follows the lowest points of its cells, sample consensus the middle of them.
    EXPECT_NEAR(rows[k].height_m, height, 0.08) << x[k] << " " << y[k];
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, PclReference, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
