// Paired timings of the point kernels against Open3D and PCL on the same clouds, in one run. Each figure is the median
// of five alternating runs; ratios are taken run by run, so that a drifting machine does not change them.
//
// Usage: concord_points_bench [--json] [FILTER]

#include <fmt/format.h>
#include <open3d/geometry/BoundingVolume.h>
#include <open3d/geometry/PointCloud.h>
#include <pcl/filters/crop_box.h>
#include <pcl/point_types.h>
#include <pcl/search/kdtree.h>
#include <pcl/segmentation/extract_clusters.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "concord/geometry.hpp"
#include "cuda/kernels.hpp"

namespace {

using concord::Cuboid;
using concord::CuboidColumns;
namespace kernels = concord::kernels;

constexpr int kRuns = 5;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// One LiDAR frame: a spinning sensor sees road, boxes of road users with points on their sides, and walls.
struct Frame {
  std::vector<float> x, y, z;
  CuboidColumns boxes;
  std::vector<std::uint64_t> point_offset;
  std::vector<std::uint32_t> box_offset;

  void add(double px, double py, double pz) {
    x.push_back(static_cast<float>(px));
    y.push_back(static_cast<float>(py));
    z.push_back(static_cast<float>(pz));
  }
  void finish() {
    point_offset = {0, x.size()};
    box_offset = {0, static_cast<std::uint32_t>(boxes.size())};
  }
  [[nodiscard]] kernels::PointColumns points() const { return {x.data(), y.data(), z.data(), point_offset.data(), 1}; }
  [[nodiscard]] kernels::BoxColumns columns() const {
    return {boxes.x_m.data(),     boxes.y_m.data(),      boxes.z_m.data(), boxes.length_m.data(),
            boxes.width_m.data(), boxes.height_m.data(), boxes.qw.data(),  boxes.qx.data(),
            boxes.qy.data(),      boxes.qz.data(),       boxes.size()};
  }
};

Cuboid random_box(std::mt19937_64& engine) {
  std::uniform_real_distribution<double> unit(0, 1);
  const double range = 5 + 60 * unit(engine), bearing = 6.28 * unit(engine);
  return {concord::Vec3(range * std::cos(bearing), range * std::sin(bearing), -0.8),
          concord::Vec3(3.5 + 2 * unit(engine), 1.6 + 0.5 * unit(engine), 1.4 + 0.5 * unit(engine)),
          concord::quat_from_ypr(6.28 * unit(engine), 0, 0)};
}

/// `points` returns: a share on the sides of the boxes (in runs, as a scan meets them), the others on the road where
/// `with_road`, else on walls and poles.
Frame make_frame(std::size_t points, std::size_t boxes, bool with_road) {
  std::mt19937_64 engine(1);
  std::uniform_real_distribution<double> unit(0, 1);
  Frame frame;
  for (std::size_t i = 0; i < boxes; ++i) frame.boxes.push_back(random_box(engine));
  while (frame.x.size() < points) {
    const std::size_t i = frame.x.size();
    if (unit(engine) < (with_road ? 0.08 : 0.25)) {
      const Cuboid box = frame.boxes.at(i / 200 % boxes);
      const bool side = unit(engine) < 0.5;
      const concord::Vec3 p =
          box.center_m + box.rotation * box.size_m.cwiseProduct(concord::Vec3(
                                            unit(engine) - 0.5, side ? 0.499 : unit(engine) - 0.5, unit(engine) - 0.5));
      frame.add(p.x(), p.y(), p.z());
    } else if (with_road) {
      const double range = 3 / (0.03 + unit(engine)), bearing = 6.28 * static_cast<double>(i % 1800) / 1800;
      frame.add(range * std::cos(bearing), range * std::sin(bearing), -1.7 + 0.1 * unit(engine));
    } else {
      const auto wall = static_cast<int>(40 * unit(engine));
      const double along = 8 * unit(engine), x = -60 + wall * 3.1, y = wall % 2 == 0 ? 12 + wall % 7 : -14 - wall % 5;
      frame.add(x + along, y + 0.05 * unit(engine), -1.5 + 4 * unit(engine));
    }
  }
  frame.finish();
  return frame;
}

/// Runs `count` pieces of a peer's work on `threads` threads.
void on_threads(int threads, std::size_t count, const std::function<void(std::size_t)>& work) {
  tbb::task_arena arena(threads);
  arena.execute([&] { tbb::parallel_for(std::size_t{0}, count, work); });
}

struct Line {
  std::string work;
  int threads;
  double ms;
  std::string peer;
  double ratio;
  double floor_ms;
};

void print(const Line& line, bool json) {
  if (json) {
    fmt::print(
        "{{\"work\": \"{}\", \"threads\": {}, \"ms\": {:.4g}, \"peer\": \"{}\", \"ratio\": {:.4g}, \"floor_ms\": "
        "{:.3g}}}\n",
        line.work, line.threads, line.ms, line.peer, line.ratio, line.floor_ms);
  } else {
    fmt::print("{:<17} {:>7} {:>9.3f} {:<8} {:>8.1f} {:>9.3f}\n", line.work, line.threads, line.ms, line.peer,
               line.ratio, line.floor_ms);
  }
}

Line compare(const std::string& work, const std::string& peer, int threads, double floor_ms,
             const std::function<void()>& own_work, const std::function<void()>& peer_work) {
  std::vector<double> own, ratios;
  for (int run = 0; run <= kRuns; ++run) {
    double best = seconds_of(own_work);
    for (int repeat = 0; repeat < 4; ++repeat) best = std::min(best, seconds_of(own_work));
    const double other = seconds_of(peer_work);
    if (run == 0) continue;  // warm-up
    own.push_back(best);
    ratios.push_back(other / best);
  }
  return {work, threads, 1e3 * median(own), peer, median(ratios), floor_ms};
}

/// Time to read the points once at the speed at which this machine reads memory.
double floor_ms(std::size_t points, int threads) {
  constexpr std::size_t kFloats = std::size_t{16} << 20U;
  std::vector<float> memory(kFloats, 1.0F);
  std::vector<float> sums(static_cast<std::size_t>(threads) * 16);
  std::vector<double> seconds;
  for (int run = 0; run < kRuns; ++run) {
    seconds.push_back(seconds_of([&] {
      on_threads(threads, static_cast<std::size_t>(threads), [&](std::size_t t) {
        const std::size_t share = kFloats / static_cast<std::size_t>(threads);
        float sum[16] = {};
        for (std::size_t i = t * share; i + 16 <= (t + 1) * share; i += 16) {
          for (std::size_t k = 0; k < 16; ++k) sum[k] += memory[i + k];
        }
        for (std::size_t k = 0; k < 16; ++k) sums[t * 16 + k] = sum[k];
      });
    }));
  }
  const double bytes_per_s = kFloats * sizeof(float) / median(seconds);
  return 1e3 * static_cast<double>(points) * 3 * sizeof(float) / bytes_per_s;
}

std::vector<Line> bench_points_in_boxes(int threads) {
  const Frame frame = make_frame(120000, 100, true);
  const auto context = kernels::make_cpu_context(threads);
  std::vector<std::uint32_t> counts(frame.boxes.size());
  const auto own = [&] {
    context->points_in_boxes({frame.columns(), frame.box_offset.data(), frame.points()}, counts.data());
  };
  std::vector<Eigen::Vector3d> points;
  const pcl::PointCloud<pcl::PointXYZ>::Ptr cloud(new pcl::PointCloud<pcl::PointXYZ>);
  for (std::size_t i = 0; i < frame.x.size(); ++i) {
    points.emplace_back(frame.x[i], frame.y[i], frame.z[i]);
    cloud->push_back({frame.x[i], frame.y[i], frame.z[i]});
  }
  const auto open3d = [&] {
    on_threads(threads, frame.boxes.size(), [&](std::size_t row) {
      const Cuboid box = frame.boxes.at(row);
      const open3d::geometry::OrientedBoundingBox bounding(box.center_m, box.rotation.toRotationMatrix(), box.size_m);
      (void)bounding.GetPointIndicesWithinBoundingBox(points);
    });
  };
  const auto crop_box = [&] {
    on_threads(threads, frame.boxes.size(), [&](std::size_t row) {
      const Cuboid box = frame.boxes.at(row);
      pcl::CropBox<pcl::PointXYZ> crop;
      crop.setInputCloud(cloud);
      const Eigen::Vector3f half = 0.5F * box.size_m.cast<float>();
      crop.setMin({-half.x(), -half.y(), -half.z(), 1});
      crop.setMax({half.x(), half.y(), half.z(), 1});
      crop.setTranslation(box.center_m.cast<float>());
      crop.setRotation({0, 0, static_cast<float>(concord::yaw_of(box.rotation))});
      pcl::Indices inside;
      crop.filter(inside);
    });
  };
  const double floor = floor_ms(frame.x.size(), threads);
  return {compare("points_in_boxes", "open3d", threads, floor, own, open3d),
          compare("points_in_boxes", "pcl", threads, floor, own, crop_box)};
}

std::vector<Line> bench_clusters(int threads) {
  const Frame frame = make_frame(44600, 100, false);
  const auto context = kernels::make_cpu_context(threads);
  std::vector<std::uint32_t> labels(frame.x.size());
  const auto own = [&] { context->clusters({frame.points(), nullptr, 0.5}, labels.data()); };
  const pcl::PointCloud<pcl::PointXYZ>::Ptr cloud(new pcl::PointCloud<pcl::PointXYZ>);
  for (std::size_t i = 0; i < frame.x.size(); ++i) cloud->push_back({frame.x[i], frame.y[i], frame.z[i]});
  const auto extraction = [&] {  // PCL's runs on one thread
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
  return {compare("clusters", "pcl", threads, floor_ms(frame.x.size(), threads), own, extraction)};
}

}  // namespace

int main(int argc, char** argv) {
  bool json = false;
  std::string filter;
  for (int i = 1; i < argc; ++i) (std::string(argv[i]) == "--json" ? (void)(json = true) : (void)(filter = argv[i]));
  if (!json) {
    fmt::print("{:<17} {:>7} {:>9} {:<8} {:>8} {:>9}\n", "work", "threads", "ms", "peer", "ratio", "floor ms");
  }
  const int all = static_cast<int>(std::thread::hardware_concurrency());
  for (const int threads : {1, all}) {
    if (std::string("points_in_boxes").find(filter) != std::string::npos) {
      for (const Line& line : bench_points_in_boxes(threads)) print(line, json);
    }
    if (std::string("clusters").find(filter) != std::string::npos) {
      for (const Line& line : bench_clusters(threads)) print(line, json);
    }
    if (all == 1) break;
  }
  return 0;
}
