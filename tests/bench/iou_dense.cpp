#include "tests/bench/iou_work.hpp"

namespace concord::bench {

/// Road users over 2 m x 2 m: practically all pairs overlap.
Work iou_dense(const Target& target) {
  return iou_work({.name = "iou_dense",
                   .extent_m = 2,
                   .tilt_rad = 0,
                   .frames = 20,
                   .flops_per_overlap = kPrismFlops,
                   .geos_boxes = 50,
                   .cgal_boxes = 14},
                  target);
}

}  // namespace concord::bench
