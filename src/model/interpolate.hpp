#pragma once

#include <cstdint>

#include "concord/drive.hpp"

namespace concord {

/// Where an object with labels `row_before` and `row_after` was in `frame` between them, if it moved and turned evenly:
/// centre by linear, rotation by spherical interpolation over time (over frame numbers where times are missing), in the
/// world where all three frames have a pose, else relative to the ego. Size of `row_before`. Returned in the ego frame
/// of `frame`; for proposals.
[[nodiscard]] Cuboid interpolated(const Drive& drive, const LabelSet& labels, std::uint32_t row_before,
                                  std::uint32_t row_after, std::uint32_t frame);

}  // namespace concord
