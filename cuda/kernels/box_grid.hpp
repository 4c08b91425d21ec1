#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "cuda/backend/atomics.hpp"
#include "cuda/backend/resident.hpp"
#include "cuda/geometry/point_in_box.hpp"

// The boxes of a frame, drawn into a bird's-eye grid of 0.5 m: a point is tested only against the boxes of its cell,
// and the many points of empty cells cost one bit test. Never drops a point that lies in a box: the cell of a point is
// computed in float32, wrong by less than kRasterSlack cells, and boxes are drawn larger by that.
namespace concord::kernels::CONCORD_BACKEND_NS {

/// What a kernel reads of one frame's grid. Cells are bits, in rows of `stride` bits (a multiple of 32).
struct GridView {
  float x0_m = 0, y0_m = 0, cells_per_m = 0;
  float columns = 0, rows = 0;  ///< as float32, which holds them exactly
  std::int32_t stride = 0;
  const std::uint32_t* bits = nullptr;
  const std::uint32_t* rank = nullptr;        ///< set bits before each word
  const std::uint32_t* cell_begin = nullptr;  ///< per set bit: its first entry in cell_boxes; one more at the end
  const std::uint32_t* cell_boxes = nullptr;  ///< rows of the request's boxes
  const std::uint32_t* wide = nullptr;        ///< boxes too large or too far away to draw: every point is tested
  std::uint32_t wide_count = 0;
};

/// Where a point falls: set is false outside the grid, in empty cells and for NaN.
struct CellLookup {
  std::uint32_t word, bit;
  bool set;
};

CONCORD_HD inline CellLookup look_up(const GridView& grid, float x, float y) {
  const float column = (x - grid.x0_m) * grid.cells_per_m, row = (y - grid.y0_m) * grid.cells_per_m;
  // Without branches, so that loops are vectorised. Comparisons with NaN are false.
  const int in_grid = static_cast<int>(column >= 0.0F) & static_cast<int>(column < grid.columns) &
                      static_cast<int>(row >= 0.0F) & static_cast<int>(row < grid.rows);
  const float low_column = column > 0.0F ? column : 0.0F, low_row = row > 0.0F ? row : 0.0F;
  const auto c = static_cast<std::int32_t>(low_column < grid.columns ? low_column : 0.0F);
  const auto r = static_cast<std::int32_t>(low_row < grid.rows ? low_row : 0.0F);
  const std::int32_t bit = r * grid.stride + c;
  const std::uint32_t word = grid.bits[bit >> 5];
  const auto place = static_cast<std::uint32_t>(bit & 31);
  return {static_cast<std::uint32_t>(bit >> 5), place, (static_cast<std::uint32_t>(in_grid) & (word >> place)) != 0};
}

/// Calls test(box_row) for every box that may hold a point with this look-up.
template <class Test>
CONCORD_HD void for_each_candidate(const GridView& grid, const CellLookup& cell, Test&& test) {
  for (std::uint32_t i = 0; i < grid.wide_count; ++i) test(grid.wide[i]);
  if (!cell.set) return;
  const std::uint32_t below = grid.bits[cell.word] & ((1U << cell.bit) - 1U);
  const std::uint32_t index = grid.rank[cell.word] + static_cast<std::uint32_t>(count_bits(below));
  for (std::uint32_t i = grid.cell_begin[index]; i < grid.cell_begin[index + 1]; ++i) test(grid.cell_boxes[i]);
}

/// The grid of one frame in host memory.
class FrameGrid {
 public:
  /// Draws boxes [begin, end) of `boxes` (prepared; `valid` per row), grown by `margin_m` on all sides.
  void build(const std::vector<PointBox>& boxes, const std::vector<std::uint8_t>& valid, std::uint32_t begin,
             std::uint32_t end, double margin_m);
  [[nodiscard]] bool empty() const { return cell_boxes_.empty() && wide_.empty(); }
  [[nodiscard]] GridView view() const;  ///< pointers into this object

  // For a copy in the memory of a GPU.
  std::vector<std::uint32_t> bits_, rank_, cell_begin_, cell_boxes_, wide_;

 private:
  struct Bounds {
    double min_x, max_x, min_y, max_y;
  };
  struct Span {
    std::uint32_t row, first, last;
  };
  [[nodiscard]] std::uint32_t first_bit(std::uint32_t row) const {
    return row * static_cast<std::uint32_t>(view_.stride);
  }
  static Bounds bounds_of(const PointBox& box, double margin_m);
  void draw(const PointBox& box, double margin_m, const Bounds& bounds);
  void draw_row(std::uint32_t row, std::uint32_t first, std::uint32_t last);
  void list(const std::vector<std::uint32_t>& drawn);

  GridView view_;
  std::vector<Span> spans_;
  std::vector<std::uint32_t> box_spans_;  ///< first span of each drawn box, one more at the end
};

/// The grids of all frames of a request, where the kernel can read them.
class GridSet {
 public:
  GridSet(const BoxColumns& boxes, const std::uint32_t* box_offset, std::uint32_t frames, double margin_m);
  [[nodiscard]] const GridView* views() const { return views_on_device_.data(); }
  [[nodiscard]] const PointBox* boxes() const { return boxes_on_device_.data(); }
  [[nodiscard]] bool empty(std::uint32_t frame) const { return grids_[frame].empty(); }
  [[nodiscard]] const std::vector<std::uint8_t>& valid() const { return valid_; }

 private:
  void upload();

  std::vector<PointBox> boxes_;
  std::vector<std::uint8_t> valid_;
  std::vector<FrameGrid> grids_;
  std::vector<GridView> views_;
  Resident<PointBox> boxes_on_device_;
  Resident<GridView> views_on_device_;
  thrust::device_vector<std::uint32_t> arena_;  ///< on a GPU: the grids' columns, one after the other
};

}  // namespace concord::kernels::CONCORD_BACKEND_NS
