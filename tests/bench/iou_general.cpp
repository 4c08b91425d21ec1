#include "tests/bench/iou_work.hpp"

namespace concord::bench {

/// As iou_dense, each box with a pitch and a roll of up to 0.1 rad of its own.
Work iou_general(const Target& target) {
  return iou_work({.name = "iou_general",
                   .extent_m = 2,
                   .tilt_rad = 0.1,
                   .frames = 1,
                   .flops_per_overlap = kSolidFlops,
                   .geos_boxes = 0,
                   .cgal_boxes = 0},
                  target);
}

}  // namespace concord::bench
