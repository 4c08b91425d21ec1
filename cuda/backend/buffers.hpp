#pragma once

#include <cstddef>

#include "cuda/backend/backend.hpp"
#include "cuda/backend/resident.hpp"
#include "cuda/types.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// Box columns that the device can read; on the CPU they must outlive this.
class DeviceBoxes {
 public:
  explicit DeviceBoxes(const BoxColumns& host)
      : x_(host.x_m, host.count),
        y_(host.y_m, host.count),
        z_(host.z_m, host.count),
        length_(host.length_m, host.count),
        width_(host.width_m, host.count),
        height_(host.height_m, host.count),
        qw_(host.qw, host.count),
        qx_(host.qx, host.count),
        qy_(host.qy, host.count),
        qz_(host.qz, host.count),
        count_(host.count) {}

  [[nodiscard]] BoxColumns view() const {
    return {x_.data(),  y_.data(),  z_.data(),  length_.data(), width_.data(), height_.data(),
            qw_.data(), qx_.data(), qy_.data(), qz_.data(),     count_};
  }

 private:
  Resident<double> x_, y_, z_, length_, width_, height_, qw_, qx_, qy_, qz_;
  std::size_t count_;
};

}  // namespace concord::kernels::CONCORD_BACKEND_NS
