#include "tests/bench/peers.hpp"

#include <algorithm>

namespace concord::bench {

double iou_of_area(const CuboidColumns& a, std::size_t i, const CuboidColumns& b, std::size_t j, double area) {
  const double top = std::min(a.z_m[i] + 0.5 * a.height_m[i], b.z_m[j] + 0.5 * b.height_m[j]);
  const double bottom = std::max(a.z_m[i] - 0.5 * a.height_m[i], b.z_m[j] - 0.5 * b.height_m[j]);
  const double volume = area * std::max(0.0, top - bottom);
  return volume /
         (a.length_m[i] * a.width_m[i] * a.height_m[i] + b.length_m[j] * b.width_m[j] * b.height_m[j] - volume);
}

// Peers that this machine lacks.
#ifndef CONCORD_BENCH_GEOS
std::unique_ptr<PairPeer> geos_pairs(const CuboidColumns& /*a*/, const CuboidColumns& /*b*/, int /*threads*/) {
  return nullptr;
}
#endif
#ifndef CONCORD_BENCH_CGAL
std::unique_ptr<PairPeer> cgal_pairs(const CuboidColumns& /*a*/, const CuboidColumns& /*b*/) { return nullptr; }
#endif

}  // namespace concord::bench
