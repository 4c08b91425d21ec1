#include <pcl/filters/crop_box.h>
#include <pcl/point_types.h>
#include <pcl/search/kdtree.h>
#include <pcl/segmentation/extract_clusters.h>

#include "tests/bench/lidar_frame.hpp"

namespace concord::bench {
namespace {

using Cloud = pcl::PointCloud<pcl::PointXYZ>;

Cloud::Ptr cloud_of(const LidarFrame& frame) {
  Cloud::Ptr cloud(new Cloud);
  for (std::size_t i = 0; i < frame.x.size(); ++i) cloud->push_back({frame.x[i], frame.y[i], frame.z[i]});
  return cloud;
}

}  // namespace

std::function<void()> pcl_points_in_boxes(const LidarFrame& frame, int threads) {
  return [&frame, threads, cloud = cloud_of(frame)] {
    on_threads(threads, frame.boxes.size(), [&](std::size_t row) {
      const Cuboid box = frame.boxes.at(row);
      pcl::CropBox<pcl::PointXYZ> crop;
      crop.setInputCloud(cloud);
      const Eigen::Vector3f half = 0.5F * box.size_m.cast<float>();
      crop.setMin({-half.x(), -half.y(), -half.z(), 1});
      crop.setMax({half.x(), half.y(), half.z(), 1});
      crop.setTranslation(box.center_m.cast<float>());
      crop.setRotation({0, 0, static_cast<float>(yaw_of(box.rotation))});
      pcl::Indices inside;
      crop.filter(inside);
    });
  };
}

std::function<void()> pcl_clusters(const LidarFrame& frame) {
  return [cloud = cloud_of(frame)] {
    const pcl::search::KdTree<pcl::PointXYZ>::Ptr tree(new pcl::search::KdTree<pcl::PointXYZ>);
    tree->setInputCloud(cloud);
    pcl::EuclideanClusterExtraction<pcl::PointXYZ> clusters;
    clusters.setClusterTolerance(0.5);
    clusters.setMinClusterSize(1);
    clusters.setSearchMethod(tree);
    clusters.setInputCloud(cloud);
    std::vector<pcl::PointIndices> found;
    clusters.extract(found);
  };
}

}  // namespace concord::bench
