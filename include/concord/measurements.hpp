#pragma once

#include <cstdint>
#include <vector>

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

/// Everything that was measured of one label set. Knows no threshold.
struct LabelSetMeasurements {
  CuboidTable cuboids;
  PairTable pairs;
  MotionTable motion;
  TrackTable tracks;
};

}  // namespace concord
