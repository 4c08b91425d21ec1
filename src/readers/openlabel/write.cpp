#include <simdjson.h>
#include <map>
#include <unordered_set>

#include "concord/openlabel.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/openlabel/extension.hpp"
#include "src/readers/openlabel/tags.hpp"
#include "src/readers/openlabel/write_parts.hpp"

namespace concord {
namespace fs = std::filesystem;
using namespace readers::openlabel;
using readers::JsonWriter;

namespace {

void write_scope(const LabelScope& scope, const Taxonomy& taxonomy, JsonWriter& json) {
  json.key("scope").begin_object().key("classes").begin_array();
  for (const ClassCode code : scope.classes) json.text(taxonomy.at(code).name);
  json.end_array();
  if (scope.max_range_m) json.key("max_range_m").number(*scope.max_range_m);
  if (scope.camera_view) json.key("camera_view").text(*scope.camera_view);
  if (scope.min_points) json.key("min_points").integer(*scope.min_points);
  json.key("extent").text(kExtents[static_cast<std::size_t>(scope.extent)]);
  json.key("cycle_includes_rider").boolean(scope.cycle_includes_rider).end_object();
}

/// Which Concord class each raw class name stands for, so that the reading does not depend on a mapping file.
void write_classes(const LabelSet& set, const Taxonomy& taxonomy, JsonWriter& json) {
  std::map<std::string_view, ClassCode> classes;
  for (std::size_t row = 0; row < set.size(); ++row) {
    classes.emplace(set.raw_classes.at(set.raw_class[row]), set.class_code[row]);
  }
  for (const ClassCode code : set.boxes_2d.class_code) classes.emplace(taxonomy.at(code).name, code);
  json.key("classes").begin_object();
  for (const auto& [raw, code] : classes) json.key(raw).text(taxonomy.at(code).name);
  json.end_object();
}

void write_metadata(const Drive& drive, const LabelSet& set, JsonWriter& json) {
  json.line_break().key("metadata").begin_object().key("schema_version").text("1.0.0").key("name").text(drive.name);
  json.key(kExtension).begin_object().key("label_set").text(set.name);
  json.key("time_assumed").boolean(drive.frames.time_assumed);
  if (set.velocity_relative) json.key("velocity_relative").boolean(true);
  if (set.scope.known) write_scope(set.scope, *drive.taxonomy, json);
  write_classes(set, *drive.taxonomy, json);
  json.key("attributes").begin_array();
  for (const AttributeColumn& column : set.attributes) {
    json.begin_object().key("name").text(column.name).key("allowed").begin_array();
    for (const std::string& value : column.allowed) json.text(value);
    json.end_array().end_object();
  }
  json.end_array().end_object().end_object();
}

void write_tags(const Drive& drive, const FrameNumbers& numbers, JsonWriter& json) {
  json.line_break().key("tags").begin_object();
  for (std::size_t i = 0; i < drive.tags.size(); ++i) {
    const Tag& tag = drive.tags[i];
    json.key(std::to_string(i)).begin_object().key("type").text(tag.type);
    const bool value_is_number = tag.number && number_text(*tag.number) == tag.value;
    if (tag.number || !tag.value.empty()) {
      json.key("tag_data").begin_object();
      if (!value_is_number) {
        json.key("text").begin_array().begin_object().key("type").text("value").key("val").text(tag.value);
        json.end_object().end_array();
      }
      if (tag.number) {
        json.key("num").begin_array().begin_object().key("type").text("value").key("val").number(*tag.number);
        json.end_object().end_array();
      }
      json.end_object();
    }
    if (tag.frame_begin != 0 || tag.frame_end != kNone) {
      json.key("frame_intervals").begin_array().begin_object();
      json.key("frame_start").integer(numbers.number.at(tag.frame_begin));
      if (tag.frame_end != kNone) json.key("frame_end").integer(numbers.number.at(tag.frame_end));
      json.end_object().end_array();
    }
    json.end_object();
  }
  json.end_object();
}

/// What OpenLABEL cannot hold, or what a reader would refuse.
Result<void> check_writable(const Drive& drive, const LabelSet& set, const fs::path& path) {
  const auto refuse = [&](std::string message, std::string expected) {
    return Error{ErrorCode::invalid_argument, std::move(message), path.string(), std::move(expected)};
  };
  if (drive.taxonomy == nullptr) return refuse("the drive has no taxonomy", "a class tree");
  if (drive.frames.size() == 0) return refuse("the drive has no frames", "at least one frame");
  std::unordered_set<std::string_view> ids;
  for (std::size_t row = 0; row < set.size(); ++row) {
    if (!ids.insert(set.label_id[row]).second) {
      return refuse("label id '" + std::string(set.label_id[row].substr(0, 80)) + "' is used twice",
                    "unique label ids");
    }
    const Cuboid box = set.cuboid.at(row);
    if (!box.center_m.allFinite() || !box.size_m.allFinite() || !box.rotation.coeffs().allFinite()) {
      return refuse("label '" + std::string(set.label_id[row].substr(0, 80)) + "' has a value that is not finite",
                    "numbers that JSON can hold");
    }
  }
  for (const Tag& tag : drive.tags) {
    if (tag.frame_begin >= drive.frames.size() || (tag.frame_end != kNone && tag.frame_end >= drive.frames.size())) {
      return refuse("tag '" + tag.type.substr(0, 80) + "' lies outside the drive", "frames of the drive");
    }
  }
  for (std::size_t i = 0; i < drive.records.size(); ++i) {
    const SensorRecord& record = drive.records[i];
    if (record.sensor >= drive.sensors.size() || record.frame >= drive.frames.size()) {
      return refuse("a recording belongs to no sensor or frame", "valid indices");
    }
    if (i > 0 && drive.records[i - 1].frame == record.frame && drive.records[i - 1].sensor == record.sensor) {
      return refuse("sensor '" + drive.sensors[record.sensor].name + "' has two recordings in one frame",
                    "one at most");
    }
  }
  for (const std::uint32_t sensor : set.boxes_2d.sensor) {
    if (sensor >= drive.sensors.size()) return refuse("a 2D box belongs to no camera", "a sensor of the drive");
  }
  return {};
}

}  // namespace

Result<void> write_openlabel(const Drive& drive, const fs::path& path) {
  LabelSet none;
  none.name = "labels";
  none.finish(drive.frames.size());
  const LabelSet& set = drive.label_sets.empty() ? none : drive.label_sets.front();
  CONCORD_RETURN_IF_ERROR(check_writable(drive, set, path));

  const FrameNumbers numbers = number_frames(drive);
  ObjectPlan plan(drive, set);
  JsonWriter json;
  json.begin_object().key("openlabel").begin_object();
  write_metadata(drive, set, json);
  write_rig(drive, json);
  write_tags(drive, numbers, json);
  plan.write_objects(numbers, json);
  json.line_break().key("frames").begin_object();
  std::vector<std::uint32_t> frames;
  std::size_t next_record = 0;
  for (std::uint32_t frame = 0; frame < drive.frames.size(); ++frame) {
    frames.push_back(frame);
    json.line_break().key(std::to_string(numbers.number[frame])).begin_object().key("frame_properties");
    write_frame_properties(drive, numbers, frame, next_record, path.parent_path(), json);
    plan.write_frame(frame, json);
    json.end_object();
  }
  json.end_object().line_break();
  write_intervals(numbers, frames, json);
  json.end_object().end_object().line_break();
  if (!json.finite()) {
    return Error{ErrorCode::invalid_argument, "the drive holds a number that is not finite", path.string(),
                 "numbers that JSON can hold"};
  }
  if (!simdjson::validate_utf8(json.str())) {
    return Error{ErrorCode::invalid_argument, "the drive holds a text that is not UTF-8", path.string(), "UTF-8"};
  }
  return readers::write_text(path, json.str());
}

}  // namespace concord
