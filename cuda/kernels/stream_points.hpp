#pragma once

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <array>
#include <vector>

#include "cuda/kernels/box_grid.hpp"

// One pass over the points of a batch: those in a drawn cell of their frame's grid are handed on, the others are
// dropped.
namespace concord::kernels::CONCORD_BACKEND_NS {

/// Consecutive points of one frame.
struct PointBlock {
  std::uint64_t begin;
  std::uint32_t count;
  std::uint32_t frame;
};

#ifdef __CUDACC__
inline constexpr std::uint32_t kBlockPoints = 256;
#else
inline constexpr std::uint32_t kBlockPoints = 2048;
#endif

/// The points of all frames for which wanted(frame) is true, in blocks.
template <class Wanted>
std::vector<PointBlock> point_blocks(const PointColumns& points, Wanted wanted) {
  std::vector<PointBlock> blocks;
  for (std::uint32_t f = 0; f < points.frames; ++f) {
    if (!wanted(f)) continue;
    for (std::uint64_t begin = points.offset[f]; begin < points.offset[f + 1]; begin += kBlockPoints) {
      const std::uint64_t left = points.offset[f + 1] - begin;
      blocks.push_back({begin, left < kBlockPoints ? static_cast<std::uint32_t>(left) : kBlockPoints, f});
    }
  }
  return blocks;
}

/// Points where the kernel can read them.
class ResidentPoints {
 public:
  explicit ResidentPoints(const PointColumns& points)
      : x_(points.x_m, points.offset[points.frames]),
        y_(points.y_m, points.offset[points.frames]),
        z_(points.z_m, points.offset[points.frames]) {}
  [[nodiscard]] const float* x() const { return x_.data(); }
  [[nodiscard]] const float* y() const { return y_.data(); }
  [[nodiscard]] const float* z() const { return z_.data(); }

 private:
  Resident<float> x_, y_, z_;
};

/// Calls visit(state, point, grid, cell) for each point of a block that may lie in a box, and visit.finish(state) once.
/// On the CPU an instance takes a whole block, so that the look-up is vectorised; on a GPU it takes one point.
template <class Visit>
struct StreamBlock {
  const PointBlock* blocks;
  const float *x, *y;
  const GridView* grids;
  Visit visit;

#ifdef __CUDACC__
  __host__ __device__ void operator()(std::size_t i) const {
    const PointBlock block = blocks[i / kBlockPoints];
    const auto lane = static_cast<std::uint32_t>(i % kBlockPoints);
    if (lane >= block.count) return;
    const GridView& grid = grids[block.frame];
    const std::uint64_t point = block.begin + lane;
    const CellLookup cell = look_up(grid, x[point], y[point]);
    if (!cell.set && grid.wide_count == 0) return;
    typename Visit::State state;
    visit(state, point, grid, cell);
    visit.finish(state);
  }
#else
  void operator()(std::size_t i) const {
    const PointBlock block = blocks[i];
    const GridView grid = grids[block.frame];
    const float* const block_x = x + block.begin;
    const float* const block_y = y + block.begin;
    std::array<std::uint32_t, kBlockPoints> hit, kept;
    const std::uint32_t every = grid.wide_count > 0 ? 1 : 0;
    for (std::uint32_t k = 0; k < block.count; ++k) {
      hit[k] = every | static_cast<std::uint32_t>(look_up(grid, block_x[k], block_y[k]).set);
    }
    std::uint32_t count = 0;
    for (std::uint32_t k = 0; k < block.count; ++k) {
      kept[count] = k;
      count += hit[k];
    }
    typename Visit::State state;
    for (std::uint32_t k = 0; k < count; ++k) {
      visit(state, block.begin + kept[k], grid, look_up(grid, block_x[kept[k]], block_y[kept[k]]));
    }
    visit.finish(state);
  }
#endif
};

template <class Visit>
void stream_points(const std::vector<PointBlock>& blocks, const ResidentPoints& points, const GridSet& grids,
                   const Visit& visit) {
  const Resident<PointBlock> resident(blocks.data(), blocks.size());
#ifdef __CUDACC__
  const std::size_t count = blocks.size() * kBlockPoints;
#else
  const std::size_t count = blocks.size();
#endif
  thrust::for_each_n(thrust::device, thrust::counting_iterator<std::size_t>(0), count,
                     StreamBlock<Visit>{resident.data(), points.x(), points.y(), grids.views(), visit});
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
