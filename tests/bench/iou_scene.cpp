#include "tests/bench/iou_work.hpp"

namespace concord::bench {

/// Road users over 100 m x 100 m: 0.4 % of the pairs overlap.
Work iou_scene(const Target& target) {
  return iou_work({.name = "iou_scene",
                   .extent_m = 100,
                   .tilt_rad = 0,
                   .frames = 200,
                   .flops_per_overlap = kPrismFlops,
                   .geos_boxes = 200,
                   .cgal_boxes = 100},
                  target);
}

}  // namespace concord::bench
