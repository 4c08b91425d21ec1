#include "src/readers/openlabel/streams.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include "src/readers/common/files.hpp"
#include "src/readers/openlabel/camera.hpp"
#include "src/readers/openlabel/extension.hpp"
#include "src/readers/openlabel/timestamp.hpp"

namespace concord::readers::openlabel {
namespace fs = std::filesystem;

namespace {

SensorKind kind_of(std::string_view type) {
  if (type == "lidar") return SensorKind::lidar;
  if (type == "camera") return SensorKind::camera;
  if (type == "radar") return SensorKind::radar;
  return SensorKind::unknown;
}

/// Takes the camera model that the stream states; `note` says why there is none of a known kind.
Result<void> add_intrinsics(const Node& stream, Sensor& sensor, std::string& note) {
  const auto properties = stream.find("stream_properties");
  if (!properties || sensor.kind != SensorKind::camera || sensor.camera) return {};
  CONCORD_ASSIGN_OR_RETURN(const auto camera, read_intrinsics(*properties, note));
  if (!camera) return {};
  sensor.camera = camera->model;
  if (sensor.T_ego_sensor && !camera->position_m.isZero(0)) {
    SE3 T_stream_camera = SE3::Identity();
    T_stream_camera.translation() = camera->position_m;
    sensor.T_ego_sensor = *sensor.T_ego_sensor * T_stream_camera;
  }
  return {};
}

/// Poses that only frames state: the first frame's.
void add_pose(std::uint32_t system, const CoordinateSystems& systems, const FrameList& frames, Drive& drive,
              Sensor& sensor) {
  sensor.T_ego_sensor = systems.resolve({}).T_ego_cs[system];
  bool moves = false;
  for (const FrameList::Entry& entry : frames.entries) {
    const auto& pose = entry.transforms->T_ego_cs[system];
    if (!pose) continue;
    if (!sensor.T_ego_sensor) sensor.T_ego_sensor = pose;
    moves = moves || pose->matrix() != sensor.T_ego_sensor->matrix();
  }
  if (moves)
    drive.notes.push_back("the pose of " + sensor.name + " changes between frames: one is taken for the sensor");
}

struct Recording {
  const Node* stream = nullptr;
  std::uint32_t frame = 0;
  std::uint32_t sensor = 0;
};

/// Counts of recordings that were left out, by reason.
struct LeftOut {
  std::size_t missing = 0, outside = 0, unknown = 0;
};

/// The path of a file URI: `%20` is a blank.
std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned int byte = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      result += static_cast<char>(byte);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

Result<void> add_record(const Recording& recording, const fs::path& file, LeftOut& left_out, Drive& drive) {
  CONCORD_ASSIGN_OR_RETURN(std::string_view uri, recording.stream->text_of("uri", ""));
  SensorRecord record{.frame = recording.frame,
                      .sensor = recording.sensor,
                      .time_ns = kNoTime,
                      .format = payload_format_of(uri),
                      .path = {},
                      .T_world_ego = {}};
  if (const auto properties = recording.stream->find("stream_properties")) {
    if (const auto sync = properties->find("sync")) {
      if (const auto timestamp = sync->find("timestamp")) {
        CONCORD_ASSIGN_OR_RETURN(record.time_ns, read_timestamp(*timestamp));
      }
    }
    if (const auto extension = properties->find(kExtension)) {
      CONCORD_ASSIGN_OR_RETURN(const std::string_view format, extension->text_of("payload_format", ""));
      const auto known = std::find(kPayloadFormats.begin(), kPayloadFormats.end(), format);
      if (known != kPayloadFormats.end()) record.format = static_cast<PayloadFormat>(known - kPayloadFormats.begin());
      if (const auto pose = extension->find("T_world_ego")) {
        CONCORD_ASSIGN_OR_RETURN(record.T_world_ego, read_transform(*pose));
      }
    }
  }
  if (uri.empty() && record.format != PayloadFormat::synthetic) {
    // Without its image a camera still tells when, and from where, it looked.
    const bool dated = record.time_ns != kNoTime || record.T_world_ego.has_value();
    if (!dated || drive.sensors[recording.sensor].kind != SensorKind::camera) return {};
    record.format = PayloadFormat::none;
  } else if (record.format == PayloadFormat::synthetic) {
    record.path = fs::path(uri);
  } else {
    constexpr std::string_view kFileScheme = "file://";
    std::string decoded;
    if (uri.starts_with(kFileScheme)) {
      decoded = percent_decoded(uri.substr(kFileScheme.size()));
      uri = decoded;
    }
    if (record.format == PayloadFormat::none || uri.find("://") != std::string_view::npos) {
      ++left_out.unknown;
      return {};
    }
    if (fs::path(uri).is_absolute()) {
      record.path = fs::path(uri);
    } else if (auto joined = join_below(file.parent_path(), uri, ""); joined) {
      record.path = *joined;
    } else {
      ++left_out.outside;
      return {};
    }
    if (uri.find('\0') != std::string_view::npos || !is_present(record.path)) {
      ++left_out.missing;
      return {};
    }
  }
  drive.records.push_back(std::move(record));
  return {};
}

}  // namespace

PayloadFormat payload_format_of(std::string_view uri) {
  const std::array<std::pair<std::string_view, PayloadFormat>, 7> endings{{{".pcd.bin", PayloadFormat::nuscenes_bin},
                                                                           {".bin", PayloadFormat::raw_xyzi_f32},
                                                                           {".pcd", PayloadFormat::pcd},
                                                                           {".ply", PayloadFormat::ply},
                                                                           {".png", PayloadFormat::image},
                                                                           {".jpg", PayloadFormat::image},
                                                                           {".jpeg", PayloadFormat::image}}};
  for (const auto& [ending, format] : endings) {
    if (uri.ends_with(ending)) return format;
  }
  return PayloadFormat::none;
}

Result<void> append_sensors(const Node& openlabel, const CoordinateSystems& systems, const FrameList& frames,
                            Drive& drive) {
  const auto read_stream = [&](std::string_view name, const Node& stream) -> Result<void> {
    if (drive.sensors.size() == kMaxStreams) {
      return stream.error("too many streams", "at most " + std::to_string(kMaxStreams), ErrorCode::limit_exceeded);
    }
    if (!stream.is_object()) return stream.type_error("an object");
    if (drive.find_sensor(name) != kNone) return stream.error("is defined twice", "unique stream names");
    CONCORD_ASSIGN_OR_RETURN(const std::string_view type, stream.text_of("type", ""));
    Sensor sensor{.name = std::string(name), .kind = kind_of(type), .T_ego_sensor = {}, .camera = {}};
    if (const auto system = systems.find(name)) add_pose(*system, systems, frames, drive, sensor);
    std::string note;
    CONCORD_RETURN_IF_ERROR(add_intrinsics(stream, sensor, note));
    if (!note.empty()) drive.notes.push_back("no camera model for " + sensor.name + ": " + note);
    drive.sensors.push_back(std::move(sensor));
    return {};
  };
  CONCORD_RETURN_IF_ERROR(openlabel.for_each_member_of("streams", read_stream));
  for (const FrameList::Entry& entry : frames.entries) {
    if (!entry.properties) continue;
    CONCORD_RETURN_IF_ERROR(
        entry.properties->for_each_member_of("streams", [&](std::string_view name, const Node& stream) -> Result<void> {
          const std::uint32_t sensor = drive.find_sensor(name);
          std::string ignored;
          return sensor == kNone ? Result<void>() : add_intrinsics(stream, drive.sensors[sensor], ignored);
        }));
  }
  return {};
}

Result<void> append_records(const Node& openlabel, const FrameList& frames, const fs::path& file, Drive& drive) {
  LeftOut left_out;
  for (std::uint32_t frame = 0; frame < frames.entries.size(); ++frame) {
    const auto& owner = frames.single ? std::optional<Node>(openlabel) : frames.entries[frame].properties;
    if (!owner) continue;
    CONCORD_RETURN_IF_ERROR(
        owner->for_each_member_of("streams", [&](std::string_view name, const Node& stream) -> Result<void> {
          const std::uint32_t sensor = drive.find_sensor(name);
          if (sensor == kNone) return stream.error("is no stream", "a name defined in openlabel/streams");
          if (!stream.is_object()) return stream.type_error("an object");
          return add_record({&stream, frame, sensor}, file, left_out, drive);
        }));
  }
  std::stable_sort(drive.records.begin(), drive.records.end(), [](const SensorRecord& a, const SensorRecord& b) {
    return a.frame != b.frame ? a.frame < b.frame : a.sensor < b.sensor;
  });
  if (left_out.missing != 0)
    drive.notes.push_back(std::to_string(left_out.missing) + " recordings named by uri do not exist");
  if (left_out.outside != 0) {
    drive.notes.push_back(std::to_string(left_out.outside) +
                          " recordings lie outside the label file's folder and are not read");
  }
  if (left_out.unknown != 0) {
    drive.notes.push_back(std::to_string(left_out.unknown) + " recordings are in no format that Concord decodes");
  }
  return {};
}

}  // namespace concord::readers::openlabel
