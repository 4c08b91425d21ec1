#pragma once

// The overlap of listed pairs of boxes, and the choice of those that are kept.

#include "cuda/backend/backend.hpp"
#include "cuda/geometry/box_overlap.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// Pairs that one call of a kernel body handles.
inline constexpr int kPairsPerUnit = kLanes == 1 ? 1 : 8 * kLanes;

CONCORD_HD inline std::size_t units_of(std::size_t pairs) { return (pairs + kPairsPerUnit - 1) / kPairsPerUnit; }

/// Listed pairs and, after OverlapPrisms and OverlapSolids, their overlaps, in columns with room for a whole number of
/// units.
struct PairList {
  BoxColumns boxes_a, boxes_b;
  const BoxRecord *records_a, *records_b;
  const std::uint32_t *row_a, *row_b;
  std::size_t count;
  double *iou_bev, *iou_3d, *overlap_smaller, *overlap_smaller_bev;
  std::uint8_t* solid;  ///< 1 where OverlapPrisms left the pair to OverlapSolids

  CONCORD_HD const BoxRecord& record_a(std::size_t i) const { return records_a[row_a[i]]; }
  CONCORD_HD const BoxRecord& record_b(std::size_t i) const { return records_b[row_b[i]]; }

  /// Whether pair i is computed as (b, a) rather than (a, b): 1, or -1, or 0 when the boxes are equal. See
  /// compare_rows; rows with the same x are rare.
  CONCORD_HD int order(std::size_t i) const {
    const double x_a = record_a(i).value[0], x_b = record_b(i).value[0];
    return x_a < x_b ? -1 : (x_a > x_b ? 1 : compare_rows(boxes_a, row_a[i], boxes_b, row_b[i]));
  }
  CONCORD_HD void set(std::size_t i, const Overlap& overlap) const {
    iou_bev[i] = overlap.iou_bev;
    iou_3d[i] = overlap.iou_3d;
    overlap_smaller[i] = overlap.overlap_smaller;
    overlap_smaller_bev[i] = overlap.overlap_smaller_bev;
  }
};

/// Overlaps of the pairs of one unit whose boxes are prisms over one plane or equal; the others are left over.
struct OverlapPrisms {
  PairList pairs;

  CONCORD_HD void operator()(std::size_t unit) const {
    const std::size_t first = unit * kPairsPerUnit;
    for (std::size_t i = first; i < first + kPairsPerUnit && i < pairs.count; i += kLanes) {
      block(i, pairs.count - i < kLanes ? static_cast<int>(pairs.count - i) : kLanes);
    }
  }

  CONCORD_HD void block(std::size_t first, int count) const {
    const BoxRecord *a[kLanes], *b[kLanes];
    bool ties = false;
    for (int i = 0; i < kLanes; ++i) {
      const std::size_t k = first + (i < count ? i : 0);
      const BoxRecord* const both[2] = {&pairs.record_a(k), &pairs.record_b(k)};
      // The order of compare_rows, unless the first numbers are equal. No branch on it: it is as good as random.
      const int swapped = both[1]->value[0] < both[0]->value[0] ? 1 : 0;
      ties |= both[1]->value[0] == both[0]->value[0];
      a[i] = both[swapped];
      b[i] = both[1 - swapped];
    }
    for (int i = 0; ties && i < count; ++i) {
      if (pairs.order(first + i) > 0) {
        a[i] = &pairs.record_b(first + i);
        b[i] = &pairs.record_a(first + i);
      }
    }
    PairLanes<kLanes> lanes;
    lanes.load(a, b);
    OverlapLanes<kLanes> overlaps;
    overlap_prisms(lanes, overlaps);
    for (int i = 0; i < kLanes; ++i) {
      pairs.iou_bev[first + i] = overlaps.iou_bev[i];
      pairs.iou_3d[first + i] = overlaps.iou_3d[i];
      pairs.overlap_smaller[first + i] = overlaps.overlap_smaller[i];
      pairs.overlap_smaller_bev[first + i] = overlaps.overlap_smaller_bev[i];
      pairs.solid[first + i] = overlaps.prism[i] != 0 ? 0 : 1;
    }
    for (int i = 0; ties && i < count; ++i) {
      if (pairs.order(first + i) != 0) continue;
      pairs.set(first + i, overlap_with_itself(*a[i]));
      pairs.solid[first + i] = 0;
    }
  }
};

/// Overlap of a pair of any orientation.
struct OverlapSolids {
  PairList pairs;
  const std::uint32_t* left_over;

  CONCORD_HD void operator()(std::size_t k) const {
    const std::size_t i = left_over[k];
    const Box a = box_of(pairs.record_a(i)), b = box_of(pairs.record_b(i));
    pairs.set(i, pairs.order(i) < 0 ? overlap_solids(a, b) : overlap_solids(b, a));
  }
};

struct IsKept {
  const double *iou_bev, *iou_3d;
  bool keep_footprint_only;

  CONCORD_HD bool operator()(std::size_t i) const { return iou_3d[i] > 0 || (keep_footprint_only && iou_bev[i] > 0); }
};

struct CountKept {
  IsKept is_kept;
  std::size_t count;
  std::uint64_t* counts;

  CONCORD_HD void operator()(std::size_t unit) const {
    const std::size_t first = unit * kPairsPerUnit;
    std::uint64_t kept = 0;  // stays 0 in the unit behind the last one, so that an exclusive sum ends with the total
    for (std::size_t i = first; i < first + kPairsPerUnit && i < count; ++i) kept += is_kept(i) ? 1 : 0;
    counts[unit] = kept;
  }
};

/// Moves the kept pairs of a unit to their places in the result.
struct MoveKept {
  IsKept is_kept;
  PairList from;
  const std::uint32_t* frame_of_a;
  const std::uint64_t* begin;
  std::uint32_t first_frame, first_row_a, first_row_b;  ///< what the numbers of the tile count from
  std::uint32_t *frame, *row_a, *row_b;
  double *iou_bev, *iou_3d, *overlap_smaller, *overlap_smaller_bev;

  CONCORD_HD void operator()(std::size_t unit) const {
    const std::size_t first = unit * kPairsPerUnit;
    std::size_t slot = begin[unit];
    if (begin[unit + 1] - slot == kPairsPerUnit) {
      // All are kept: loops without a condition become vector instructions.
      for (int i = 0; i < kPairsPerUnit; ++i) frame[slot + i] = first_frame + frame_of_a[from.row_a[first + i]];
      for (int i = 0; i < kPairsPerUnit; ++i) row_a[slot + i] = first_row_a + from.row_a[first + i];
      for (int i = 0; i < kPairsPerUnit; ++i) row_b[slot + i] = first_row_b + from.row_b[first + i];
      for (int i = 0; i < kPairsPerUnit; ++i) iou_bev[slot + i] = from.iou_bev[first + i];
      for (int i = 0; i < kPairsPerUnit; ++i) iou_3d[slot + i] = from.iou_3d[first + i];
      for (int i = 0; i < kPairsPerUnit; ++i) overlap_smaller[slot + i] = from.overlap_smaller[first + i];
      for (int i = 0; i < kPairsPerUnit; ++i) overlap_smaller_bev[slot + i] = from.overlap_smaller_bev[first + i];
      return;
    }
    for (std::size_t i = first; i < first + kPairsPerUnit && i < from.count; ++i) {
      if (!is_kept(i)) continue;
      frame[slot] = first_frame + frame_of_a[from.row_a[i]];
      row_a[slot] = first_row_a + from.row_a[i];
      row_b[slot] = first_row_b + from.row_b[i];
      iou_bev[slot] = from.iou_bev[i];
      iou_3d[slot] = from.iou_3d[i];
      overlap_smaller[slot] = from.overlap_smaller[i];
      overlap_smaller_bev[slot] = from.overlap_smaller_bev[i];
      ++slot;
    }
  }
};

}  // namespace concord::kernels::CONCORD_BACKEND_NS
