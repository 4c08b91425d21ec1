#pragma once

// The one description of the measurement tables. The bindings name every member of a table, so that a new one cannot be
// forgotten here: it would not compile.

#include <array>
#include <string>

#include "concord/measurements.hpp"
#include "src/report/cuboid_columns.hpp"

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
void describe(Visitor& t, CloudTable& table) {
  auto& [state] = table;
  t.begin("clouds", "one row a frame, in their order; empty without LiDAR recordings");
  t.column("state", state, "1", "LiDAR recordings of the frame: 0 none, 1 measured, 2 unreadable");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, PointTable& table, const char* name_of_table, const char* meaning) {
  auto& [inside, inside_object, beyond, within, edge_m, edge_step_m, seen, nearest_m, farthest_m, bottom_above_ground_m,
         ground_support, rays_front, rays_inside, rays_behind, directions, directions_silent, expected, object_points,
         middle_m, spread_m2, covariance_xy_m2, fit_turn_rad, fit_gain] = table;
  constexpr std::array<const char*, kFaces> kFaceNames{"front", "left", "top", "rear", "right", "bottom"};
  t.begin(name_of_table, meaning);
  t.column("inside", inside, "1", "points in the closed cuboid");
  t.column("inside_object", inside_object, "1", "of these, points more than 0.2 m above the ground");
  for (std::size_t face = 0; face < kFaces; ++face) {
    const std::string name = kFaceNames[face];
    t.column("beyond_" + name, beyond[face], "1", "object points up to 0.2 m outside that face");
    t.column("within_" + name, within[face], "1", "object points up to 0.2 m inside that face");
    t.column("edge_" + name + "_m", edge_m[face], "m", "where the object's points end, outwards from that face");
  }
  t.column("edge_step_x_m", edge_step_m[0], "m", "resolution of edge_front_m and edge_rear_m");
  t.column("edge_step_y_m", edge_step_m[1], "m", "resolution of edge_left_m and edge_right_m");
  t.column("edge_step_z_m", edge_step_m[2], "m", "resolution of edge_top_m and edge_bottom_m");
  t.column("seen", seen, "1", "bits of the faces front, left, top, rear, right, bottom that a sensor is in front of");
  t.column("nearest_m", nearest_m, "m", "distance of the nearest inside point from the ego");
  t.column("farthest_m", farthest_m, "m", "distance of the farthest inside point from the ego");
  t.column("bottom_above_ground_m", bottom_above_ground_m, "m", "middle of the bottom over the local ground");
  t.column("ground_support", ground_support, "1", "lowest points of nearby 1 m cells that agree on that ground");
  t.column("rays_front", rays_front, "1", "rays towards the cuboid's core that returned before the cuboid");
  t.column("rays_inside", rays_inside, "1", "rays towards the cuboid's core that returned in the cuboid");
  t.column("rays_behind", rays_behind, "1", "rays through the cuboid's core that returned behind it");
  t.column("directions", directions, "1", "directions towards the cuboid's core, in coarse steps");
  t.column("directions_silent", directions_silent, "1", "of these, directions without any return");
  t.column("expected", expected, "1", "returns that a solid body filling the cuboid would give if nothing hid it");
  t.column("object_points", object_points, "1", "object points in the cuboid, and around it in no cuboid");
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::string name(1, "xyz"[axis]);
    t.column("middle_" + name + "_m", middle_m[axis], "m",
             "mean of the object points along that axis, from the centre");
    t.column("spread_" + name + "_m2", spread_m2[axis], "m2", "their variance along that axis");
  }
  t.column("covariance_xy_m2", covariance_xy_m2, "m2", "their covariance along x and y");
  t.column("fit_turn_rad", fit_turn_rad, "rad", "turn that aligns the cuboid best with its points");
  t.column("fit_gain", fit_gain, "1", "by which share that brings its sides closer to the points");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, ProbeTable& table) {
  auto& [frame, track, row_before, row_after, box, labelled, points] = table;
  t.begin("probes", "where objects should be in frames in which they have no label, sorted by frame");
  t.column("frame", frame, "1", "frame index");
  t.column("track", track, "1", "code of `track_ids`");
  t.column("row_before", row_before, "1", "row of the label before");
  t.column("row_after", row_after, "1", "row of the label after");
  describe_cuboids(t, box);
  t.column("labelled", labelled, "1", "1: a label of another track stands there");
  t.end();
  describe(t, points, "probe_points", "one row a probe, in their order: as `points`");
}

template <class Visitor>
void describe(Visitor& t, ClusterTable& table) {
  auto& [frame, points, x_m, y_m, z_m, length_m, width_m, height_m, yaw_rad, bottom_above_ground_m] = table;
  t.begin("clusters", "one row a cluster of points above the ground that no cuboid explains");
  t.column("frame", frame, "1", "frame index");
  t.column("points", points, "1", "number of points");
  t.column("x_m", x_m, "m", "middle of the smallest upright box, ego frame");
  t.column("y_m", y_m, "m", "middle, ego frame");
  t.column("z_m", z_m, "m", "middle, ego frame");
  t.column("length_m", length_m, "m", "its longer horizontal side");
  t.column("width_m", width_m, "m", "its shorter horizontal side");
  t.column("height_m", height_m, "m", "its height");
  t.column("yaw_rad", yaw_rad, "rad", "direction of its length, from 0 to pi");
  t.column("bottom_above_ground_m", bottom_above_ground_m, "m", "lowest point over the local ground");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, ResidualTable& table) {
  auto& [row, track, time_s, before, after, along_m, across_m, up_m, heading_rad, length_m, width_m, height_m, gain,
         acceleration_gain_s2, jerk_gain_s3, snap_gain_s4, fit_rms_m, heading_gain, heading_fit_rms_rad,
         velocity_along_mps, velocity_across_mps, acceleration_along_mps2, acceleration_across_mps2, jerk_along_mps3,
         yaw_rate_radps, curvature_1pm, slip_rad, step_along_m, step_across_m, step_up_m, step_heading_rad, step_gain,
         step_jerk_gain_s3, step_rms_m] = table;
  t.begin("residuals",
          "one row a label that has another one in its track: the label against the motion of its neighbours");
  t.column("row", row, "1", "row of `labels`");
  t.column("track", track, "1", "code of `track_ids`");
  t.column("time_s", time_s, "s", "from the track's first label");
  t.column("before", before, "1", "neighbours used before the label");
  t.column("after", after, "1", "neighbours used after the label");
  t.column("along_m", along_m, "m", "label minus prediction, along its heading");
  t.column("across_m", across_m, "m", "label minus prediction, to its left");
  t.column("up_m", up_m, "m", "label minus prediction, upwards");
  t.column("heading_rad", heading_rad, "rad", "yaw minus prediction, modulo half a turn");
  t.column("length_m", length_m, "m", "length minus the neighbours' median");
  t.column("width_m", width_m, "m", "width minus the neighbours' median");
  t.column("height_m", height_m, "m", "height minus the neighbours' median");
  t.column("gain", gain, "1", "standard deviation of a residual over that of a label");
  t.column("acceleration_gain_s2", acceleration_gain_s2, "s2", "residual that 1 m/s2 makes");
  t.column("jerk_gain_s3", jerk_gain_s3, "s3", "residual that 1 m/s3 makes");
  t.column("snap_gain_s4", snap_gain_s4, "s4", "residual that 1 m/s4 makes");
  t.column("fit_rms_m", fit_rms_m, "m", "scatter of the neighbours around their curve, one axis");
  t.column("heading_gain", heading_gain, "1", "standard deviation of a heading residual over that of a heading");
  t.column("heading_fit_rms_rad", heading_fit_rms_rad, "rad", "scatter of the neighbours' headings around their curve");
  t.column("velocity_along_mps", velocity_along_mps, "m/s", "velocity along the heading");
  t.column("velocity_across_mps", velocity_across_mps, "m/s", "velocity to the left");
  t.column("acceleration_along_mps2", acceleration_along_mps2, "m/s2", "acceleration along the heading");
  t.column("acceleration_across_mps2", acceleration_across_mps2, "m/s2", "acceleration to the left");
  t.column("jerk_along_mps3", jerk_along_mps3, "m/s3", "change of the acceleration along the heading");
  t.column("yaw_rate_radps", yaw_rate_radps, "rad/s", "yaw rate");
  t.column("curvature_1pm", curvature_1pm, "1/m", "yaw rate over speed");
  t.column("slip_rad", slip_rad, "rad", "angle of the rear axle's velocity to the heading");
  t.column("step_along_m", step_along_m, "m", "step of the track at the label, along the heading");
  t.column("step_across_m", step_across_m, "m", "step of the track at the label, to the left");
  t.column("step_up_m", step_up_m, "m", "step of the track at the label, upwards");
  t.column("step_heading_rad", step_heading_rad, "rad", "step of the heading at the label");
  t.column("step_gain", step_gain, "1", "standard deviation of a step over that of a label");
  t.column("step_jerk_gain_s3", step_jerk_gain_s3, "s3", "step that 1 m/s3 makes");
  t.column("step_rms_m", step_rms_m, "m", "scatter of the labels around the stepped curve, one axis");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, TrackNoiseTable& table) {
  auto& [along_m, across_m, up_m, heading_rad, jitter_m] = table;
  t.begin("track_noise", "one row a track code: how much its labels scatter");
  t.column("along_m", along_m, "m", "label noise of the track along the heading");
  t.column("across_m", across_m, "m", "label noise across");
  t.column("up_m", up_m, "m", "label noise upwards");
  t.column("heading_rad", heading_rad, "rad", "label noise of the heading");
  t.column("jitter_m", jitter_m, "m", "horizontal label noise of this track alone, one axis");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, RegistrationTable& table) {
  auto& [available, track, row_from, row_to, points_from, points_to, along_m, across_m, up_m, turn_rad, rms_m, matched,
         apart_m] = table;
  t.begin("registrations", "one row a pair of labels of a track whose points were laid over each other");
  t.flag("available", available, "1 where the program that measured could register points");
  t.column("track", track, "1", "code of `track_ids`");
  t.column("row_from", row_from, "1", "row of the earlier label");
  t.column("row_to", row_to, "1", "row of the later label");
  t.column("points_from", points_from, "1", "object points of the earlier label that took part");
  t.column("points_to", points_to, "1", "object points of the later label that took part");
  t.column("along_m", along_m, "m", "later label minus where the points moved the earlier one, along its heading");
  t.column("across_m", across_m, "m", "the same to its left");
  t.column("up_m", up_m, "m", "the same upwards");
  t.column("turn_rad", turn_rad, "rad", "the same of its yaw");
  t.column("rms_m", rms_m, "m", "distance of the points that found a partner");
  t.column("matched", matched, "1", "share of points that found a partner");
  t.column("apart_m", apart_m, "m", "distance between what two starts led to");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, LabelSetMeasurements& measured) {
  auto& [cuboids, pairs, motion, tracks, clouds, points, probes, clusters, residuals, noise, registrations] = measured;
  describe(t, cuboids);
  describe(t, pairs);
  describe(t, motion);
  describe(t, tracks);
  describe(t, clouds);
  describe(t, points, "points",
           "one row a label, in their order: LiDAR points in and around it; empty without LiDAR recordings");
  describe(t, probes);
  describe(t, clusters);
  describe(t, residuals);
  describe(t, noise);
  describe(t, registrations);
}

}  // namespace concord::report
