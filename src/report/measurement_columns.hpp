#pragma once

// The one description of the measurement tables. The bindings name every member of a table, so that a new one cannot be
// forgotten here: it would not compile.

#include "concord/measurements.hpp"

namespace concord::report {

template <class Visitor>
void describe(Visitor& t, CuboidTable& table) {
  auto& [range_m, finite, min_size_m] = table;
  t.begin("cuboids", "one row a label, in their order: what is measured of each cuboid alone");
  t.column("range_m", range_m, "m", "horizontal distance from the ego");
  t.column("finite", finite, "1", "1 when all ten numbers are finite");
  t.column("min_size_m", min_size_m, "m", "smallest size");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, PairTable& table) {
  auto& [frame, row_a, row_b, iou_bev, iou_3d, overlap_smaller, overlap_smaller_bev] = table;
  t.begin("pairs", "one row a pair of overlapping cuboids of a frame");
  t.column("frame", frame, "1", "frame index");
  t.column("row_a", row_a, "1", "row of `labels`");
  t.column("row_b", row_b, "1", "row of `labels`");
  t.column("iou_bev", iou_bev, "1", "intersection over union of the footprints");
  t.column("iou_3d", iou_3d, "1", "intersection over union of the volumes");
  t.column("overlap_smaller", overlap_smaller, "1", "intersection over the smaller volume");
  t.column("overlap_smaller_bev", overlap_smaller_bev, "1", "intersection over the smaller footprint");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, MotionTable& table) {
  auto& [world, track, row_from, row_to, frame_step, dt_s, dx_m, dy_m, dz_m, speed_mps, acceleration_mps2,
         longitudinal_acceleration_mps2, heading_change_rad, yaw_rate_radps, heading_to_motion_rad, size_ratio_length,
         size_ratio_width, size_ratio_height, predicted_iou_3d, prediction_error_m] = table;
  t.begin("motion", "one row a pair of consecutive labels of a track");
  t.flag("world", world, "1 when in the world frame, 0 when relative to the ego");
  t.column("track", track, "1", "code of `track_ids`");
  t.column("row_from", row_from, "1", "row of `labels`");
  t.column("row_to", row_to, "1", "row of `labels`");
  t.column("frame_step", frame_step, "1", "frame index difference");
  t.column("dt_s", dt_s, "s", "time difference");
  t.column("dx_m", dx_m, "m", "displacement");
  t.column("dy_m", dy_m, "m", "displacement");
  t.column("dz_m", dz_m, "m", "displacement");
  t.column("speed_mps", speed_mps, "m/s", "speed");
  t.column("acceleration_mps2", acceleration_mps2, "m/s2", "magnitude of the acceleration");
  t.column("longitudinal_acceleration_mps2", longitudinal_acceleration_mps2, "m/s2", "its part along the heading");
  t.column("heading_change_rad", heading_change_rad, "rad", "signed yaw difference");
  t.column("yaw_rate_radps", yaw_rate_radps, "rad/s", "yaw rate");
  t.column("heading_to_motion_rad", heading_to_motion_rad, "rad", "angle between heading and displacement");
  t.column("size_ratio_length", size_ratio_length, "1", "later over earlier length");
  t.column("size_ratio_width", size_ratio_width, "1", "later over earlier width");
  t.column("size_ratio_height", size_ratio_height, "1", "later over earlier height");
  t.column("predicted_iou_3d", predicted_iou_3d, "1", "3D IoU with the predicted box");
  t.column("prediction_error_m", prediction_error_m, "m", "distance from the predicted centre");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, TrackTable& table) {
  auto& [track, first_row, last_row, label_count, frame_span, path_m, min_range_m] = table;
  t.begin("tracks", "one row a track, in order of their codes");
  t.column("track", track, "1", "code of `track_ids`");
  t.column("first_row", first_row, "1", "row of `labels`");
  t.column("last_row", last_row, "1", "row of `labels`");
  t.column("label_count", label_count, "1", "labels of the track");
  t.column("frame_span", frame_span, "1", "last - first frame index + 1");
  t.column("path_m", path_m, "m", "length of the path");
  t.column("min_range_m", min_range_m, "m", "nearest approach to the ego");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, LabelSetMeasurements& measured) {
  auto& [cuboids, pairs, motion, tracks] = measured;
  describe(t, cuboids);
  describe(t, pairs);
  describe(t, motion);
  describe(t, tracks);
}

}  // namespace concord::report
