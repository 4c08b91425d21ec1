#pragma once

#include <thrust/device_vector.h>
#include <cstddef>

#include "cuda/backend/backend.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

namespace thrust = ::THRUST_CUB_WRAPPED_NAMESPACE::thrust;

/// Host values that a kernel only reads: a copy in the memory of the GPU, and on the CPU the values themselves, which
/// must outlive it.
template <class T>
class Resident {
 public:
  Resident() = default;
#ifdef __CUDACC__
  Resident(const T* values, std::size_t count) : copy_(values, values + count) {}
  [[nodiscard]] const T* data() const { return thrust::raw_pointer_cast(copy_.data()); }

 private:
  thrust::device_vector<T> copy_;
#else
  Resident(const T* values, std::size_t /*count*/) : values_(values) {}
  [[nodiscard]] const T* data() const { return values_; }

 private:
  const T* values_ = nullptr;
#endif
};

template <class T>
T* raw(thrust::device_vector<T>& vector) {
  return thrust::raw_pointer_cast(vector.data());
}

/// Copies all of `vector` to host memory. An empty one has no address that may be copied from: then nothing is done.
template <class T>
void fetch(const thrust::device_vector<T>& vector, T* values) {
  if (!vector.empty()) thrust::copy(vector.begin(), vector.end(), values);
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
