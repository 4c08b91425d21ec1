#include "src/readers/nuscenes/read_scene.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <system_error>

namespace concord::readers::nuscenes {
namespace fs = std::filesystem;

Result<std::vector<std::uint32_t>> sample_chain(Tables& t, std::uint32_t scene_row) {
  const Scene& scene = t.scenes[scene_row];
  if (scene.error) return *scene.error;
  std::vector<std::uint32_t> chain;
  Token previous;
  std::uint32_t next = kNone;
  std::string place;
  {
    CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.scene, scene_row));
    place = row.where();
    CONCORD_ASSIGN_OR_RETURN(next, t.require(row, "first_sample_token", t.sample));
    if (!scene.last_sample.empty()) CONCORD_RETURN_IF_ERROR(t.require(row, "last_sample_token", t.sample));
  }
  while (next != kNone) {
    const std::uint32_t sample = next;
    CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.sample, sample));
    if (t.scene_of_sample[sample] != scene_row) {
      return row.error("is on the chain of " + scene.name + ", but its scene_token names another scene", scene.token);
    }
    // A chain that is longer than the scene's samples comes back to one of them.
    if (chain.size() == scene.samples.size()) return row.error("is reached twice by next: a loop", "a chain");
    CONCORD_ASSIGN_OR_RETURN(const std::string_view prev, row.text("prev"));
    if (t.pool.find(prev) != previous) {
      return row.error("prev '" + std::string(prev.substr(0, 64)) + "' is not the sample before it",
                       "'" + t.pool.text(previous) + "'");
    }
    chain.push_back(sample);
    CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("token"));
    previous = t.pool.intern(token);
    CONCORD_ASSIGN_OR_RETURN(next, t.follow(row, "next", t.sample));
  }
  if (chain.size() != scene.samples.size()) {
    return Error{ErrorCode::malformed,
                 "next leads through " + std::to_string(chain.size()) + " samples, but " +
                     std::to_string(scene.samples.size()) + " name the scene",
                 place, "one chain of all samples"};
  }
  return chain;
}

namespace {

/// What a sample_data row says, with its references resolved.
struct Recording {
  SensorRecord record;
  std::uint32_t sensor_row = 0;
  std::uint32_t calibration_row = 0;
  int width_px = 0, height_px = 0;
  bool missing = false;  ///< the payload is not on the disk
};

PayloadFormat payload_format(SensorKind kind, std::string_view file) {
  if (kind == SensorKind::camera) return PayloadFormat::image;
  if (file.ends_with(".pcd")) return PayloadFormat::pcd;
  if (file.ends_with(".ply")) return PayloadFormat::ply;
  return file.ends_with(".bin") ? PayloadFormat::nuscenes_bin : PayloadFormat::none;
}

Result<int> image_extent(const Row& row, std::string_view key) {
  constexpr std::int64_t kMaxExtentPx = 1 << 20;
  if (!row.has(key)) return 0;
  CONCORD_ASSIGN_OR_RETURN(const std::int64_t extent, row.integer(key));
  if (extent < 0 || extent > kMaxExtentPx) return row.error(std::string(key) + " is out of range", "pixels");
  return static_cast<int>(extent);
}

Result<Recording> read_recording(Tables& t, std::uint32_t recording_row) {
  Recording recording;
  std::string file;
  std::string place;
  std::uint32_t pose = kNone;
  {
    CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.sample_data, recording_row));
    place = row.where();
    CONCORD_ASSIGN_OR_RETURN(recording.record.time_ns, time_ns(row));
    CONCORD_ASSIGN_OR_RETURN(recording.width_px, image_extent(row, "width"));
    CONCORD_ASSIGN_OR_RETURN(recording.height_px, image_extent(row, "height"));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view name, row.text("filename"));
    file = name;
    CONCORD_ASSIGN_OR_RETURN(recording.calibration_row, t.require(row, "calibrated_sensor_token", t.calibrated_sensor));
    CONCORD_ASSIGN_OR_RETURN(pose, t.follow(row, "ego_pose_token", t.ego_pose));
  }
  if (pose != kNone) {
    CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.ego_pose, pose));
    CONCORD_ASSIGN_OR_RETURN(recording.record.T_world_ego, row.pose());
  }
  CONCORD_ASSIGN_OR_RETURN(const Row calibration, t.row(t.calibrated_sensor, recording.calibration_row));
  CONCORD_ASSIGN_OR_RETURN(recording.sensor_row, t.require(calibration, "sensor_token", t.sensor));
  if (!file.empty()) {
    CONCORD_ASSIGN_OR_RETURN(recording.record.path, join_below(t.dataroot, file, place));
    recording.missing = !is_present(recording.record.path);
  } else {
    recording.missing = true;
  }
  // Its time and pose still count.
  recording.record.format =
      recording.missing ? PayloadFormat::none : payload_format(t.sensors[recording.sensor_row].kind, file);
  return recording;
}

Result<Sensor> make_sensor(Tables& t, const Recording& recording) {
  const SensorRow& base = t.sensors[recording.sensor_row];
  Sensor sensor{.name = base.channel, .kind = base.kind, .T_ego_sensor = {}, .camera = {}};
  CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.calibrated_sensor, recording.calibration_row));
  CONCORD_ASSIGN_OR_RETURN(sensor.T_ego_sensor, row.pose());
  if (base.kind != SensorKind::camera) return sensor;
  CONCORD_ASSIGN_OR_RETURN(const auto matrix, row.matrix3("camera_intrinsic"));
  if (!matrix) return sensor;
  const std::array<double, 9>& k = *matrix;
  if (k[3] != 0 || k[6] != 0 || k[7] != 0 || k[8] != 1) {
    return row.error("camera_intrinsic is no pinhole matrix", "[[fx, skew, cx], [0, fy, cy], [0, 0, 1]]");
  }
  sensor.camera = CameraModel{.kind = CameraModel::Kind::pinhole,
                              .fx_px = k[0],
                              .fy_px = k[4],
                              .cx_px = k[2],
                              .cy_px = k[5],
                              .skew_px = k[1],
                              .distortion = {},
                              .width_px = recording.width_px,
                              .height_px = recording.height_px};
  return sensor;
}

/// Sensors in the order of sensor.json. A second calibration of a channel within the scene is a sensor "NAME#2".
Result<void> add_sensors(Tables& t, std::vector<Recording>& recordings, Drive& drive) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> sensor_of;  // (sensor row, calibration row)
  std::map<std::pair<std::uint32_t, std::uint32_t>, const Recording*> first;
  for (const Recording& recording : recordings) {
    first.emplace(std::pair(recording.sensor_row, recording.calibration_row), &recording);
  }
  std::map<std::uint32_t, int> calibrations;
  for (const auto& [key, recording] : first) {
    CONCORD_ASSIGN_OR_RETURN(Sensor sensor, make_sensor(t, *recording));
    if (const int number = ++calibrations[key.first]; number > 1) {
      sensor.name += "#" + std::to_string(number);
      drive.notes.push_back(sensor.name + ": the sensor has several calibrations within the scene");
    }
    sensor_of[key] = static_cast<std::uint32_t>(drive.sensors.size());
    drive.sensors.push_back(std::move(sensor));
  }
  for (Recording& recording : recordings) {
    recording.record.sensor = sensor_of[{recording.sensor_row, recording.calibration_row}];
  }
  return {};
}

Result<void> add_tags(Tables& t, std::uint32_t scene_row, Drive& drive) {
  const Scene& scene = t.scenes[scene_row];
  CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.scene, scene_row));
  CONCORD_ASSIGN_OR_RETURN(const std::uint32_t log_row, t.follow(row, "log_token", t.log));
  const LogRow log = log_row == kNone ? LogRow() : t.logs[log_row];
  const std::array<std::pair<const char*, const std::string*>, 5> tags{{{"description", &scene.description},
                                                                        {"location", &log.location},
                                                                        {"date_captured", &log.date},
                                                                        {"vehicle", &log.vehicle},
                                                                        {"logfile", &log.file}}};
  for (const auto& [type, value] : tags) {
    if (!value->empty()) drive.tags.push_back({.type = type, .value = *value, .number = {}});
  }
  return {};
}

}  // namespace

Result<void> read_recordings(Tables& t, std::uint32_t scene_row, std::span<const std::uint32_t> samples, Drive& drive) {
  const Scene& scene = t.scenes[scene_row];
  CONCORD_RETURN_IF_ERROR(add_tags(t, scene_row, drive));
  if (scene.sample_count != static_cast<std::int64_t>(samples.size())) {
    drive.notes.push_back("scene.json states " + std::to_string(scene.sample_count) + " samples, there are " +
                          std::to_string(samples.size()));
  }
  if (!scene.last_sample.empty() && t.sample.index.find(scene.last_sample) != samples.back()) {
    drive.notes.emplace_back("scene.json's last_sample_token is not the last sample of the chain");
  }
  std::vector<Recording> recordings;
  for (std::uint32_t frame = 0; frame < samples.size(); ++frame) {
    const std::uint32_t sample = samples[frame];
    CONCORD_ASSIGN_OR_RETURN(const SE3 pose, frame_pose(t, sample));
    CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.sample, sample));
    CONCORD_ASSIGN_OR_RETURN(const TimeNs time, time_ns(row));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("token"));
    drive.frames.push_back(token, time, pose);
    for (const std::uint32_t recording_row : t.key_frames.of(sample)) {
      CONCORD_ASSIGN_OR_RETURN(Recording recording, read_recording(t, recording_row));
      recording.record.frame = frame;
      recordings.push_back(std::move(recording));
    }
  }
  CONCORD_RETURN_IF_ERROR(add_sensors(t, recordings, drive));
  std::size_t missing = 0;
  for (Recording& recording : recordings) {
    if (recording.missing) ++missing;
    drive.records.push_back(std::move(recording.record));
  }
  std::stable_sort(drive.records.begin(), drive.records.end(), [](const SensorRecord& a, const SensorRecord& b) {
    return std::pair(a.frame, a.sensor) < std::pair(b.frame, b.sensor);
  });
  if (missing > 0) {
    drive.notes.push_back(std::to_string(missing) + " of " + std::to_string(drive.records.size()) +
                          " recordings are not on the disk: their points and images are not checked");
  }
  return {};
}

}  // namespace concord::readers::nuscenes
