#pragma once

// Each backend compiles the same sources in its own namespace, so that both live in one program. CONCORD_BACKEND_NS is
// given by the build (cpu or cuda).

#ifndef CONCORD_BACKEND_NS
#error "CONCORD_BACKEND_NS is set by cuda/CMakeLists.txt"
#endif

#ifdef __CUDACC__
#define CONCORD_HD __host__ __device__
#else
#define CONCORD_HD
#endif

/// Before a loop over lanes: its passes are independent of each other.
#ifdef __CUDACC__
#define CONCORD_LANES
#else
#define CONCORD_LANES _Pragma("GCC ivdep")
#endif

/// For the bodies of loops over lanes: g++ vectorises such a loop only when all of its body is inlined.
#define CONCORD_HD_INLINE CONCORD_HD inline __attribute__((always_inline))

namespace concord::kernels::CONCORD_BACKEND_NS {

/// How many items one call of a kernel body handles. A CUDA thread handles one. On the CPU a body handles a block of
/// them in columns, whose inner loop the compiler turns into vector instructions; lanes never mix, so that the width of
/// the vectors changes no bit of a result.
#ifdef __CUDACC__
inline constexpr int kLanes = 1;
#else
inline constexpr int kLanes = 32;
#endif

}  // namespace concord::kernels::CONCORD_BACKEND_NS
