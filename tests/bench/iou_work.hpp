#pragma once

#include "tests/bench/bench.hpp"

namespace concord::bench {

/// What distinguishes the three works on pairs of boxes. 200 x 200 boxes a frame; an item is a pair that is tested.
struct IouSetting {
  std::string name;
  double extent_m;  ///< side of the square that a frame's boxes are spread over
  double tilt_rad;  ///< 0: upright, and compared with GEOS and CGAL, which know only polygons
  std::size_t frames;
  double flops_per_overlap;
  std::size_t geos_boxes, cgal_boxes;  ///< of each list, for peers that would take too long on all
};

/// Multiplications, additions and divisions of an overlap: two prisms (counted), two solids (six faces, each cut by
/// four planes and summed up; estimated).
inline constexpr double kPrismFlops = 260, kSolidFlops = 1500;

[[nodiscard]] Work iou_work(const IouSetting& setting, const Target& target);

}  // namespace concord::bench
