// Drawing of boxes into the candidate grid. Runs on the host for both backends: boxes are few, points are many.

#include "cuda/kernels/box_grid.hpp"

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

constexpr double kCell_m = 0.5;
constexpr double kRasterSlack = 0.01 * kCell_m;
constexpr double kWindow_m = 512.0;           ///< half side of the square around the median box that is drawn
constexpr double kMaxDrawnCells = 128 * 128;  ///< of one box; a larger one is tested against every point

/// Calls work(frame) for each frame: in parallel where the device is the host, else one after the other.
template <class Work>
void for_each_frame(std::uint32_t frames, Work work) {
#ifdef __CUDACC__
  for (std::uint32_t f = 0; f < frames; ++f) work(f);
#else
  thrust::for_each_n(thrust::device, thrust::counting_iterator<std::uint32_t>(0), frames, work);
#endif
}

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The largest float32 that is not above `value`.
float float_below(double value) {
  const auto nearest = static_cast<float>(value);
  return static_cast<double>(nearest) <= value ? nearest
                                               : std::nextafter(nearest, -std::numeric_limits<float>::infinity());
}

struct Corner {
  double x, y;
};

/// Corner i of the grown box: bit k of i says on which side of axis k it lies.
void corners_of(const PointBox& box, double margin_m, Corner (&corners)[8]) {
  for (int i = 0; i < 8; ++i) {
    double x = box.center[0], y = box.center[1];
    for (int k = 0; k < 3; ++k) {
      const double reach = (((i >> k) & 1) != 0 ? 1.0 : -1.0) * (box.half[k] + margin_m);
      x += reach * box.axis[k][0];
      y += reach * box.axis[k][1];
    }
    corners[i] = {x, y};
  }
}

// The first four edges are those of the bottom: all that the bird's-eye outline of an upright box has.
constexpr int kEdges[12][2] = {{0, 1}, {1, 3}, {3, 2}, {2, 0}, {4, 5}, {5, 7},
                               {7, 6}, {6, 4}, {0, 4}, {1, 5}, {3, 7}, {2, 6}};

}  // namespace

FrameGrid::Bounds FrameGrid::bounds_of(const PointBox& box, double margin_m) {
  double reach_x = 0, reach_y = 0;
  for (int k = 0; k < 3; ++k) {
    reach_x += fabs(box.axis[k][0]) * (box.half[k] + margin_m);
    reach_y += fabs(box.axis[k][1]) * (box.half[k] + margin_m);
  }
  reach_x += kRasterSlack;
  reach_y += kRasterSlack;
  return {box.center[0] - reach_x, box.center[0] + reach_x, box.center[1] - reach_y, box.center[1] + reach_y};
}

void FrameGrid::build(const std::vector<PointBox>& boxes, const std::vector<std::uint8_t>& valid, std::uint32_t begin,
                      std::uint32_t end, double margin_m) {
  std::vector<double> xs, ys;
  for (std::uint32_t row = begin; row < end; ++row) {
    if (valid[row] == 0) continue;
    xs.push_back(boxes[row].center[0]);
    ys.push_back(boxes[row].center[1]);
  }
  if (xs.empty()) return;
  bits_.assign(1, 0);  // what a look-up outside the grid reads
  rank_.assign(1, 0);
  const double middle_x = median(xs), middle_y = median(ys);

  std::vector<Bounds> bounds;
  std::vector<std::uint32_t> drawn;
  for (std::uint32_t row = begin; row < end; ++row) {
    if (valid[row] == 0) continue;
    const Bounds b = bounds_of(boxes[row], margin_m);
    const double cells = ((b.max_x - b.min_x) / kCell_m + 1) * ((b.max_y - b.min_y) / kCell_m + 1);
    const bool near = b.min_x >= middle_x - kWindow_m && b.max_x <= middle_x + kWindow_m &&
                      b.min_y >= middle_y - kWindow_m && b.max_y <= middle_y + kWindow_m;
    if (near && cells <= kMaxDrawnCells) {
      bounds.push_back(b);
      drawn.push_back(row);
    } else {
      wide_.push_back(row);
    }
  }
  if (drawn.empty()) return;

  Bounds all = bounds.front();
  for (const Bounds& b : bounds) {
    all = {std::min(all.min_x, b.min_x), std::max(all.max_x, b.max_x), std::min(all.min_y, b.min_y),
           std::max(all.max_y, b.max_y)};
  }
  view_.x0_m = float_below(all.min_x);
  view_.y0_m = float_below(all.min_y);
  view_.cells_per_m = static_cast<float>(1.0 / kCell_m);
  const double columns = std::floor((all.max_x - static_cast<double>(view_.x0_m)) / kCell_m) + 1;
  const double rows = std::floor((all.max_y - static_cast<double>(view_.y0_m)) / kCell_m) + 1;
  view_.columns = static_cast<float>(columns);
  view_.rows = static_cast<float>(rows);
  view_.stride = (static_cast<std::int32_t>(columns) + 31) / 32 * 32;
  bits_.assign(static_cast<std::size_t>(view_.stride / 32) * static_cast<std::size_t>(rows), 0);
  box_spans_.push_back(0);
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    draw(boxes[drawn[i]], margin_m, bounds[i]);
    box_spans_.push_back(static_cast<std::uint32_t>(spans_.size()));
  }
  list(drawn);
}

void FrameGrid::draw(const PointBox& box, double margin_m, const Bounds& bounds) {
  Corner corners[8];
  corners_of(box, margin_m, corners);
  const bool upright = box.axis[2][0] == 0 && box.axis[2][1] == 0;
  const int edges = upright ? 4 : 12;
  const double x0 = view_.x0_m, y0 = view_.y0_m;
  const auto first_row = static_cast<std::uint32_t>((bounds.min_y - y0) / kCell_m);
  const auto last_row = static_cast<std::uint32_t>((bounds.max_y - y0) / kCell_m);
  for (std::uint32_t row = first_row; row <= last_row; ++row) {
    const double low_y = y0 + row * kCell_m - kRasterSlack, high_y = low_y + kCell_m + 2 * kRasterSlack;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (int e = 0; e < edges; ++e) {
      Corner a = corners[kEdges[e][0]], b = corners[kEdges[e][1]];
      if (a.y > b.y) std::swap(a, b);
      if (b.y < low_y || a.y > high_y) continue;
      const double slope = b.y > a.y ? (b.x - a.x) / (b.y - a.y) : 0;
      const double x_in = a.y < low_y ? a.x + (low_y - a.y) * slope : a.x;
      const double x_out = b.y > high_y ? a.x + (high_y - a.y) * slope : b.x;
      low = std::min({low, x_in, x_out});
      high = std::max({high, x_in, x_out});
    }
    if (low > high) continue;
    const double first = std::max((low - kRasterSlack - x0) / kCell_m, 0.0);
    const double last = std::min((high + kRasterSlack - x0) / kCell_m, static_cast<double>(view_.columns) - 1);
    draw_row(row, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last));
  }
}

void FrameGrid::draw_row(std::uint32_t row, std::uint32_t first, std::uint32_t last) {
  spans_.push_back({row, first, last});
  const std::uint32_t begin = first_bit(row) + first, end = first_bit(row) + last;
  const std::uint32_t first_bits = ~0U << (begin & 31U), last_bits = ~0U >> (31U - (end & 31U));
  if (begin / 32 == end / 32) {
    bits_[begin / 32] |= first_bits & last_bits;
    return;
  }
  bits_[begin / 32] |= first_bits;
  for (std::uint32_t word = begin / 32 + 1; word < end / 32; ++word) bits_[word] = ~0U;
  bits_[end / 32] |= last_bits;
}

void FrameGrid::list(const std::vector<std::uint32_t>& drawn) {
  rank_.resize(bits_.size());
  std::uint32_t cells = 0;
  for (std::size_t word = 0; word < bits_.size(); ++word) {
    rank_[word] = cells;
    cells += static_cast<std::uint32_t>(count_bits(bits_[word]));
  }
  // Cells of a span lie side by side, also in the numbering of set bits.
  const auto first_cell = [this](const Span& span) {
    const std::uint32_t bit = first_bit(span.row) + span.first;
    return rank_[bit / 32] + static_cast<std::uint32_t>(count_bits(bits_[bit / 32] & ((1U << (bit & 31U)) - 1U)));
  };
  cell_begin_.assign(cells + std::size_t{1}, 0);
  for (const Span& span : spans_) {
    const std::uint32_t cell = first_cell(span);
    for (std::uint32_t i = 0; i <= span.last - span.first; ++i) ++cell_begin_[cell + i];
  }
  std::uint32_t entries = 0;
  for (std::uint32_t& begin : cell_begin_) entries += begin, begin = entries;
  // From here begin holds each cell's end; filling from the last box backwards turns it into the begin.
  cell_boxes_.resize(entries);
  for (std::size_t i = drawn.size(); i-- > 0;) {
    for (std::uint32_t s = box_spans_[i]; s < box_spans_[i + 1]; ++s) {
      const std::uint32_t cell = first_cell(spans_[s]);
      for (std::uint32_t k = 0; k <= spans_[s].last - spans_[s].first; ++k)
        cell_boxes_[--cell_begin_[cell + k]] = drawn[i];
    }
  }
}

GridView FrameGrid::view() const {
  GridView view = view_;
  view.bits = bits_.data();
  view.rank = rank_.data();
  view.cell_begin = cell_begin_.data();
  view.cell_boxes = cell_boxes_.data();
  view.wide = wide_.data();
  view.wide_count = static_cast<std::uint32_t>(wide_.size());
  return view;
}

GridSet::GridSet(const BoxColumns& boxes, const std::uint32_t* box_offset, std::uint32_t frames, double margin_m)
    : boxes_(boxes.count), valid_(boxes.count), grids_(frames), views_(frames) {
  const auto build = [&, this](std::uint32_t f) {
    for (std::uint32_t row = box_offset[f]; row < box_offset[f + 1]; ++row) {
      const Box box = load_box(boxes, row);
      boxes_[row] = point_box(box);
      valid_[row] = box.valid ? 1 : 0;
    }
    grids_[f].build(boxes_, valid_, box_offset[f], box_offset[f + 1], margin_m);
    views_[f] = grids_[f].view();
  };
  for_each_frame(frames, build);
#ifdef __CUDACC__
  upload();
#endif
  boxes_on_device_ = Resident<PointBox>(boxes_.data(), boxes_.size());
  views_on_device_ = Resident<GridView>(views_.data(), views_.size());
}

#ifdef __CUDACC__
void GridSet::upload() {
  std::vector<std::uint32_t> all;
  const auto append = [&all](const std::vector<std::uint32_t>& column) {
    all.insert(all.end(), column.begin(), column.end());
  };
  for (const FrameGrid& grid : grids_) {
    for (const auto* column : {&grid.bits_, &grid.rank_, &grid.cell_begin_, &grid.cell_boxes_, &grid.wide_})
      append(*column);
  }
  arena_.assign(all.begin(), all.end());
  const std::uint32_t* next = raw(arena_);
  const auto take = [&next](const std::vector<std::uint32_t>& column) {
    const std::uint32_t* begin = next;
    next += column.size();
    return begin;
  };
  for (std::size_t f = 0; f < grids_.size(); ++f) {
    views_[f].bits = take(grids_[f].bits_);
    views_[f].rank = take(grids_[f].rank_);
    views_[f].cell_begin = take(grids_[f].cell_begin_);
    views_[f].cell_boxes = take(grids_[f].cell_boxes_);
    views_[f].wide = take(grids_[f].wide_);
  }
}
#endif

}  // namespace concord::kernels::CONCORD_BACKEND_NS
