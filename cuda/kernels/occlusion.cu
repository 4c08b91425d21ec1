// Rays through boxes. Boxes are drawn, as seen from the sensor, into a grid of direction (about 1.4 degrees) by slope
// (1.8 degrees); each return is tested exactly against the boxes of its cell only.

#include <thrust/execution_policy.h>
#include <thrust/fill.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <vector>

#include "cuda/backend/atomics.hpp"
#include "cuda/backend/resident.hpp"
#include "cuda/geometry/ray.hpp"
#include "cuda/kernels/kernels_impl.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

constexpr int kColumns = 256, kRows = 64;  ///< diamond angle [0, 4), slope [-1, 1); steeper rays: the outer rows
constexpr float kColumnsPerAngle = kColumns / 4.0F, kRowsPerSlope = kRows / 2.0F;
constexpr double kSlack = 0.01;     ///< in cells: more than the float32 error of a return's cell
constexpr double kNearest_m = 1.0;  ///< a box this close to the sensor is tested with every ray

/// Cell of a direction, or -1.
CONCORD_HD inline int direction_cell(double dx, double dy, double dz) {
  const auto x = static_cast<float>(dx), y = static_cast<float>(dy), z = static_cast<float>(dz);
  const float angle = diamond_angle(x, y);
  const float distance = sqrtf(x * x + y * y);
  const float slope = z / distance;
  if (!(angle >= 0) || !(slope - slope == 0)) return -1;
  const float column = angle * kColumnsPerAngle, row = (slope + 1.0F) * kRowsPerSlope;
  const int c = column < kColumns ? static_cast<int>(column) : kColumns - 1;
  const int r = row > 0 ? (row < kRows ? static_cast<int>(row) : kRows - 1) : 0;
  return r * kColumns + c;
}

/// The cells that a box may cover; columns may run beyond the last one, then they go on at the first.
struct Outline {
  int first_column, last_column, first_row, last_row;
};

constexpr Outline kNoOutline{0, -1, 0, -1};

CONCORD_HD inline int row_of_slope(double slope) {
  const double row = (slope + 1.0) * kRowsPerSlope;
  return row > 0 ? (row < kRows ? static_cast<int>(row) : kRows - 1) : 0;
}

/// The whole grid for a box that contains the sensor or is close to it.
Outline outline_of(const PointBox& box, const double (&origin)[3]) {
  const double dx = box.center[0] - origin[0], dy = box.center[1] - origin[1], dz = box.center[2] - origin[2];
  double reach_x = 0, reach_y = 0, reach_z = 0;
  for (int k = 0; k < 3; ++k) {
    reach_x += fabs(box.axis[k][0]) * box.half[k];
    reach_y += fabs(box.axis[k][1]) * box.half[k];
    reach_z += fabs(box.axis[k][2]) * box.half[k];
  }
  const double radius = sqrt(reach_x * reach_x + reach_y * reach_y), distance = sqrt(dx * dx + dy * dy);
  const double nearest = distance - radius, farthest = distance + radius;
  if (!(nearest > kNearest_m) || !is_finite(farthest)) return {0, kColumns - 1, 0, kRows - 1};

  const double middle = static_cast<double>(diamond_angle(static_cast<float>(dx), static_cast<float>(dy)));
  double low = 0, high = 0;
  for (int i = 0; i < 8; ++i) {
    double x = dx, y = dy;
    for (int k = 0; k < 3; ++k) {
      const double reach = (((i >> k) & 1) != 0 ? 1.0 : -1.0) * box.half[k];
      x += reach * box.axis[k][0];
      y += reach * box.axis[k][1];
    }
    double turn = static_cast<double>(diamond_angle(static_cast<float>(x), static_cast<float>(y))) - middle;
    if (turn > 2) turn -= 4;
    if (turn < -2) turn += 4;
    low = turn < low ? turn : low;
    high = turn > high ? turn : high;
  }
  double first = (middle + low) * kColumnsPerAngle - kSlack;
  const double last = (middle + high) * kColumnsPerAngle + kSlack;
  double shift = 0;
  if (first < 0) shift = kColumns;
  first += shift;
  const double top = dz + reach_z, bottom = dz - reach_z;
  const double high_slope = top / (top > 0 ? nearest : farthest),
               low_slope = bottom / (bottom > 0 ? farthest : nearest);
  return {static_cast<int>(first), static_cast<int>(last + shift), row_of_slope(low_slope - kSlack / kRowsPerSlope),
          row_of_slope(high_slope + kSlack / kRowsPerSlope)};
}

/// What a kernel knows of one sweep: its boxes, listed by cell.
struct Sweep {
  double origin[3];
  std::uint32_t first_box, boxes;
  const std::uint32_t* cell_begin;  ///< kColumns * kRows + 1
  const std::uint32_t* cell_boxes;
};

struct CastRay {
  Sweep sweep;
  const float *x, *y, *z;
  const PointBox* boxes;
  double core, near_m;
  OcclusionRow* rows;
  std::uint32_t* seen;  ///< a bit a cell

  CONCORD_HD void operator()(std::uint32_t i) const {
    const double px = x[i], py = y[i], pz = z[i];
    const int cell = direction_cell(px - sweep.origin[0], py - sweep.origin[1], pz - sweep.origin[2]);
    if (cell < 0) return;
    std::uint32_t* const word = seen + cell / 32;
    const std::uint32_t bit = 1U << (static_cast<unsigned>(cell) % 32U);
    if ((load_relaxed(word) & bit) == 0) atomic_or(word, bit);
    for (std::uint32_t k = sweep.cell_begin[cell]; k < sweep.cell_begin[cell + 1]; ++k) {
      const std::uint32_t row = sweep.cell_boxes[k];
      const PointBox& box = boxes[row];
      const RayEnd end = ray_end(box, core, near_m, to_box(box, sweep.origin[0], sweep.origin[1], sweep.origin[2]),
                                 to_box(box, px, py, pz));
      if (end == RayEnd::front) atomic_add(&rows[row].front, 1);
      if (end == RayEnd::inside) atomic_add(&rows[row].inside, 1);
      if (end == RayEnd::behind) atomic_add(&rows[row].behind, 1);
    }
  }
};

/// The direction of a cell's middle, as a point at horizontal diamond distance 1.
CONCORD_HD inline LocalPoint middle_of_cell(int column, int row) {
  const double angle = (column + 0.5) / kColumnsPerAngle, slope = (row + 0.5) / kRowsPerSlope - 1.0;
  const double t = angle - (angle < 1 ? 0 : (angle < 3 ? 2 : 4));  // y for |x| + |y| = 1, signed on the left half
  const double y = angle < 1 ? t : (angle < 3 ? -t : t);
  const double x = (angle < 1 || angle >= 3 ? 1.0 : -1.0) * (1.0 - fabs(y));
  return {{x, y, slope * sqrt(x * x + y * y)}};
}

/// Counts the directions towards one box, and the silent ones.
struct CountSilent {
  Sweep sweep;
  const Outline* outlines;
  const PointBox* boxes;
  double core, near_m;
  const std::uint32_t* seen;
  OcclusionRow* rows;

  CONCORD_HD void operator()(std::uint32_t i) const {
    const std::uint32_t row = sweep.first_box + i;
    const PointBox& box = boxes[row];
    const Outline outline = outlines[i];
    const LocalPoint origin = to_box(box, sweep.origin[0], sweep.origin[1], sweep.origin[2]);
    std::uint32_t directions = 0, silent = 0;
    for (int r = outline.first_row; r <= outline.last_row; ++r) {
      for (int c = outline.first_column; c <= outline.last_column; ++c) {
        const LocalPoint way = middle_of_cell(c % kColumns, r);
        const LocalPoint point =
            to_box(box, sweep.origin[0] + way.at[0], sweep.origin[1] + way.at[1], sweep.origin[2] + way.at[2]);
        if (ray_end(box, core, near_m, origin, point) == RayEnd::misses) continue;
        ++directions;
        const int cell = r * kColumns + c % kColumns;
        silent += (seen[cell / 32] >> (static_cast<unsigned>(cell) % 32U) & 1U) == 0 ? 1U : 0U;
      }
    }
    rows[row].directions += directions;
    rows[row].silent += silent;
  }
};

/// Boxes of a sweep by cell, as offsets and entries.
void list_by_cell(const std::vector<Outline>& outlines, std::uint32_t first_box, std::vector<std::uint32_t>& cell_begin,
                  std::vector<std::uint32_t>& cell_boxes) {
  const auto for_each_cell = [&](std::size_t i, auto&& work) {
    const Outline& outline = outlines[i];
    for (int r = outline.first_row; r <= outline.last_row; ++r) {
      for (int c = outline.first_column; c <= outline.last_column; ++c) work(r * kColumns + c % kColumns);
    }
  };
  cell_begin.assign(kColumns * kRows + 1, 0);
  for (std::size_t i = 0; i < outlines.size(); ++i) for_each_cell(i, [&](int cell) { ++cell_begin[cell]; });
  std::uint32_t entries = 0;
  for (std::uint32_t& begin : cell_begin) entries += begin, begin = entries;
  cell_boxes.resize(entries);
  for (std::size_t i = outlines.size(); i-- > 0;) {
    for_each_cell(i, [&](int cell) { cell_boxes[--cell_begin[cell]] = first_box + static_cast<std::uint32_t>(i); });
  }
}

}  // namespace

void occlusion(const OcclusionRequest& request, OcclusionRow* rows) {
  const std::size_t count = request.boxes.count;
  if (count == 0) return;
  std::vector<PointBox> boxes(count);
  std::vector<std::uint8_t> valid(count);
  for (std::size_t row = 0; row < count; ++row) {
    const Box box = load_box(request.boxes, row);
    boxes[row] = point_box(box);
    valid[row] = box.valid ? 1 : 0;
  }
  const Resident<PointBox> device_boxes(boxes.data(), count);
  thrust::device_vector<OcclusionRow> result(count, OcclusionRow{});
  thrust::device_vector<std::uint32_t> seen(kColumns * kRows / 32);
  std::vector<Outline> outlines;
  std::vector<std::uint32_t> cell_begin, cell_boxes;

  for (std::uint32_t s = 0; s < request.sweeps.frames; ++s) {
    const std::uint32_t frame = request.sweep_frame[s];
    const std::uint32_t first = request.box_offset[frame], box_count = request.box_offset[frame + 1] - first;
    if (box_count == 0) continue;
    Sweep sweep{
        {request.origin_x_m[s], request.origin_y_m[s], request.origin_z_m[s]}, first, box_count, nullptr, nullptr};
    outlines.clear();
    for (std::uint32_t row = first; row < first + box_count; ++row) {
      outlines.push_back(valid[row] != 0 ? outline_of(boxes[row], sweep.origin) : kNoOutline);
    }
    list_by_cell(outlines, first, cell_begin, cell_boxes);

    const std::uint64_t begin = request.sweeps.offset[s];
    const auto points = static_cast<std::uint32_t>(request.sweeps.offset[s + 1] - begin);
    const Resident<float> x(request.sweeps.x_m + begin, points), y(request.sweeps.y_m + begin, points),
        z(request.sweeps.z_m + begin, points);
    const Resident<std::uint32_t> device_begin(cell_begin.data(), cell_begin.size()),
        device_entries(cell_boxes.data(), cell_boxes.size());
    const Resident<Outline> device_outlines(outlines.data(), outlines.size());
    sweep.cell_begin = device_begin.data();
    sweep.cell_boxes = device_entries.data();
    thrust::fill(thrust::device, seen.begin(), seen.end(), 0U);
    const thrust::counting_iterator<std::uint32_t> index(0);
    thrust::for_each_n(thrust::device, index, points,
                       CastRay{sweep, x.data(), y.data(), z.data(), device_boxes.data(), request.core, request.near_m,
                               raw(result), raw(seen)});
    thrust::for_each_n(thrust::device, index, box_count,
                       CountSilent{sweep, device_outlines.data(), device_boxes.data(), request.core, request.near_m,
                                   raw(seen), raw(result)});
  }
  fetch(result, rows);
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
