#pragma once

#include <cmath>
#include <cstdint>

#include "cuda/backend/backend.hpp"

// Cells of a cubic lattice in blocks of 4 x 4 x 4: a block is a 63 bit key and a mask of 64 cells.
namespace concord::kernels::CONCORD_BACKEND_NS {

inline constexpr std::int32_t kLatticeHalf = 1 << 22;  ///< cells are numbered from -kLatticeHalf to kLatticeHalf - 1
inline constexpr std::uint64_t kNoBlock = ~std::uint64_t{0};

struct Cell {
  std::uint64_t block;  ///< kNoBlock for a point outside the lattice
  std::uint32_t local;  ///< bit in the block's mask: x + 4 y + 16 z
};

/// floor without a library call; |v| < 2^31.
CONCORD_HD inline std::int32_t floor_of(double v) {
  const auto whole = static_cast<std::int32_t>(v);
  return whole - static_cast<std::int32_t>(v < whole);
}

CONCORD_HD inline Cell cell_of(float x, float y, float z, double per_m) {
  const double cx = x * per_m, cy = y * per_m, cz = z * per_m;
  const double limit = kLatticeHalf;
  if (!(fabs(cx) < limit && fabs(cy) < limit && fabs(cz) < limit)) return {kNoBlock, 0};
  const auto ix = static_cast<std::uint32_t>(floor_of(cx) + kLatticeHalf),
             iy = static_cast<std::uint32_t>(floor_of(cy) + kLatticeHalf),
             iz = static_cast<std::uint32_t>(floor_of(cz) + kLatticeHalf);
  const std::uint64_t block =
      (static_cast<std::uint64_t>(iz >> 2U) << 42U) | (static_cast<std::uint64_t>(iy >> 2U) << 21U) | (ix >> 2U);
  return {block, (ix & 3U) | (iy & 3U) << 2U | (iz & 3U) << 4U};
}

/// The block at an offset of -1, 0 or 1 on each axis; kNoBlock beyond the lattice.
CONCORD_HD inline std::uint64_t neighbour_block(std::uint64_t block, int dx, int dy, int dz) {
  constexpr std::int64_t kMask = (1 << 21) - 1;
  const std::int64_t x = static_cast<std::int64_t>(block & kMask) + dx,
                     y = static_cast<std::int64_t>(block >> 21U & kMask) + dy,
                     z = static_cast<std::int64_t>(block >> 42U & kMask) + dz;
  if (x < 0 || y < 0 || z < 0 || x > kMask || y > kMask || z > kMask) return kNoBlock;
  return static_cast<std::uint64_t>(z) << 42U | static_cast<std::uint64_t>(y) << 21U | static_cast<std::uint64_t>(x);
}

/// Along one axis: the 4 bit mask of places in the block at offset `step` that are at most 2 cells from place `at`.
CONCORD_HD inline std::uint32_t reach_bits(std::uint32_t at, int step) {
  const int from = static_cast<int>(at) - 2 - 4 * step, to = from + 4;
  const int first = from < 0 ? 0 : from, last = to > 3 ? 3 : to;
  return first > last ? 0U : (0xFU << static_cast<unsigned>(first)) & (0xFU >> static_cast<unsigned>(3 - last));
}

/// The cells of the block at offset (dx, dy, dz) that are at most 2 cells away, on every axis, from cell `local`.
CONCORD_HD inline std::uint64_t reach_mask(std::uint32_t local, int dx, int dy, int dz) {
  const std::uint32_t x = reach_bits(local & 3U, dx), y = reach_bits(local >> 2U & 3U, dy),
                      z = reach_bits(local >> 4U, dz);
  std::uint64_t plane = 0, mask = 0;
  for (unsigned i = 0; i < 4; ++i) plane |= static_cast<std::uint64_t>((y >> i & 1U) * x) << (4 * i);
  for (unsigned i = 0; i < 4; ++i) mask |= (z >> i & 1U) * plane << (16 * i);
  return mask;
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
