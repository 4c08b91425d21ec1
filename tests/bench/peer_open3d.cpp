#include <open3d/geometry/BoundingVolume.h>
#include <open3d/geometry/PointCloud.h>
#include <memory>

#include "tests/bench/lidar_frame.hpp"

namespace concord::bench {

std::function<void()> open3d_points_in_boxes(const LidarFrame& frame, int threads) {
  const auto points = std::make_shared<std::vector<Eigen::Vector3d>>();
  for (std::size_t i = 0; i < frame.x.size(); ++i) points->emplace_back(frame.x[i], frame.y[i], frame.z[i]);
  return [&frame, threads, points] {
    on_threads(threads, frame.boxes.size(), [&](std::size_t row) {
      const Cuboid box = frame.boxes.at(row);
      const open3d::geometry::OrientedBoundingBox bounding(box.center_m, box.rotation.toRotationMatrix(), box.size_m);
      (void)bounding.GetPointIndicesWithinBoundingBox(*points);
    });
  };
}

}  // namespace concord::bench
