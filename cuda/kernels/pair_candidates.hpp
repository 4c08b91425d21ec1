#pragma once

// Which pairs of boxes may overlap: bounding circles and vertical extents are compared for every pair, one bit each.

#include "cuda/backend/backend.hpp"
#include "cuda/backend/bits.hpp"
#include "cuda/geometry/box.hpp"
#include "cuda/geometry/pair_lanes.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// What the test reads of boxes, as columns. The radius of an invalid box is NaN, which no
/// comparison accepts.
struct Bounds {
  const double *x_m, *y_m, *z_m, *radius_m, *half_z_m;
};

/// Records and bounds of a block of kLanes boxes.
struct PrepareBoxes {
  BoxColumns boxes;
  BoxRecord* records;
  double* radius_m;
  double* half_z_m;

  CONCORD_HD void operator()(std::size_t unit) const {
    const std::size_t first = unit * kLanes;
    const int count = boxes.count - first < kLanes ? static_cast<int>(boxes.count - first) : kLanes;
    double box[16][kLanes], radius[kLanes], half_z[kLanes];
    load_boxes(boxes, first, count, box);
    bound(box, radius, half_z);
    to_records(box, count, records + first);
    for (int i = 0; i < count; ++i) {
      radius_m[first + i] = radius[i];
      half_z_m[first + i] = half_z[i];
    }
  }

  CONCORD_HD_INLINE static void bound(const double (&box)[16][kLanes], double (&radius)[kLanes],
                                      double (&half_z)[kLanes]) {
    CONCORD_LANES
    for (int i = 0; i < kLanes; ++i) {
      const double l = box[BoxRecord::kSize][i], w = box[BoxRecord::kSize + 1][i], h = box[BoxRecord::kSize + 2][i];
      const double up_x = box[BoxRecord::kAxisZ][i], up_y = box[BoxRecord::kAxisZ + 1][i];
      // Extent along a direction: the sizes weighted with the absolute direction cosines. Widened by a few rounding
      // errors, since a reject must never drop a pair that touches.
      const double tilt = sqrt(up_x * up_x + up_y * up_y);
      const double around = 0.5 * (sqrt(l * l + w * w) + h * tilt) * (1.0 + 1e-12);
      const double above = 0.5 * (1.0 + 1e-12) *
                           (fabs(box[BoxRecord::kAxisX + 2][i]) * l + fabs(box[BoxRecord::kAxisY + 2][i]) * w +
                            fabs(box[BoxRecord::kAxisZ + 2][i]) * h);
      const double nan = quiet_nan();
      radius[i] = box[BoxRecord::kValid][i] > 0 ? around : nan;
      half_z[i] = box[BoxRecord::kValid][i] > 0 ? above : nan;
    }
  }
};

/// Rows [row_a, row_a + rows) of `a` against the rows of `b` in their frames, as bits: bit k of word w of a row stands
/// for row first(row) + 64 w + k of `b`. The words of one w lie together, so that neighbouring threads write
/// neighbouring words.
struct MeetingBits {
  const std::uint32_t* frame_of_a;  ///< per row of `a`
  const std::uint32_t* offset_b;    ///< per frame
  bool same_set;
  std::uint32_t row_a, rows;
  std::uint64_t* words;

  CONCORD_HD std::uint32_t first(std::uint32_t row) const { return same_set ? row + 1 : offset_b[frame_of_a[row]]; }
  CONCORD_HD std::uint32_t last(std::uint32_t row) const { return offset_b[frame_of_a[row] + 1]; }
  CONCORD_HD std::uint32_t word_count(std::uint32_t row) const {
    const std::uint32_t begin = first(row), end = last(row);
    return begin < end ? (end - begin + 63) / 64 : 0;
  }
  CONCORD_HD std::uint64_t& word(std::uint32_t row, std::uint32_t w) const {
    return words[std::size_t{w} * rows + (row - row_a)];
  }
};

/// Bits of `count` rows of `b` that meet one box of `a`.
template <bool kFootprintOnly>
CONCORD_HD_INLINE std::uint64_t meeting(const Bounds& b, std::size_t begin, std::uint64_t count, double x, double y,
                                        double z, double radius, double half_z) {
  const double *const bx = b.x_m + begin, *const by = b.y_m + begin, *const bz = b.z_m + begin;
  const double *const b_radius = b.radius_m + begin, *const b_half_z = b.half_z_m + begin;
  std::uint64_t bits = 0;
  for (std::uint64_t k = 0; k < count; ++k) {
    const double dx = bx[k] - x, dy = by[k] - y, reach = radius + b_radius[k];
    // No branches, which would keep the loop from being vectorised.
    bool meets = dx * dx + dy * dy <= reach * reach;
    if constexpr (!kFootprintOnly) {
      const double dz = bz[k] - z, reach_z = half_z + b_half_z[k];
      meets = static_cast<bool>(static_cast<int>(meets) & static_cast<int>(dz * dz <= reach_z * reach_z));
    }
    bits |= meets ? single_bit(k) : 0;
  }
  return bits;
}

/// Words [part * words_per_unit, ...) of a row; unit = part * rows + row.
template <bool kFootprintOnly>
struct MarkMeeting {
  MeetingBits bits;
  Bounds a, b;
  std::uint32_t words_per_unit;

  CONCORD_HD void operator()(std::size_t unit) const {
    const std::uint32_t row = bits.row_a + static_cast<std::uint32_t>(unit % bits.rows);
    const std::uint32_t begin = static_cast<std::uint32_t>(unit / bits.rows) * words_per_unit;
    const std::uint32_t all = bits.word_count(row);
    const std::uint32_t end = all - begin < words_per_unit ? all : begin + words_per_unit;
    if (begin >= all) return;
    const double x = a.x_m[row], y = a.y_m[row], z = a.z_m[row], radius = a.radius_m[row], half_z = a.half_z_m[row];
    const std::uint32_t first = bits.first(row), last = bits.last(row);
    for (std::uint32_t w = begin; w < end; ++w) {
      const std::uint32_t row_b = first + 64 * w;
      // The full word is a case of its own: loops of known length make better vector code.
      bits.word(row, w) = last - row_b >= 64 ? meeting<kFootprintOnly>(b, row_b, 64, x, y, z, radius, half_z)
                                             : meeting<kFootprintOnly>(b, row_b, last - row_b, x, y, z, radius, half_z);
    }
  }
};

/// Pairs of each row, and a 0 behind the last one, so that an exclusive sum ends with the total.
struct CountMeeting {
  MeetingBits bits;
  std::uint64_t* counts;

  CONCORD_HD void operator()(std::size_t i) const {
    if (i == bits.rows) {
      counts[i] = 0;
      return;
    }
    const std::uint32_t row = bits.row_a + static_cast<std::uint32_t>(i);
    const std::uint32_t words = bits.word_count(row);
    std::uint64_t count = 0;
    for (std::uint32_t w = 0; w < words; ++w) count += static_cast<std::uint64_t>(count_bits(bits.word(row, w)));
    counts[i] = count;
  }
};

/// The pairs that the bits of one row stand for, at the row's place in the list.
struct ListCandidates {
  MeetingBits bits;
  std::uint32_t skip;          ///< rows of the bits before the first listed one
  const std::uint64_t* begin;  ///< place of each row's first pair, counted from the first row of the bits
  std::uint32_t* candidate_a;
  std::uint32_t* candidate_b;

  CONCORD_HD void operator()(std::size_t i) const {
    const std::uint32_t row = bits.row_a + skip + static_cast<std::uint32_t>(i);
    const std::uint32_t words = bits.word_count(row), first = bits.first(row);
    std::size_t slot = begin[skip + i] - begin[skip];
    for (std::uint32_t w = 0; w < words; ++w) {
      for (std::uint64_t word = bits.word(row, w); word != 0; word &= word - 1) {
        candidate_a[slot] = row;
        candidate_b[slot] = first + 64 * w + static_cast<std::uint32_t>(lowest_bit(word));
        ++slot;
      }
    }
  }
};

}  // namespace concord::kernels::CONCORD_BACKEND_NS
