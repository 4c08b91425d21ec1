// Exact Euclidean clustering: points at most `distance` apart are joined. Cells have a diagonal just below the
// distance, so that the points of one cell belong together without a test; only pairs of cells at most two apart on
// each axis are looked at, and only until one pair of points joins them. The components, and so the labels, do not
// depend on the order.

#include <thrust/execution_policy.h>
#include <thrust/fill.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/scan.h>
#include <vector>

#include "cuda/backend/atomics.hpp"
#include "cuda/backend/resident.hpp"
#include "cuda/geometry/cell_blocks.hpp"
#include "cuda/kernels/kernels_impl.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

constexpr std::uint32_t kNoSlot = 0xFFFFFFFFU;

/// Occupied blocks in an open hash table of 2^k slots.
struct BlockTable {
  std::uint64_t* keys;
  std::uint32_t* mask_words;  ///< two words a slot: its 64 cells
  std::uint32_t last_slot;

  CONCORD_HD std::uint32_t first_slot(std::uint64_t key) const {
    return static_cast<std::uint32_t>(key * 0x9E3779B97F4A7C15U >> 32U) & last_slot;
  }
  CONCORD_HD std::uint32_t insert(std::uint64_t key) const {
    for (std::uint32_t slot = first_slot(key);; slot = (slot + 1) & last_slot) {
      const std::uint64_t seen = *static_cast<const volatile std::uint64_t*>(keys + slot);
      if (seen == key) return slot;
      if (seen != kNoBlock) continue;
      const std::uint64_t before = atomic_cas(keys + slot, kNoBlock, key);
      if (before == kNoBlock || before == key) return slot;
    }
  }
  CONCORD_HD std::uint32_t find(std::uint64_t key) const {
    for (std::uint32_t slot = first_slot(key);; slot = (slot + 1) & last_slot) {
      if (keys[slot] == key) return slot;
      if (keys[slot] == kNoBlock) return kNoSlot;
    }
  }
  CONCORD_HD std::uint64_t mask(std::uint32_t slot) const {
    return mask_words[2 * slot] | static_cast<std::uint64_t>(mask_words[2 * slot + 1]) << 32U;
  }
};

struct PointCells {
  const float *x, *y, *z;
  const std::uint8_t* use;  ///< or nullptr
  double per_m;
  BlockTable table;
  std::uint32_t* slot_of_point;
  std::uint8_t* local_of_point;

  CONCORD_HD void operator()(std::uint32_t i) const {
    slot_of_point[i] = kNoSlot;
    if (use != nullptr && use[i] == 0) return;
    const Cell cell = cell_of(x[i], y[i], z[i], per_m);
    if (cell.block == kNoBlock) return;
    const std::uint32_t slot = table.insert(cell.block);
    slot_of_point[i] = slot;
    local_of_point[i] = static_cast<std::uint8_t>(cell.local);
    std::uint32_t* const word = table.mask_words + 2 * slot + cell.local / 32;
    const std::uint32_t bit = 1U << (cell.local % 32);
    if ((load_relaxed(word) & bit) == 0) atomic_or(word, bit);
  }
};

struct CountCells {
  BlockTable table;
  std::uint32_t* cells;
  CONCORD_HD void operator()(std::uint32_t slot) const {
    cells[slot] = static_cast<std::uint32_t>(count_bits(table.mask(slot)));
  }
};

/// Cells are numbered by slot, then bit.
CONCORD_HD inline std::uint32_t cell_number(const std::uint32_t* first_cell, std::uint32_t slot, std::uint64_t mask,
                                            std::uint32_t local) {
  return first_cell[slot] + static_cast<std::uint32_t>(count_bits(mask & ((std::uint64_t{1} << local) - 1)));
}

struct CountPoints {
  BlockTable table;
  const std::uint32_t* first_cell;
  const std::uint8_t* local_of_point;
  std::uint32_t* cell_of_point;  ///< holds the slot before
  std::uint32_t* counts;         ///< points per cell
  std::uint32_t* smallest;       ///< smallest point per cell

  CONCORD_HD void operator()(std::uint32_t i) const {
    const std::uint32_t slot = cell_of_point[i];
    if (slot == kNoSlot) return;
    const std::uint32_t cell = cell_number(first_cell, slot, table.mask(slot), local_of_point[i]);
    cell_of_point[i] = cell;
    atomic_add(counts + cell, 1);
    atomic_min(smallest + cell, i);
  }
};

struct Position {
  float x, y, z;
};

struct FillPoints {
  const float *x, *y, *z;
  const std::uint32_t* cell_of_point;
  const std::uint32_t* begin;
  std::uint32_t* filled;
  Position* points;
  CONCORD_HD void operator()(std::uint32_t i) const {
    const std::uint32_t cell = cell_of_point[i];
    if (cell != kNoSlot) points[begin[cell] + atomic_add(filled + cell, 1)] = {x[i], y[i], z[i]};
  }
};

/// Union-find over cells. A root is the smallest cell of its tree; trees only ever grow downwards, so that finding and
/// joining need no lock.
struct Forest {
  std::uint32_t* parent;

  CONCORD_HD std::uint32_t root(std::uint32_t cell) const {
    std::uint32_t next = load_relaxed(parent + cell);
    while (next != cell) {
      const std::uint32_t above = load_relaxed(parent + next);
      if (above != next) atomic_min(parent + cell, above);  // halves the path for the next one
      cell = next;
      next = above;
    }
    return cell;
  }
  CONCORD_HD void join(std::uint32_t a, std::uint32_t b) const {
    for (;;) {
      a = root(a);
      b = root(b);
      if (a == b) return;
      const std::uint32_t low = a < b ? a : b, high = a < b ? b : a;
      if (atomic_cas(parent + high, high, low) == high) return;
    }
  }
};

// The block itself and those 13 of its 26 neighbours that come after it in the order z, y, x.
constexpr int kHalf = 14;
CONCORD_HD inline int step_x(int n) { return (n + 13) % 3 - 1; }
CONCORD_HD inline int step_y(int n) { return (n + 13) / 3 % 3 - 1; }
CONCORD_HD inline int step_z(int n) { return (n + 13) / 9 - 1; }

std::vector<std::uint64_t> reach_table() {
  std::vector<std::uint64_t> masks;
  for (int n = 0; n < kHalf; ++n) {
    for (std::uint32_t local = 0; local < 64; ++local) {
      masks.push_back(reach_mask(local, step_x(n), step_y(n), step_z(n)));
    }
  }
  return masks;
}

struct JoinBlock {
  BlockTable table;
  const std::uint32_t* first_cell;
  const std::uint32_t* begin;
  const Position* points;
  const std::uint64_t* reach;  ///< reach_mask by neighbour, then cell
  Forest forest;
  double square_m2;

  CONCORD_HD bool touch(std::uint32_t a, std::uint32_t b) const {
    for (std::uint32_t i = begin[a]; i < begin[a + 1]; ++i) {
      const Position p = points[i];
      for (std::uint32_t k = begin[b]; k < begin[b + 1]; ++k) {
        const double dx = static_cast<double>(p.x) - points[k].x, dy = static_cast<double>(p.y) - points[k].y,
                     dz = static_cast<double>(p.z) - points[k].z;
        if (dx * dx + dy * dy + dz * dz <= square_m2) return true;
      }
    }
    return false;
  }

  CONCORD_HD void operator()(std::uint32_t slot) const {
    const std::uint64_t own = table.mask(slot);
    if (own == 0) return;
    // Half of the 26 neighbours, since a pair of blocks needs to be looked at once; the first is the block itself.
    std::uint32_t others[kHalf], first[kHalf];
    std::uint64_t masks[kHalf];
    const std::uint64_t* reaches[kHalf];
    int count = 0;
    for (int n = 0; n < kHalf; ++n) {
      const std::uint32_t other = n == 0 ? slot : neighbour(slot, n);
      if (other == kNoSlot) continue;
      others[count] = other;
      masks[count] = table.mask(other);
      first[count] = first_cell[other];
      reaches[count] = reach + n * 64;
      ++count;
    }
    std::uint32_t a = first[0];
    for (std::uint64_t rest = own; rest != 0; rest &= rest - 1, ++a) {
      const int local = lowest_bit(rest);
      std::uint32_t root_a = forest.root(a);
      for (int n = 0; n < count; ++n) {
        std::uint64_t near = masks[n] & reaches[n][local];
        if (others[n] == slot) near &= ~std::uint64_t{1} << local;  // later cells only
        for (; near != 0; near &= near - 1) {
          const std::uint64_t below = masks[n] & ((near & (0 - near)) - 1);
          const std::uint32_t b = first[n] + static_cast<std::uint32_t>(count_bits(below));
          if (load_relaxed(forest.parent + b) == root_a || forest.root(b) == root_a || !touch(a, b)) continue;
          forest.join(a, b);
          root_a = forest.root(a);
        }
      }
    }
  }
  CONCORD_HD std::uint32_t neighbour(std::uint32_t slot, int n) const {
    const std::uint64_t key = neighbour_block(table.keys[slot], step_x(n), step_y(n), step_z(n));
    return key == kNoBlock ? kNoSlot : table.find(key);
  }
};

struct SmallestOfTree {
  Forest forest;
  std::uint32_t* smallest;
  CONCORD_HD void operator()(std::uint32_t cell) const {
    const std::uint32_t root = forest.root(cell);
    if (root != cell) atomic_min(smallest + root, smallest[cell]);
  }
};

struct LabelPoint {
  Forest forest;
  const std::uint32_t* cell_of_point;
  const std::uint32_t* smallest;
  std::uint32_t* labels;
  CONCORD_HD void operator()(std::uint32_t i) const {
    const std::uint32_t cell = cell_of_point[i];
    labels[i] = cell == kNoSlot ? ClusterRequest::no_cluster : smallest[forest.root(cell)];
  }
};

void cluster_frame(const float* x_m, const float* y_m, const float* z_m, const std::uint8_t* use, std::uint32_t count,
                   double distance_m, std::uint32_t* labels) {
  const Resident<float> x(x_m, count), y(y_m, count), z(z_m, count);
  const Resident<std::uint8_t> used(use, use != nullptr ? count : 0);
  std::uint64_t slots = 64;  // there are mostly far fewer blocks than points, and never more
  while (slots < count + count / 2) slots *= 2;
  thrust::device_vector<std::uint64_t> keys(slots, kNoBlock);
  thrust::device_vector<std::uint32_t> masks(2 * slots, 0), first_cell(slots + 1, 0);
  thrust::device_vector<std::uint32_t> cell_of_point(count);
  thrust::device_vector<std::uint8_t> local_of_point(count);
  const BlockTable table{raw(keys), raw(masks), static_cast<std::uint32_t>(slots - 1)};
  const thrust::counting_iterator<std::uint32_t> index(0);

  // Just below the distance over the square root of 3: two points of a cell are never farther apart than the distance.
  const double per_m = 1.7320508075688772 * (1 + 1e-6) / distance_m;
  thrust::for_each_n(thrust::device, index, count,
                     PointCells{x.data(), y.data(), z.data(), use != nullptr ? used.data() : nullptr, per_m, table,
                                raw(cell_of_point), raw(local_of_point)});
  thrust::for_each_n(thrust::device, index, slots, CountCells{table, raw(first_cell)});
  thrust::exclusive_scan(thrust::device, first_cell.begin(), first_cell.end(), first_cell.begin());
  const std::uint32_t cells = first_cell.back();

  thrust::device_vector<std::uint32_t> begin(cells + std::size_t{1}, 0), filled(cells, 0), parent(cells);
  thrust::device_vector<std::uint32_t> smallest(cells, ClusterRequest::no_cluster);
  thrust::for_each_n(
      thrust::device, index, count,
      CountPoints{table, raw(first_cell), raw(local_of_point), raw(cell_of_point), raw(begin), raw(smallest)});
  thrust::exclusive_scan(thrust::device, begin.begin(), begin.end(), begin.begin());
  thrust::device_vector<Position> points(count);
  thrust::for_each_n(
      thrust::device, index, count,
      FillPoints{x.data(), y.data(), z.data(), raw(cell_of_point), raw(begin), raw(filled), raw(points)});
  thrust::copy(thrust::device, index, index + cells, parent.begin());
  const Forest forest{raw(parent)};
  static const std::vector<std::uint64_t> reach_masks = reach_table();
  const Resident<std::uint64_t> reach(reach_masks.data(), reach_masks.size());
  thrust::for_each_n(
      thrust::device, index, slots,
      JoinBlock{table, raw(first_cell), raw(begin), raw(points), reach.data(), forest, distance_m * distance_m});
  thrust::for_each_n(thrust::device, index, cells, SmallestOfTree{forest, raw(smallest)});
  thrust::device_vector<std::uint32_t> found(count);
  thrust::for_each_n(thrust::device, index, count, LabelPoint{forest, raw(cell_of_point), raw(smallest), raw(found)});
  fetch(found, labels);
}

}  // namespace

void clusters(const ClusterRequest& request, std::uint32_t* labels) {
  const PointColumns& points = request.points;
  for (std::uint32_t f = 0; f < points.frames; ++f) {
    const std::uint64_t begin = points.offset[f];
    const auto count = static_cast<std::uint32_t>(points.offset[f + 1] - begin);
    if (count == 0) continue;
    cluster_frame(points.x_m + begin, points.y_m + begin, points.z_m + begin,
                  request.use != nullptr ? request.use + begin : nullptr, count, request.distance_m, labels + begin);
  }
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
