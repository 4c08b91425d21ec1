// Overlapping pairs of boxes. Frames are taken in groups and, within one, rows of `a` in tiles, so that what a tile
// needs stays within a bound (on the CPU: within the caches): mark pairs whose bounds meet, list them, compute their
// overlaps, keep those that overlap. How the work is cut changes no result.

#include <thrust/copy.h>
#include <thrust/count.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/scan.h>
#include <algorithm>

#include "cuda/backend/buffers.hpp"
#include "cuda/backend/resident.hpp"
#include "cuda/backend/scratch.hpp"
#include "cuda/kernels/kernels_impl.hpp"
#include "cuda/kernels/pair_candidates.hpp"
#include "cuda/kernels/pair_overlaps.hpp"

#ifndef __CUDACC__
#include <tbb/task_arena.h>
#endif

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

template <class Body>
void for_each_index(std::size_t count, const Body& body) {
  thrust::for_each_n(device_policy(), thrust::counting_iterator<std::size_t>(0), count, body);
}

/// Rows [begin, begin + count) of `boxes`.
BoxColumns slice(const BoxColumns& boxes, std::size_t begin, std::size_t count) {
  return {boxes.x_m + begin,
          boxes.y_m + begin,
          boxes.z_m + begin,
          boxes.length_m + begin,
          boxes.width_m + begin,
          boxes.height_m + begin,
          boxes.qw + begin,
          boxes.qx + begin,
          boxes.qy + begin,
          boxes.qz + begin,
          count};
}

/// How much is worked on at once.
struct Limits {
  std::size_t boxes, words, pairs;
};

Limits limits_of(std::size_t memory_bytes) {
  // Bytes a box: its columns, record and bounds; a listed pair: its rows, overlaps, flags and their place in the
  // result.
  constexpr std::size_t kBytesPerBox = 256, kBytesPerWord = 8, kBytesPerPair = 128;
  Limits limits{memory_bytes / 4 / kBytesPerBox, memory_bytes / 4 / kBytesPerWord, memory_bytes / 2 / kBytesPerPair};
#ifndef __CUDACC__
  const auto threads = static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
  limits = {std::min(limits.boxes, 4096 * threads), std::min(limits.words, 32768 * threads),
            std::min(limits.pairs, 8192 * threads)};
#endif
  return limits;
}

/// Records and bounds of some boxes, in memory that is used again for the next ones.
class PreparedBoxes {
 public:
  void prepare(const BoxColumns& boxes) {
    boxes_ = boxes;
    records_ = record_memory_.get(boxes.count);
    double* const radius = radius_.get(boxes.count);
    double* const half_z = half_z_.get(boxes.count);
    bounds_ = {boxes.x_m, boxes.y_m, boxes.z_m, radius, half_z};
    for_each_index((boxes.count + kLanes - 1) / kLanes, PrepareBoxes{boxes, records_, radius, half_z});
  }
  [[nodiscard]] const BoxColumns& boxes() const { return boxes_; }
  [[nodiscard]] const BoxRecord* records() const { return records_; }
  [[nodiscard]] const Bounds& bounds() const { return bounds_; }

 private:
  Scratch<BoxRecord> record_memory_;
  Scratch<double> radius_, half_z_;
  BoxColumns boxes_;
  BoxRecord* records_ = nullptr;
  Bounds bounds_{};
};

struct IsSet {
  CONCORD_HD bool operator()(std::uint8_t flag) const { return flag != 0; }
};

/// Overlaps of listed pairs.
class PairOverlaps {
 public:
  /// `row_a` and `row_b`, in the device's memory, are rows of `a` and `b`.
  const PairList& compute(const PreparedBoxes& a, const PreparedBoxes& b, const std::uint32_t* row_a,
                          const std::uint32_t* row_b, std::size_t count) {
    const std::size_t room = units_of(count) * kPairsPerUnit;
    pairs_ = {a.boxes(),      b.boxes(),      a.records(),      b.records(),          row_a,           row_b, count,
              bev_.get(room), iou_.get(room), small_.get(room), small_bev_.get(room), solid_.get(room)};
    for_each_index(units_of(count), OverlapPrisms{pairs_});
    const auto solids =
        static_cast<std::size_t>(thrust::count(device_policy(), pairs_.solid, pairs_.solid + count, std::uint8_t{1}));
    if (solids > 0) {
      std::uint32_t* const left_over = left_over_.get(solids);
      thrust::copy_if(device_policy(), thrust::counting_iterator<std::uint32_t>(0),
                      thrust::counting_iterator<std::uint32_t>(static_cast<std::uint32_t>(count)), pairs_.solid,
                      left_over, IsSet{});
      for_each_index(solids, OverlapSolids{pairs_, left_over});
    }
    return pairs_;
  }

 private:
  Scratch<double> bev_, iou_, small_, small_bev_;
  Scratch<std::uint8_t> solid_;
  Scratch<std::uint32_t> left_over_;
  PairList pairs_{};
};

class PairFinder {
 public:
  PairFinder(const PairRequest& request, PairColumns& pairs)
      : request_(request), limits_(limits_of(request.memory_bytes)), result_(pairs) {}

  void run() {
    for (std::uint32_t first = 0; first < request_.frames && !result_.too_many;) {
      std::uint32_t last = first + 1;
      while (last < request_.frames && boxes_in(first, last + 1) <= limits_.boxes) ++last;
      group(first, last);
      first = last;
    }
  }

 private:
  [[nodiscard]] std::size_t boxes_in(std::uint32_t first, std::uint32_t last) const {
    return std::size_t{request_.offset_a[last]} - request_.offset_a[first] + request_.offset_b[last] -
           request_.offset_b[first];
  }

  /// Frames [first, last). Within a group rows and frames are counted from its first ones.
  void group(std::uint32_t first, std::uint32_t last) {
    first_frame_ = first;
    first_row_a_ = request_.offset_a[first];
    first_row_b_ = request_.offset_b[first];
    const std::uint32_t count_a = request_.offset_a[last] - first_row_a_;
    const std::uint32_t count_b = request_.offset_b[last] - first_row_b_;
    if (count_a == 0 || count_b == 0) return;
    host_frame_of_a_.clear();
    host_offset_b_.assign(1, 0);
    std::uint32_t widest = 0;
    for (std::uint32_t f = first; f < last; ++f) {
      host_frame_of_a_.resize(request_.offset_a[f + 1] - first_row_a_, f - first);
      host_offset_b_.push_back(request_.offset_b[f + 1] - first_row_b_);
      widest = std::max(widest, request_.offset_b[f + 1] - request_.offset_b[f]);
    }
    const Resident<std::uint32_t> frame_of_a(host_frame_of_a_.data(), count_a);
    const Resident<std::uint32_t> offset_b(host_offset_b_.data(), host_offset_b_.size());
    const DeviceBoxes boxes_a(slice(request_.a, first_row_a_, count_a));
    const DeviceBoxes boxes_b(request_.same_set ? BoxColumns{} : slice(request_.b, first_row_b_, count_b));
    prepared_a_.prepare(boxes_a.view());
    if (!request_.same_set) prepared_b_.prepare(boxes_b.view());

    const std::size_t words_per_row = (std::size_t{widest} + 63) / 64;
    const auto rows_per_tile =
        static_cast<std::uint32_t>(std::clamp<std::size_t>(limits_.words / words_per_row, 1, count_a));
    for (std::uint32_t row = 0; row < count_a && !result_.too_many; row += rows_per_tile) {
      const std::uint32_t rows = std::min(rows_per_tile, count_a - row);
      tile({frame_of_a.data(), offset_b.data(), request_.same_set, row, rows, words_.get(rows * words_per_row)},
           words_per_row);
    }
  }

  [[nodiscard]] const PreparedBoxes& b() const { return request_.same_set ? prepared_a_ : prepared_b_; }

  void tile(const MeetingBits& bits, std::size_t words_per_row) {
    // A thread of the CPU takes whole rows, one of the GPU single words.
    const std::size_t words_per_unit = kLanes == 1 ? 1 : words_per_row;
    const std::size_t units = bits.rows * ((words_per_row + words_per_unit - 1) / words_per_unit);
    const auto unit_words = static_cast<std::uint32_t>(words_per_unit);
    if (request_.keep_footprint_only) {
      for_each_index(units, MarkMeeting<true>{bits, prepared_a_.bounds(), b().bounds(), unit_words});
    } else {
      for_each_index(units, MarkMeeting<false>{bits, prepared_a_.bounds(), b().bounds(), unit_words});
    }
    std::uint64_t* const begin = row_begin_.get(bits.rows + std::size_t{1});
    for_each_index(bits.rows + std::size_t{1}, CountMeeting{bits, begin});
    thrust::exclusive_scan(device_policy(), begin, begin + bits.rows + 1, begin);
    const HostView<std::uint64_t> host_begin(begin, bits.rows + std::size_t{1});
    for (std::uint32_t row = 0; row < bits.rows && !result_.too_many;) {
      std::uint32_t end = row + 1;
      while (end < bits.rows && host_begin[end + 1] - host_begin[row] <= limits_.pairs) ++end;
      list(bits, begin, row, end - row, static_cast<std::size_t>(host_begin[end] - host_begin[row]));
      row = end;
    }
  }

  /// `count` pairs of `rows` rows that follow the first `skip` rows of the bits.
  void list(const MeetingBits& bits, const std::uint64_t* begin, std::uint32_t skip, std::uint32_t rows,
            std::size_t count) {
    if (count == 0) return;
    std::uint32_t* const row_a = candidate_a_.get(count);
    std::uint32_t* const row_b = candidate_b_.get(count);
    for_each_index(rows, ListCandidates{bits, skip, begin, row_a, row_b});
    const PairList& pairs = overlaps_.compute(prepared_a_, b(), row_a, row_b, count);

    const IsKept is_kept{pairs.iou_bev, pairs.iou_3d, request_.keep_footprint_only};
    const std::size_t units = units_of(count);
    std::uint64_t* const place = unit_begin_.get(units + 1);
    for_each_index(units + 1, CountKept{is_kept, count, place});
    thrust::exclusive_scan(device_policy(), place, place + units + 1, place);
    const auto kept = static_cast<std::size_t>(HostView<std::uint64_t>(place + units, 1)[0]);
    if (kept == 0) return;
    if (kept > request_.most_pairs - result_.frame.size()) {
      result_.too_many = true;
      return;
    }
    const Appended frame(result_.frame, kept, frame_), to_a(result_.row_a, kept, row_a_),
        to_b(result_.row_b, kept, row_b_);
    const Appended bev(result_.iou_bev, kept, bev_), iou(result_.iou_3d, kept, iou_),
        small(result_.overlap_smaller, kept, small_), small_bev(result_.overlap_smaller_bev, kept, small_bev_);
    for_each_index(
        units, MoveKept{is_kept, pairs, bits.frame_of_a, place, first_frame_, first_row_a_, first_row_b_, frame.data(),
                        to_a.data(), to_b.data(), bev.data(), iou.data(), small.data(), small_bev.data()});
    for (const auto* column : {&frame, &to_a, &to_b}) column->fetch();
    for (const auto* column : {&bev, &iou, &small, &small_bev}) column->fetch();
  }

  const PairRequest& request_;
  const Limits limits_;
  PairColumns& result_;
  std::uint32_t first_frame_ = 0, first_row_a_ = 0, first_row_b_ = 0;
  std::vector<std::uint32_t> host_frame_of_a_, host_offset_b_;
  PreparedBoxes prepared_a_, prepared_b_;
  PairOverlaps overlaps_;
  Scratch<std::uint64_t> words_, row_begin_, unit_begin_;
  Scratch<std::uint32_t> candidate_a_, candidate_b_, frame_, row_a_, row_b_;
  Scratch<double> bev_, iou_, small_, small_bev_;
};

/// NaN where either box is invalid.
struct PairwiseIou {
  PairList pairs;
  double* iou;

  CONCORD_HD void operator()(std::size_t i) const {
    const double nan = quiet_nan();
    const bool valid =
        pairs.record_a(i).value[BoxRecord::kValid] != 0 && pairs.record_b(i).value[BoxRecord::kValid] != 0;
    iou[i] = valid ? pairs.iou_3d[i] : nan;
  }
};

}  // namespace

void box_pairs(const PairRequest& request, PairColumns& pairs) { PairFinder(request, pairs).run(); }

void box_iou(const BoxColumns& a, const BoxColumns& b, double* iou) {
  const std::size_t tile = std::min(limits_of(std::size_t{1} << 30U).pairs, a.count);
  std::vector<std::uint32_t> rows(tile);
  for (std::size_t i = 0; i < tile; ++i) rows[i] = static_cast<std::uint32_t>(i);
  const Resident<std::uint32_t> device_rows(rows.data(), tile);
  PreparedBoxes prepared_a, prepared_b;
  PairOverlaps overlaps;
  Scratch<double> result;
  for (std::size_t begin = 0; begin < a.count; begin += tile) {
    const std::size_t count = std::min(tile, a.count - begin);
    const DeviceBoxes boxes_a(slice(a, begin, count)), boxes_b(slice(b, begin, count));
    prepared_a.prepare(boxes_a.view());
    prepared_b.prepare(boxes_b.view());
    const PairList& pairs = overlaps.compute(prepared_a, prepared_b, device_rows.data(), device_rows.data(), count);
    double* const device_iou = result.get(count);
    for_each_index(count, PairwiseIou{pairs, device_iou});
    copy_to_host(device_iou, count, iou + begin);
  }
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
