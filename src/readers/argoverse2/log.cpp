#include "src/readers/argoverse2/log.hpp"
#include "src/readers/common/taxonomy_of.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <unordered_map>

#include "src/readers/argoverse2/tables.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/common/folders.hpp"
#include "src/readers/common/label_ids.hpp"

namespace concord::readers::argoverse2 {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kLidar = "lidar";

fs::path table_of(const fs::path& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (is_present(folder / name)) return folder / name;
  }
  return {};
}

LogFiles files_of(const fs::path& folder) {
  return {folder, table_of(folder, {"annotations.csv", "csv/annotations.csv"}),
          table_of(folder, {"city_SE3_egovehicle.csv", "csv/city_SE3_egovehicle.csv"}),
          table_of(folder, {"calibration/egovehicle_SE3_sensor.csv", "csv/egovehicle_SE3_sensor.csv"}),
          table_of(folder, {"calibration/intrinsics.csv", "csv/intrinsics.csv"})};
}

/// Sweeps by timestamp: `sensors/lidar_bin/TIMESTAMP.bin`, float32 x y z intensity in the ego frame.
Result<std::map<TimeNs, fs::path>> list_sweeps(const fs::path& folder) {
  std::map<TimeNs, fs::path> sweeps;
  std::error_code failure;
  const fs::path below = folder / "sensors" / "lidar_bin";
  if (!fs::is_directory(below, failure)) return sweeps;
  CONCORD_ASSIGN_OR_RETURN(const std::vector<fs::path> files, list_files(below, ".bin"));
  for (const fs::path& file : files) {
    std::int64_t time_ns = 0;
    if (!parse_int(file.stem().string(), time_ns) || !is_usable_time(time_ns)) {
      return Error{ErrorCode::malformed, "is no sweep", file.string(), "TIMESTAMP.bin"};
    }
    sweeps[time_ns] = file;
  }
  return sweeps;
}

Result<std::set<TimeNs>> annotated_times(const fs::path& path, std::string_view text) {
  std::set<TimeNs> times;
  CONCORD_RETURN_IF_ERROR(read_table(text, {"timestamp_ns"}, path, [&](const Line& line) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::int64_t time_ns, timestamp(line, 0, path));
    times.insert(time_ns);
    return {};
  }));
  return times;
}

/// Adds the frames of `times`, each with the pose of exactly its timestamp where the table has it.
Result<void> add_frames(const LogFiles& files, const std::set<TimeNs>& times, Drive& drive) {
  std::unordered_map<TimeNs, SE3> poses;
  CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(files.poses));
  CONCORD_RETURN_IF_ERROR(read_table(file.text(), {"timestamp_ns", "qw", "qx", "qy", "qz", "tx_m", "ty_m", "tz_m"},
                                     files.poses, [&](const Line& line) -> Result<void> {
                                       CONCORD_ASSIGN_OR_RETURN(const TimeNs time_ns, timestamp(line, 0, files.poses));
                                       if (!times.contains(time_ns)) return {};
                                       CONCORD_ASSIGN_OR_RETURN(poses[time_ns], transform(line, 1, files.poses));
                                       return {};
                                     }));
  std::size_t missing = 0;
  for (const TimeNs time_ns : times) {
    const auto pose = poses.find(time_ns);
    missing += pose == poses.end() ? 1 : 0;
    drive.frames.push_back(std::to_string(time_ns), time_ns,
                           pose == poses.end() ? std::nullopt : std::optional<SE3>(pose->second));
  }
  if (missing > 0) drive.notes.push_back(std::to_string(missing) + " frames have no ego pose at their timestamp");
  drive.input_files.push_back(files.poses);
  return {};
}

/// The sensors of the calibration. A sweep joins both LiDARs; its rays are taken to start at the upper one.
Result<void> add_sensors(const LogFiles& files, Drive& drive) {
  std::optional<SE3> T_ego_lidar;
  if (!files.sensors.empty()) {
    CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(files.sensors));
    CONCORD_RETURN_IF_ERROR(
        read_table(file.text(), {"sensor_name", "qw", "qx", "qy", "qz", "tx_m", "ty_m", "tz_m"}, files.sensors,
                   [&](const Line& line) -> Result<void> {
                     CONCORD_ASSIGN_OR_RETURN(const SE3 T_ego_sensor, transform(line, 1, files.sensors));
                     const std::string name(line.fields[0]);
                     const bool lidar = name.find("lidar") != std::string::npos;
                     if (name == "up_lidar" || (lidar && !T_ego_lidar)) T_ego_lidar = T_ego_sensor;
                     drive.sensors.push_back({name, lidar ? SensorKind::lidar : SensorKind::camera, T_ego_sensor, {}});
                     return {};
                   }));
    drive.input_files.push_back(files.sensors);
  }
  drive.sensors.push_back({std::string(kLidar), SensorKind::lidar, T_ego_lidar.value_or(SE3::Identity()), {}});
  if (files.intrinsics.empty()) return {};
  CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(files.intrinsics));
  CONCORD_RETURN_IF_ERROR(read_table(
      file.text(), {"sensor_name", "fx_px", "fy_px", "cx_px", "cy_px", "k1", "k2", "k3", "width_px", "height_px"},
      files.intrinsics, [&](const Line& line) -> Result<void> {
        std::array<double, 9> v{};
        for (std::size_t i = 0; i < v.size(); ++i) {
          CONCORD_ASSIGN_OR_RETURN(v[i], number(line, i + 1, files.intrinsics));
        }
        const std::uint32_t sensor = drive.find_sensor(line.fields[0]);
        if (sensor == kNone) return {};
        constexpr double kMostPixels = 1e6;
        if (!(v[7] >= 0 && v[7] <= kMostPixels && v[8] >= 0 && v[8] <= kMostPixels)) {
          return Error{ErrorCode::malformed, "has an image size out of range", at_line(files.intrinsics, line.number),
                       "0 to 1000000 pixels"};
        }
        CameraModel& camera = drive.sensors[sensor].camera.emplace();
        camera.kind = CameraModel::Kind::brown_conrady;
        camera.fx_px = v[0];
        camera.fy_px = v[1];
        camera.cx_px = v[2];
        camera.cy_px = v[3];
        camera.distortion = {v[4], v[5], 0, 0, v[6], 0, 0, 0};
        camera.width_px = static_cast<int>(v[7]);
        camera.height_px = static_cast<int>(v[8]);
        return {};
      }));
  drive.input_files.push_back(files.intrinsics);
  return {};
}

}  // namespace

std::vector<LogFiles> find_logs(const fs::path& input) {
  std::vector<LogFiles> logs;
  for (const fs::path& folder : find_folders(input, [](const fs::path& candidate) {
         const LogFiles files = files_of(candidate);
         return !files.annotations.empty() && !files.poses.empty();
       })) {
    logs.push_back(files_of(folder));
  }
  return logs;
}

Result<LabelSet> read_annotations(const fs::path& path, std::string name, const Drive& drive) {
  std::unordered_map<std::string, std::uint32_t> frame_of;
  for (std::uint32_t f = 0; f < drive.frames.size(); ++f) frame_of[std::string(drive.frames.name[f])] = f;
  CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(path));
  const auto header = header_of(file.text());
  const bool counted = std::find(header.begin(), header.end(), "num_interior_pts") != header.end();
  std::vector<std::string_view> columns{"timestamp_ns", "track_uuid", "category", "length_m", "width_m",
                                        "height_m",     "qw",         "qx",       "qy",       "qz",
                                        "tx_m",         "ty_m",       "tz_m"};
  if (counted) columns.emplace_back("num_interior_pts");

  struct Row {
    std::uint32_t frame;
    std::string id, track, category;
    Cuboid box;
    std::int32_t points;
  };
  std::vector<Row> rows;
  LabelIds ids;
  CONCORD_RETURN_IF_ERROR(read_table(file.text(), columns, path, [&](const Line& line) -> Result<void> {
    const auto frame = frame_of.find(std::string(line.fields[0]));
    if (frame == frame_of.end()) {
      return Error{ErrorCode::not_found, "timestamp " + std::string(line.fields[0].substr(0, 40)) + " is no frame",
                   at_line(path, line.number), "a timestamp of the log's annotations or sweeps"};
    }
    std::array<double, 10> v{};
    for (std::size_t i = 0; i < v.size(); ++i) {
      CONCORD_ASSIGN_OR_RETURN(v[i], number(line, 3 + i, path));
    }
    Row row{frame->second,
            ids.next(line.fields[0], line.fields[1]),
            std::string(line.fields[1]),
            std::string(line.fields[2]),
            {Vec3(v[7], v[8], v[9]), Vec3(v[0], v[1], v[2]), Quat(v[3], v[4], v[5], v[6])},
            -1};
    if (counted) {
      CONCORD_ASSIGN_OR_RETURN(const std::int64_t points, integer(line, 13, path));
      if (points >= 0 && points <= std::numeric_limits<std::int32_t>::max())
        row.points = static_cast<std::int32_t>(points);
    }
    rows.push_back(std::move(row));
    return {};
  }));
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.frame < b.frame; });

  LabelSet set;
  set.name = std::move(name);
  set.scope.extent = LabelScope::Extent::amodal;
  for (const Row& row : rows) {
    const std::uint32_t track = row.track.empty() ? kNone : set.tracks.intern(row.track);
    const std::uint32_t at =
        set.push_back(row.frame, row.id, track, drive.taxonomy->classify(row.category), row.category, row.box);
    if (row.points >= 0) set.lidar_points.set(at, row.points);
  }
  set.finish(drive.frames.size());
  return set;
}

Result<Drive> read_log(const LogFiles& files, const OpenOptions& options, const fs::path& source) {
  Drive drive;
  drive.name = files.folder.filename().string();
  drive.format = "argoverse2";
  drive.source = source;
  CONCORD_ASSIGN_OR_RETURN(Taxonomy taxonomy, taxonomy_of(options, "argoverse2"));
  drive.taxonomy = std::make_shared<const Taxonomy>(std::move(taxonomy));

  CONCORD_ASSIGN_OR_RETURN(const auto sweeps, list_sweeps(files.folder));
  std::set<TimeNs> times;
  {
    CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(files.annotations));
    CONCORD_ASSIGN_OR_RETURN(times, annotated_times(files.annotations, file.text()));
  }
  for (const auto& [time_ns, path] : sweeps) times.insert(time_ns);
  CONCORD_RETURN_IF_ERROR(add_frames(files, times, drive));
  CONCORD_RETURN_IF_ERROR(add_sensors(files, drive));

  const std::uint32_t lidar = drive.find_sensor(kLidar);
  for (std::uint32_t f = 0; f < drive.frames.size(); ++f) {
    const auto sweep = sweeps.find(drive.frames.time_ns[f]);
    if (sweep == sweeps.end()) continue;
    SensorRecord record;
    record.frame = f;
    record.sensor = lidar;
    record.time_ns = sweep->first;
    record.format = PayloadFormat::raw_xyzi_f32;
    record.path = sweep->second;
    record.in_ego_frame = true;
    drive.records.push_back(std::move(record));
  }
  if (sweeps.size() < drive.frames.size()) {
    drive.notes.push_back(std::to_string(drive.frames.size() - sweeps.size()) + " of " +
                          std::to_string(drive.frames.size()) + " frames have no sweep in sensors/lidar_bin");
  }
  CONCORD_ASSIGN_OR_RETURN(LabelSet labels, read_annotations(files.annotations, "annotations", drive));
  drive.label_sets.push_back(std::move(labels));
  drive.input_files.push_back(files.annotations);
  for (const ExtraLabels& extra : options.extra_labels) {
    fs::path path = extra.path;
    std::error_code failure;
    if (fs::is_directory(path, failure)) path = table_of(path / drive.name, {"annotations.csv", "csv/annotations.csv"});
    if (path.empty()) {
      drive.notes.push_back("label set " + extra.name + " has no annotations of this log");
      continue;
    }
    CONCORD_ASSIGN_OR_RETURN(LabelSet more, read_annotations(path, extra.name, drive));
    drive.label_sets.push_back(std::move(more));
    drive.input_files.push_back(path);
  }
  return drive;
}

}  // namespace concord::readers::argoverse2
