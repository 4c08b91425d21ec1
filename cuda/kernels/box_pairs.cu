// Overlapping pairs of boxes: reject by bounding circle and height, compact the survivors, clip them.

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/scan.h>

#include "cuda/backend/buffers.hpp"
#include "cuda/geometry/box_overlap.hpp"
#include "cuda/kernels/kernels_impl.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

/// What the reject reads of a box: centre, bounding circle, half of its vertical extent. The radius of an invalid box
/// is NaN, which no comparison accepts.
struct Bounds {
  thrust::device_vector<double> radius_m, half_z_m;
};

struct ComputeBounds {
  BoxColumns boxes;
  double* radius_m;
  double* half_z_m;

  CONCORD_HD void operator()(std::size_t row) const {
    const Box box = load_box(boxes, row);
    const double l = box.size[0], w = box.size[1], h = box.size[2];
    const double(&r)[3][3] = box.rotation;
    // Extent along a direction: the sizes weighted with the absolute direction cosines. Widened by a few rounding
    // errors, since a reject must never drop a pair that touches.
    const double tilt = sqrt(r[0][2] * r[0][2] + r[1][2] * r[1][2]);
    const double radius = 0.5 * (sqrt(l * l + w * w) + h * tilt) * (1.0 + 1e-12);
    const double half_z = 0.5 * (fabs(r[2][0]) * l + fabs(r[2][1]) * w + fabs(r[2][2]) * h) * (1.0 + 1e-12);
    const double nan = quiet_nan();
    radius_m[row] = box.valid ? radius : nan;
    half_z_m[row] = box.valid ? half_z : nan;
  }
};

Bounds bounds_of(const BoxColumns& boxes) {
  Bounds bounds;
  bounds.radius_m.resize(boxes.count);
  bounds.half_z_m.resize(boxes.count);
  const ComputeBounds compute{boxes, thrust::raw_pointer_cast(bounds.radius_m.data()),
                              thrust::raw_pointer_cast(bounds.half_z_m.data())};
  thrust::for_each_n(thrust::device, thrust::counting_iterator<std::size_t>(0), boxes.count, compute);
  return bounds;
}

/// The candidates of one row of `a`: rows of `b` in its frame whose circles meet (and, unless footprints alone are
/// kept, whose vertical extents meet).
struct Reject {
  BoxColumns a, b;
  const double *radius_a, *half_z_a, *radius_b, *half_z_b;
  const std::uint32_t* frame_of_a;
  const std::uint32_t* offset_b;
  bool same_set, keep_footprint_only;

  CONCORD_HD std::uint32_t first(std::size_t row_a) const {
    return same_set ? static_cast<std::uint32_t>(row_a) + 1 : offset_b[frame_of_a[row_a]];
  }
  CONCORD_HD std::uint32_t last(std::size_t row_a) const { return offset_b[frame_of_a[row_a] + 1]; }

  CONCORD_HD bool meets(double x, double y, double z, double radius, double half_z, std::uint32_t row_b) const {
    const double dx = b.x_m[row_b] - x, dy = b.y_m[row_b] - y, dz = b.z_m[row_b] - z;
    const double reach = radius + radius_b[row_b];
    const double reach_z = half_z + half_z_b[row_b];
    // Bitwise and: a branch would keep the loop from being vectorised.
    return static_cast<bool>(static_cast<int>(dx * dx + dy * dy <= reach * reach) &
                             static_cast<int>(keep_footprint_only | (dz * dz <= reach_z * reach_z)));
  }
};

struct CountCandidates {
  Reject reject;
  std::uint64_t* counts;

  CONCORD_HD void operator()(std::size_t row_a) const {
    const double x = reject.a.x_m[row_a], y = reject.a.y_m[row_a], z = reject.a.z_m[row_a];
    const double radius = reject.radius_a[row_a], half_z = reject.half_z_a[row_a];
    const std::uint32_t last = reject.last(row_a);
    std::uint64_t count = 0;
    for (std::uint32_t row_b = reject.first(row_a); row_b < last; ++row_b) {
      count += static_cast<std::uint64_t>(reject.meets(x, y, z, radius, half_z, row_b));
    }
    counts[row_a] = count;
  }
};

struct FillCandidates {
  Reject reject;
  const std::uint64_t* begin;  ///< first candidate of each row of a
  std::uint32_t* candidate_a;
  std::uint32_t* candidate_b;

  CONCORD_HD void operator()(std::size_t row_a) const {
    if (begin[row_a] == begin[row_a + 1]) return;
    const double x = reject.a.x_m[row_a], y = reject.a.y_m[row_a], z = reject.a.z_m[row_a];
    const double radius = reject.radius_a[row_a], half_z = reject.half_z_a[row_a];
    const std::uint32_t last = reject.last(row_a);
    std::uint64_t slot = begin[row_a];
    constexpr std::uint32_t kBlock = 8;
    for (std::uint32_t row_b = reject.first(row_a); row_b < last; row_b += kBlock) {
      const std::uint32_t end = row_b + kBlock < last ? row_b + kBlock : last;
      int any = 0;
      for (std::uint32_t k = row_b; k < end; ++k) any |= static_cast<int>(reject.meets(x, y, z, radius, half_z, k));
      if (any == 0) continue;
      for (std::uint32_t k = row_b; k < end; ++k) {
        if (!reject.meets(x, y, z, radius, half_z, k)) continue;
        candidate_a[slot] = static_cast<std::uint32_t>(row_a);
        candidate_b[slot] = k;
        ++slot;
      }
    }
  }
};

struct ClipCandidate {
  BoxColumns a, b;
  const std::uint32_t* candidate_a;
  const std::uint32_t* candidate_b;
  const std::uint32_t* frame_of_a;
  PairRow* rows;

  CONCORD_HD void operator()(std::size_t i) const {
    const std::uint32_t row_a = candidate_a[i], row_b = candidate_b[i];
    const Overlap overlap = overlap_of(a, row_a, b, row_b);
    rows[i] = {frame_of_a[row_a],          row_a, row_b, overlap.iou_bev, overlap.iou_3d, overlap.overlap_smaller,
               overlap.overlap_smaller_bev};
  }
};

struct PairwiseIou {
  BoxColumns a, b;
  double* iou;

  CONCORD_HD void operator()(std::size_t row) const {
    const double nan = quiet_nan();
    const bool valid = load_box(a, row).valid && load_box(b, row).valid;
    iou[row] = valid ? overlap_of(a, row, b, row).iou_3d : nan;
  }
};

template <class T>
T* raw(thrust::device_vector<T>& vector) {
  return thrust::raw_pointer_cast(vector.data());
}

}  // namespace

void box_pairs(const PairRequest& request, std::vector<PairRow>& rows) {
  const std::size_t count_a = request.a.count;
  if (count_a == 0 || request.b.count == 0) return;
  const DeviceBoxes boxes_a(request.a);
  const DeviceBoxes other(request.same_set ? BoxColumns{} : request.b);
  const BoxColumns a = boxes_a.view();
  const BoxColumns b = request.same_set ? a : other.view();
  Bounds bounds_a = bounds_of(a);
  Bounds bounds_other = request.same_set ? Bounds{} : bounds_of(b);
  Bounds& bounds_b = request.same_set ? bounds_a : bounds_other;

  std::vector<std::uint32_t> host_frame_of_a(count_a);
  for (std::uint32_t f = 0; f < request.frames; ++f) {
    for (std::uint32_t row = request.offset_a[f]; row < request.offset_a[f + 1]; ++row) host_frame_of_a[row] = f;
  }
  thrust::device_vector<std::uint32_t> frame_of_a = to_device(host_frame_of_a.data(), count_a);
  thrust::device_vector<std::uint32_t> offset_b =
      to_device(request.same_set ? request.offset_a : request.offset_b, request.frames + std::size_t{1});
  const Reject reject{a,
                      b,
                      raw(bounds_a.radius_m),
                      raw(bounds_a.half_z_m),
                      raw(bounds_b.radius_m),
                      raw(bounds_b.half_z_m),
                      raw(frame_of_a),
                      raw(offset_b),
                      request.same_set,
                      request.keep_footprint_only};

  const thrust::counting_iterator<std::size_t> index(0);
  thrust::device_vector<std::uint64_t> begin(count_a + 1, 0);
  thrust::for_each_n(thrust::device, index, count_a, CountCandidates{reject, raw(begin)});
  thrust::exclusive_scan(thrust::device, begin.begin(), begin.end(), begin.begin());
  const std::uint64_t candidates = begin.back();
  if (candidates == 0) return;

  thrust::device_vector<std::uint32_t> candidate_a(candidates), candidate_b(candidates);
  thrust::for_each_n(thrust::device, index, count_a,
                     FillCandidates{reject, raw(begin), raw(candidate_a), raw(candidate_b)});
  thrust::device_vector<PairRow> device_rows(candidates);
  thrust::for_each_n(thrust::device, index, candidates,
                     ClipCandidate{a, b, raw(candidate_a), raw(candidate_b), raw(frame_of_a), raw(device_rows)});

  std::vector<PairRow> all(candidates);
  thrust::copy(device_rows.begin(), device_rows.end(), all.begin());
  for (const PairRow& row : all) {
    if (row.iou_3d > 0 || (request.keep_footprint_only && row.iou_bev > 0)) rows.push_back(row);
  }
}

void box_iou(const BoxColumns& a, const BoxColumns& b, double* iou) {
  if (a.count == 0) return;
  const DeviceBoxes boxes_a(a), boxes_b(b);
  thrust::device_vector<double> result(a.count);
  thrust::for_each_n(thrust::device, thrust::counting_iterator<std::size_t>(0), a.count,
                     PairwiseIou{boxes_a.view(), boxes_b.view(), raw(result)});
  thrust::copy(result.begin(), result.end(), iou);
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
