#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "concord/geometry.hpp"

namespace concord {

/// What is measured of each cuboid alone; row i belongs to row i of the label set.
struct CuboidTable {
  std::vector<double> range_m;       ///< horizontal distance of the centre from the ego origin
  std::vector<std::uint8_t> finite;  ///< all ten numbers are finite
  std::vector<double> min_size_m;    ///< smallest of length, width, height; NaN when not finite

  [[nodiscard]] std::size_t size() const { return range_m.size(); }
};

/// Pairs of cuboids of one frame whose bounding circles meet (bird's-eye) and that overlap; sorted by (frame, row_a,
/// row_b). Within one label set row_a < row_b; between two sets row_a is of the first.
struct PairTable {
  std::vector<std::uint32_t> frame, row_a, row_b;
  std::vector<double> iou_bev;              ///< intersection over union of the footprints, [0, 1]
  std::vector<double> iou_3d;               ///< of the volumes, [0, 1]
  std::vector<double> overlap_smaller;      ///< intersection volume over the smaller volume, [0, 1]
  std::vector<double> overlap_smaller_bev;  ///< intersection area over the smaller footprint, [0, 1]

  [[nodiscard]] std::size_t size() const { return frame.size(); }
};

/// Consecutive labels of one track; sorted by (track code, time). World frame, or ego frame when `MotionTable::world`
/// is false: then everything here is relative to the ego. NaN where a value is not defined.
struct MotionTable {
  bool world = false;
  std::vector<std::uint32_t> track, row_from, row_to;  ///< rows of the label set; row_from is the earlier
  std::vector<std::uint32_t> frame_step;  ///< frame index difference, 1 for neighbours, 0 for a duplicate in a frame
  std::vector<double> dt_s;               ///< <= 0 only for duplicate or backward timestamps
  std::vector<double> dx_m, dy_m, dz_m;   ///< displacement of the centre
  std::vector<double> speed_mps;          ///< |displacement| / dt; NaN when dt <= 0
  std::vector<double>
      acceleration_mps2;  ///< |v - v_previous| over the mean of the two steps; NaN for the first step of a track
  std::vector<double> longitudinal_acceleration_mps2;  ///< its signed part along the box heading at row_from
  std::vector<double> heading_change_rad;              ///< signed yaw difference, (-pi, pi]
  std::vector<double> yaw_rate_radps;                  ///< heading_change / dt
  std::vector<double>
      heading_to_motion_rad;  ///< |angle| between the mean heading and the displacement, [0, pi]; NaN when either is 0
  std::vector<double> size_ratio_length, size_ratio_width, size_ratio_height;  ///< to / from
  std::vector<double> predicted_iou_3d;    ///< row_to against row_from moved on by the previous step's velocity and yaw
                                           ///< rate; NaN without one
  std::vector<double> prediction_error_m;  ///< distance of its centre from that prediction; NaN without one

  [[nodiscard]] std::size_t size() const { return track.size(); }
};

/// One row a track, in order of track code.
struct TrackTable {
  std::vector<std::uint32_t> track, first_row, last_row, label_count;
  std::vector<std::uint32_t> frame_span;  ///< last - first frame index + 1
  std::vector<double> path_m;             ///< sum of the steps' displacements (world when known)
  std::vector<double> min_range_m;        ///< nearest approach to the ego

  [[nodiscard]] std::size_t size() const { return track.size(); }
};

/// The sides of a box, in the order of every array of six: front +x, left +y, top +z, rear -x, right -y, bottom -z.
enum class Face : std::uint8_t { front, left, top, rear, right, bottom };
inline constexpr std::size_t kFaces = 6;

/// What became of the LiDAR clouds of one frame; a value of PointTable::frame_cloud.
namespace frame_cloud {
inline constexpr std::uint8_t kNone = 0;      ///< the frame has no LiDAR recording
inline constexpr std::uint8_t kMeasured = 1;  ///< all of its recordings were measured
inline constexpr std::uint8_t kFailed = 2;    ///< one of them could not be read
}  // namespace frame_cloud

/// The LiDAR recordings of a drive, one row a frame; empty on drives without any.
struct CloudTable {
  std::vector<std::uint8_t> state;  ///< one of frame_cloud

  [[nodiscard]] bool present() const { return !state.empty(); }
  [[nodiscard]] bool measured(std::uint32_t frame) const {
    return frame < state.size() && state[frame] == frame_cloud::kMeasured;
  }
};

/// Each cuboid against the LiDAR points of its frame; row i belongs to row i of the label set and means something only
/// where the frame's clouds were measured. Empty on drives without LiDAR recordings. "Object points" are points more
/// than 0.2 m above the ground that lie in the cuboid, or up to 0.5 m outside it and in no cuboid at all. NaN where
/// undefined.
struct PointTable {
  std::vector<std::uint32_t> inside;         ///< points in the closed cuboid; kNone where it was not measured
  std::vector<std::uint32_t> inside_object;  ///< of these, object points
  std::array<std::vector<std::uint32_t>, kFaces> beyond;  ///< object points up to 0.2 m outside the face
  std::array<std::vector<std::uint32_t>, kFaces> within;  ///< and up to 0.2 m inside it
  std::array<std::vector<float>, kFaces> edge_m;          ///< where the object's points end, outwards from the face
  std::array<std::vector<float>, 3> edge_step_m;          ///< resolution of edge_m along the cuboid's x, y, z
  std::vector<std::uint8_t> seen;             ///< bit f set: a sensor of the frame lies in front of face f's plane
  std::vector<float> nearest_m, farthest_m;   ///< distance of inside points from the ego origin
  std::vector<float> bottom_above_ground_m;   ///< middle of the bottom over the local ground; negative: sunk
  std::vector<std::uint32_t> ground_support;  ///< lowest points of nearby 1 m cells that agree on that ground
  /// Rays that meet the cuboid shrunk to 80 %, by where they returned (up to 0.5 m before it counts as inside), and
  /// (coarse) directions without any return.
  std::vector<std::uint32_t> rays_front, rays_inside, rays_behind, directions, directions_silent;
  /// Returns that a solid body filling the cuboid would give at its range and size if nothing hid it: those of the rays
  /// that meet the core, as many for silent directions as for the others, over the core's share of the silhouette. NaN
  /// where no ray meets the core.
  std::vector<float> expected;
  std::vector<std::uint32_t> object_points;     ///< all object points, inside and around
  std::array<std::vector<float>, 3> middle_m;   ///< their mean in the cuboid's axes, from its centre
  std::array<std::vector<float>, 3> spread_m2;  ///< their variance along the cuboid's x, y, z
  std::vector<float> covariance_xy_m2;          ///< and covariance of x and y
  std::vector<float> fit_turn_rad;  ///< turn (within 45 degrees) that aligns the cuboid best with its object points
  std::vector<float> fit_gain;      ///< by which share that brings the points closer to its sides, [0, 1]

  [[nodiscard]] std::size_t size() const { return inside.size(); }
};

/// Where the object of a track should be in frames in which it has no label: up to five frames before the first and
/// after the last label (on the line through the nearest labels, up to 1 s of them) and in gaps of up to 3.2 s (on the
/// line between its ends). Sorted by frame, then track. Empty on drives without LiDAR recordings; at most twice as many
/// rows as labels.
struct ProbeTable {
  std::vector<std::uint32_t> frame, track;
  std::vector<std::uint32_t> row_before, row_after;  ///< labels around; kNone before the first, after the last
  CuboidColumns box;                                 ///< ego frame of `frame`; size of the nearest label
  std::vector<std::uint8_t> labelled;                ///< a label of another track stands there
  PointTable points;                                 ///< one row a probe; the ground below it is not measured

  [[nodiscard]] std::size_t size() const { return frame.size(); }
};

/// Clusters of points (0.5 m apart at most) above the ground that no cuboid of the label set explains; sorted by frame.
/// Ego frame. Clusters of fewer than 8 points are left out.
struct ClusterTable {
  std::vector<std::uint32_t> frame;
  std::vector<std::uint32_t> points;
  std::vector<double> x_m, y_m, z_m;                ///< middle of the smallest upright box around the points
  std::vector<double> length_m, width_m, height_m;  ///< its size, length >= width
  std::vector<double> yaw_rad;                      ///< of its length, [0, pi)
  std::vector<double> bottom_above_ground_m;        ///< lowest point over the local ground

  [[nodiscard]] std::size_t size() const { return frame.size(); }
};

/// Each label of a track against the motion of its neighbours in time: up to four on each side (six where the track
/// ends near on the other), within 1.6 s, without the label itself. A parabola in time (a line where there are few) is
/// fitted to them, without one or two that the others contradict. One row a label that has another one in its track and
/// whose ten numbers are finite; sorted by (track code, time). World frame, or relative to the ego where
/// `MotionTable::world` is false. NaN where a value is not defined. Axes are the label's own.
struct ResidualTable {
  std::vector<std::uint32_t> row, track;
  std::vector<double> time_s;                       ///< from the track's first label; without timestamps 0.1 s a frame
  std::vector<std::uint32_t> before, after;         ///< neighbours used on each side
  std::vector<double> along_m, across_m, up_m;      ///< label minus prediction
  std::vector<double> heading_rad;                  ///< the same for the yaw, modulo half a turn, (-pi/2, pi/2]
  std::vector<double> length_m, width_m, height_m;  ///< label minus the median of its neighbours
  std::vector<double> gain;                         ///< standard deviation of a residual over that of a label
  std::vector<double> acceleration_gain_s2;         ///< residual that 1 m/s2 makes: 0 where a parabola was fitted
  std::vector<double> jerk_gain_s3;                 ///< residual that 1 m/s3 makes
  std::vector<double> snap_gain_s4;                 ///< residual that 1 m/s4 makes
  std::vector<double> fit_rms_m;                    ///< scatter of the neighbours around their own curve, one axis
  std::vector<double> heading_gain, heading_fit_rms_rad;
  std::vector<double> velocity_along_mps, velocity_across_mps;  ///< of the curve at the label
  std::vector<double> acceleration_along_mps2, acceleration_across_mps2;
  std::vector<double> jerk_along_mps3;  ///< difference of the accelerations of the labels before and after
  std::vector<double> yaw_rate_radps;
  std::vector<double> curvature_1pm;  ///< yaw rate over speed
  std::vector<double> slip_rad;  ///< angle of the rear axle's velocity to the heading, (-pi, pi]; the axle is taken
                                 ///< 0.3 lengths behind the centre
  /// A step of the track between the label before and this one: parabolas of one shape through five labels on each
  /// side, shifted against each other; the later minus the earlier. Needs two labels on each side and seven in all.
  std::vector<double> step_along_m, step_across_m, step_up_m, step_heading_rad;
  std::vector<double> step_gain, step_jerk_gain_s3, step_rms_m;

  [[nodiscard]] std::size_t size() const { return row.size(); }
};

/// Label noise of each track, from its residuals over their gains: 1.4826 times the median magnitude, which half of the
/// labels may spoil. Tracks of fewer than eight residuals have the value of the whole set. One row a track code; NaN
/// where nothing is known. No floor.
struct TrackNoiseTable {
  std::vector<double> along_m, across_m, up_m, heading_rad;
  std::vector<double> jitter_m;  ///< of the horizontal residual, as one axis; unlike the others of this track alone

  [[nodiscard]] std::size_t size() const { return along_m.size(); }
};

/// The points of one object in two frames, laid over each other by registration: of labels that depart from the motion
/// of their track, and of tracks that creep or stand where others of their labels do not, at most so many a drive
/// (src/measure/registration_plan.hpp). Sorted by (row_to, row_from). Where the points moved the label `row_from` to,
/// compared with the label `row_to`: label minus points, in the axes of that label. Pairs of too few points are left
/// out.
struct RegistrationTable {
  bool available = false;                              ///< this build registers points, and there were clouds
  std::vector<std::uint32_t> track, row_from, row_to;  ///< labels of one track; row_from is the earlier
  std::vector<std::uint32_t> points_from, points_to;   ///< object points that took part
  std::vector<double> along_m, across_m, up_m;         ///< the label's centre is off by
  std::vector<double> turn_rad;                        ///< and its yaw, (-pi, pi]
  std::vector<double> rms_m;                           ///< distance of the points that found a partner
  std::vector<double> matched;                         ///< share of points that did, [0, 1]
  std::vector<double> apart_m;  ///< between what two starts led to (label motion, and equal middles): 0 is sure

  [[nodiscard]] std::size_t size() const { return track.size(); }
};

/// Everything that was measured of one label set. Knows no threshold.
struct LabelSetMeasurements {
  CuboidTable cuboids;
  PairTable pairs;
  MotionTable motion;
  TrackTable tracks;
  CloudTable clouds;
  PointTable points;
  ProbeTable probes;
  ClusterTable clusters;  ///< filled only where asked for
  ResidualTable residuals;
  TrackNoiseTable noise;
  RegistrationTable registrations;
};

}  // namespace concord
