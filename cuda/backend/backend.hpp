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
