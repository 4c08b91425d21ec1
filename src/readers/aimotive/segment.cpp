#include "src/readers/aimotive/segment.hpp"
#include "src/readers/common/taxonomy_of.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <system_error>

#include "src/readers/common/files.hpp"
#include "src/readers/common/folders.hpp"

namespace concord::readers::aimotive {
namespace fs = std::filesystem;
namespace {

/// The file's time stamp, in ns, written as a string or as a number.
Result<TimeNs> timestamp_of(const Document& document) {
  const auto member = document.root().find("Timestamp");
  if (!member) return kNoTime;
  std::int64_t time_ns = 0;
  if (member->value().is_string()) {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view text, member->text());
    if (!parse_int(text, time_ns)) return member->error("is no time", "whole nanoseconds");
  } else {
    CONCORD_ASSIGN_OR_RETURN(time_ns, member->integer());
  }
  if (!is_usable_time(time_ns)) return member->error("is a time out of range", "nanoseconds within 146 years of 1970");
  return time_ns;
}

/// Adds the frames of the label files; the file of each.
Result<void> append_frames(const Segment& segment, Drive& drive) {
  CONCORD_ASSIGN_OR_RETURN(const std::vector<fs::path> files, list_files(segment.boxes(), ".json"));
  if (files.empty()) return Error{ErrorCode::not_found, "holds no labels", segment.boxes().string(), "frame_N.json"};
  std::map<std::string, TimeNs> frames;
  for (const fs::path& file : files) {
    const std::string name = frame_of_file(file);
    if (name.empty()) return Error{ErrorCode::malformed, "is no label file", file.string(), "frame_N.json"};
    CONCORD_ASSIGN_OR_RETURN(const auto document, Document::open(file));
    CONCORD_ASSIGN_OR_RETURN(const TimeNs time_ns, timestamp_of(*document));
    if (!frames.emplace(name, time_ns).second) {
      return Error{ErrorCode::malformed, "is the second file of frame " + name, file.string(), "one a frame"};
    }
  }
  for (const auto& [name, time_ns] : frames) drive.frames.push_back(name, time_ns, std::nullopt);
  return {};
}

/// A folder of recordings of one sensor, one file a frame.
struct Recordings {
  fs::path folder;
  std::string sensor;
  std::string ending;
  PayloadFormat format;
  bool in_ego_frame = false;
};

Result<std::size_t> append_records(const Recordings& recordings, const std::map<std::string, std::uint32_t>& frames,
                                   Drive& drive) {
  const std::uint32_t sensor = drive.find_sensor(recordings.sensor);
  std::error_code failure;
  if (sensor == kNone || !fs::is_directory(recordings.folder, failure)) return std::size_t{0};
  CONCORD_ASSIGN_OR_RETURN(const std::vector<fs::path> files,
                           list_files(recordings.folder, fs::path(recordings.ending).extension().string()));
  std::size_t count = 0;
  for (const fs::path& file : files) {
    if (!file.filename().string().ends_with(recordings.ending)) continue;
    const auto frame = frames.find(frame_of_file(file));
    if (frame == frames.end()) continue;
    SensorRecord record;
    record.frame = frame->second;
    record.sensor = sensor;
    record.format = recordings.format;
    record.path = file;
    record.in_ego_frame = recordings.in_ego_frame;
    drive.records.push_back(std::move(record));
    ++count;
  }
  return count;
}

Result<void> append_all_records(const Segment& segment, Drive& drive) {
  std::map<std::string, std::uint32_t> frames;
  for (std::uint32_t f = 0; f < drive.frames.size(); ++f) frames.emplace(drive.frames.name[f], f);
  std::size_t sweeps = 0;
  for (const Sensor& sensor : drive.sensors) {
    const fs::path folder = segment.folder / "sensor";
    Recordings recordings{folder / "camera" / sensor.name, sensor.name, ".jpg", PayloadFormat::image};
    if (sensor.kind == SensorKind::radar) {
      recordings = {folder / "radar" / sensor.name, sensor.name, ".json", PayloadFormat::aimotive_radar};
    }
    if (sensor.kind == SensorKind::lidar) {
      // Revolutions are corrected for motion and lie in the body frame.
      recordings = {segment.folder / "dynamic" / "raw-revolutions", sensor.name, ".xyzi_f32.bin",
                    PayloadFormat::raw_xyzi_f32, true};
    }
    CONCORD_ASSIGN_OR_RETURN(const std::size_t count, append_records(recordings, frames, drive));
    if (sensor.kind == SensorKind::lidar) sweeps += count;
  }
  std::stable_sort(drive.records.begin(), drive.records.end(), [](const SensorRecord& a, const SensorRecord& b) {
    return std::pair(a.frame, a.sensor) < std::pair(b.frame, b.sensor);
  });
  if (sweeps < drive.frames.size()) {
    drive.notes.push_back(std::to_string(drive.frames.size() - sweeps) + " of " + std::to_string(drive.frames.size()) +
                          " frames have no LiDAR revolution as .xyzi_f32.bin (.laz is not read)");
  }
  return {};
}

}  // namespace

std::string frame_of_file(const fs::path& file) {
  std::string name = file.filename().string();
  name.resize(std::min(name.size(), name.find('.')));
  const std::size_t underscore = name.rfind('_');
  if (underscore == std::string::npos) return {};
  name.erase(0, underscore + 1);
  const bool digits = std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? name : std::string();
}

std::vector<Segment> find_segments(const fs::path& input) {
  std::vector<Segment> segments;
  for (fs::path& folder : find_folders(input, [](const fs::path& candidate) {
         std::error_code failure;
         return fs::is_directory(Segment{candidate}.boxes(), failure);
       })) {
    segments.push_back({std::move(folder)});
  }
  return segments;
}

Result<Drive> read_segment(const Segment& segment, const OpenOptions& options, const fs::path& source) {
  Drive drive;
  drive.name = segment.folder.filename().string();
  drive.format = "aimotive";
  drive.source = source;
  CONCORD_ASSIGN_OR_RETURN(Taxonomy taxonomy, taxonomy_of(options, "aimotive"));
  drive.taxonomy = std::make_shared<const Taxonomy>(std::move(taxonomy));
  drive.notes.emplace_back("no ego poses: motion and velocities are relative to the ego");

  CONCORD_RETURN_IF_ERROR(append_frames(segment, drive));
  std::error_code failure;
  if (is_present(segment.calibration())) {
    CONCORD_RETURN_IF_ERROR(append_sensors(segment.calibration(), drive));
  } else {
    drive.notes.emplace_back("no sensor/calibration/calibration.json: no sensors and no recordings");
  }
  CONCORD_RETURN_IF_ERROR(append_all_records(segment, drive));
  CONCORD_ASSIGN_OR_RETURN(LabelSet labels, read_labels(segment.boxes(), "annotations", drive));
  drive.label_sets.push_back(std::move(labels));
  for (const ExtraLabels& extra : options.extra_labels) {
    fs::path folder = extra.path / drive.name;
    if (fs::is_directory(Segment{folder}.boxes(), failure)) folder = Segment{folder}.boxes();
    if (!fs::is_directory(folder, failure)) folder = extra.path;
    CONCORD_ASSIGN_OR_RETURN(LabelSet more, read_labels(folder, extra.name, drive));
    drive.label_sets.push_back(std::move(more));
  }
  return drive;
}

}  // namespace concord::readers::aimotive
