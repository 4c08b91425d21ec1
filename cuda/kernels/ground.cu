// Local ground height: the lowest point of every 1 m cell, and on a 2 m lattice the plane that carries most of the
// lowest points of the 7 x 7 cells around (15 x 15 where they are few: far away the window must hold more than one ring
// of a spinning LiDAR to show the slope). A plane each two metres follows slopes and bends; curbs (0.1 to 0.2 m) lie
// within the gate of the fit and shift it by less than their height.

#include <thrust/execution_policy.h>
#include <thrust/fill.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include "cuda/backend/atomics.hpp"
#include "cuda/backend/resident.hpp"
#include "cuda/geometry/ground_plane.hpp"
#include "cuda/kernels/kernels_impl.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

// A window of 256 m around the origin of the frame; beyond it the ground is unknown.
constexpr int kCells = 256;
constexpr double kHalfWindow_m = 128.0;
constexpr int kNodes = kCells / 2;
constexpr int kReach = 3, kWideReach = 7;  ///< cells to each side of a node's own
constexpr int kFewLowPoints = 16;          ///< in the small window: take the wide one
constexpr std::uint64_t kNoPoint = ~std::uint64_t{0};

/// Cell or node of a coordinate, -1 outside the window and for NaN.
CONCORD_HD inline int place_of(double v_m, double per_m, int count) {
  const double at = (v_m + kHalfWindow_m) * per_m;
  return at >= 0 && at < count ? static_cast<int>(at) : -1;
}

struct LowestPoint {
  const float *x, *y, *z;
  std::uint64_t* lowest;  ///< per cell: height in mm (from -1,000,000), then point, packed

  CONCORD_HD void operator()(std::uint32_t point) const {
    const int column = place_of(x[point], 1, kCells), row = place_of(y[point], 1, kCells);
    const double z_mm = (static_cast<double>(z[point]) + 1000.0) * 1000.0;
    if (column < 0 || row < 0 || !(z_mm >= 0 && z_mm < 2e6)) return;
    const std::uint64_t key = (static_cast<std::uint64_t>(z_mm) << 32U) | point;
    std::uint64_t* const cell = lowest + (row * kCells + column);
    if (key < *static_cast<const volatile std::uint64_t*>(cell)) atomic_min(cell, key);
  }
};

struct FitNode {
  const float *x, *y, *z;
  const std::uint64_t* lowest;
  GroundPlane* planes;

  /// The lowest points within `reach` cells of cell (column, row), from the corner after it: the middle of the four
  /// cells of a node. Every second cell of the wide window, as on a chessboard.
  CONCORD_HD void gather(int column, int row, int reach, LowPoints& low) const {
    const double middle_x = column + 1 - kHalfWindow_m, middle_y = row + 1 - kHalfWindow_m;
    low.count = 0;
    for (int r = row - reach; r <= row + reach; ++r) {
      for (int c = column - reach; c <= column + reach; ++c) {
        if (r < 0 || c < 0 || r >= kCells || c >= kCells || (reach == kWideReach && (r + c) % 2 != 0)) continue;
        const std::uint64_t key = lowest[r * kCells + c];
        if (key == kNoPoint) continue;
        const auto point = static_cast<std::uint32_t>(key);
        low.x[low.count] = x[point] - middle_x;
        low.y[low.count] = y[point] - middle_y;
        low.z[low.count] = z[point];
        ++low.count;
      }
    }
  }

  CONCORD_HD void operator()(int node) const {
    const int column = node % kNodes * 2, row = node / kNodes * 2;
    LowPoints low;
    gather(column, row, kReach, low);
    if (low.count > 0 && low.count < kFewLowPoints) gather(column, row, kWideReach, low);
    planes[node] = ground_plane(low);
  }
};

/// The plane at a place: its own node's, or the best supported one of the nodes next to it.
CONCORD_HD inline GroundRow ground_at(const GroundPlane* planes, double x_m, double y_m) {
  const double nan = quiet_nan();
  const int column = place_of(x_m, 0.5, kNodes), row = place_of(y_m, 0.5, kNodes);
  if (column < 0 || row < 0) return {nan, nan, nan, 0};
  int best = row * kNodes + column;
  if (planes[best].support == 0) {
    for (int r = row - 1; r <= row + 1; ++r) {
      for (int c = column - 1; c <= column + 1; ++c) {
        if (r < 0 || c < 0 || r >= kNodes || c >= kNodes) continue;
        if (planes[r * kNodes + c].support > planes[best].support) best = r * kNodes + c;
      }
    }
  }
  const GroundPlane plane = planes[best];
  if (plane.support == 0) return {nan, nan, nan, 0};
  const double dx = x_m - (best % kNodes * 2 + 1 - kHalfWindow_m), dy = y_m - (best / kNodes * 2 + 1 - kHalfWindow_m);
  return {plane.height_m + plane.slope_x * dx + plane.slope_y * dy, plane.slope_x, plane.slope_y, plane.support};
}

struct GroundUnderPoint {
  const float *x, *y;
  const GroundPlane* planes;
  float* height_m;
  CONCORD_HD void operator()(std::uint32_t point) const {
    height_m[point] = static_cast<float>(ground_at(planes, x[point], y[point]).height_m);
  }
};

struct GroundUnderPlace {
  const double *x, *y;
  const GroundPlane* planes;
  GroundRow* rows;
  CONCORD_HD void operator()(std::uint32_t place) const { rows[place] = ground_at(planes, x[place], y[place]); }
};

}  // namespace

void ground(const GroundRequest& request, float* point_ground_m, GroundRow* rows) {
  const PointColumns& points = request.points;
  thrust::device_vector<std::uint64_t> lowest(kCells * kCells);
  thrust::device_vector<GroundPlane> planes(kNodes * kNodes);
  const thrust::counting_iterator<std::uint32_t> index(0);
  for (std::uint32_t f = 0; f < points.frames; ++f) {
    const std::uint64_t begin = points.offset[f];
    const auto count = static_cast<std::uint32_t>(points.offset[f + 1] - begin);
    const Resident<float> x(points.x_m + begin, count), y(points.y_m + begin, count), z(points.z_m + begin, count);
    thrust::fill(thrust::device, lowest.begin(), lowest.end(), kNoPoint);
    thrust::for_each_n(thrust::device, index, count, LowestPoint{x.data(), y.data(), z.data(), raw(lowest)});
    thrust::for_each_n(thrust::device, thrust::counting_iterator<int>(0), kNodes * kNodes,
                       FitNode{x.data(), y.data(), z.data(), raw(lowest), raw(planes)});
    if (point_ground_m != nullptr) {
      thrust::device_vector<float> height(count);
      thrust::for_each_n(thrust::device, index, count, GroundUnderPoint{x.data(), y.data(), raw(planes), raw(height)});
      fetch(height, point_ground_m + begin);
    }
    const std::uint32_t first = request.places > 0 ? request.place_offset[f] : 0;
    const std::uint32_t places = request.places > 0 ? request.place_offset[f + 1] - first : 0;
    if (places == 0) continue;
    const Resident<double> place_x(request.place_x_m + first, places), place_y(request.place_y_m + first, places);
    thrust::device_vector<GroundRow> found(places);
    thrust::for_each_n(thrust::device, index, places,
                       GroundUnderPlace{place_x.data(), place_y.data(), raw(planes), raw(found)});
    fetch(found, rows + first);
  }
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
