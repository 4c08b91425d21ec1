#pragma once

// The one description of what is kept of a label set. As in measurement_columns.hpp the bindings make a forgotten
// member an error of the compiler.

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "src/report/cuboid_columns.hpp"
#include "src/report/kept_texts.hpp"

namespace concord::report {

template <class Visitor>
void describe(Visitor& t, LabelScope& scope) {
  auto& [known, classes, max_range_m, camera_view, min_points, extent, cycle_includes_rider] = scope;
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  // Not every compiler can capture a binding.
  auto& range = max_range_m;
  auto& view = camera_view;
  auto& points = min_points;
  auto& shown = extent;
  t.begin("scope", "what the annotators were asked to label; one row");
  t.flag("known", known, "1 when the scope is known");
  t.template mapped<double>(
      "max_range_m", 1, "m", "largest distance", [&](std::size_t /*row*/) { return range.value_or(kNaN); },
      [&](std::size_t /*row*/, double value) {
        if (!is_missing(value)) range = value;
      });
  t.template mapped<std::string>(
      "camera_view", 1, "", "only objects inside this camera's image; empty: all",
      [&](std::size_t /*row*/) { return view.value_or(""); },
      [&](std::size_t /*row*/, const std::string& text) {
        if (!text.empty()) view = text;
      });
  t.template mapped<std::int32_t>(
      "min_points", 1, "1", "objects with fewer points are not labelled",
      [&](std::size_t /*row*/) { return points.value_or(NumberType<std::int32_t>::kMissing); },
      [&](std::size_t /*row*/, std::int32_t value) {
        if (!is_missing(value)) points = value;
      });
  t.template mapped<std::string>(
      "extent", 1, "", "amodal, visible or unknown", [&](std::size_t /*row*/) { return text_of(shown); },
      [&](std::size_t /*row*/, const std::string& text) { shown = from_text<LabelScope::Extent>(text); });
  t.flag("cycle_includes_rider", cycle_includes_rider, "1 when one box holds a cycle and its rider");
  t.end();
  t.begin("scope_classes", "labelled classes; no row: not stated");
  t.classes("class", classes);
  t.end();
}

template <class Visitor>
void describe(Visitor& t, AttributeColumn& attribute, std::size_t labels) {
  auto& [name, values, code, allowed] = attribute;
  auto& codes = code;
  t.begin("codes", "one row a label");
  t.template mapped<std::uint32_t>(
      "code", labels, "1", "code of `values`", [&](std::size_t row) { return row < codes.size() ? codes[row] : kNone; },
      [&](std::size_t /*row*/, std::uint32_t value) { codes.push_back(value); });
  t.end();
  t.begin("values", "texts in order of their codes");
  t.column("text", values, "", "a value as the dataset states it");
  t.end();
  t.begin("allowed", "the enumeration that the format defines; no row: any value is allowed");
  t.column("text", allowed, "", "an allowed value");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, Box2dTable& boxes) {
  auto& [frame, sensor, cuboid_row, track, class_code, left_px, top_px, right_px, bottom_px, label_id, score,
         truncation, occlusion_level] = boxes;
  t.begin("boxes_2d", "one row an image box");
  t.column("frame", frame, "1", "frame index");
  t.column("sensor", sensor, "1", "row of `sensors`");
  t.column("cuboid_row", cuboid_row, "1", "row of `labels` of the same object");
  t.column("track", track, "1", "code of `track_ids`");
  t.classes("class", class_code);
  t.column("left_px", left_px, "px", "left edge");
  t.column("top_px", top_px, "px", "top edge");
  t.column("right_px", right_px, "px", "right edge");
  t.column("bottom_px", bottom_px, "px", "bottom edge");
  t.column("label", label_id, "", "the dataset's own label id");
  t.column("score", score, boxes.size(), "1", "confidence of a model");
  t.column("truncation", truncation, boxes.size(), "1", "share outside the image");
  t.column("occlusion_level", occlusion_level, boxes.size(), "1", "0 visible to 3 unknown, as KITTI");
  t.end();
}

template <class Visitor>
void describe_labels(Visitor& t, LabelSet& set) {
  auto& [name, scope, frame, frame_offset, label_id, tracks, track, class_code, raw_classes, raw_class, cuboid,
         occlusion_level, truncation, visibility, moving_state, lidar_points, radar_points, velocity_x_mps,
         velocity_y_mps, velocity_relative, score, labelled_at_ns, provenance, annotator, vendor, batch,
         guideline_version, review_stage, attributes, boxes_2d] = set;
  auto& moving = moving_state;
  const std::size_t rows = set.size();
  t.begin("labels", "one row a cuboid label");
  t.column("frame", frame, "1", "frame index");
  t.column("label", label_id, "", "the dataset's own label id");
  t.column("track", track, "1", "code of `track_ids`");
  t.classes("class", class_code);
  t.column("raw_class", raw_class, "1", "code of `raw_classes`");
  describe_cuboids(t, cuboid);
  t.column("occlusion_level", occlusion_level, rows, "1", "0 visible to 3 unknown, as KITTI");
  t.column("truncation", truncation, rows, "1", "share outside the image");
  t.column("visibility", visibility, rows, "1", "visible share");
  t.template mapped<std::string>(
      "moving_state", rows, "", "moving, stopped, parked or unknown; empty: not given",
      [&](std::size_t row) { return moving.get(row) ? text_of(*moving.get(row)) : std::string(); },
      [&](std::size_t row, const std::string& text) {
        if (!text.empty()) moving.set(row, from_text<MovingState>(text));
      });
  t.column("lidar_points", lidar_points, rows, "1", "stored number of LiDAR points");
  t.column("radar_points", radar_points, rows, "1", "stored number of radar points");
  t.column("velocity_x_mps", velocity_x_mps, rows, "m/s", "over ground or relative to the ego, ego axes");
  t.column("velocity_y_mps", velocity_y_mps, rows, "m/s", "over ground or relative to the ego, ego axes");
  t.column("score", score, rows, "1", "confidence of a model");
  t.column("labelled_at_ns", labelled_at_ns, rows, "ns", "when it was labelled");
  t.column("annotator", annotator, rows, "1", "code of `provenance`");
  t.column("vendor", vendor, rows, "1", "code of `provenance`");
  t.column("batch", batch, rows, "1", "code of `provenance`");
  t.column("guideline_version", guideline_version, rows, "1", "code of `provenance`");
  t.column("review_stage", review_stage, rows, "1", "code of `provenance`");
  t.end();
  t.begin("track_ids", "texts in order of their codes");
  t.column("text", tracks, "", "the dataset's own track id");
  t.end();
  t.begin("raw_classes", "texts in order of their codes");
  t.column("text", raw_classes, "", "the dataset's own class name");
  t.end();
  t.begin("provenance", "texts in order of their codes");
  t.column("text", provenance, "", "name of an annotator, vendor, batch, version or stage");
  t.end();
  t.begin("velocity", "what the velocities of `labels` are measured against; one row");
  t.flag("relative_to_ego", velocity_relative, "1 when they are relative to the ego, 0 over ground");
  t.end();
  describe(t, scope);
  describe(t, boxes_2d);
}

}  // namespace concord::report
