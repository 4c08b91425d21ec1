// Clusters of points that no label explains.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <unordered_map>

#include "src/measure/points.hpp"

namespace concord::measure {
namespace {

constexpr double kDistance_m = 0.5;
constexpr double kLowest_m = 0.3, kHighest_m = 4.0;  ///< above ground: below is road, above are trees and bridges
constexpr std::size_t kFewestPoints = 8;

/// A rectangle around points, seen from above.
struct Rectangle {
  double x_m, y_m, length_m, width_m, yaw_rad;
};

/// The smallest of the rectangles in 5 degree steps of direction.
Rectangle smallest_rectangle(const std::vector<std::uint64_t>& members, const BatchPoints& points) {
  Rectangle best{};
  double best_area = std::numeric_limits<double>::infinity();
  for (int step = 0; step < 18; ++step) {
    const double yaw = step * 5.0 * std::numbers::pi / 180.0, c = std::cos(yaw), s = std::sin(yaw);
    double low_u = std::numeric_limits<double>::infinity(), low_v = low_u, high_u = -low_u, high_v = -low_u;
    for (const std::uint64_t i : members) {
      const double x = points.x_m[i], y = points.y_m[i], u = c * x + s * y, v = c * y - s * x;
      low_u = std::min(low_u, u);
      high_u = std::max(high_u, u);
      low_v = std::min(low_v, v);
      high_v = std::max(high_v, v);
    }
    const double along = high_u - low_u, across = high_v - low_v, area = (along + 0.1) * (across + 0.1);
    if (area >= best_area) continue;
    best_area = area;
    const double u = 0.5 * (low_u + high_u), v = 0.5 * (low_v + high_v);
    const bool turned = across > along;
    best = {c * u - s * v, s * u + c * v, std::max(along, across), std::min(along, across),
            turned ? yaw + std::numbers::pi / 2 : yaw};
  }
  if (best.yaw_rad >= std::numbers::pi) best.yaw_rad -= std::numbers::pi;
  return best;
}

void append(std::uint32_t frame, const std::vector<std::uint64_t>& members, const BatchPoints& points,
            const std::vector<float>& ground_m, ClusterTable& table) {
  double low_z = std::numeric_limits<double>::infinity(), high_z = -low_z, lowest = low_z;
  for (const std::uint64_t i : members) {
    low_z = std::min(low_z, static_cast<double>(points.z_m[i]));
    high_z = std::max(high_z, static_cast<double>(points.z_m[i]));
    lowest = std::min(lowest, static_cast<double>(points.z_m[i]) - static_cast<double>(ground_m[i]));
  }
  const Rectangle box = smallest_rectangle(members, points);
  table.frame.push_back(frame);
  table.points.push_back(static_cast<std::uint32_t>(members.size()));
  table.x_m.push_back(box.x_m);
  table.y_m.push_back(box.y_m);
  table.z_m.push_back(0.5 * (low_z + high_z));
  table.length_m.push_back(box.length_m);
  table.width_m.push_back(box.width_m);
  table.height_m.push_back(high_z - low_z);
  table.yaw_rad.push_back(box.yaw_rad);
  table.bottom_above_ground_m.push_back(lowest);
}

}  // namespace

void append_clusters(kernels::ExecutionContext& context, const CloudBatch& batch, const BatchPoints& points,
                     const std::vector<float>& ground_m, const std::vector<std::uint8_t>& explained,
                     ClusterTable& table) {
  // Points of labels take part in the clustering: what hangs together with a label is explained by it.
  std::vector<std::uint8_t> use(points.x_m.size());
  for (std::size_t i = 0; i < use.size(); ++i) {
    const double above = static_cast<double>(points.z_m[i]) - static_cast<double>(ground_m[i]);
    use[i] = above > kLowest_m && above < kHighest_m ? 1 : 0;
  }
  std::vector<std::uint32_t> labels(points.x_m.size());
  context.clusters({points.by_frame(), use.data(), kDistance_m}, labels.data());
  for (std::uint32_t f = 0; f < batch.frames(); ++f) {
    if (batch.state[f] != frame_cloud::kMeasured) continue;
    std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> members;
    std::unordered_map<std::uint32_t, bool> labelled;
    for (std::uint64_t i = points.frame_offset[f]; i < points.frame_offset[f + 1]; ++i) {
      if (labels[i] == kernels::ClusterRequest::no_cluster) continue;
      members[labels[i]].push_back(i);
      if (explained[i] != 0) labelled[labels[i]] = true;
    }
    std::vector<std::uint32_t> order;
    for (const auto& [label, list] : members) {
      if (list.size() >= kFewestPoints && !labelled.contains(label)) order.push_back(label);
    }
    std::sort(order.begin(), order.end());
    for (const std::uint32_t label : order) append(batch.first_frame + f, members[label], points, ground_m, table);
  }
}

}  // namespace concord::measure
