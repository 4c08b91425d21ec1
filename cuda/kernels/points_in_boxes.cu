// How many points each box holds.

#include "cuda/kernels/kernels_impl.hpp"
#include "cuda/kernels/stream_points.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

struct CountInside {
  /// Neighbouring points mostly lie in the same box: one atomic addition a run of them.
  struct State {
    std::uint32_t box = 0, run = 0;
  };
  const float *x, *y, *z;
  const PointBox* boxes;
  std::uint32_t* counts;

  CONCORD_HD void operator()(State& state, std::uint64_t point, const GridView& grid, const CellLookup& cell) const {
    const double px = x[point], py = y[point], pz = z[point];
    for_each_candidate(grid, cell, [&](std::uint32_t row) {
      if (!holds(boxes[row], px, py, pz, 0)) return;
      if (state.run > 0 && state.box != row) finish(state);
      state.box = row;
      ++state.run;
    });
  }
  CONCORD_HD void finish(State& state) const {
    if (state.run > 0) atomic_add(counts + state.box, state.run);
    state.run = 0;
  }
};

struct MarkNear {
  struct State {};
  const float *x, *y, *z;
  const PointBox* boxes;
  double margin_m;
  std::uint8_t* near;

  CONCORD_HD void operator()(State& /*state*/, std::uint64_t point, const GridView& grid,
                             const CellLookup& cell) const {
    bool any = false;
    for_each_candidate(grid, cell,
                       [&](std::uint32_t row) { any |= holds(boxes[row], x[point], y[point], z[point], margin_m); });
    if (any) near[point] = 1;
  }
  CONCORD_HD void finish(State& /*state*/) const {}
};

}  // namespace

void points_near_boxes(const BoxPointsRequest& request, double margin_m, std::uint8_t* near) {
  const std::uint64_t count = request.points.offset[request.points.frames];
  const GridSet grids(request.boxes, request.box_offset, request.points.frames, margin_m);
  thrust::device_vector<std::uint8_t> marks(count, std::uint8_t{0});
  const auto blocks = point_blocks(request.points, [&](std::uint32_t f) { return !grids.empty(f); });
  if (!blocks.empty()) {
    const ResidentPoints points(request.points);
    stream_points(blocks, points, grids,
                  MarkNear{points.x(), points.y(), points.z(), grids.boxes(), margin_m, raw(marks)});
  }
  fetch(marks, near);
}

void points_in_boxes(const BoxPointsRequest& request, std::uint32_t* counts) {
  const std::size_t rows = request.boxes.count;
  if (rows == 0) return;
  const GridSet grids(request.boxes, request.box_offset, request.points.frames, 0);
  thrust::device_vector<std::uint32_t> inside(rows, 0);
  const auto blocks = point_blocks(request.points, [&](std::uint32_t f) { return !grids.empty(f); });
  if (!blocks.empty()) {
    const ResidentPoints points(request.points);
    stream_points(blocks, points, grids, CountInside{points.x(), points.y(), points.z(), grids.boxes(), raw(inside)});
  }
  fetch(inside, counts);
  for (std::size_t row = 0; row < rows; ++row) {
    if (grids.valid()[row] == 0) counts[row] = BoxDetailRow::no_count;
  }
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
