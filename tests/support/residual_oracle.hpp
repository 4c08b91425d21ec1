#pragma once

#include <cstddef>
#include <vector>

namespace concord::tests {

/// One track's samples for the oracle; see kernels::ResidualRequest.
struct OracleTrack {
  std::vector<double> time_s, x_m, y_m, z_m, axis_rad, heading_x, heading_y;
  double window_s = 1.6;
};

struct OracleResidual {
  double along_m, across_m, up_m, heading_rad, gain, velocity_along_mps, velocity_across_mps, yaw_rate_radps;
  double step_along_m, step_across_m, step_heading_rad, step_gain;
};

/// Residual of sample `i` by orthogonal decompositions of every subset of its neighbours that may be left out. NaN
/// where undefined.
[[nodiscard]] OracleResidual oracle_residual(const OracleTrack& track, std::size_t i);

}  // namespace concord::tests
