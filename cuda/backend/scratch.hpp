#pragma once

#include <thrust/execution_policy.h>
#include <algorithm>
#include <cstddef>
#include <new>
#include <vector>

#include "cuda/backend/backend.hpp"

#ifdef __CUDACC__
#include <cuda_runtime_api.h>
#include <thrust/system/cuda/execution_policy.h>
#include <stdexcept>
#include <string>
#endif

namespace concord::kernels::CONCORD_BACKEND_NS {

namespace thrust = ::THRUST_CUB_WRAPPED_NAMESPACE::thrust;

/// Whether kernels can write to the memory of the host.
#ifdef __CUDACC__
inline constexpr bool kDeviceIsHost = false;
#else
inline constexpr bool kDeviceIsHost = true;
#endif

#ifdef __CUDACC__
inline void check(cudaError_t status) {
  if (status != cudaSuccess) throw std::runtime_error(std::string("CUDA: ") + cudaGetErrorString(status));
}
/// From the device's pool (its context keeps it from shrinking at every turn), where it has one: cudaMalloc stops all
/// work on the device, which takes longer than most kernels.
inline bool has_pool() {
  static const bool supported = [] {
    int device = 0, value = 0;
    check(cudaGetDevice(&device));
    check(cudaDeviceGetAttribute(&value, cudaDevAttrMemoryPoolsSupported, device));
    return value != 0;
  }();
  return supported;
}
inline void* allocate_scratch(std::size_t bytes) {
  void* memory = nullptr;
  check(has_pool() ? cudaMallocAsync(&memory, bytes, nullptr) : cudaMalloc(&memory, bytes));
  return memory;
}
inline void free_scratch(void* memory) noexcept {
  if (memory != nullptr) (void)(has_pool() ? cudaFreeAsync(memory, nullptr) : cudaFree(memory));
}
#else
inline constexpr std::align_val_t kScratchAlignment{64};  // a cache line
inline void* allocate_scratch(std::size_t bytes) { return ::operator new(bytes, kScratchAlignment); }
inline void free_scratch(void* memory) noexcept { ::operator delete(memory, kScratchAlignment); }
#endif

/// Where Thrust's algorithms run, with temporary memory as above.
#ifdef __CUDACC__
struct ScratchAllocator {
  using value_type = char;
  char* allocate(std::ptrdiff_t bytes) { return static_cast<char*>(allocate_scratch(static_cast<std::size_t>(bytes))); }
  void deallocate(char* memory, std::size_t /*bytes*/) { free_scratch(memory); }
};
inline ScratchAllocator scratch_allocator;
inline auto device_policy() { return thrust::cuda::par(scratch_allocator); }
#else
inline auto device_policy() { return thrust::device; }
#endif

/// Room for values of T, without initial ones, that is kept from one tile of a computation to the next.
template <class T>
class Scratch {
 public:
  Scratch() = default;
  ~Scratch() { free_scratch(memory_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// Room for `count` values. What was there before is lost when it has to grow.
  T* get(std::size_t count) {
    if (count > capacity_) {
      free_scratch(memory_);
      memory_ = nullptr;
      capacity_ = 0;
      memory_ = allocate_scratch(count * sizeof(T));
      capacity_ = count;
    }
    return static_cast<T*>(memory_);
  }

 private:
  void* memory_ = nullptr;
  std::size_t capacity_ = 0;
};

/// `count` values of the device's memory, readable by the host: on the CPU the values themselves.
template <class T>
class HostView {
 public:
#ifdef __CUDACC__
  HostView(const T* device, std::size_t count) : copy_(count) {
    check(cudaMemcpy(copy_.data(), device, count * sizeof(T), cudaMemcpyDeviceToHost));
  }
  const T& operator[](std::size_t i) const { return copy_[i]; }

 private:
  std::vector<T> copy_;
#else
  HostView(const T* device, std::size_t /*count*/) : device_(device) {}
  const T& operator[](std::size_t i) const { return device_[i]; }

 private:
  const T* device_;
#endif
};

/// Copies `count` values of the device's memory to `host`.
template <class T>
void copy_to_host(const T* device, std::size_t count, T* host) {
#ifdef __CUDACC__
  check(cudaMemcpy(host, device, count * sizeof(T), cudaMemcpyDeviceToHost));
#else
  std::copy_n(device, count, host);
#endif
}

/// `count` more values at the end of a vector of the host, for a kernel to write: in place where the device can, else
/// in `scratch`, from where fetch() copies them.
template <class T>
class Appended {
 public:
  Appended(std::vector<T>& values, std::size_t count, Scratch<T>& scratch) : values_(values), count_(count) {
    values.resize(values.size() + count);
    device_ = kDeviceIsHost ? values.data() + values.size() - count : scratch.get(count);
  }
  [[nodiscard]] T* data() const { return device_; }
  void fetch() const {
    if (!kDeviceIsHost) copy_to_host(device_, count_, values_.data() + values_.size() - count_);
  }

 private:
  std::vector<T>& values_;
  std::size_t count_;
  T* device_;
};

}  // namespace concord::kernels::CONCORD_BACKEND_NS
