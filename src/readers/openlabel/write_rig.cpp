#include <algorithm>

#include "src/readers/common/files.hpp"
#include "src/readers/openlabel/extension.hpp"
#include "src/readers/openlabel/streams.hpp"
#include "src/readers/openlabel/timestamp.hpp"
#include "src/readers/openlabel/write_parts.hpp"

namespace concord::readers::openlabel {
namespace fs = std::filesystem;

namespace {

std::string_view stream_type(SensorKind kind) {
  switch (kind) {
    case SensorKind::lidar:
      return "lidar";
    case SensorKind::camera:
      return "camera";
    case SensorKind::radar:
      return "radar";
    case SensorKind::unknown:
      break;
  }
  return "other";
}

/// `wanted`, or a longer name where a sensor is called so.
std::string free_name(const Drive& drive, std::string wanted) {
  while (drive.find_sensor(wanted) != kNone) wanted += "_cs";
  return wanted;
}

void write_camera(const CameraModel& model, JsonWriter& json) {
  const bool fisheye = model.kind == CameraModel::Kind::kannala_brandt;
  json.key("stream_properties").begin_object();
  json.key(fisheye ? "intrinsics_custom" : "intrinsics_pinhole").begin_object();
  json.key("width_px").integer(model.width_px).key("height_px").integer(model.height_px);
  std::size_t coefficients = 0;
  if (fisheye) {
    json.key("model").text("kannala_brandt").key("fx_px").number(model.fx_px).key("fy_px").number(model.fy_px);
    json.key("cx_px").number(model.cx_px).key("cy_px").number(model.cy_px).key("skew_px").number(model.skew_px);
    coefficients = 4;
  } else {
    json.key("camera_matrix").begin_array();
    for (const double value :
         {model.fx_px, model.skew_px, model.cx_px, 0.0, 0.0, model.fy_px, model.cy_px, 0.0, 0.0, 0.0, 1.0, 0.0}) {
      json.number(value);
    }
    json.end_array();
    if (model.kind == CameraModel::Kind::brown_conrady) coefficients = 8;
  }
  if (coefficients != 0) {
    json.key("distortion_coeffs").begin_array();
    for (std::size_t i = 0; i < coefficients; ++i) json.number(model.distortion[i]);
    json.end_array();
  }
  json.end_object().end_object();
}

std::string uri_of(const SensorRecord& record, const fs::path& folder) {
  if (record.format == PayloadFormat::synthetic || record.path.empty()) return record.path.string();
  const fs::path path = fs::absolute(record.path).lexically_normal();
  const fs::path relative = path.lexically_relative(fs::absolute(folder).lexically_normal());
  const bool below = !relative.empty() && *relative.begin() != "..";
  return below ? relative.string() : path.string();
}

void write_record(const Drive& drive, const SensorRecord& record, const fs::path& folder, JsonWriter& json) {
  const std::string uri = uri_of(record, folder);
  json.key(drive.sensors.at(record.sensor).name).begin_object();
  if (!uri.empty()) json.key("uri").text(uri);
  json.key("stream_properties").begin_object();
  if (record.time_ns != kNoTime) {
    json.key("sync").begin_object().key("timestamp").text(format_iso_time(record.time_ns)).end_object();
  }
  const bool named = payload_format_of(uri) == record.format;
  if (!named || record.T_world_ego) {
    json.key(kExtension).begin_object();
    if (!named) json.key("payload_format").text(kPayloadFormats[static_cast<std::size_t>(record.format)]);
    if (record.T_world_ego) json.key("T_world_ego").transform(*record.T_world_ego);
    json.end_object();
  }
  json.end_object().end_object();
}

}  // namespace

FrameNumbers number_frames(const Drive& drive) {
  FrameNumbers numbers;
  std::int64_t last = -1;
  for (std::size_t i = 0; i < drive.frames.size() && !numbers.named; ++i) {
    std::int64_t number = 0;
    const std::string_view name = drive.frames.name[i];
    numbers.named = !parse_int(name, number) || number <= last || std::to_string(number) != name;
    last = number;
    numbers.number.push_back(number);
  }
  if (numbers.named) {
    numbers.number.resize(drive.frames.size());
    for (std::size_t i = 0; i < numbers.number.size(); ++i) numbers.number[i] = static_cast<std::int64_t>(i);
  }
  return numbers;
}

void write_rig(const Drive& drive, JsonWriter& json) {
  const std::string ego = free_name(drive, "ego");
  const std::string world = free_name(drive, "world");
  const bool posed = !drive.frames.T_world_ego.empty();
  json.line_break().key("coordinate_systems").begin_object();
  if (posed) {
    json.key(world).begin_object().key("type").text("scene_cs").key("parent").text("");
    json.key("children").begin_array().text(ego).end_array().end_object();
  }
  json.key(ego).begin_object().key("type").text("local_cs").key("parent").text(posed ? world : "");
  json.key("children").begin_array();
  for (const Sensor& sensor : drive.sensors) {
    if (sensor.T_ego_sensor) json.text(sensor.name);
  }
  json.end_array().end_object();
  for (const Sensor& sensor : drive.sensors) {
    if (!sensor.T_ego_sensor) continue;
    json.key(sensor.name).begin_object().key("type").text("sensor_cs").key("parent").text(ego);
    json.key("children").begin_array().end_array().key("pose_wrt_parent").transform(*sensor.T_ego_sensor).end_object();
  }
  json.end_object().line_break().key("streams").begin_object();
  for (const Sensor& sensor : drive.sensors) {
    json.key(sensor.name).begin_object().key("type").text(stream_type(sensor.kind));
    if (sensor.camera) write_camera(*sensor.camera, json);
    json.end_object();
  }
  json.end_object();
}

void write_frame_properties(const Drive& drive, const FrameNumbers& numbers, std::uint32_t frame,
                            std::size_t& next_record, const fs::path& folder, JsonWriter& json) {
  const Frames& frames = drive.frames;
  json.begin_object();
  if (frames.time_ns[frame] != kNoTime) json.key("timestamp").text(format_iso_time(frames.time_ns[frame]));
  if (frames.has_pose(frame)) {
    json.key("transforms").begin_object().key("ego_to_world").begin_object();
    json.key("src").text(free_name(drive, "ego")).key("dst").text(free_name(drive, "world"));
    json.key("transform_src_to_dst").transform(frames.T_world_ego[frame]).end_object().end_object();
  }
  if (next_record < drive.records.size() && drive.records[next_record].frame == frame) {
    json.key("streams").begin_object();
    for (; next_record < drive.records.size() && drive.records[next_record].frame == frame; ++next_record) {
      write_record(drive, drive.records[next_record], folder, json);
    }
    json.end_object();
  }
  if (numbers.named || frames.recorded[frame] == 0) {
    json.key(kExtension).begin_object();
    if (numbers.named) json.key("name").text(frames.name[frame]);
    if (frames.recorded[frame] == 0) json.key("recorded").boolean(false);
    json.end_object();
  }
  json.end_object();
}

void write_intervals(const FrameNumbers& numbers, const std::vector<std::uint32_t>& frames, JsonWriter& json) {
  json.key("frame_intervals").begin_array();
  for (std::size_t begin = 0; begin < frames.size();) {
    std::size_t end = begin;
    while (end + 1 < frames.size() && numbers.number[frames[end + 1]] == numbers.number[frames[end]] + 1) ++end;
    json.begin_object().key("frame_start").integer(numbers.number[frames[begin]]);
    json.key("frame_end").integer(numbers.number[frames[end]]).end_object();
    begin = end + 1;
  }
  json.end_array();
}

}  // namespace concord::readers::openlabel
