// Paired timings: Concord's kernels and a public library on the same inputs, in one run. Each figure is the median of
// five alternating runs; the ratio is taken run by run, so that a drifting machine does not change it.
//
// Usage: concord_bench [--json] [FILTER]

#include <fmt/format.h>
#include <geos_c.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "concord/measure.hpp"

namespace {

using concord::Cuboid;
using concord::CuboidColumns;
using Clock = std::chrono::steady_clock;

constexpr int kRuns = 5;

double seconds_of(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Line {
  std::string work;
  int threads = 1;
  double ns_per_item = 0;
  std::string peer;        ///< empty without one
  double ratio = 0;        ///< peer's time over ours
  double floor_share = 0;  ///< computed floor over our time
};

void print(const Line& line, bool json) {
  if (json) {
    fmt::print(
        "{{\"work\": \"{}\", \"threads\": {}, \"ns_per_item\": {:.4g}, \"peer\": {}, \"ratio\": {}, \"floor_share\": "
        "{:.3g}}}\n",
        line.work, line.threads, line.ns_per_item, line.peer.empty() ? "null" : "\"" + line.peer + "\"",
        line.peer.empty() ? "null" : fmt::format("{:.4g}", line.ratio), line.floor_share);
    return;
  }
  fmt::print("{:<14} {:>7} {:>12.3f} {:<6} {:>10} {:>11.2f}\n", line.work, line.threads, line.ns_per_item,
             line.peer.empty() ? "-" : line.peer, line.peer.empty() ? "-" : fmt::format("{:.1f}", line.ratio),
             line.floor_share);
}

/// Boxes of road users: `extent_m` is the side of the square they are spread over.
CuboidColumns random_boxes(std::size_t count, double extent_m, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  CuboidColumns boxes;
  for (std::size_t i = 0; i < count; ++i) {
    boxes.push_back({concord::Vec3(extent_m * unit(engine), extent_m * unit(engine), unit(engine)),
                     concord::Vec3(3.5 + 2 * unit(engine), 1.6 + 0.5 * unit(engine), 1.4 + 0.5 * unit(engine)),
                     concord::quat_from_ypr(6.28 * unit(engine), 0, 0)});
  }
  return boxes;
}

GEOSGeometry* footprint(GEOSContextHandle_t geos, const Cuboid& box) {
  GEOSCoordSequence* points = GEOSCoordSeq_create_r(geos, 5, 2);
  const std::array<std::array<double, 2>, 5> corners{{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}}};
  for (unsigned i = 0; i < 5; ++i) {
    const concord::Vec3 p = box.center_m + box.rotation * concord::Vec3(0.5 * corners[i][0] * box.size_m.x(),
                                                                        0.5 * corners[i][1] * box.size_m.y(), 0);
    GEOSCoordSeq_setXY_r(geos, points, i, p.x(), p.y());
  }
  return GEOSGeom_createPolygon_r(geos, GEOSGeom_createLinearRing_r(geos, points), nullptr, 0);
}

/// Sum of the 3D IoU of every pair of `a` x `b` by GEOS's polygon intersection; polygons are made once, as a user
/// would.
double geos_all_pairs(const CuboidColumns& a, const CuboidColumns& b) {
  GEOSContextHandle_t geos = GEOS_init_r();
  std::vector<GEOSGeometry*> polygons_a, polygons_b;
  for (std::size_t i = 0; i < a.size(); ++i) polygons_a.push_back(footprint(geos, a.at(i)));
  for (std::size_t i = 0; i < b.size(); ++i) polygons_b.push_back(footprint(geos, b.at(i)));
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      GEOSGeometry* both = GEOSIntersection_r(geos, polygons_a[i], polygons_b[j]);
      double area = 0;
      GEOSArea_r(geos, both, &area);
      GEOSGeom_destroy_r(geos, both);
      const double top = std::min(a.z_m[i] + 0.5 * a.height_m[i], b.z_m[j] + 0.5 * b.height_m[j]);
      const double bottom = std::max(a.z_m[i] - 0.5 * a.height_m[i], b.z_m[j] - 0.5 * b.height_m[j]);
      const double volume = area * std::max(0.0, top - bottom);
      sum += volume /
             (a.length_m[i] * a.width_m[i] * a.height_m[i] + b.length_m[j] * b.width_m[j] * b.height_m[j] - volume);
    }
  }
  for (GEOSGeometry* polygon : polygons_a) GEOSGeom_destroy_r(geos, polygon);
  for (GEOSGeometry* polygon : polygons_b) GEOSGeom_destroy_r(geos, polygon);
  GEOS_finish_r(geos);
  return sum;
}

/// Two label sets of `frames` frames with 200 boxes each.
concord::Drive two_sets(std::size_t frames, double extent_m) {
  concord::Drive drive;
  drive.label_sets.resize(2);
  for (std::size_t f = 0; f < frames; ++f) {
    drive.frames.push_back(std::to_string(f), static_cast<concord::TimeNs>(f) * 100'000'000, std::nullopt);
    for (unsigned s = 0; s < 2; ++s) {
      const CuboidColumns boxes = random_boxes(200, extent_m, static_cast<unsigned>(2 * f) + s);
      for (std::size_t i = 0; i < boxes.size(); ++i) {
        drive.label_sets[s].push_back(static_cast<std::uint32_t>(f), std::to_string(i), concord::kNone, 0, "Car",
                                      boxes.at(i));
      }
    }
  }
  for (concord::LabelSet& set : drive.label_sets) set.finish(frames);
  return drive;
}

/// `item` is a pair of boxes tested, rejected ones included. Floor: 0.25 ns for the reject of a pair (PERFORMANCE
/// notes: 0.2 to 0.3 ns on one core with AVX-512), divided by the threads.
Line bench_iou(const std::string& work, double extent_m, std::size_t frames, int threads) {
  const concord::Drive drive = two_sets(frames, extent_m);
  const auto measurer = std::move(concord::Measurer::create({.device = "cpu", .threads = threads})).value();
  const CuboidColumns a = random_boxes(200, extent_m, 0), b = random_boxes(200, extent_m, 1);
  const double pairs = 200.0 * 200.0;
  std::vector<double> ours, ratios;
  for (int run = 0; run <= kRuns; ++run) {
    const double own = seconds_of([&] { (void)measurer->measure_between(drive, 0, 1).value(); }) /
                       (pairs * static_cast<double>(frames));
    const double peer = seconds_of([&] { (void)geos_all_pairs(a, b); }) / pairs;
    if (run == 0) continue;  // warm-up
    ours.push_back(own);
    ratios.push_back(peer / own);
  }
  const double ns = 1e9 * median(ours);
  return {work, threads, ns, "geos", median(ratios), 0.25 / threads / ns};
}

/// `item` is a label. Floor: reading its columns (10 of the box, 2 of the heading) and writing a row of 12 at 35 GB/s.
Line bench_motion(int threads) {
  constexpr std::size_t kFrames = 2000, kTracks = 100;
  concord::Drive drive;
  drive.label_sets.resize(1);
  concord::LabelSet& set = drive.label_sets[0];
  const CuboidColumns start = random_boxes(kTracks, 100, 3);
  for (std::size_t f = 0; f < kFrames; ++f) {
    drive.frames.push_back(std::to_string(f), static_cast<concord::TimeNs>(f) * 100'000'000, concord::SE3::Identity());
    for (std::size_t i = 0; i < kTracks; ++i) {
      Cuboid box = start.at(i);
      box.center_m.x() += 0.5 * static_cast<double>(f);
      set.push_back(static_cast<std::uint32_t>(f), std::to_string(i), set.tracks.intern(std::to_string(i)), 0, "Car",
                    box);
    }
  }
  set.finish(kFrames);
  const auto measurer = std::move(concord::Measurer::create({.device = "cpu", .threads = threads})).value();
  std::vector<double> ours;
  for (int run = 0; run <= kRuns; ++run) {
    const double own = seconds_of([&] { (void)measurer->measure(drive).value(); }) / static_cast<double>(set.size());
    if (run > 0) ours.push_back(own);
  }
  const double ns = 1e9 * median(ours);
  return {"measure_drive", threads, ns, "", 0, 24 * 8 / 35.0 / ns};
}

}  // namespace

int main(int argc, char** argv) {
  bool json = false;
  std::string filter;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--json") {
      json = true;
    } else {
      filter = argv[i];
    }
  }
  if (!json)
    fmt::print("{:<14} {:>7} {:>12} {:<6} {:>10} {:>11}\n", "WORK", "THREADS", "NS PER ITEM", "PEER", "RATIO",
               "FLOOR SHARE");
  const auto wanted = [&](const std::string& work) { return work.find(filter) != std::string::npos; };
  for (const int threads : {1, 0}) {
    const int count = threads == 0 ? static_cast<int>(std::max(1U, std::thread::hardware_concurrency())) : threads;
    if (wanted("iou_scene")) print(bench_iou("iou_scene", 100, 200, count), json);
    if (wanted("iou_dense")) print(bench_iou("iou_dense", 2, 20, count), json);
    if (wanted("measure_drive")) print(bench_motion(count), json);
  }
  return 0;
}
