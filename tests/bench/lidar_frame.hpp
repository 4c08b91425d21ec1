#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "concord/geometry.hpp"
#include "cuda/types.hpp"

namespace concord::bench {

/// One LiDAR frame: a spinning sensor sees road, boxes of road users with points on their sides, and walls.
struct LidarFrame {
  std::vector<float> x, y, z;
  CuboidColumns boxes;
  std::vector<std::uint64_t> point_offset;
  std::vector<std::uint32_t> box_offset;

  [[nodiscard]] kernels::PointColumns points() const { return {x.data(), y.data(), z.data(), point_offset.data(), 1}; }
};

/// `points` returns: a share on the sides of the boxes (in runs, as a scan meets them), the others on the road where
/// `with_road`, else on walls and poles.
[[nodiscard]] LidarFrame make_lidar_frame(std::size_t points, std::size_t boxes, bool with_road);

/// The same by public libraries, on `threads` threads; empty where the library is not installed. The frame must outlive
/// them.
[[nodiscard]] std::function<void()> open3d_points_in_boxes(const LidarFrame& frame, int threads);
[[nodiscard]] std::function<void()> pcl_points_in_boxes(const LidarFrame& frame, int threads);
/// Clusters of points within 0.5 m; PCL's run on one thread.
[[nodiscard]] std::function<void()> pcl_clusters(const LidarFrame& frame);

/// Runs `count` pieces of a peer's work on `threads` threads.
void on_threads(int threads, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace concord::bench
