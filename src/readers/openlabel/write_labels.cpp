#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "src/readers/common/files.hpp"
#include "src/readers/openlabel/extension.hpp"
#include "src/readers/openlabel/write_parts.hpp"

namespace concord::readers::openlabel {
namespace {

/// What the OpenLABEL schema allows as the uid of an object: a whole number or a UUID.
bool is_uid(std::string_view text) {
  if (text.size() == 36) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
    }
    return true;
  }
  std::int64_t number = 0;
  return parse_int(text, number);
}

/// One element of a num or text list.
template <class Write>
void write_item(JsonWriter& json, std::string_view name, Write&& write) {
  json.begin_object().key("name").text(name).key("val");
  write();
  json.end_object();
}

template <class T>
void write_number(JsonWriter& json, std::string_view name, const std::optional<T>& value) {
  if (!value) return;
  write_item(json, name, [&] {
    if constexpr (std::is_integral_v<T>) {
      json.integer(*value);
    } else {
      json.number(*value);
    }
  });
}

void write_text_item(JsonWriter& json, std::string_view name, std::string_view value) {
  write_item(json, name, [&] { json.text(value); });
}

/// Ids as the reader makes them where none is stated: `frame:track`, then `frame:track#2` ...
class DefaultIds {
 public:
  std::string next(std::string_view frame, std::string_view track) {
    std::string id = std::string(frame) + ":" + std::string(track);
    const std::size_t count = ++count_[id];
    return count > 1 ? id + "#" + std::to_string(count) : id;
  }

 private:
  std::unordered_map<std::string, std::size_t> count_;
};

bool ascending(const std::vector<std::uint32_t>& rows) { return std::is_sorted(rows.begin(), rows.end()); }

}  // namespace

ObjectPlan::ObjectPlan(const Drive& drive, const LabelSet& set) : drive_(drive), set_(set) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> by_raw_class;
  std::map<std::pair<std::uint32_t, ClassCode>, std::uint32_t> by_class;
  const auto add = [&](std::uint32_t track, std::string_view type) {
    objects_.push_back({"", std::string(type), track, {}});
    return static_cast<std::uint32_t>(objects_.size() - 1);
  };
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    const auto [known, is_new] = by_raw_class.try_emplace({set.track[row], set.raw_class[row]}, 0);
    if (is_new) known->second = add(set.track[row], set.raw_classes.at(set.raw_class[row]));
    by_class.try_emplace({set.track[row], set.class_code[row]}, known->second);
    object_of_row_.push_back(known->second);
    std::vector<std::uint32_t>& frames = objects_[known->second].frames;
    if (frames.empty() || frames.back() != set.frame[row]) frames.push_back(set.frame[row]);
  }
  const Box2dTable& boxes = set.boxes_2d;
  box_offset_.assign(drive.frames.size() + 1, 0);
  for (std::uint32_t row = 0; row < boxes.size(); ++row) {
    ++box_offset_[boxes.frame[row] + 1];
    if (boxes.cuboid_row[row] != kNone) {
      object_of_box_.push_back(object_of_row_[boxes.cuboid_row[row]]);
      continue;
    }
    const auto [known, is_new] = by_class.try_emplace({boxes.track[row], boxes.class_code[row]}, 0);
    if (is_new) known->second = add(boxes.track[row], drive.taxonomy->at(boxes.class_code[row]).name);
    object_of_box_.push_back(known->second);
    objects_[known->second].frames.push_back(boxes.frame[row]);
  }
  for (std::size_t f = 0; f + 1 < box_offset_.size(); ++f) box_offset_[f + 1] += box_offset_[f];
  for (Object& object : objects_) {
    std::sort(object.frames.begin(), object.frames.end());
    object.frames.erase(std::unique(object.frames.begin(), object.frames.end()), object.frames.end());
  }
  name_objects();
}

/// A track that may be a uid is the uid of its first object; all other objects get numbers that no track uses.
void ObjectPlan::name_objects() {
  std::set<std::string, std::less<>> used;
  for (std::uint32_t track = 0; track < set_.tracks.size(); ++track) used.emplace(set_.tracks.at(track));
  std::set<std::uint32_t> named;
  std::uint64_t next = 0;
  for (Object& object : objects_) {
    if (object.track != kNone && is_uid(set_.tracks.at(object.track)) && named.insert(object.track).second) {
      object.uid = set_.tracks.at(object.track);
      continue;
    }
    while (used.contains(std::to_string(next))) ++next;
    object.uid = std::to_string(next++);
  }
}

void ObjectPlan::write_objects(const FrameNumbers& numbers, JsonWriter& json) const {
  json.line_break().key("objects").begin_object();
  for (const Object& object : objects_) {
    const std::string_view track = object.track == kNone ? std::string_view() : set_.tracks.at(object.track);
    json.line_break().key(object.uid).begin_object();
    json.key("name").text(track.empty() ? object.uid : track).key("type").text(object.type);
    write_intervals(numbers, object.frames, json);
    if (track != object.uid) {
      json.key("object_data").begin_object().key("text").begin_array();
      write_text_item(json, kTrackId, track);
      json.end_array().end_object();
    }
    json.end_object();
  }
  json.end_object();
}

std::vector<ObjectPlan::Entry> ObjectPlan::entries_of(std::uint32_t frame) const {
  std::vector<Entry> entries;
  std::unordered_map<std::uint32_t, std::size_t> by_object;
  const auto entry_of = [&](std::uint32_t object) -> Entry& {
    const auto [known, is_new] = by_object.try_emplace(object, entries.size());
    if (is_new) entries.push_back({object, {}, {}});
    return entries[known->second];
  };
  for (std::uint32_t row = set_.frame_offset[frame]; row < set_.frame_offset[frame + 1]; ++row) {
    entry_of(object_of_row_[row]).cuboids.push_back(row);
  }
  for (std::uint32_t row = box_offset_[frame]; row < box_offset_[frame + 1]; ++row) {
    entry_of(object_of_box_[row]).boxes.push_back(row);
  }
  return entries;
}

void ObjectPlan::write_frame(std::uint32_t frame, JsonWriter& json) {
  const std::vector<Entry> entries = entries_of(frame);
  std::vector<std::uint32_t> cuboids, boxes;
  for (const Entry& entry : entries) {
    cuboids.insert(cuboids.end(), entry.cuboids.begin(), entry.cuboids.end());
    boxes.insert(boxes.end(), entry.boxes.begin(), entry.boxes.end());
  }
  const bool order_cuboids = !ascending(cuboids);
  const bool order_boxes = !ascending(boxes);
  // Ids that the reader would make itself are not written; it counts in row order, cuboids first.
  std::unordered_map<std::uint32_t, std::string> cuboid_ids, box_ids;
  const std::string_view name = drive_.frames.name[frame];
  const auto track_of = [&](std::uint32_t object) {
    return objects_[object].track == kNone ? std::string_view(objects_[object].uid)
                                           : set_.tracks.at(objects_[object].track);
  };
  DefaultIds cuboid_defaults, box_defaults;
  for (std::uint32_t row = set_.frame_offset[frame]; row < set_.frame_offset[frame + 1]; ++row) {
    if (set_.label_id[row] != cuboid_defaults.next(name, track_of(object_of_row_[row])))
      cuboid_ids[row] = set_.label_id[row];
  }
  for (std::uint32_t row = box_offset_[frame]; row < box_offset_[frame + 1]; ++row) {
    const std::uint32_t link = set_.boxes_2d.cuboid_row[row];
    const std::string usual =
        link != kNone ? std::string(set_.label_id[link]) : box_defaults.next(name, track_of(object_of_box_[row]));
    if (set_.boxes_2d.label_id[row] != usual) box_ids[row] = set_.boxes_2d.label_id[row];
  }
  json.key("objects").begin_object();
  for (const Entry& entry : entries) {
    json.line_break().key(objects_[entry.object].uid).begin_object().key("object_data").begin_object();
    if (!entry.cuboids.empty()) {
      json.key("cuboid").begin_array();
      for (std::size_t i = 0; i < entry.cuboids.size(); ++i) {
        write_cuboid(entry.cuboids[i], i, order_cuboids, cuboid_ids[entry.cuboids[i]], json);
      }
      json.end_array();
    }
    if (!entry.boxes.empty()) {
      json.key("bbox").begin_array();
      for (const std::uint32_t row : entry.boxes) write_box(row, entry, order_boxes, box_ids[row], json);
      json.end_array();
    }
    json.end_object().end_object();
  }
  json.end_object();
}

void ObjectPlan::write_cuboid(std::uint32_t row, std::size_t place, bool with_order, std::string_view id,
                              JsonWriter& json) const {
  const LabelSet& set = set_;
  std::string ego = "ego";
  while (drive_.find_sensor(ego) != kNone) ego += "_cs";
  json.begin_object().key("name").text(place == 0 ? "box3d" : "box3d#" + std::to_string(place + 1));
  json.key("coordinate_system").text(ego).key("val").begin_array();
  const CuboidColumns& c = set.cuboid;
  for (const auto* column :
       {&c.x_m, &c.y_m, &c.z_m, &c.qx, &c.qy, &c.qz, &c.qw, &c.length_m, &c.width_m, &c.height_m}) {
    json.number((*column)[row]);
  }
  json.end_array().key("attributes").begin_object().key("num").begin_array();
  write_number(json, kOcclusionLevel, set.occlusion_level.get(row));
  write_number(json, kTruncation, set.truncation.get(row));
  write_number(json, kVisibility, set.visibility.get(row));
  write_number(json, kLidarPoints, set.lidar_points.get(row));
  write_number(json, kRadarPoints, set.radar_points.get(row));
  write_number(json, kVelocityX, set.velocity_x_mps.get(row));
  write_number(json, kVelocityY, set.velocity_y_mps.get(row));
  write_number(json, kScore, set.score.get(row));
  write_number(json, kLabelledAt, set.labelled_at_ns.get(row));
  json.end_array().key("text").begin_array();
  if (!id.empty()) write_text_item(json, kLabelId, id);
  if (const auto state = set.moving_state.get(row)) {
    write_text_item(json, kMovingState, kMovingStates[static_cast<std::size_t>(*state)]);
  }
  for (const auto& [name, column] :
       {std::pair{kAnnotator, &set.annotator}, std::pair{kVendor, &set.vendor}, std::pair{kBatch, &set.batch},
        std::pair{kGuidelineVersion, &set.guideline_version}, std::pair{kReviewStage, &set.review_stage}}) {
    if (const auto code = column->get(row)) write_text_item(json, name, set.provenance.at(*code));
  }
  for (const AttributeColumn& column : set.attributes) {
    if (row >= column.code.size() || column.code[row] == kNone) continue;
    const bool reserved = column.name.starts_with(kAttributePrefix) ||
                          std::find(kReservedTexts.begin(), kReservedTexts.end(), column.name) != kReservedTexts.end();
    write_text_item(json, reserved ? std::string(kAttributePrefix) + column.name : column.name,
                    column.values.at(column.code[row]));
  }
  json.end_array().end_object();
  if (with_order) {
    json.key(kExtension).begin_object().key("order").integer(row - set.frame_offset[set.frame[row]]).end_object();
  }
  json.end_object();
}

void ObjectPlan::write_box(std::uint32_t row, const Entry& entry, bool with_order, std::string_view id,
                           JsonWriter& json) const {
  const Box2dTable& boxes = set_.boxes_2d;
  const std::array<double, 4> edges{boxes.left_px[row], boxes.top_px[row], boxes.right_px[row], boxes.bottom_px[row]};
  const std::array<double, 4> value{0.5 * (edges[0] + edges[2]), 0.5 * (edges[1] + edges[3]), edges[2] - edges[0],
                                    edges[3] - edges[1]};
  const std::array<double, 4> read_back{value[0] - 0.5 * value[2], value[1] - 0.5 * value[3], value[0] + 0.5 * value[2],
                                        value[1] + 0.5 * value[3]};
  const std::string& camera = drive_.sensors.at(boxes.sensor[row]).name;
  json.begin_object().key("name").text("box2d_" + camera).key("coordinate_system").text(camera);
  json.key("val").begin_array();
  for (const double number : value) json.number(number);
  json.end_array().key("attributes").begin_object().key("num").begin_array();
  write_number(json, kOcclusionLevel, boxes.occlusion_level.get(row));
  write_number(json, kTruncation, boxes.truncation.get(row));
  write_number(json, kScore, boxes.score.get(row));
  json.end_array().key("text").begin_array();
  if (!id.empty()) write_text_item(json, kLabelId, id);
  json.end_array().end_object();
  const std::uint32_t link = boxes.cuboid_row[row];
  const std::uint32_t usual_link = entry.cuboids.size() == 1 ? entry.cuboids[0] : kNone;
  if (with_order || edges != read_back || link != usual_link) {
    json.key(kExtension).begin_object();
    if (with_order) json.key("order").integer(row - box_offset_[boxes.frame[row]]);
    if (edges != read_back) {
      json.key("edges_px").begin_array();
      for (const double edge : edges) json.number(edge);
      json.end_array();
    }
    if (link != usual_link) {
      const auto at = std::find(entry.cuboids.begin(), entry.cuboids.end(), link);
      json.key("cuboid").integer(link == kNone ? -1 : at - entry.cuboids.begin());
    }
    json.end_object();
  }
  json.end_object();
}

}  // namespace concord::readers::openlabel
