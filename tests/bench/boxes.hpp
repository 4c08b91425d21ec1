#pragma once

#include <cstddef>

#include "concord/drive.hpp"
#include "cuda/kernels.hpp"

namespace concord::bench {

/// Boxes of road users, `extent_m` the side of the square that they are spread over, tilted by up to `tilt_rad`.
[[nodiscard]] CuboidColumns random_boxes(std::size_t count, double extent_m, double tilt_rad, unsigned seed);

[[nodiscard]] kernels::BoxColumns view(const CuboidColumns& boxes);

/// `tracks` road users that drive past an ego with poses, in `frames` frames at 10 Hz.
[[nodiscard]] Drive drive_of_tracks(std::size_t frames, std::size_t tracks);

/// The context of a target's device.
[[nodiscard]] std::unique_ptr<kernels::ExecutionContext> make_context(const std::string& device, int threads);

}  // namespace concord::bench
