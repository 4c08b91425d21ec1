#pragma once

// Plain views that cross the boundary between the host and the kernels. No library type appears here, so that the
// kernels build where only a compiler and Thrust are.

#include <cstddef>
#include <cstdint>
#include <vector>

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
  /// Bound on the working memory; a row of `a` with all of its frame's rows of `b` is the least that is looked at.
  std::size_t memory_bytes = std::size_t{1} << 30U;
  /// Boxes that lie on each other have pairs without number: with more than these the search ends.
  std::size_t most_pairs = static_cast<std::size_t>(-1);
};

/// Overlapping pairs as columns; every ratio is in [0, 1]. See measurements.hpp, PairTable.
struct PairColumns {
  bool too_many = false;  ///< more than the request's most_pairs: the columns hold some of them only
  std::vector<std::uint32_t> frame, row_a, row_b;
  std::vector<double> iou_bev, iou_3d, overlap_smaller, overlap_smaller_bev;
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

/// Where the numbers of the steps are written, one column each in the memory of the host; NaN where undefined.
/// heading_motion_* are cos and sin of the angle between the mean heading and the displacement (0, 0 when either has no
/// direction).
struct MotionColumns {
  double *dx_m, *dy_m, *dz_m;
  double *speed_mps, *acceleration_mps2, *longitudinal_acceleration_mps2;
  double *heading_motion_cos, *heading_motion_sin;
  double *size_ratio_length, *size_ratio_width, *size_ratio_height;
  double *predicted_iou_3d, *prediction_error_m;
};

/// Points as columns of float32, cut into frames: frame f holds points [offset[f], offset[f + 1]). A point with a
/// number that is not finite lies in no box, no cluster and on no ray.
struct PointColumns {
  const float* x_m = nullptr;
  const float* y_m = nullptr;
  const float* z_m = nullptr;
  const std::uint64_t* offset = nullptr;  ///< frames + 1 entries; a frame holds less than 2^32 points
  std::uint32_t frames = 0;
};

/// Boxes and points of the same frames: frame f holds boxes [box_offset[f], box_offset[f + 1]).
struct BoxPointsRequest {
  BoxColumns boxes;
  const std::uint32_t* box_offset = nullptr;
  PointColumns points;
};

/// What is measured of the points of boxes beyond their count. Lengths in m.
struct BoxDetailRequest {
  BoxColumns boxes;
  const std::uint32_t* box_offset = nullptr;
  PointColumns points;
  /// Ground height under each point (ground()), NaN where unknown; nullptr: unknown everywhere.
  const float* ground_m = nullptr;
  double margin_m = 0.5;     ///< how far outside its faces a box looks for points
  double clearance_m = 0.2;  ///< a point up to this far above the ground (unknown: above the box's bottom) is ground
  double shell_m = 0.2;      ///< thickness of the layers inside and outside a face
  /// A stretch without points ends an object when it is longer than gap_m + gap_slope * distance of the box; upwards,
  /// where beams are farther apart, gap_slope_up counts.
  double gap_m = 0.2;
  double gap_slope = 0.006;
  double gap_slope_up = 0.025;
  /// Turns (cos, sin) about the box's up axis that are tried to align the box with its object points; [0] is (1, 0).
  const double* turn_cos = nullptr;
  const double* turn_sin = nullptr;
  std::uint32_t turns = 0;
};

/// The points of one box. Faces in the order +x (front), +y (left), +z (top), -x, -y, -z of the box. "Object points"
/// are points above the ground that lie in the box, or within the margin outside it and in no box at all.
struct BoxDetailRow {
  static constexpr std::uint32_t no_count = 0xFFFFFFFFU;
  std::uint32_t inside;         ///< points in the closed box; no_count for an invalid box
  std::uint32_t inside_object;  ///< of these, object points
  std::uint32_t beyond[6];      ///< object points within shell_m outside the face and between the faces beside it
  std::uint32_t within[6];      ///< the same inside the face
  std::uint32_t fit_points;     ///< object points that took part in the fit (about 256 at most); 0: too few, no fit
  std::uint32_t fit_turn;       ///< the turn whose sides the object points lie closest to
  std::uint64_t object_points;  ///< all of them, inside and in the margin
  /// Where the object's points end, counted outwards from the face (negative: inside): of the object points between the
  /// faces beside it, the end of that stretch without gaps that holds the most, less one or two stray points at either
  /// end (from 30 and 100 points). Rounded outwards to edge_step_m of the face's axis. NaN without such points.
  double edge_m[6];
  double edge_step_m[3];
  /// 1 - (mean distance of the points from the nearest side of their upright bounding box in the axes of the best turn)
  /// / (the same in the box's own axes); distances count up to 0.3 m. NaN without a fit.
  double fit_gain;
  double nearest_m, farthest_m;  ///< distance of inside points from the origin of the points' frame; NaN without any
  /// Mean of the object points in the box's axes, from its centre, and their variances along x, y, z and covariance of
  /// x and y about it. Coordinates count in 2^-15 of half the box and the margin. NaN without object points.
  double middle_m[3];
  double variance_m2[3], covariance_xy_m2;
};

/// Ground under points and under further places (x, y) of the same frames: frame f asks for places
/// [place_offset[f], place_offset[f + 1]).
struct GroundRequest {
  PointColumns points;
  const double* place_x_m = nullptr;
  const double* place_y_m = nullptr;
  const std::uint32_t* place_offset = nullptr;
  std::size_t places = 0;
};

/// The ground at one place.
struct GroundRow {
  double height_m;  ///< NaN where unknown
  double slope_x, slope_y;
  std::uint32_t support;  ///< lowest points of the 1 m cells around that agree with it; 0 where unknown
};

/// Points to be joined into clusters, frame by frame.
struct ClusterRequest {
  static constexpr std::uint32_t no_cluster = 0xFFFFFFFFU;
  PointColumns points;
  const std::uint8_t* use = nullptr;  ///< per point: 0 leaves it out; nullptr: all
  double distance_m = 0.5;            ///< > 0
};

/// Rays from sensors through boxes. Here the points are cut into sweeps, one of one sensor each; sweep s belongs to
/// frame sweep_frame[s] and was taken from origin (x, y, z)[s].
struct OcclusionRequest {
  BoxColumns boxes;
  const std::uint32_t* box_offset = nullptr;
  std::uint32_t frames = 0;
  PointColumns sweeps;
  const std::uint32_t* sweep_frame = nullptr;
  const double* origin_x_m = nullptr;
  const double* origin_y_m = nullptr;
  const double* origin_z_m = nullptr;
  double core = 0.8;    ///< rays count that meet the box shrunk to this share of its sizes: grazing ones tell little
  double near_m = 0.3;  ///< a return this close before a box belongs to what the box is about
};

/// Rays that meet the core of one box, by where they returned: more than near_m before the box, in it (closed) or near
/// before it, or behind it. Sums over the sweeps of its frame. Returns straight above or below the sensor are not
/// counted.
struct OcclusionRow {
  std::uint32_t front, inside, behind;
  /// Directions towards the core, in steps of about 1.4 degrees sideways and 1.8 degrees up, and those without any
  /// return in the sweep: the sky, a surface that reflects nothing, or a gap between beams.
  std::uint32_t directions, silent;
};

/// Labels of tracks as samples of motion, tracks one after the other, each sorted by time. All columns have `count`
/// entries; every number is finite. Positions are offsets from the track's first sample (so that they are exact far
/// from the origin), times from its first time; `axis_rad` is the yaw modulo half a turn, unwrapped along the track;
/// heading is the unit vector of the yaw. [begin[i], end[i]) are the samples of sample i's track.
struct ResidualRequest {
  const double* time_s = nullptr;
  const double* x_m = nullptr;
  const double* y_m = nullptr;
  const double* z_m = nullptr;
  const double* length_m = nullptr;
  const double* width_m = nullptr;
  const double* height_m = nullptr;
  const double* axis_rad = nullptr;
  const double* heading_x = nullptr;
  const double* heading_y = nullptr;
  const std::uint32_t* begin = nullptr;
  const std::uint32_t* end = nullptr;
  std::size_t count = 0;
  double window_s = 1.6;  ///< samples further away in time are no neighbours
};

/// What is measured of one sample against its neighbours; see measurements.hpp, ResidualTable. NaN where undefined.
struct ResidualRow {
  double along_m, across_m, up_m, heading_rad, length_m, width_m, height_m;
  double gain, acceleration_gain_s2, jerk_gain_s3, snap_gain_s4, fit_rms_m;
  double heading_gain, heading_fit_rms_rad;
  double velocity_along_mps, velocity_across_mps, acceleration_along_mps2, acceleration_across_mps2;
  double yaw_rate_radps, slip_cos, slip_sin;
  double step_along_m, step_across_m, step_up_m, step_heading_rad, step_gain, step_jerk_gain_s3, step_rms_m;
  std::uint32_t neighbours_before, neighbours_after;
};

}  // namespace concord::kernels
