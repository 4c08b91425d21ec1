#pragma once

#include <gtest/gtest.h>
#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

#include "concord/drive.hpp"

namespace concord::tests {

inline bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

inline void expect_same(const SE3& a, const SE3& b) {
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(same_bits(a.matrix()(i / 4, i % 4), b.matrix()(i / 4, i % 4))) << i;
}

template <class T>
void expect_same(const OptionalColumn<T>& a, const OptionalColumn<T>& b, std::size_t rows, const char* name) {
  for (std::size_t row = 0; row < rows; ++row) EXPECT_EQ(a.get(row), b.get(row)) << name << " row " << row;
}

inline std::optional<std::string_view> word(const Dictionary& words, const OptionalColumn<std::uint32_t>& column,
                                            std::size_t row) {
  const auto code = column.get(row);
  return code ? std::optional(words.at(*code)) : std::nullopt;
}

inline void expect_same_labels(const LabelSet& a, const LabelSet& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.scope.known, b.scope.known);
  EXPECT_EQ(a.scope.classes, b.scope.classes);
  EXPECT_EQ(a.scope.max_range_m, b.scope.max_range_m);
  EXPECT_EQ(a.scope.camera_view, b.scope.camera_view);
  EXPECT_EQ(a.scope.min_points, b.scope.min_points);
  EXPECT_EQ(a.scope.extent, b.scope.extent);
  EXPECT_EQ(a.scope.cycle_includes_rider, b.scope.cycle_includes_rider);
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(a.frame, b.frame);
  EXPECT_EQ(a.frame_offset, b.frame_offset);
  EXPECT_EQ(a.class_code, b.class_code);
  for (std::size_t row = 0; row < a.size(); ++row) {
    EXPECT_EQ(a.label_id[row], b.label_id[row]);
    EXPECT_EQ(a.track[row] == kNone, b.track[row] == kNone) << row;
    EXPECT_EQ(a.tracks.at(a.track[row]), b.tracks.at(b.track[row])) << row;
    EXPECT_EQ(a.raw_classes.at(a.raw_class[row]), b.raw_classes.at(b.raw_class[row]));
    for (const auto column : {&LabelSet::annotator, &LabelSet::vendor, &LabelSet::batch, &LabelSet::guideline_version,
                              &LabelSet::review_stage}) {
      EXPECT_EQ(word(a.provenance, a.*column, row), word(b.provenance, b.*column, row)) << row;
    }
  }
  for (const auto column : {&CuboidColumns::x_m, &CuboidColumns::y_m, &CuboidColumns::z_m, &CuboidColumns::length_m,
                            &CuboidColumns::width_m, &CuboidColumns::height_m, &CuboidColumns::qw, &CuboidColumns::qx,
                            &CuboidColumns::qy, &CuboidColumns::qz}) {
    for (std::size_t row = 0; row < a.size(); ++row) {
      EXPECT_TRUE(same_bits((a.cuboid.*column)[row], (b.cuboid.*column)[row])) << row;
    }
  }
  expect_same(a.occlusion_level, b.occlusion_level, a.size(), "occlusion_level");
  expect_same(a.truncation, b.truncation, a.size(), "truncation");
  expect_same(a.visibility, b.visibility, a.size(), "visibility");
  expect_same(a.moving_state, b.moving_state, a.size(), "moving_state");
  expect_same(a.lidar_points, b.lidar_points, a.size(), "lidar_points");
  expect_same(a.radar_points, b.radar_points, a.size(), "radar_points");
  expect_same(a.velocity_x_mps, b.velocity_x_mps, a.size(), "velocity_x");
  expect_same(a.velocity_y_mps, b.velocity_y_mps, a.size(), "velocity_y");
  expect_same(a.score, b.score, a.size(), "score");
  expect_same(a.labelled_at_ns, b.labelled_at_ns, a.size(), "labelled_at");
  ASSERT_EQ(a.attributes.size(), b.attributes.size());
  for (std::size_t i = 0; i < a.attributes.size(); ++i) {
    EXPECT_EQ(a.attributes[i].name, b.attributes[i].name);
    EXPECT_EQ(a.attributes[i].allowed, b.attributes[i].allowed);
    for (std::size_t row = 0; row < a.size(); ++row) {
      const auto text = [row](const AttributeColumn& column) {
        return row < column.code.size() ? column.values.at(column.code[row]) : std::string_view();
      };
      EXPECT_EQ(text(a.attributes[i]), text(b.attributes[i])) << row;
    }
  }
  ASSERT_EQ(a.boxes_2d.size(), b.boxes_2d.size());
  EXPECT_EQ(a.boxes_2d.frame, b.boxes_2d.frame);
  EXPECT_EQ(a.boxes_2d.sensor, b.boxes_2d.sensor);
  EXPECT_EQ(a.boxes_2d.cuboid_row, b.boxes_2d.cuboid_row);
  EXPECT_EQ(a.boxes_2d.class_code, b.boxes_2d.class_code);
  EXPECT_EQ(a.boxes_2d.left_px, b.boxes_2d.left_px);
  EXPECT_EQ(a.boxes_2d.top_px, b.boxes_2d.top_px);
  EXPECT_EQ(a.boxes_2d.right_px, b.boxes_2d.right_px);
  EXPECT_EQ(a.boxes_2d.bottom_px, b.boxes_2d.bottom_px);
  for (std::size_t row = 0; row < a.boxes_2d.size(); ++row) {
    EXPECT_EQ(a.boxes_2d.label_id[row], b.boxes_2d.label_id[row]);
    EXPECT_EQ(a.tracks.at(a.boxes_2d.track[row]), b.tracks.at(b.boxes_2d.track[row]));
  }
  expect_same(a.boxes_2d.score, b.boxes_2d.score, a.boxes_2d.size(), "box score");
  expect_same(a.boxes_2d.truncation, b.boxes_2d.truncation, a.boxes_2d.size(), "box truncation");
  expect_same(a.boxes_2d.occlusion_level, b.boxes_2d.occlusion_level, a.boxes_2d.size(), "box occlusion");
}

/// Every part of the model, numbers bit by bit; of label sets the first.
inline void expect_same_drive(const Drive& a, const Drive& b) {
  EXPECT_EQ(a.name, b.name);
  ASSERT_EQ(a.frames.size(), b.frames.size());
  EXPECT_EQ(a.frames.time_ns, b.frames.time_ns);
  EXPECT_EQ(a.frames.recorded, b.frames.recorded);
  EXPECT_EQ(a.frames.pose_valid, b.frames.pose_valid);
  EXPECT_EQ(a.frames.time_assumed, b.frames.time_assumed);
  for (std::size_t i = 0; i < a.frames.size(); ++i) {
    EXPECT_EQ(a.frames.name[i], b.frames.name[i]);
    if (a.frames.has_pose(i)) expect_same(a.frames.T_world_ego[i], b.frames.T_world_ego[i]);
  }
  ASSERT_EQ(a.sensors.size(), b.sensors.size());
  for (std::size_t i = 0; i < a.sensors.size(); ++i) {
    EXPECT_EQ(a.sensors[i].name, b.sensors[i].name);
    EXPECT_EQ(a.sensors[i].kind, b.sensors[i].kind);
    ASSERT_EQ(a.sensors[i].T_ego_sensor.has_value(), b.sensors[i].T_ego_sensor.has_value());
    if (a.sensors[i].T_ego_sensor) expect_same(*a.sensors[i].T_ego_sensor, *b.sensors[i].T_ego_sensor);
    ASSERT_EQ(a.sensors[i].camera.has_value(), b.sensors[i].camera.has_value()) << a.sensors[i].name;
    if (!a.sensors[i].camera) continue;
    const CameraModel& p = *a.sensors[i].camera;
    const CameraModel& q = *b.sensors[i].camera;
    EXPECT_EQ(p.kind, q.kind);
    EXPECT_EQ(p.distortion, q.distortion);
    for (const auto value :
         {&CameraModel::fx_px, &CameraModel::fy_px, &CameraModel::cx_px, &CameraModel::cy_px, &CameraModel::skew_px}) {
      EXPECT_TRUE(same_bits(p.*value, q.*value));
    }
    EXPECT_EQ(p.width_px, q.width_px);
    EXPECT_EQ(p.height_px, q.height_px);
  }
  ASSERT_EQ(a.records.size(), b.records.size());
  for (std::size_t i = 0; i < a.records.size(); ++i) {
    EXPECT_EQ(a.records[i].frame, b.records[i].frame);
    EXPECT_EQ(a.records[i].sensor, b.records[i].sensor);
    EXPECT_EQ(a.records[i].time_ns, b.records[i].time_ns);
    EXPECT_EQ(a.records[i].format, b.records[i].format);
    EXPECT_EQ(a.records[i].path, b.records[i].path);
    ASSERT_EQ(a.records[i].T_world_ego.has_value(), b.records[i].T_world_ego.has_value());
    if (a.records[i].T_world_ego) expect_same(*a.records[i].T_world_ego, *b.records[i].T_world_ego);
  }
  ASSERT_EQ(a.tags.size(), b.tags.size());
  for (std::size_t i = 0; i < a.tags.size(); ++i) {
    EXPECT_EQ(a.tags[i].type, b.tags[i].type);
    EXPECT_EQ(a.tags[i].value, b.tags[i].value) << i;
    EXPECT_EQ(a.tags[i].number, b.tags[i].number) << i;
    EXPECT_EQ(a.tags[i].frame_begin, b.tags[i].frame_begin);
    EXPECT_EQ(a.tags[i].frame_end, b.tags[i].frame_end);
  }
  expect_same_labels(a.label_sets.front(), b.label_sets.front());
}

}  // namespace concord::tests
