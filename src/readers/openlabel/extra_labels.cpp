#include <algorithm>
#include <unordered_map>
#include <utility>

#include "src/readers/openlabel/read.hpp"

namespace concord::readers::openlabel {
namespace {

/// Copies the rows of `from` listed in `rows` into the same rows 0, 1, 2 ... of a new column.
template <class T>
OptionalColumn<T> pick(const OptionalColumn<T>& from, const std::vector<std::uint32_t>& rows) {
  OptionalColumn<T> picked;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (const auto value = from.get(rows[i])) picked.set(i, *value);
  }
  return picked;
}

/// Rows whose frame is one of the drive's, in the order of the drive's frames. `to_frame` maps frames, kNone drops.
std::vector<std::uint32_t> rows_by_frame(const std::vector<std::uint32_t>& frame,
                                         const std::vector<std::uint32_t>& to_frame) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < frame.size(); ++row) {
    if (to_frame[frame[row]] != kNone) rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return to_frame[frame[a]] < to_frame[frame[b]]; });
  return rows;
}

/// Camera of the drive for each sensor of the other file; one that the drive lacks is added without a model.
std::vector<std::uint32_t> map_sensors(const Drive& other, Drive& drive) {
  std::vector<std::uint32_t> to_sensor;
  for (const Sensor& sensor : other.sensors) {
    std::uint32_t index = drive.find_sensor(sensor.name);
    if (index == kNone) {
      index = static_cast<std::uint32_t>(drive.sensors.size());
      drive.sensors.push_back(sensor);
    }
    to_sensor.push_back(index);
  }
  return to_sensor;
}

}  // namespace

Result<LabelSet> read_extra_labels(const std::filesystem::path& file, std::string name, const ReadOptions& options,
                                   Drive& drive) {
  CONCORD_ASSIGN_OR_RETURN(const auto document, Document::open(file));
  CONCORD_ASSIGN_OR_RETURN(FileReading reading, read_drive(*document, file, file.stem().string(), options));
  const Drive& other = reading.drive;
  const LabelSet& from = other.label_sets.front();

  std::unordered_map<std::string_view, std::uint32_t> frame_of;
  for (std::uint32_t i = 0; i < drive.frames.size(); ++i) frame_of.emplace(drive.frames.name[i], i);
  std::vector<std::uint32_t> to_frame(other.frames.size(), kNone);
  for (std::uint32_t i = 0; i < other.frames.size(); ++i) {
    if (const auto found = frame_of.find(other.frames.name[i]); found != frame_of.end()) to_frame[i] = found->second;
  }
  const std::vector<std::uint32_t> rows = rows_by_frame(from.frame, to_frame);
  if (rows.size() != from.size()) {
    drive.notes.push_back("label set " + name + ": " + std::to_string(from.size() - rows.size()) +
                          " labels are of frames that the drive does not have");
  }
  LabelSet set;
  set.name = std::move(name);
  set.scope = from.scope;
  set.velocity_relative = from.velocity_relative;
  set.tracks = from.tracks;
  set.provenance = from.provenance;
  std::vector<std::uint32_t> row_in_set(from.size(), kNone);
  for (const std::uint32_t row : rows) {
    row_in_set[row] =
        set.push_back(to_frame[from.frame[row]], from.label_id[row], from.track[row], from.class_code[row],
                      from.raw_classes.at(from.raw_class[row]), from.cuboid.at(row));
  }
  set.occlusion_level = pick(from.occlusion_level, rows);
  set.truncation = pick(from.truncation, rows);
  set.visibility = pick(from.visibility, rows);
  set.moving_state = pick(from.moving_state, rows);
  set.lidar_points = pick(from.lidar_points, rows);
  set.radar_points = pick(from.radar_points, rows);
  set.velocity_x_mps = pick(from.velocity_x_mps, rows);
  set.velocity_y_mps = pick(from.velocity_y_mps, rows);
  set.score = pick(from.score, rows);
  set.labelled_at_ns = pick(from.labelled_at_ns, rows);
  set.annotator = pick(from.annotator, rows);
  set.vendor = pick(from.vendor, rows);
  set.batch = pick(from.batch, rows);
  set.guideline_version = pick(from.guideline_version, rows);
  set.review_stage = pick(from.review_stage, rows);
  for (const AttributeColumn& column : from.attributes) {
    AttributeColumn copy{.name = column.name, .values = column.values, .code = {}, .allowed = column.allowed};
    for (const std::uint32_t row : rows) copy.code.push_back(row < column.code.size() ? column.code[row] : kNone);
    set.attributes.push_back(std::move(copy));
  }
  const Box2dTable& boxes = from.boxes_2d;
  const std::vector<std::uint32_t> to_sensor = map_sensors(other, drive);
  const std::vector<std::uint32_t> box_rows = rows_by_frame(boxes.frame, to_frame);
  for (const std::uint32_t row : box_rows) {
    set.boxes_2d.frame.push_back(to_frame[boxes.frame[row]]);
    set.boxes_2d.sensor.push_back(to_sensor[boxes.sensor[row]]);
    set.boxes_2d.cuboid_row.push_back(boxes.cuboid_row[row] == kNone ? kNone : row_in_set[boxes.cuboid_row[row]]);
    set.boxes_2d.track.push_back(boxes.track[row]);
    set.boxes_2d.class_code.push_back(boxes.class_code[row]);
    set.boxes_2d.left_px.push_back(boxes.left_px[row]);
    set.boxes_2d.top_px.push_back(boxes.top_px[row]);
    set.boxes_2d.right_px.push_back(boxes.right_px[row]);
    set.boxes_2d.bottom_px.push_back(boxes.bottom_px[row]);
    set.boxes_2d.label_id.push_back(boxes.label_id[row]);
  }
  set.boxes_2d.score = pick(boxes.score, box_rows);
  set.boxes_2d.truncation = pick(boxes.truncation, box_rows);
  set.boxes_2d.occlusion_level = pick(boxes.occlusion_level, box_rows);
  set.finish(drive.frames.size());
  drive.input_files.push_back(file);
  return set;
}

}  // namespace concord::readers::openlabel
