#pragma once

#include <cstddef>

#include "concord/geometry.hpp"
#include "cuda/types.hpp"

namespace concord::measure {

/// Columns [begin, begin + count) of `boxes`.
[[nodiscard]] inline kernels::BoxColumns view(const CuboidColumns& boxes, std::size_t begin, std::size_t count) {
  return {boxes.x_m.data() + begin,
          boxes.y_m.data() + begin,
          boxes.z_m.data() + begin,
          boxes.length_m.data() + begin,
          boxes.width_m.data() + begin,
          boxes.height_m.data() + begin,
          boxes.qw.data() + begin,
          boxes.qx.data() + begin,
          boxes.qy.data() + begin,
          boxes.qz.data() + begin,
          count};
}

}  // namespace concord::measure
