#include <geos_c.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <array>
#include <numeric>
#include <vector>

#include "tests/bench/peers.hpp"

namespace concord::bench {
namespace {

GEOSGeometry* footprint(GEOSContextHandle_t geos, const Cuboid& box) {
  GEOSCoordSequence* points = GEOSCoordSeq_create_r(geos, 5, 2);
  const std::array<std::array<double, 2>, 5> corners{{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}}};
  for (unsigned i = 0; i < 5; ++i) {
    const Vec3 p = box.center_m +
                   box.rotation * Vec3(0.5 * corners[i][0] * box.size_m.x(), 0.5 * corners[i][1] * box.size_m.y(), 0);
    GEOSCoordSeq_setXY_r(geos, points, i, p.x(), p.y());
  }
  return GEOSGeom_createPolygon_r(geos, GEOSGeom_createLinearRing_r(geos, points), nullptr, 0);
}

class GeosPairs final : public PairPeer {
 public:
  GeosPairs(const CuboidColumns& a, const CuboidColumns& b, int threads)
      : a_(a), b_(b), arena_(threads), sums_(a.size()) {
    for (std::size_t i = 0; i < a.size(); ++i) polygons_a_.push_back(footprint(geos_, a.at(i)));
    for (std::size_t j = 0; j < b.size(); ++j) polygons_b_.push_back(footprint(geos_, b.at(j)));
  }
  ~GeosPairs() override {
    for (GEOSGeometry* polygon : polygons_a_) GEOSGeom_destroy_r(geos_, polygon);
    for (GEOSGeometry* polygon : polygons_b_) GEOSGeom_destroy_r(geos_, polygon);
    GEOS_finish_r(geos_);
  }
  GeosPairs(const GeosPairs&) = delete;
  GeosPairs& operator=(const GeosPairs&) = delete;

  double sum_of_iou() override {
    arena_.execute([&] { tbb::parallel_for(std::size_t{0}, a_.size(), [&](std::size_t i) { sums_[i] = row(i); }); });
    return std::accumulate(sums_.begin(), sums_.end(), 0.0);
  }

 private:
  [[nodiscard]] double row(std::size_t i) const {
    GEOSContextHandle_t geos = GEOS_init_r();  // one a thread, says GEOS
    double sum = 0;
    for (std::size_t j = 0; j < b_.size(); ++j) {
      GEOSGeometry* both = GEOSIntersection_r(geos, polygons_a_[i], polygons_b_[j]);
      double area = 0;
      GEOSArea_r(geos, both, &area);
      GEOSGeom_destroy_r(geos, both);
      sum += iou_of_area(a_, i, b_, j, area);
    }
    GEOS_finish_r(geos);
    return sum;
  }

  const CuboidColumns &a_, &b_;
  tbb::task_arena arena_;
  std::vector<double> sums_;
  GEOSContextHandle_t geos_ = GEOS_init_r();
  std::vector<GEOSGeometry*> polygons_a_, polygons_b_;
};

}  // namespace

std::unique_ptr<PairPeer> geos_pairs(const CuboidColumns& a, const CuboidColumns& b, int threads) {
  return std::make_unique<GeosPairs>(a, b, threads);
}

}  // namespace concord::bench
