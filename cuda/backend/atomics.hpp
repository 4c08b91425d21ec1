#pragma once

#include <cstdint>

#include "cuda/backend/backend.hpp"
#include "cuda/backend/bits.hpp"

// Relaxed atomic operations on device memory. Kernels use only those whose result does not depend on the order: sums of
// integers, minimum and maximum.
namespace concord::kernels::CONCORD_BACKEND_NS {

CONCORD_HD inline std::uint32_t atomic_add(std::uint32_t* target, std::uint32_t value) {
#ifdef __CUDA_ARCH__
  return atomicAdd(target, value);
#else
  return __atomic_fetch_add(target, value, __ATOMIC_RELAXED);
#endif
}

CONCORD_HD inline void atomic_min(std::uint32_t* target, std::uint32_t value) {
#ifdef __CUDA_ARCH__
  atomicMin(target, value);
#else
  std::uint32_t seen = __atomic_load_n(target, __ATOMIC_RELAXED);
  while (value < seen && !__atomic_compare_exchange_n(target, &seen, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
#endif
}

CONCORD_HD inline void atomic_min(std::uint64_t* target, std::uint64_t value) {
#ifdef __CUDA_ARCH__
  static_assert(sizeof(unsigned long long) == sizeof(std::uint64_t));
  atomicMin(reinterpret_cast<unsigned long long*>(target), static_cast<unsigned long long>(value));
#else
  std::uint64_t seen = __atomic_load_n(target, __ATOMIC_RELAXED);
  while (value < seen && !__atomic_compare_exchange_n(target, &seen, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
#endif
}

CONCORD_HD inline std::uint32_t atomic_or(std::uint32_t* target, std::uint32_t bits) {
#ifdef __CUDA_ARCH__
  return atomicOr(target, bits);
#else
  return __atomic_fetch_or(target, bits, __ATOMIC_RELAXED);
#endif
}

/// Replaces `expected` by `desired`; returns what was there.
CONCORD_HD inline std::uint32_t atomic_cas(std::uint32_t* target, std::uint32_t expected, std::uint32_t desired) {
#ifdef __CUDA_ARCH__
  return atomicCAS(target, expected, desired);
#else
  __atomic_compare_exchange_n(target, &expected, desired, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  return expected;
#endif
}

CONCORD_HD inline std::uint64_t atomic_cas(std::uint64_t* target, std::uint64_t expected, std::uint64_t desired) {
#ifdef __CUDA_ARCH__
  return atomicCAS(reinterpret_cast<unsigned long long*>(target), static_cast<unsigned long long>(expected),
                   static_cast<unsigned long long>(desired));
#else
  __atomic_compare_exchange_n(target, &expected, desired, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  return expected;
#endif
}

CONCORD_HD inline std::uint32_t load_relaxed(const std::uint32_t* source) {
#ifdef __CUDA_ARCH__
  return *static_cast<const volatile std::uint32_t*>(source);
#else
  return __atomic_load_n(source, __ATOMIC_RELAXED);
#endif
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
