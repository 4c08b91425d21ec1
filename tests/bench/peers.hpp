#pragma once

#include <memory>

#include "concord/geometry.hpp"

namespace concord::bench {

/// Sum of the 3D IoU of every pair of `a` x `b`, footprints by a public library's polygon intersection on `threads`
/// threads. Polygons are made once, as a user would.
class PairPeer {
 public:
  virtual ~PairPeer() = default;
  [[nodiscard]] virtual double sum_of_iou() = 0;
};

/// GEOS, by its C interface (double precision). Null where it is not installed.
[[nodiscard]] std::unique_ptr<PairPeer> geos_pairs(const CuboidColumns& a, const CuboidColumns& b, int threads);
/// CGAL's Boolean operations on polygons with exact predicates and constructions. One thread: its lazy numbers are
/// shared. Null where it is not installed.
[[nodiscard]] std::unique_ptr<PairPeer> cgal_pairs(const CuboidColumns& a, const CuboidColumns& b);

/// The 3D IoU of upright boxes whose footprints overlap by `area`.
[[nodiscard]] double iou_of_area(const CuboidColumns& a, std::size_t i, const CuboidColumns& b, std::size_t j,
                                 double area);

}  // namespace concord::bench
