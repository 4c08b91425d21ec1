#include <CGAL/Boolean_set_operations_2.h>
#include <CGAL/Exact_predicates_exact_constructions_kernel.h>
#include <CGAL/Polygon_2.h>
#include <CGAL/Polygon_with_holes_2.h>
#include <array>
#include <iterator>
#include <vector>

#include "tests/bench/peers.hpp"

namespace concord::bench {
namespace {

using Kernel = CGAL::Exact_predicates_exact_constructions_kernel;
using Polygon = CGAL::Polygon_2<Kernel>;

Polygon footprint(const Cuboid& box) {
  Polygon polygon;
  const std::array<std::array<double, 2>, 4> corners{{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}};
  for (const auto& corner : corners) {
    const Vec3 p =
        box.center_m + box.rotation * Vec3(0.5 * corner[0] * box.size_m.x(), 0.5 * corner[1] * box.size_m.y(), 0);
    polygon.push_back({p.x(), p.y()});
  }
  return polygon;
}

/// Bounding boxes are computed once.
class CgalPairs final : public PairPeer {
 public:
  CgalPairs(const CuboidColumns& a, const CuboidColumns& b) : a_(a), b_(b) {
    for (std::size_t i = 0; i < a.size(); ++i) add(a.at(i), polygons_a_, bounds_a_);
    for (std::size_t j = 0; j < b.size(); ++j) add(b.at(j), polygons_b_, bounds_b_);
  }

  double sum_of_iou() override {
    double sum = 0;
    for (std::size_t i = 0; i < a_.size(); ++i) {
      for (std::size_t j = 0; j < b_.size(); ++j) {
        if (!CGAL::do_overlap(bounds_a_[i], bounds_b_[j])) continue;  // as a user would
        std::vector<CGAL::Polygon_with_holes_2<Kernel>> parts;
        CGAL::intersection(polygons_a_[i], polygons_b_[j], std::back_inserter(parts));
        double area = 0;
        for (const auto& part : parts) area += CGAL::to_double(part.outer_boundary().area());
        sum += iou_of_area(a_, i, b_, j, area);
      }
    }
    return sum;
  }

 private:
  static void add(const Cuboid& box, std::vector<Polygon>& polygons, std::vector<CGAL::Bbox_2>& bounds) {
    polygons.push_back(footprint(box));
    bounds.push_back(polygons.back().bbox());
  }

  const CuboidColumns &a_, &b_;
  std::vector<Polygon> polygons_a_, polygons_b_;
  std::vector<CGAL::Bbox_2> bounds_a_, bounds_b_;
};

}  // namespace

std::unique_ptr<PairPeer> cgal_pairs(const CuboidColumns& a, const CuboidColumns& b) {
  return std::make_unique<CgalPairs>(a, b);
}

}  // namespace concord::bench
