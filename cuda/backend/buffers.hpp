#pragma once

#include <thrust/device_vector.h>
#include <cstddef>

#include "cuda/backend/backend.hpp"
#include "cuda/types.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

namespace thrust = ::THRUST_CUB_WRAPPED_NAMESPACE::thrust;

/// A copy of `count` values in the memory of the device.
template <class T>
thrust::device_vector<T> to_device(const T* values, std::size_t count) {
  return thrust::device_vector<T>(values, values + count);
}

/// Box columns in the memory of the device.
class DeviceBoxes {
 public:
  explicit DeviceBoxes(const BoxColumns& host)
      : x_(to_device(host.x_m, host.count)),
        y_(to_device(host.y_m, host.count)),
        z_(to_device(host.z_m, host.count)),
        length_(to_device(host.length_m, host.count)),
        width_(to_device(host.width_m, host.count)),
        height_(to_device(host.height_m, host.count)),
        qw_(to_device(host.qw, host.count)),
        qx_(to_device(host.qx, host.count)),
        qy_(to_device(host.qy, host.count)),
        qz_(to_device(host.qz, host.count)) {}

  [[nodiscard]] BoxColumns view() const {
    return {raw(x_),  raw(y_),  raw(z_),  raw(length_), raw(width_), raw(height_),
            raw(qw_), raw(qx_), raw(qy_), raw(qz_),     x_.size()};
  }

 private:
  static const double* raw(const thrust::device_vector<double>& column) {
    return thrust::raw_pointer_cast(column.data());
  }
  thrust::device_vector<double> x_, y_, z_, length_, width_, height_, qw_, qx_, qy_, qz_;
};

}  // namespace concord::kernels::CONCORD_BACKEND_NS
