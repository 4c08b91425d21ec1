#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "concord/point_cloud.hpp"
#include "src/readers/clouds/aimotive_radar.hpp"
#include "src/readers/clouds/pcl/decode.hpp"
#include "src/readers/common/files.hpp"
#include "src/synth/payloads.hpp"

namespace concord {
namespace {

using readers::MappedFile;
using readers::clouds::kMaxCloudBytes;
using readers::clouds::PointFields;

/// The ego frame of the record's frame from the sensor's frame.
Result<SE3> ego_from_sensor(const Drive& drive, const SensorRecord& record) {
  const std::string where = record.path.string();
  if (record.in_ego_frame) return SE3(SE3::Identity());
  if (record.sensor >= drive.sensors.size() || record.frame >= drive.frames.size()) {
    return Error{ErrorCode::invalid_argument, "belongs to no sensor or frame of the drive", where, ""};
  }
  const Sensor& sensor = drive.sensors[record.sensor];
  if (!sensor.T_ego_sensor) {
    return Error{ErrorCode::not_found, "sensor " + sensor.name + " has no pose, its points have no place", where,
                 "a calibration from " + sensor.name + " to the ego frame"};
  }
  SE3 T_ego_sensor = *sensor.T_ego_sensor;
  if (record.T_world_ego && drive.frames.has_pose(record.frame)) {
    const SE3& T_world_ego = drive.frames.T_world_ego[record.frame];
    // The same pose cancels to the last bit only when it is not multiplied.
    if (T_world_ego.matrix() != record.T_world_ego->matrix()) {
      T_ego_sensor = T_world_ego.inverse() * *record.T_world_ego * T_ego_sensor;
    }
  }
  if (!T_ego_sensor.matrix().allFinite()) {
    return Error{ErrorCode::malformed, "the pose of sensor " + sensor.name + " is not finite", where, "numbers"};
  }
  return T_ego_sensor;
}

/// Plain float32 records of `stride` numbers that begin with x y z intensity.
Result<PointFields> decode_floats(std::string_view bytes, std::size_t stride, const char* layout,
                                  const std::filesystem::path& path) {
  const std::size_t step = stride * sizeof(float);
  if (bytes.empty()) return Error{ErrorCode::malformed, "is empty", path.string(), layout};
  if (bytes.size() % step != 0) {
    return Error{ErrorCode::malformed,
                 "has " + std::to_string(bytes.size()) + " bytes, no multiple of " + std::to_string(step),
                 path.string(), layout};
  }
  PointFields result;
  result.points = bytes.size() / step;
  std::size_t column = 0;
  for (const char* name : {"x", "y", "z", "intensity"}) {
    PointFields::Field field{.name = name, .values = {}};
    field.values.resize(result.points);
    for (std::size_t i = 0; i < result.points; ++i) {
      float value = 0;
      std::memcpy(&value, bytes.data() + i * step + column * sizeof(float), sizeof(float));
      field.values[i] = static_cast<double>(value);
    }
    result.fields.push_back(std::move(field));
    ++column;
  }
  return result;
}

PointFields::Field field_of(const char* name, const std::vector<float>& values) {
  return {.name = name, .values = {values.begin(), values.end()}};
}

/// What a synthetic recording would be if it were a file.
Result<PointFields> simulate_fields(const Sensor& sensor, const SensorRecord& record) {
  PointFields result;
  if (sensor.kind == SensorKind::radar) {
    CONCORD_ASSIGN_OR_RETURN(const RadarDetections d, synth::simulate_radar(record.path.native(), sensor.name));
    result.points = d.size();
    result.fields = {field_of("x", d.x_m), field_of("y", d.y_m), field_of("z", d.z_m),
                     field_of("range_rate", d.range_rate_mps), field_of("rcs", d.rcs_dbsm)};
    return result;
  }
  CONCORD_ASSIGN_OR_RETURN(const PointCloud c, synth::simulate_cloud(record.path.native()));
  result.points = c.size();
  result.fields = {field_of("x", c.x_m), field_of("y", c.y_m), field_of("z", c.z_m),
                   field_of("intensity", c.intensity)};
  result.fields.push_back(
      {.name = "time_offset", .floating = false, .values = {c.time_offset_ns.begin(), c.time_offset_ns.end()}});
  return result;
}

/// The columns of a recording, which belongs to a sensor of `drive`.
Result<PointFields> read_fields(const Drive& drive, const SensorRecord& record) {
  if (record.format == PayloadFormat::synthetic) return simulate_fields(drive.sensors[record.sensor], record);
  const std::filesystem::path& path = record.path;
  CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(path, kMaxCloudBytes));
  switch (record.format) {
    case PayloadFormat::kitti_bin:
    case PayloadFormat::raw_xyzi_f32:
      return decode_floats(file.text(), 4, "float32 x y z intensity", path);
    case PayloadFormat::nuscenes_bin:
      return decode_floats(file.text(), 5, "float32 x y z intensity ring", path);
    case PayloadFormat::pcd: {
      CONCORD_ASSIGN_OR_RETURN(const auto header, readers::clouds::read_pcd_header(file.text(), path));
      // An empty cloud is valid; PCL's reader would refuse it.
      if (header.points == 0) {
        PointFields empty;
        for (const auto& field : header.fields) {
          empty.fields.push_back({.name = field.name, .floating = is_floating(field.type), .values = {}});
        }
        return empty;
      }
      return readers::clouds::decode_pcd(file.text(), header, path);
    }
    case PayloadFormat::aimotive_radar:
      return readers::clouds::decode_aimotive_radar(file.text(), path);
    case PayloadFormat::ply: {
      CONCORD_ASSIGN_OR_RETURN(const auto header, readers::clouds::read_ply_header(file.text(), path));
      return readers::clouds::decode_ply(header, path);
    }
    default:
      return Error{ErrorCode::unsupported, "is no recording of points", path.string(), "a LiDAR or radar recording"};
  }
}

/// x, y, z of a file, moved into the ego frame; `kept` are the rows that are finite there.
struct Positions {
  std::vector<float> x_m, y_m, z_m;
  std::vector<std::size_t> kept;
};

Result<Positions> place(const PointFields& fields, const SE3& T_ego_sensor, const SensorRecord& record) {
  const std::array<const PointFields::Field*, 3> axes{fields.find({"x"}), fields.find({"y"}), fields.find({"z"})};
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const char* name = std::array{"x", "y", "z"}[axis];
    if (axes[axis] == nullptr) {
      return Error{ErrorCode::malformed, std::string("has no field ") + name, record.path.string(), "fields x y z"};
    }
    if (!axes[axis]->floating) {
      return Error{ErrorCode::unsupported, std::string("holds ") + name + " as integers, in no stated unit",
                   record.path.string(), "float32 or float64, in m"};
    }
  }
  Positions result;
  for (auto* column : {&result.x_m, &result.y_m, &result.z_m}) column->reserve(fields.points);
  result.kept.reserve(fields.points);
  for (std::size_t i = 0; i < fields.points; ++i) {
    const Vec3 point = T_ego_sensor * Vec3(axes[0]->values[i], axes[1]->values[i], axes[2]->values[i]);
    const Eigen::Vector3f rounded = point.cast<float>();
    if (!rounded.allFinite()) continue;
    result.x_m.push_back(rounded.x());
    result.y_m.push_back(rounded.y());
    result.z_m.push_back(rounded.z());
    result.kept.push_back(i);
  }
  return result;
}

std::vector<float> column_of(const PointFields::Field* field, const std::vector<std::size_t>& kept) {
  std::vector<float> column;
  if (field == nullptr) return column;
  column.reserve(kept.size());
  for (const std::size_t row : kept) column.push_back(static_cast<float>(field->values[row]));
  return column;
}

/// Integers are ns, floating-point numbers s; times that are no offsets are taken from the record's own time. Empty
/// when a time lies too far away to belong to one sweep: then the file counts from something that we do not know.
std::vector<std::int32_t> time_offsets(const PointFields::Field* field, const SensorRecord& record,
                                       const std::vector<std::size_t>& kept) {
  std::vector<std::int32_t> column;
  if (field == nullptr) return column;
  constexpr double kMaxOffsetNs = std::numeric_limits<std::int32_t>::max();
  const double scale = field->floating ? 1e9 : 1.0;
  column.reserve(kept.size());
  for (const std::size_t row : kept) {
    double offset_ns = field->values[row] * scale;
    if (std::abs(offset_ns) > kMaxOffsetNs && record.time_ns != kNoTime) {
      offset_ns = (field->values[row] - static_cast<double>(record.time_ns) / scale) * scale;
    }
    if (!(std::abs(offset_ns) <= kMaxOffsetNs)) return {};
    column.push_back(static_cast<std::int32_t>(std::lround(offset_ns)));
  }
  return column;
}

/// Range rates as stated, or the relative velocity (vx, vy) along the line of sight, both in the sensor's frame. NaN
/// where a detection has no direction.
std::vector<float> range_rates(const PointFields& fields, const std::vector<std::size_t>& kept) {
  if (const auto* stated = fields.find({"range_rate", "v_r", "doppler"})) return column_of(stated, kept);
  const auto* vx = fields.find({"vx"});
  const auto* vy = fields.find({"vy"});
  std::vector<float> column;
  if (vx == nullptr || vy == nullptr) return column;
  column.reserve(kept.size());
  const auto& x = fields.find({"x"})->values;
  const auto& y = fields.find({"y"})->values;
  const auto& z = fields.find({"z"})->values;
  for (const std::size_t row : kept) {
    const double range_m = std::sqrt(x[row] * x[row] + y[row] * y[row] + z[row] * z[row]);
    const double along = x[row] * vx->values[row] + y[row] * vy->values[row];
    column.push_back(range_m > 0 ? static_cast<float>(along / range_m) : std::numeric_limits<float>::quiet_NaN());
  }
  return column;
}

}  // namespace

Result<PointCloud> load_points(const Drive& drive, const SensorRecord& record) {
  CONCORD_ASSIGN_OR_RETURN(const SE3 T_ego_sensor, ego_from_sensor(drive, record));
  CONCORD_ASSIGN_OR_RETURN(const PointFields fields, read_fields(drive, record));
  CONCORD_ASSIGN_OR_RETURN(Positions positions, place(fields, T_ego_sensor, record));
  PointCloud cloud;
  cloud.intensity = column_of(fields.find({"intensity", "i", "scalar_intensity"}), positions.kept);
  cloud.time_offset_ns =
      time_offsets(fields.find({"time_offset", "offset_time", "t", "time", "timestamp"}), record, positions.kept);
  cloud.x_m = std::move(positions.x_m);
  cloud.y_m = std::move(positions.y_m);
  cloud.z_m = std::move(positions.z_m);
  return cloud;
}

Result<RadarDetections> load_radar(const Drive& drive, const SensorRecord& record) {
  if (record.format != PayloadFormat::pcd && record.format != PayloadFormat::synthetic &&
      record.format != PayloadFormat::aimotive_radar) {
    return Error{ErrorCode::unsupported, "is no file of radar detections", record.path.string(),
                 "PCD or aiMotive JSON"};
  }
  CONCORD_ASSIGN_OR_RETURN(const SE3 T_ego_sensor, ego_from_sensor(drive, record));
  CONCORD_ASSIGN_OR_RETURN(const PointFields fields, read_fields(drive, record));
  CONCORD_ASSIGN_OR_RETURN(Positions positions, place(fields, T_ego_sensor, record));
  RadarDetections detections;
  detections.range_rate_mps = range_rates(fields, positions.kept);
  detections.rcs_dbsm = column_of(fields.find({"rcs", "RCS"}), positions.kept);
  detections.x_m = std::move(positions.x_m);
  detections.y_m = std::move(positions.y_m);
  detections.z_m = std::move(positions.z_m);
  return detections;
}

}  // namespace concord
