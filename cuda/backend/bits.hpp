#pragma once

#include <cstdint>

#include "cuda/backend/backend.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

CONCORD_HD inline int count_bits(std::uint32_t bits) {
#ifdef __CUDA_ARCH__
  return __popc(bits);
#else
  return __builtin_popcount(bits);
#endif
}

CONCORD_HD inline int count_bits(std::uint64_t bits) {
#ifdef __CUDA_ARCH__
  return __popcll(bits);
#else
  return __builtin_popcountll(bits);
#endif
}

/// Index of the lowest set bit; `bits` is not 0.
CONCORD_HD inline int lowest_bit(std::uint64_t bits) {
#ifdef __CUDA_ARCH__
  return __ffsll(static_cast<long long>(bits)) - 1;
#else
  return __builtin_ctzll(bits);
#endif
}

#ifndef __CUDA_ARCH__
struct SingleBits {
  std::uint64_t value[64];
  constexpr SingleBits() : value() {
    for (int k = 0; k < 64; ++k) value[k] = std::uint64_t{1} << k;
  }
};
inline constexpr SingleBits kSingleBits;
#endif

/// A word with bit k alone. A table on the CPU: x86-64-v2 cannot shift the lanes of a vector by different amounts.
CONCORD_HD_INLINE std::uint64_t single_bit(std::uint64_t k) {
#ifdef __CUDA_ARCH__
  return std::uint64_t{1} << k;
#else
  return kSingleBits.value[k];
#endif
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
