#pragma once

// The one description of what is kept of a drive beside its measurements: everything that a check may look at. As in
// measurement_columns.hpp the bindings make a forgotten member an error of the compiler.

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "concord/drive.hpp"
#include "src/report/kept_texts.hpp"

namespace concord::report {

template <class Visitor>
void describe(Visitor& t, Frames& frames) {
  auto& [name, time_ns, recorded, T_world_ego, pose_valid, time_assumed] = frames;
  t.begin("frames", "one row a frame of the drive");
  t.flag("time_assumed", time_assumed, "1 where times come from a nominal rate");
  t.column("name", name, "", "the dataset's own frame name");
  t.column("time_ns", time_ns, "ns", "reference time");
  t.column("recorded", recorded, "1", "0 where only labels mention the frame");
  // Not every compiler can capture a binding.
  auto& poses = T_world_ego;
  auto& valid = pose_valid;
  const std::vector<TimeNs>& times = time_ns;
  t.transforms(
      "T_world_ego", frames.size(), "ego pose: p_world = T_world_ego * p_ego",
      [&](std::size_t row) { return frames.has_pose(row) ? std::optional<SE3>(poses[row]) : std::nullopt; },
      [&](std::size_t row, const std::optional<SE3>& pose) {
        // A drive without any pose has no pose columns.
        if (pose && poses.empty()) {
          poses.assign(times.size(), SE3::Identity());
          valid.assign(times.size(), 0);
        }
        if (!pose) return;
        poses[row] = *pose;
        valid[row] = 1;
      });
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<Sensor>& sensors) {
  const auto row_of = [&](std::size_t row) -> Sensor& {
    if (row >= sensors.size()) sensors.resize(row + 1);
    return sensors[row];
  };
  const auto number = [&](const std::string& name, const char* unit, const char* meaning, auto member) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    t.template mapped<double>(
        name, sensors.size(), unit, meaning,
        [&](std::size_t row) { return row_of(row).camera ? member(*row_of(row).camera) : kNaN; },
        [&](std::size_t row, double value) {
          if (row_of(row).camera) member(*row_of(row).camera) = value;
        });
  };
  const auto pixels = [&](const char* name, const char* meaning, int CameraModel::*member) {
    t.template mapped<std::uint32_t>(
        name, sensors.size(), "px", meaning,
        [&](std::size_t row) {
          const auto& camera = row_of(row).camera;
          return camera && (*camera).*member > 0 ? static_cast<std::uint32_t>((*camera).*member) : kNone;
        },
        [&](std::size_t row, std::uint32_t value) {
          if (row_of(row).camera && value != kNone) (*row_of(row).camera).*member = static_cast<int>(value);
        });
  };
  t.begin("sensors", "one row a sensor of the drive");
  t.template mapped<std::string>(
      "name", sensors.size(), "", "sensor name", [&](std::size_t row) { return row_of(row).name; },
      [&](std::size_t row, const std::string& text) { row_of(row).name = text; });
  t.template mapped<std::string>(
      "kind", sensors.size(), "", "unknown, lidar, camera or radar",
      [&](std::size_t row) { return text_of(row_of(row).kind); },
      [&](std::size_t row, const std::string& text) { row_of(row).kind = from_text<SensorKind>(text); });
  t.transforms(
      "T_ego_sensor", sensors.size(), "mounting: p_ego = T_ego_sensor * p_sensor",
      [&](std::size_t row) { return row_of(row).T_ego_sensor; },
      [&](std::size_t row, const std::optional<SE3>& transform) { row_of(row).T_ego_sensor = transform; });
  t.template mapped<std::string>(
      "camera", sensors.size(), "", "projection: pinhole, brown_conrady, kannala_brandt; empty without one",
      [&](std::size_t row) { return row_of(row).camera ? text_of(row_of(row).camera->kind) : std::string(); },
      [&](std::size_t row, const std::string& text) {
        if (!text.empty()) row_of(row).camera.emplace().kind = from_text<CameraModel::Kind>(text);
      });
  number("fx_px", "px", "focal length", [](CameraModel& c) -> double& { return c.fx_px; });
  number("fy_px", "px", "focal length", [](CameraModel& c) -> double& { return c.fy_px; });
  number("cx_px", "px", "principal point", [](CameraModel& c) -> double& { return c.cx_px; });
  number("cy_px", "px", "principal point", [](CameraModel& c) -> double& { return c.cy_px; });
  number("skew_px", "px", "skew", [](CameraModel& c) -> double& { return c.skew_px; });
  for (std::size_t i = 0; i < CameraModel{}.distortion.size(); ++i) {
    number("distortion_" + std::to_string(i), "1",
           "Brown-Conrady k1 k2 p1 p2 k3 k4 k5 k6 or Kannala-Brandt k1 to k4, in this order",
           [i](CameraModel& c) -> double& { return c.distortion[i]; });
  }
  pixels("width_px", "image width", &CameraModel::width_px);
  pixels("height_px", "image height", &CameraModel::height_px);
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<SensorRecord>& records) {
  const auto row_of = [&](std::size_t row) -> SensorRecord& {
    if (row >= records.size()) records.resize(row + 1);
    return records[row];
  };
  const auto number = [&]<class T>(const char* name, const char* unit, const char* meaning, T SensorRecord::*member) {
    t.template mapped<T>(
        name, records.size(), unit, meaning, [&](std::size_t row) { return row_of(row).*member; },
        [&](std::size_t row, T value) { row_of(row).*member = value; });
  };
  t.begin("records", "one row a recording of a sensor; the recordings themselves stay in the dataset");
  number("frame", "1", "frame index", &SensorRecord::frame);
  number("sensor", "1", "row of `sensors`", &SensorRecord::sensor);
  number("time_ns", "ns", "time of the recording", &SensorRecord::time_ns);
  t.template mapped<std::string>(
      "format", records.size(), "", "how the recording is encoded",
      [&](std::size_t row) { return text_of(row_of(row).format); },
      [&](std::size_t row, const std::string& text) { row_of(row).format = from_text<PayloadFormat>(text); });
  t.transforms(
      "T_world_ego", records.size(), "ego pose at the recording's own time",
      [&](std::size_t row) { return row_of(row).T_world_ego; },
      [&](std::size_t row, const std::optional<SE3>& pose) { row_of(row).T_world_ego = pose; });
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<Tag>& tags) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const auto row_of = [&](std::size_t row) -> Tag& {
    if (row >= tags.size()) tags.resize(row + 1);
    return tags[row];
  };
  const auto value = [&]<class T>(const char* name, const char* unit, const char* meaning, T Tag::*member) {
    t.template mapped<T>(
        name, tags.size(), unit, meaning, [&](std::size_t row) { return row_of(row).*member; },
        [&](std::size_t row, const T& read) { row_of(row).*member = read; });
  };
  t.begin("tags", "one row a statement about the drive or a part of it");
  value("type", "", "the dataset's own name", &Tag::type);
  value("value", "", "its value as text", &Tag::value);
  t.template mapped<double>(
      "number", tags.size(), "", "its value as a number",
      [&](std::size_t row) { return row_of(row).number.value_or(kNaN); },
      [&](std::size_t row, double read) {
        if (!is_missing(read)) row_of(row).number = read;
      });
  value("frame_begin", "1", "first frame index", &Tag::frame_begin);
  value("frame_end", "1", "last frame index, inclusive", &Tag::frame_end);
  t.end();
}

/// The classes that codes stand for, in order of the writer's codes.
template <class Visitor>
void describe_classes(Visitor& t, const Taxonomy& taxonomy) {
  t.begin("classes", "Concord's classes in order of their codes");
  t.template mapped<std::string>(
      "name", taxonomy.size(), "", "Concord class",
      [&](std::size_t code) { return taxonomy.at(static_cast<ClassCode>(code)).name; },
      [&](std::size_t /*code*/, const std::string& name) {
        t.class_of_code.push_back(taxonomy.find(name).value_or(kUnknownClass));
      });
  t.end();
}

/// A drive without its label sets.
template <class Visitor>
void describe_drive(Visitor& t, Drive& drive) {
  describe_classes(t, *drive.taxonomy);
  describe(t, drive.frames);
  describe(t, drive.sensors);
  describe(t, drive.records);
  describe(t, drive.tags);
}

}  // namespace concord::report
