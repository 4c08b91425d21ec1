#include "tests/bench/lidar_frame.hpp"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <cmath>
#include <random>

namespace concord::bench {
namespace {

Cuboid random_box(std::mt19937_64& engine) {
  std::uniform_real_distribution<double> unit(0, 1);
  const double range = 5 + 60 * unit(engine), bearing = 6.28 * unit(engine);
  const Vec3 size(3.5 + 2 * unit(engine), 1.6 + 0.5 * unit(engine), 1.4 + 0.5 * unit(engine));
  return {Vec3(range * std::cos(bearing), range * std::sin(bearing), -0.8), size,
          quat_from_ypr(6.28 * unit(engine), 0, 0)};
}

}  // namespace

LidarFrame make_lidar_frame(std::size_t points, std::size_t boxes, bool with_road) {
  std::mt19937_64 engine(1);
  std::uniform_real_distribution<double> unit(0, 1);
  LidarFrame frame;
  const auto add = [&](double px, double py, double pz) {
    frame.x.push_back(static_cast<float>(px));
    frame.y.push_back(static_cast<float>(py));
    frame.z.push_back(static_cast<float>(pz));
  };
  for (std::size_t i = 0; i < boxes; ++i) frame.boxes.push_back(random_box(engine));
  while (frame.x.size() < points) {
    const std::size_t i = frame.x.size();
    if (unit(engine) < (with_road ? 0.08 : 0.25)) {
      const Cuboid box = frame.boxes.at(i / 200 % boxes);
      const bool side = unit(engine) < 0.5;
      const double along = unit(engine) - 0.5, across = side ? 0.499 : unit(engine) - 0.5, up = unit(engine) - 0.5;
      const Vec3 p = box.center_m + box.rotation * box.size_m.cwiseProduct(Vec3(along, across, up));
      add(p.x(), p.y(), p.z());
    } else if (with_road) {
      const double range = 3 / (0.03 + unit(engine)), bearing = 6.28 * static_cast<double>(i % 1800) / 1800;
      add(range * std::cos(bearing), range * std::sin(bearing), -1.7 + 0.1 * unit(engine));
    } else {
      const auto wall = static_cast<int>(40 * unit(engine));
      const double along = 8 * unit(engine), x = -60 + wall * 3.1, y = wall % 2 == 0 ? 12 + wall % 7 : -14 - wall % 5;
      const double off = 0.05 * unit(engine);
      add(x + along, y + off, -1.5 + 4 * unit(engine));
    }
  }
  frame.point_offset = {0, frame.x.size()};
  frame.box_offset = {0, static_cast<std::uint32_t>(boxes)};
  return frame;
}

void on_threads(int threads, std::size_t count, const std::function<void(std::size_t)>& work) {
  tbb::task_arena arena(threads);
  arena.execute([&] { tbb::parallel_for(std::size_t{0}, count, work); });
}

// Peers that this build lacks.
#ifndef CONCORD_BENCH_OPEN3D
std::function<void()> open3d_points_in_boxes(const LidarFrame& /*frame*/, int /*threads*/) { return {}; }
#endif
#ifndef CONCORD_BENCH_PCL
std::function<void()> pcl_points_in_boxes(const LidarFrame& /*frame*/, int /*threads*/) { return {}; }
std::function<void()> pcl_clusters(const LidarFrame& /*frame*/) { return {}; }
#endif

}  // namespace concord::bench
