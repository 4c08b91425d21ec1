#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "concord/geometry.hpp"
#include "cuda/kernels.hpp"

// Frames of points and boxes for the point kernels, and what those must answer, by plain loops in double over every
// pair.
namespace concord::tests {

/// Points and boxes of some frames, with the views that kernels take.
struct PointScene {
  std::vector<float> x_m, y_m, z_m;
  std::vector<std::uint64_t> point_offset{0};
  CuboidColumns boxes;
  std::vector<std::uint32_t> box_offset{0};

  void add_point(double x, double y, double z);
  void add_box(const Cuboid& box) { boxes.push_back(box); }
  /// Closes the frame that the points and boxes since the last call belong to.
  void end_frame();
  [[nodiscard]] std::uint32_t frames() const { return static_cast<std::uint32_t>(box_offset.size() - 1); }
  [[nodiscard]] kernels::PointColumns points() const;
  [[nodiscard]] kernels::BoxColumns box_columns() const;
};

/// A road scene: ground, `boxes` road users of random yaw (tilted when asked for) with points in, on and around them.
void add_random_frame(PointScene& scene, std::size_t points, std::size_t boxes, bool tilted, std::mt19937_64& engine);

[[nodiscard]] std::vector<std::uint32_t> oracle_points_in_boxes(const PointScene& scene);
[[nodiscard]] std::vector<kernels::BoxDetailRow> oracle_box_details(const PointScene& scene,
                                                                    const kernels::BoxDetailRequest& request);
/// Labels by flooding over all pairs of points.
[[nodiscard]] std::vector<std::uint32_t> oracle_clusters(const PointScene& scene, const std::vector<std::uint8_t>& use,
                                                         double distance_m);
[[nodiscard]] std::vector<kernels::OcclusionRow> oracle_occlusion(const kernels::OcclusionRequest& request);

}  // namespace concord::tests
