#pragma once

// Plain views that cross the boundary between the host and the kernels. No library type appears here, so that the
// kernels build where only a compiler and Thrust are.

#include <cstddef>
#include <cstdint>

namespace concord::kernels {

/// Cuboids as columns of float64: centre, size in the box's own axes, orientation quaternion (need not be normalised).
struct BoxColumns {
  const double* x_m = nullptr;
  const double* y_m = nullptr;
  const double* z_m = nullptr;
  const double* length_m = nullptr;
  const double* width_m = nullptr;
  const double* height_m = nullptr;
  const double* qw = nullptr;
  const double* qx = nullptr;
  const double* qy = nullptr;
  const double* qz = nullptr;
  std::size_t count = 0;
};

/// Two lists of boxes cut into the same frames: frame f holds rows [offset[f], offset[f + 1]). For pairs within one set
/// `b` repeats `a` and `same_set` is true: then only row_a < row_b is looked at.
struct PairRequest {
  BoxColumns a, b;
  const std::uint32_t* offset_a = nullptr;
  const std::uint32_t* offset_b = nullptr;
  std::uint32_t frames = 0;
  bool same_set = false;
  /// Keep pairs whose footprints overlap although one stands above the other.
  bool keep_footprint_only = true;
};

/// An overlapping pair; every ratio is in [0, 1]. See measurements.hpp, PairTable.
struct PairRow {
  std::uint32_t frame, row_a, row_b;
  double iou_bev, iou_3d, overlap_smaller, overlap_smaller_bev;
};

/// Steps of tracks. Per label: centre, heading unit vector (0, 0 when unknown) and box in one fixed frame. Per step s:
/// rows `from[s]` and `to[s]`, the time between them (NaN when unknown), the step before it in the same track
/// (`previous[s]`, or no_step) and cos/sin of the heading change that the previous step's yaw rate predicts for this
/// one.
struct MotionRequest {
  static constexpr std::uint32_t no_step = 0xFFFFFFFFU;
  BoxColumns boxes;
  const double* heading_x = nullptr;
  const double* heading_y = nullptr;
  const std::uint32_t* from = nullptr;
  const std::uint32_t* to = nullptr;
  const std::uint32_t* previous = nullptr;
  const double* dt_s = nullptr;
  const double* predicted_turn_cos = nullptr;
  const double* predicted_turn_sin = nullptr;
  std::size_t steps = 0;
};

/// What is measured of one step; NaN where undefined. heading_motion_* are cos and sin of the angle between the mean
/// heading and the displacement (0, 0 when either has no direction).
struct MotionRow {
  double dx_m, dy_m, dz_m;
  double speed_mps, acceleration_mps2, longitudinal_acceleration_mps2;
  double heading_motion_cos, heading_motion_sin;
  double size_ratio_length, size_ratio_width, size_ratio_height;
  double predicted_iou_3d, prediction_error_m;
};

}  // namespace concord::kernels
