#include "src/readers/openlabel/labels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "src/readers/openlabel/attributes.hpp"
#include "src/readers/openlabel/extension.hpp"
#include "src/readers/openlabel/streams.hpp"

namespace concord::readers::openlabel {
namespace {

/// Camera of boxes that name none in a file without cameras.
constexpr std::string_view kImpliedCamera = "image";

/// Names of kinds that a note lists at most.
constexpr std::size_t kMaxLeftOut = 32;

/// A cuboid or bbox element of a frame, before it becomes a row.
struct Shape {
  Node element;
  const Object* object;
  std::size_t entry;     ///< which entry of the frame it belongs to: an object in this frame
  std::size_t index;     ///< in its list
  std::size_t in_entry;  ///< among the entry's cuboids, frame data before static data
  bool is_static;
  std::int64_t order;  ///< place among the frame's rows as stated by the file, else as met
};

/// An object in a frame.
struct Entry {
  std::optional<Node> frame_data;
  std::size_t cuboids = 0;
  std::vector<std::uint32_t> rows;  ///< by Shape::in_entry; kNone where no row was made
};

class LabelReader {
 public:
  LabelReader(const LabelContext& context, Drive& drive) : context_(context), drive_(drive), attributes_(result_.set) {}

  Result<LabelReading> read(const Node& openlabel);

 private:
  Result<void> read_extension(const Node& extension);
  Result<void> read_frame(std::uint32_t frame);
  Result<void> collect(const Object& object, const std::optional<Node>& frame_data, bool with_static);
  Result<void> collect_shapes(const Node& data, bool is_static, const Object& object);
  Result<void> collect_list(const Node& list, bool is_static, const Object& object, std::vector<Shape>& shapes);
  Result<void> add_cuboid(const Shape& shape, std::uint32_t frame);
  Result<void> add_box(const Shape& shape, std::uint32_t frame);
  Result<void> plan_static_shapes(const Node& openlabel);
  Result<void> check_static_count(const Node& openlabel) const;
  void note_kind(std::string_view kind);
  static Result<std::string> stated_id(const Shape& shape);
  std::string default_id(const Shape& shape, std::uint32_t frame);
  Result<std::uint32_t> camera_of(const Shape& shape);
  ClassCode classify(std::string_view type);
  void add_notes();

  const LabelContext& context_;
  Drive& drive_;
  LabelReading result_;
  AttributeReader attributes_;
  std::unordered_map<std::string, ClassCode> classes_;
  std::vector<Entry> entries_;                             // of the current frame
  std::vector<Shape> cuboids_, boxes_;                     // of the current frame
  std::unordered_map<std::string, std::size_t> id_count_;  // of the current frame
  std::unordered_set<std::string> ids_;
  std::vector<std::vector<std::size_t>> static_begin_, static_end_;  // objects by first and last frame of an interval
  std::map<std::size_t, std::size_t> static_active_;  // objects whose static shapes hold in the current frame; times
  std::size_t shapes_ = 0;
  std::size_t placeholders_ = 0, empty_boxes_ = 0, implied_ = 0;
  std::set<std::string, std::less<>> other_kinds_;  // of object data that were left out
};

ClassCode LabelReader::classify(std::string_view type) {
  const auto [known, is_new] = classes_.try_emplace(std::string(type), kUnknownClass);
  if (!is_new) return known->second;
  if (const auto stated = context_.stated_classes.find(type); stated != context_.stated_classes.end()) {
    return known->second = stated->second;
  }
  known->second = drive_.taxonomy->classify(type);
  // An ontology's address ends in the name of the class: "http://.../ontology#Car".
  if (const auto end = type.find_last_of("#/"); known->second == kUnknownClass && end != std::string_view::npos) {
    known->second = drive_.taxonomy->classify(type.substr(end + 1));
  }
  return known->second;
}

Result<void> LabelReader::collect_list(const Node& list, bool is_static, const Object& object,
                                       std::vector<Shape>& shapes) {
  const std::size_t entry = entries_.size() - 1;
  return list.for_each_element([&](std::size_t index, const Node& element) -> Result<void> {
    CONCORD_RETURN_IF_ERROR(element.require_object("an object with name and val"));
    if (++shapes_ > kMaxLabels) {
      return element.error("too many labels", "at most " + std::to_string(kMaxLabels), ErrorCode::limit_exceeded);
    }
    Shape shape{element, &object, entry, index, 0, is_static, static_cast<std::int64_t>(shapes.size())};
    if (&shapes == &cuboids_) shape.in_entry = entries_[entry].cuboids++;
    if (const auto extension = element.find(kExtension)) {
      if (const auto order = extension->find("order")) {
        CONCORD_ASSIGN_OR_RETURN(shape.order, order->integer());
      }
    }
    shapes.push_back(shape);
    return {};
  });
}

Result<void> LabelReader::collect_shapes(const Node& data, bool is_static, const Object& object) {
  return data.for_each_member([&](std::string_view kind, const Node& list) -> Result<void> {
    if (list.value().is_null()) return {};
    if (kind == "cuboid") return collect_list(list, is_static, object, cuboids_);
    if (kind == "bbox") return collect_list(list, is_static, object, boxes_);
    note_kind(kind);
    return {};
  });
}

/// Remembers data of a kind that has neither cuboids and boxes nor attributes.
void LabelReader::note_kind(std::string_view kind) {
  constexpr std::array<std::string_view, 6> kRead{"cuboid", "bbox", "num", "text", "boolean", "vec"};
  if (std::find(kRead.begin(), kRead.end(), kind) == kRead.end() && other_kinds_.size() < kMaxLeftOut) {
    other_kinds_.emplace(kind.substr(0, 80));
  }
}

Result<void> LabelReader::collect(const Object& object, const std::optional<Node>& frame_data, bool with_static) {
  entries_.push_back({frame_data, 0, {}});
  if (frame_data) CONCORD_RETURN_IF_ERROR(collect_shapes(*frame_data, false, object));
  if (with_static && object.static_shapes > 0) CONCORD_RETURN_IF_ERROR(collect_shapes(*object.data, true, object));
  entries_.back().rows.assign(entries_.back().cuboids, kNone);
  return {};
}

/// The id that the element's own text label_id states; empty when there is none.
Result<std::string> LabelReader::stated_id(const Shape& shape) {
  const auto attributes = shape.element.find("attributes");
  if (!attributes) return std::string();
  CONCORD_ASSIGN_OR_RETURN(const auto stated, find_text(*attributes, kLabelId));
  return std::string(stated.value_or(""));
}

std::string LabelReader::default_id(const Shape& shape, std::uint32_t frame) {
  std::string id =
      std::string(drive_.frames.name[frame]) + ":" + std::string(shape.object->track.value_or(shape.object->uid));
  const std::size_t count = ++id_count_[id];
  return count > 1 ? id + "#" + std::to_string(count) : id;
}

Result<void> LabelReader::add_cuboid(const Shape& shape, std::uint32_t frame) {
  const Object& object = *shape.object;
  const ClassCode code = classify(object.type);
  CONCORD_ASSIGN_OR_RETURN(const Cuboid stated, read_cuboid(shape.element));
  if (drive_.taxonomy->at(code).ignore && !(stated.size_m.minCoeff() > 0)) {
    ++placeholders_;
    return {};
  }
  CONCORD_ASSIGN_OR_RETURN(const std::string_view system,
                           shape.element.text_of("coordinate_system", object.coordinate_system));
  SE3 T_ego_cs = SE3::Identity();
  AxisChange R_stated_box = AxisChange::Identity();
  if (!system.empty()) {
    const auto index = context_.systems->find(system);
    if (!index) {
      return shape.element.error("coordinate system '" + std::string(system.substr(0, 80)) + "' is not defined",
                                 "a name in openlabel/coordinate_systems");
    }
    if (index != context_.systems->ego()) {
      const auto& pose = context_.frames->entries[frame].transforms->T_ego_cs[*index];
      if (!pose) {
        const auto ego = context_.systems->ego();
        return shape.element.error("no transforms lead from coordinate system '" + std::string(system.substr(0, 80)) +
                                       "' to " +
                                       (ego ? "'" + context_.systems->name(*ego) + "'" : "ego: there is none"),
                                   "pose_wrt_parent or frame transforms between them");
      }
      T_ego_cs = *pose;
      R_stated_box = axes_with_up(T_ego_cs, stated);
    }
  }
  LabelSet& set = result_.set;
  CONCORD_ASSIGN_OR_RETURN(std::string id, stated_id(shape));
  if (id.empty()) id = default_id(shape, frame);
  if (!ids_.insert(id).second) {
    return shape.element.error("label id '" + id.substr(0, 80) + "' is used twice", "unique label ids");
  }
  const std::uint32_t track = object.track ? set.tracks.intern(*object.track) : kNone;
  const std::uint32_t row = set.push_back(frame, id, track, code, object.type, to_ego(T_ego_cs, R_stated_box, stated));
  entries_[shape.entry].rows[shape.in_entry] = row;
  if (context_.keep_places)
    result_.places.push_back({object.uid, shape.index, shape.is_static, T_ego_cs, R_stated_box});
  if (object.data) CONCORD_RETURN_IF_ERROR(attributes_.apply(*object.data, row));
  if (const auto& data = entries_[shape.entry].frame_data) CONCORD_RETURN_IF_ERROR(attributes_.apply(*data, row));
  if (const auto own = shape.element.find("attributes")) CONCORD_RETURN_IF_ERROR(attributes_.apply(*own, row));
  return {};
}

Result<std::uint32_t> LabelReader::camera_of(const Shape& shape) {
  CONCORD_ASSIGN_OR_RETURN(std::string_view name,
                           shape.element.text_of("coordinate_system", shape.object->coordinate_system));
  if (name.empty()) {
    std::uint32_t only = kNone;
    std::size_t cameras = 0;
    for (std::uint32_t i = 0; i < drive_.sensors.size(); ++i) {
      if (drive_.sensors[i].kind != SensorKind::camera) continue;
      only = i;
      ++cameras;
    }
    if (cameras == 1 && drive_.sensors[only].name != kImpliedCamera) return only;
    name = kImpliedCamera;
    ++implied_;
  }
  std::uint32_t sensor = drive_.find_sensor(name);
  if (sensor == kNone) {
    if (drive_.sensors.size() == kMaxStreams) {
      return shape.element.error("too many cameras", "at most " + std::to_string(kMaxStreams),
                                 ErrorCode::limit_exceeded);
    }
    sensor = static_cast<std::uint32_t>(drive_.sensors.size());
    drive_.sensors.push_back({.name = std::string(name), .kind = SensorKind::camera, .T_ego_sensor = {}, .camera = {}});
  }
  return sensor;
}

Result<void> LabelReader::add_box(const Shape& shape, std::uint32_t frame) {
  const auto value = shape.element.find("val");
  if (!value) return shape.element.error("has no val", "centre x, centre y, width, height");
  CONCORD_ASSIGN_OR_RETURN(const auto v, value->numbers<4>());
  if (!(v[2] > 0 && v[3] > 0)) {
    ++empty_boxes_;
    return {};
  }
  CONCORD_ASSIGN_OR_RETURN(const std::uint32_t sensor, camera_of(shape));
  std::array<double, 4> edges{v[0] - 0.5 * v[2], v[1] - 0.5 * v[3], v[0] + 0.5 * v[2], v[1] + 0.5 * v[3]};
  const std::vector<std::uint32_t>& rows = entries_[shape.entry].rows;
  std::uint32_t cuboid_row = rows.size() == 1 ? rows[0] : kNone;
  if (const auto extension = shape.element.find(kExtension)) {
    if (const auto exact = extension->find("edges_px")) {
      CONCORD_ASSIGN_OR_RETURN(const auto stated, exact->numbers<4>());
      // Centre and size round the edges away; the exact ones count as long as nobody changed the box itself.
      bool same = true;
      for (std::size_t i = 0; i < 4; ++i) {
        same = same && std::abs(stated[i] - edges[i]) <= 1e-9 * (std::abs(v[0]) + std::abs(v[1]) + v[2] + v[3]);
      }
      if (same) edges = stated;
    }
    if (const auto link = extension->find("cuboid")) {
      CONCORD_ASSIGN_OR_RETURN(const std::int64_t index, link->integer());
      if (index >= static_cast<std::int64_t>(rows.size())) return link->error("is no cuboid", "an index, or -1");
      cuboid_row = index < 0 ? kNone : rows[static_cast<std::size_t>(index)];
    }
  }
  Box2dTable& boxes = result_.set.boxes_2d;
  const std::size_t row = boxes.size();
  CONCORD_ASSIGN_OR_RETURN(std::string id, stated_id(shape));
  if (id.empty()) id = cuboid_row != kNone ? std::string(result_.set.label_id[cuboid_row]) : default_id(shape, frame);
  boxes.frame.push_back(frame);
  boxes.sensor.push_back(sensor);
  boxes.cuboid_row.push_back(cuboid_row);
  boxes.track.push_back(shape.object->track ? result_.set.tracks.intern(*shape.object->track) : kNone);
  boxes.class_code.push_back(classify(shape.object->type));
  boxes.left_px.push_back(edges[0]);
  boxes.top_px.push_back(edges[1]);
  boxes.right_px.push_back(edges[2]);
  boxes.bottom_px.push_back(edges[3]);
  boxes.label_id.push_back(id);
  const auto attributes = shape.element.find("attributes");
  return attributes ? AttributeReader::apply_to_box(*attributes, boxes, row) : Result<void>();
}

/// Static shapes hold in the intervals of their object; a sweep over the frames finds those of each frame.
Result<void> LabelReader::plan_static_shapes(const Node& openlabel) {
  const FrameList& frames = *context_.frames;
  static_begin_.resize(frames.entries.size());
  static_end_.resize(frames.entries.size());
  const std::vector<Object>& objects = context_.objects->objects;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (objects[i].data) {
      for (const auto member : simdjson::dom::object(objects[i].data->value())) note_kind(member.key);
    }
    if (objects[i].static_shapes == 0) continue;
    std::vector<FrameInterval> intervals = objects[i].intervals;
    if (intervals.empty() || frames.single) intervals = {{0, std::numeric_limits<std::int64_t>::max()}};
    for (const FrameInterval& interval : intervals) {
      if (const auto range = frames.range(interval.begin, interval.end)) {
        static_begin_[range->first].push_back(i);
        static_end_[range->second].push_back(i);
      }
    }
  }
  return check_static_count(openlabel);
}

/// The same sweep, which only counts: nothing is made of a file that asks for too much.
Result<void> LabelReader::check_static_count(const Node& openlabel) const {
  const std::vector<Object>& objects = context_.objects->objects;
  std::vector<std::size_t> times(objects.size());
  std::size_t active = 0;
  std::size_t total = 0;
  for (std::size_t frame = 0; frame < static_begin_.size(); ++frame) {
    for (const std::size_t object : static_begin_[frame]) {
      if (times[object]++ == 0) active += objects[object].static_shapes;
    }
    total += active;
    if (total > kMaxStaticLabels) {
      return openlabel.error("static cuboids and boxes of objects stand in too many frames",
                             "at most " + std::to_string(kMaxStaticLabels) + " labels", ErrorCode::limit_exceeded);
    }
    for (const std::size_t object : static_end_[frame]) {
      if (--times[object] == 0) active -= objects[object].static_shapes;
    }
  }
  return {};
}

Result<void> LabelReader::read_frame(std::uint32_t frame) {
  const FrameList::Entry& entry = context_.frames->entries[frame];
  entries_.clear();
  cuboids_.clear();
  boxes_.clear();
  id_count_.clear();
  const std::vector<Object>& objects = context_.objects->objects;
  for (const std::size_t object : static_begin_[frame]) ++static_active_[object];
  std::unordered_set<std::size_t> in_frame;
  if (entry.node) {
    const auto collect_entry = [&](std::string_view uid, const Node& node) -> Result<void> {
      const auto found = context_.objects->by_uid.find(uid);
      if (found == context_.objects->by_uid.end())
        return node.error("is no object", "a uid defined in openlabel/objects");
      if (!in_frame.insert(found->second).second) return node.error("is in the frame twice", "unique uids");
      CONCORD_RETURN_IF_ERROR(node.require_object("an object with object_data"));
      const auto data = node.find("object_data");
      if (data) CONCORD_RETURN_IF_ERROR(data->require_object("an object"));
      return collect(objects[found->second], data, static_active_.contains(found->second));
    };
    CONCORD_RETURN_IF_ERROR(entry.node->for_each_member_of("objects", collect_entry));
  }
  for (const auto& [object, times] : static_active_) {
    if (!in_frame.contains(object)) CONCORD_RETURN_IF_ERROR(collect(objects[object], std::nullopt, true));
  }
  for (const std::size_t object : static_end_[frame]) {
    if (--static_active_[object] == 0) static_active_.erase(object);
  }
  const auto by_order = [](const Shape& a, const Shape& b) { return a.order < b.order; };
  std::stable_sort(cuboids_.begin(), cuboids_.end(), by_order);
  std::stable_sort(boxes_.begin(), boxes_.end(), by_order);
  for (const Shape& shape : cuboids_) CONCORD_RETURN_IF_ERROR(add_cuboid(shape, frame));
  id_count_.clear();
  for (const Shape& shape : boxes_) CONCORD_RETURN_IF_ERROR(add_box(shape, frame));
  return {};
}

Result<void> LabelReader::read_extension(const Node& extension) {
  return extension.for_each_element_of("attributes", [&](std::size_t, const Node& node) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view name, node.text_of("name", ""));
    std::vector<std::string> allowed;
    CONCORD_RETURN_IF_ERROR(node.for_each_element_of("allowed", [&](std::size_t, const Node& value) -> Result<void> {
      CONCORD_ASSIGN_OR_RETURN(const std::string_view text, value.text());
      allowed.emplace_back(text);
      return {};
    }));
    return attributes_.declare(name, std::move(allowed), node);
  });
}

void LabelReader::add_notes() {
  std::vector<std::string>& notes = result_.notes;
  if (placeholders_ != 0)
    notes.push_back(std::to_string(placeholders_) + " cuboids of ignore regions without a size are left out");
  if (empty_boxes_ != 0) notes.push_back(std::to_string(empty_boxes_) + " 2D boxes without area are left out");
  if (implied_ != 0) {
    notes.push_back(std::to_string(implied_) + " 2D boxes name no camera: they are of camera '" +
                    std::string(kImpliedCamera) + "'");
  }
  const auto list = [](const std::set<std::string, std::less<>>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
  };
  if (!other_kinds_.empty())
    notes.push_back("object data other than cuboids and boxes are left out: " + list(other_kinds_));
  if (!attributes_.left_out().empty()) {
    notes.push_back("attributes that are numbers without a column are left out: " + list(attributes_.left_out()));
  }
}

Result<LabelReading> LabelReader::read(const Node& openlabel) {
  if (const auto metadata = openlabel.find("metadata")) {
    if (const auto extension = metadata->find(kExtension)) CONCORD_RETURN_IF_ERROR(read_extension(*extension));
  }
  CONCORD_RETURN_IF_ERROR(plan_static_shapes(openlabel));
  for (std::uint32_t frame = 0; frame < context_.frames->entries.size(); ++frame) {
    CONCORD_RETURN_IF_ERROR(read_frame(frame));
  }
  result_.set.finish(context_.frames->entries.size());
  add_notes();
  return std::move(result_);
}

}  // namespace

Result<LabelReading> read_labels(const Node& openlabel, const LabelContext& context, Drive& drive) {
  return LabelReader(context, drive).read(openlabel);
}

}  // namespace concord::readers::openlabel
