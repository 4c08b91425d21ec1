// Where the points of each box lie. The points of each box are listed (count, then fill), then one instance a box
// summarises its list by counts and histograms, which do not depend on the list's order.

#include <thrust/scan.h>

#include "cuda/kernels/kernels_impl.hpp"
#include "cuda/kernels/stream_points.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

/// A point in the axes of a box.
struct Entry {
  float at[3];
  std::uint32_t flags;
  std::uint64_t point;
};
constexpr std::uint32_t kInside = 1, kObject = 2;

/// Which points belong to which box: the common part of counting and filling.
struct Membership {
  struct State {};
  const float *x, *y, *z;
  const PointBox* boxes;
  const float* ground_m;  ///< or nullptr
  double margin_m, clearance_m;

  CONCORD_HD bool is_object(const PointBox& box, std::uint64_t point, double z_m, double up) const {
    if (ground_m != nullptr && ground_m[point] == ground_m[point]) return z_m - ground_m[point] > clearance_m;
    return up > clearance_m - box.half[2];
  }

  /// Calls found(row, entry) for each box that the point belongs to.
  template <class Found>
  CONCORD_HD void visit(std::uint64_t point, const GridView& grid, const CellLookup& cell, Found&& found) const {
    const double px = x[point], py = y[point], pz = z[point];
    bool in_any = false;
    for_each_candidate(grid, cell, [&](std::uint32_t row) { in_any |= holds(boxes[row], px, py, pz, 0); });
    for_each_candidate(grid, cell, [&](std::uint32_t row) {
      const PointBox& box = boxes[row];
      if (!holds(box, px, py, pz, in_any ? 0 : margin_m)) return;
      const LocalPoint local = to_box(box, px, py, pz);
      const bool object = is_object(box, point, pz, local.at[2]);
      if (!in_any && !object) return;
      found(row,
            Entry{{static_cast<float>(local.at[0]), static_cast<float>(local.at[1]), static_cast<float>(local.at[2])},
                  (in_any ? kInside : 0U) | (object ? kObject : 0U),
                  point});
    });
  }
  CONCORD_HD void finish(State& /*state*/) const {}
};

struct CountEntries : Membership {
  std::uint32_t* counts;
  CONCORD_HD void operator()(State& /*state*/, std::uint64_t point, const GridView& grid,
                             const CellLookup& cell) const {
    visit(point, grid, cell, [&](std::uint32_t row, const Entry&) { atomic_add(counts + row, 1); });
  }
};

struct FillEntries : Membership {
  const std::uint64_t* begin;
  std::uint32_t* filled;
  Entry* entries;
  CONCORD_HD void operator()(State& /*state*/, std::uint64_t point, const GridView& grid,
                             const CellLookup& cell) const {
    visit(point, grid, cell,
          [&](std::uint32_t row, const Entry& entry) { entries[begin[row] + atomic_add(filled + row, 1)] = entry; });
  }
};

constexpr int kBins = 128;
constexpr double kFinestBin_m = 0.05;

/// Histogram of object points along one axis of a box, over the box and its margins.
struct AxisHistogram {
  std::uint32_t count[kBins];
  int bins;
  double step_m;
  double reach_m;  ///< from the centre to either end

  CONCORD_HD void clear(double half_m, double margin_m) {
    reach_m = half_m + margin_m;
    const double fine = 2 * reach_m / kFinestBin_m;
    bins = fine < kBins ? static_cast<int>(fine) + 1 : kBins;
    step_m = 2 * reach_m / bins;
    for (int i = 0; i < bins; ++i) count[i] = 0;
  }
  CONCORD_HD void add(double at_m) {
    const int bin = static_cast<int>((at_m + reach_m) / step_m);
    ++count[bin < 0 ? 0 : (bin >= bins ? bins - 1 : bin)];
  }

  /// Sets the ends of the fullest stretch (in m from the box's centre); false without points.
  CONCORD_HD bool fullest_stretch(double gap_m, double& low_m, double& high_m) const {
    int best_first = -1, best_last = -1, first = -1, last = -1;
    std::uint32_t best = 0, sum = 0;
    for (int i = 0; i < bins; ++i) {
      if (count[i] == 0) continue;
      if (first < 0 || (i - last - 1) * step_m > gap_m) {
        first = i;
        sum = 0;
      }
      last = i;
      sum += count[i];
      if (sum > best) {
        best = sum;
        best_first = first;
        best_last = last;
      }
    }
    if (best == 0) return false;
    const std::uint32_t trim = best >= 100 ? 2 : (best >= 30 ? 1 : 0);
    for (std::uint32_t cut = count[best_first]; cut <= trim; cut += count[best_first]) ++best_first;
    for (std::uint32_t cut = count[best_last]; cut <= trim; cut += count[best_last]) --best_last;
    low_m = best_first * step_m - reach_m;
    high_m = (best_last + 1) * step_m - reach_m;
    return true;
  }
};

/// Sums over object points, as integers, so that their order does not matter: less than 2^32 points of less than 2^31
/// in square stay within 64 bits.
struct Moments {
  static constexpr double kUnits = 32768;
  std::int64_t count, sum[3], square[3], product_xy;
  double unit_m[3];

  CONCORD_HD void clear(const PointBox& box, double margin_m) {
    count = product_xy = 0;
    for (int k = 0; k < 3; ++k) {
      sum[k] = square[k] = 0;
      unit_m[k] = (box.half[k] + margin_m) / kUnits;
    }
  }
  CONCORD_HD void add(const float (&at)[3]) {
    std::int64_t units[3];
    for (int k = 0; k < 3; ++k) {
      units[k] = static_cast<std::int64_t>(at[k] / unit_m[k]);
      sum[k] += units[k];
      square[k] += units[k] * units[k];
    }
    product_xy += units[0] * units[1];
    ++count;
  }
  CONCORD_HD void write(BoxDetailRow& row) const {
    row.object_points = static_cast<std::uint64_t>(count);
    const double n = static_cast<double>(count);
    double mean[3];
    if (count == 0) {
      for (int k = 0; k < 3; ++k) row.middle_m[k] = row.variance_m2[k] = quiet_nan();
      row.covariance_xy_m2 = quiet_nan();
      return;
    }
    for (int k = 0; k < 3; ++k) {
      mean[k] = static_cast<double>(sum[k]) / n;
      row.middle_m[k] = mean[k] * unit_m[k];
      row.variance_m2[k] = (static_cast<double>(square[k]) / n - mean[k] * mean[k]) * (unit_m[k] * unit_m[k]);
    }
    row.covariance_xy_m2 = (static_cast<double>(product_xy) / n - mean[0] * mean[1]) * (unit_m[0] * unit_m[1]);
  }
};

/// How well an upright box fits the object points of a box when it is turned: the sum of their distances from its
/// nearest side, as integers, so that their order does not matter.
struct TurnFit {
  static constexpr std::uint32_t kFewest = 20, kMost = 256;
  static constexpr double kFarthest_m = 0.3, kPerMetre = 1e5;
  const Entry* first;
  const Entry* last;
  std::uint32_t stride;  ///< of many points only those count whose scrambled number is a multiple of this

  CONCORD_HD bool counts(const Entry& entry) const {
    if ((entry.flags & kObject) == 0) return false;
    return (static_cast<std::uint32_t>(entry.point * 0x9E3779B97F4A7C15U >> 40U)) % stride == 0;
  }

  CONCORD_HD std::int64_t badness(double c, double s) const {
    const double infinity = std::numeric_limits<double>::infinity();
    double low_u = infinity, high_u = -infinity, low_v = infinity, high_v = -infinity;
    for (const Entry* entry = first; entry != last; ++entry) {
      if (!counts(*entry)) continue;
      const double u = c * entry->at[0] + s * entry->at[1], v = c * entry->at[1] - s * entry->at[0];
      low_u = u < low_u ? u : low_u;
      high_u = u > high_u ? u : high_u;
      low_v = v < low_v ? v : low_v;
      high_v = v > high_v ? v : high_v;
    }
    std::int64_t sum = 0;
    for (const Entry* entry = first; entry != last; ++entry) {
      if (!counts(*entry)) continue;
      const double u = c * entry->at[0] + s * entry->at[1], v = c * entry->at[1] - s * entry->at[0];
      double nearest = u - low_u < high_u - u ? u - low_u : high_u - u;
      const double across = v - low_v < high_v - v ? v - low_v : high_v - v;
      nearest = across < nearest ? across : nearest;
      sum += static_cast<std::int64_t>((nearest < kFarthest_m ? nearest : kFarthest_m) * kPerMetre);
    }
    return sum;
  }
};

struct SummariseBox {
  const PointBox* boxes;
  const std::uint64_t* begin;
  const Entry* entries;
  const float *x, *y, *z;
  double margin_m, shell_m, gap_m, gap_slope, gap_slope_up;
  const double *turn_cos, *turn_sin;
  std::uint32_t turns;
  BoxDetailRow* rows;

  CONCORD_HD void fit(std::size_t index, BoxDetailRow& row) const {
    row.fit_points = row.fit_turn = 0;
    row.fit_gain = quiet_nan();
    TurnFit fit{entries + begin[index], entries + begin[index + 1], 1};
    std::uint32_t objects = 0;
    for (const Entry* entry = fit.first; entry != fit.last; ++entry) objects += (entry->flags & kObject) != 0 ? 1U : 0U;
    if (turns == 0 || objects < TurnFit::kFewest) return;
    fit.stride = 1 + (objects - 1) / TurnFit::kMost;
    for (const Entry* entry = fit.first; entry != fit.last; ++entry) row.fit_points += fit.counts(*entry) ? 1U : 0U;
    const std::int64_t own = fit.badness(turn_cos[0], turn_sin[0]);
    std::int64_t best = own;
    for (std::uint32_t turn = 1; turn < turns; ++turn) {
      const std::int64_t sum = fit.badness(turn_cos[turn], turn_sin[turn]);
      if (sum >= best) continue;
      best = sum;
      row.fit_turn = turn;
    }
    row.fit_gain = own > 0 ? 1.0 - static_cast<double>(best) / static_cast<double>(own) : 0.0;
  }

  CONCORD_HD void count_entry(const PointBox& box, const Entry& entry, BoxDetailRow& row, double& nearest,
                              double& farthest, AxisHistogram (&along)[3], Moments& moments) const {
    const bool inside = (entry.flags & kInside) != 0, object = (entry.flags & kObject) != 0;
    if (inside) {
      ++row.inside;
      const double px = x[entry.point], py = y[entry.point], pz = z[entry.point];
      const double square = px * px + py * py + pz * pz;
      nearest = square < nearest ? square : nearest;
      farthest = square > farthest ? square : farthest;
    }
    if (!object) return;
    moments.add(entry.at);
    if (inside) ++row.inside_object;
    for (int k = 0; k < 3; ++k) {
      const int i = (k + 1) % 3, j = (k + 2) % 3;
      if (!(fabs(entry.at[i]) <= box.half[i] && fabs(entry.at[j]) <= box.half[j])) continue;
      const double at = entry.at[k];
      along[k].add(at);
      for (int side = 0; side < 2; ++side) {
        const double out = (side == 0 ? at : -at) - box.half[k];
        if (out > 0 && out <= shell_m) ++row.beyond[k + 3 * side];
        if (out <= 0 && out >= -shell_m) ++row.within[k + 3 * side];
      }
    }
  }

  CONCORD_HD void operator()(std::size_t index) const {
    const PointBox& box = boxes[index];
    const double nan = quiet_nan(), infinity = std::numeric_limits<double>::infinity();
    BoxDetailRow row;
    row.inside = row.inside_object = 0;
    AxisHistogram along[3];
    for (int k = 0; k < 3; ++k) {
      along[k].clear(box.half[k], margin_m);
      row.edge_step_m[k] = along[k].step_m;
      row.beyond[k] = row.beyond[k + 3] = row.within[k] = row.within[k + 3] = 0;
      row.edge_m[k] = row.edge_m[k + 3] = nan;
    }
    double nearest = infinity, farthest = -1;
    Moments moments;
    moments.clear(box, margin_m);
    for (std::uint64_t i = begin[index]; i < begin[index + 1]; ++i) {
      count_entry(box, entries[i], row, nearest, farthest, along, moments);
    }
    moments.write(row);
    const double distance_m = sqrt(box.center[0] * box.center[0] + box.center[1] * box.center[1]);
    for (int k = 0; k < 3; ++k) {
      double low = 0, high = 0;
      if (!along[k].fullest_stretch(gap_m + (k == 2 ? gap_slope_up : gap_slope) * distance_m, low, high)) continue;
      row.edge_m[k] = high - box.half[k];
      row.edge_m[k + 3] = -low - box.half[k];
    }
    row.nearest_m = farthest >= 0 ? sqrt(nearest) : nan;
    row.farthest_m = farthest >= 0 ? sqrt(farthest) : nan;
    fit(index, row);
    rows[index] = row;
  }
};

BoxDetailRow invalid_row() {
  const double nan = quiet_nan();
  BoxDetailRow row{};
  row.inside = BoxDetailRow::no_count;
  for (double& edge : row.edge_m) edge = nan;
  for (double& step : row.edge_step_m) step = nan;
  row.nearest_m = row.farthest_m = row.fit_gain = row.covariance_xy_m2 = nan;
  for (int k = 0; k < 3; ++k) row.middle_m[k] = row.variance_m2[k] = nan;
  return row;
}

}  // namespace

void box_details(const BoxDetailRequest& request, BoxDetailRow* rows) {
  const std::size_t count = request.boxes.count;
  if (count == 0) return;
  const GridSet grids(request.boxes, request.box_offset, request.points.frames, request.margin_m);
  const ResidentPoints points(request.points);
  const std::uint64_t point_count = request.points.offset[request.points.frames];
  const Resident<float> ground(request.ground_m, request.ground_m != nullptr ? point_count : 0);
  const auto blocks = point_blocks(request.points, [&](std::uint32_t f) { return !grids.empty(f); });
  const Membership membership{points.x(),
                              points.y(),
                              points.z(),
                              grids.boxes(),
                              request.ground_m != nullptr ? ground.data() : nullptr,
                              request.margin_m,
                              request.clearance_m};

  thrust::device_vector<std::uint32_t> counts(count + 1, 0);
  if (!blocks.empty()) stream_points(blocks, points, grids, CountEntries{membership, raw(counts)});
  thrust::device_vector<std::uint64_t> begin(count + 1);
  thrust::exclusive_scan(thrust::device, counts.begin(), counts.end(), begin.begin(), std::uint64_t{0});
  thrust::device_vector<Entry> entries(begin.back());
  thrust::fill(thrust::device, counts.begin(), counts.end(), 0U);
  if (!blocks.empty())
    stream_points(blocks, points, grids, FillEntries{membership, raw(begin), raw(counts), raw(entries)});

  const Resident<double> turn_cos(request.turn_cos, request.turns), turn_sin(request.turn_sin, request.turns);
  thrust::device_vector<BoxDetailRow> result(count);
  thrust::for_each_n(thrust::device, thrust::counting_iterator<std::size_t>(0), count,
                     SummariseBox{grids.boxes(), raw(begin), raw(entries), points.x(), points.y(), points.z(),
                                  request.margin_m, request.shell_m, request.gap_m, request.gap_slope,
                                  request.gap_slope_up, turn_cos.data(), turn_sin.data(), request.turns, raw(result)});
  fetch(result, rows);
  for (std::size_t row = 0; row < count; ++row) {
    if (grids.valid()[row] == 0) rows[row] = invalid_row();
  }
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
