#include "src/readers/openlabel/patch.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "src/readers/common/json_splice.hpp"
#include "src/readers/common/json_writer.hpp"
#include "src/readers/openlabel/extension.hpp"
#include "src/readers/openlabel/objects.hpp"

namespace concord::readers::openlabel {
namespace {

using Json = nlohmann::ordered_json;

std::string json_string(std::string_view text) {
  JsonWriter json;
  json.text(text);
  return json.str();
}

std::vector<double> stated_values(const Cuboid& box) {
  const Quat& q = box.rotation;
  return {box.center_m.x(), box.center_m.y(), box.center_m.z(), q.x(), q.y(), q.z(), q.w(),
          box.size_m.x(),   box.size_m.y(),   box.size_m.z()};
}

std::string values_text(const Cuboid& box) {
  JsonWriter json;
  json.begin_array();
  for (const double value : stated_values(box)) json.number(value);
  json.end_array();
  return json.str();
}

Span whole(const MemberSpan& member) { return {member.key.begin, member.value.end}; }

std::vector<Span> whole(const std::vector<MemberSpan>& members) {
  std::vector<Span> spans;
  for (const MemberSpan& member : members) spans.push_back(whole(member));
  return spans;
}

std::string cut(std::string_view text, Span span) {
  return std::string(text.substr(span.begin, span.end - span.begin));
}

/// Takes the stated ids out of the elements of an entry: its copy is another label.
void remove_label_ids(Json& data) {
  for (const char* kind : {"cuboid", "bbox"}) {
    if (!data.is_object() || !data.contains(kind) || !data[kind].is_array()) continue;
    for (Json& element : data[kind]) {
      if (!element.contains("attributes") || !element["attributes"].contains("text")) continue;
      Json& texts = element["attributes"]["text"];
      for (std::size_t i = texts.size(); i-- > 0;) {
        if (texts[i].value("name", "") == kLabelId) texts.erase(i);
      }
    }
  }
}

/// A label as it is to be: where it came from and what is asked of it.
struct Change {
  const LabelEdit* edit;
  std::uint32_t row;  ///< the label that is edited or copied
};

/// An `objects` container of the file, of the root or of a frame.
struct Container {
  Span object;
  std::vector<MemberSpan> members;
  std::unordered_map<std::string, std::size_t> by_uid;
  std::unordered_set<std::string> taken;  ///< uids that have an entry after the changes
  ItemChanges changes;
};

class Patcher {
 public:
  Patcher(std::string_view text, const std::filesystem::path& file, FileReading reading, ObjectTable objects)
      : text_(text), file_(file), reading_(std::move(reading)), table_(std::move(objects)) {}

  Result<std::string> run(const std::vector<LabelEdit>& edits);

 private:
  [[nodiscard]] const LabelSet& set() const { return reading_.drive.label_sets.front(); }
  [[nodiscard]] Error refuse(const LabelEdit& edit, std::string message, std::string expected,
                             ErrorCode code = ErrorCode::not_found) const;
  Result<void> collect(const std::vector<LabelEdit>& edits);
  Result<void> patch_frame(std::uint32_t frame, const std::vector<Change>& changes);
  Result<void> patch_static(const std::string& uid, const std::vector<Change>& changes);
  [[nodiscard]] bool moves(const Change& change) const;
  void locate();
  Result<void> edit_entry(Container& container, const std::string& uid, const std::vector<Change>& changes);
  Result<void> add_copy(Container& container, const Change& change, std::uint32_t frame);
  std::string edited_element(Span element, const Change& change) const;
  std::string target_uid(Container& container, const Change& change, std::uint32_t frame);
  std::string new_object(const std::optional<std::string>& track, std::string_view type, std::uint32_t frame);
  Container open_container(Span object) const;
  [[nodiscard]] std::optional<std::string> track_of(const Change& change) const;
  [[nodiscard]] std::string type_of(const Change& change) const;
  [[nodiscard]] std::vector<Span> cuboids_of(Span entry) const;

  std::string_view text_;
  const std::filesystem::path& file_;
  FileReading reading_;
  ObjectTable table_;
  Container objects_;
  std::unordered_map<std::string, Span> frame_spans_;                                            // by frame number
  std::map<std::pair<std::optional<std::string>, std::string>, std::vector<std::string>> uids_;  // by track and type
  std::unordered_set<std::string> used_uids_;
  std::uint64_t next_uid_ = 0;
  std::vector<Splice> splices_;
  std::map<std::uint32_t, std::vector<Change>> by_frame_;
  std::map<std::pair<std::string, std::size_t>, std::size_t> static_frames_;  // rows of a static cuboid
  std::map<std::string, std::vector<Change>> static_changes_;                 // by uid
};

Error Patcher::refuse(const LabelEdit& edit, std::string message, std::string expected, ErrorCode code) const {
  return {code,
          "label '" + edit.label.substr(0, 80) + "' of frame '" + edit.frame.substr(0, 80) + "': " + std::move(message),
          file_.string(), std::move(expected)};
}

Container Patcher::open_container(Span object) const {
  Container container;
  container.object = object;
  container.members = object_members(text_, object);
  for (std::size_t i = 0; i < container.members.size(); ++i) {
    const std::string uid = unescaped_string(text_, container.members[i].key).value_or("");
    container.by_uid.emplace(uid, i);
    container.taken.insert(uid);
  }
  return container;
}

std::vector<Span> Patcher::cuboids_of(Span entry) const {
  const auto data = find_member(text_, entry, "object_data");
  const auto list = data ? find_member(text_, data->value, "cuboid") : std::nullopt;
  return list ? array_elements(text_, list->value) : std::vector<Span>();
}

std::optional<std::string> Patcher::track_of(const Change& change) const {
  if (change.edit->track) return change.edit->track->empty() ? std::nullopt : change.edit->track;
  const std::uint32_t track = set().track[change.row];
  return track == kNone ? std::nullopt : std::optional(std::string(set().tracks.at(track)));
}

std::string Patcher::type_of(const Change& change) const {
  return change.edit->raw_class.value_or(std::string(set().raw_classes.at(set().raw_class[change.row])));
}

std::string Patcher::edited_element(Span element, const Change& change) const {
  if (!change.edit->cuboid) return cut(text_, element);
  const LabelPlace& place = reading_.places[change.row];
  const std::string values = values_text(from_ego(place.T_ego_cs, place.R_stated_box, *change.edit->cuboid));
  if (const auto member = find_member(text_, element, "val"))
    return apply_splices(text_, element, {{member->value, values}});
  const std::size_t inside = element.begin + 1;
  return apply_splices(text_, element, {{{inside, inside}, "\"val\":" + values + ","}});
}

std::string Patcher::new_object(const std::optional<std::string>& track, std::string_view type, std::uint32_t frame) {
  std::string uid;
  std::int64_t number = 0;
  const bool own_uid =
      track && !used_uids_.contains(*track) &&
      std::from_chars(track->data(), track->data() + track->size(), number).ptr == track->data() + track->size();
  if (own_uid) {
    uid = *track;
  } else {
    while (used_uids_.contains(std::to_string(next_uid_)) || set().tracks.find(std::to_string(next_uid_)) != kNone)
      ++next_uid_;
    uid = std::to_string(next_uid_++);
  }
  used_uids_.insert(uid);
  JsonWriter json;
  json.begin_object().key("name").text(track.value_or(uid)).key("type").text(type);
  std::int64_t frame_number = 0;
  const std::string_view name = reading_.frame_keys[frame];
  std::from_chars(name.data(), name.data() + name.size(), frame_number);
  json.key("frame_intervals").begin_array().begin_object().key("frame_start").integer(frame_number);
  json.key("frame_end").integer(frame_number).end_object().end_array();
  if (!own_uid) {
    json.key("object_data").begin_object().key("text").begin_array().begin_object();
    json.key("name").text(kTrackId).key("val").text(track.value_or("")).end_object().end_array().end_object();
  }
  json.end_object();
  objects_.changes.added.push_back(json_string(uid) + ":" + json.str());
  return uid;
}

std::string Patcher::target_uid(Container& container, const Change& change, std::uint32_t frame) {
  const std::optional<std::string> track = track_of(change);
  const std::string type = type_of(change);
  std::vector<std::string>& uids = uids_[{track, type}];
  for (const std::string& uid : uids) {
    if (container.taken.insert(uid).second) return uid;
  }
  uids.push_back(new_object(track, type, frame));
  container.taken.insert(uids.back());
  return uids.back();
}

/// Whether a changed label belongs to another object than before: to one of its new track and class.
bool Patcher::moves(const Change& change) const {
  if (change.edit->op != LabelEdit::Op::modify) return false;
  const std::uint32_t track = set().track[change.row];
  const auto old_track = track == kNone ? std::nullopt : std::optional(std::string(set().tracks.at(track)));
  return type_of(change) != set().raw_classes.at(set().raw_class[change.row]) || track_of(change) != old_track;
}

/// Changes, removes and moves the cuboids of one entry of a frame.
Result<void> Patcher::edit_entry(Container& container, const std::string& uid, const std::vector<Change>& changes) {
  const std::size_t index = container.by_uid.at(uid);
  const MemberSpan& member = container.members[index];
  const std::vector<Span> elements = cuboids_of(member.value);
  ItemChanges list;
  bool entry_leaves = false;
  for (const Change& change : changes) {
    const std::size_t at = reading_.places[change.row].element;
    if (at >= elements.size())
      return refuse(*change.edit, "its cuboid cannot be located", "one entry an object and frame");
    const std::string element = edited_element(elements[at], change);
    if (change.edit->op == LabelEdit::Op::modify && !moves(change)) {
      list.replaced[at] = element;
      continue;
    }
    if (elements.size() == 1) {
      entry_leaves = true;
    } else {
      list.removed.insert(at);
    }
    if (change.edit->op == LabelEdit::Op::drop) continue;
    const std::string target = target_uid(container, change, set().frame[change.row]);
    const std::string entry = elements.size() == 1 ? apply_splices(text_, member.value, {{elements[at], element}})
                                                   : "{\"object_data\":{\"cuboid\":[" + element + "]}}";
    container.changes.added.push_back(json_string(target) + ":" + entry);
  }
  if (entry_leaves) {
    container.changes.removed.insert(index);
  } else {
    const auto data = find_member(text_, member.value, "object_data");
    const auto cuboids = find_member(text_, data->value, "cuboid");
    container.changes.replaced[index] = apply_splices(
        text_, whole(member), {{cuboids->value, rebuild_container(text_, cuboids->value, elements, list)}});
  }
  return {};
}

/// Adds a copy of a label. Its cuboid is written in ego, since another frame may have other transforms.
Result<void> Patcher::add_copy(Container& container, const Change& change, std::uint32_t frame) {
  const LabelPlace& place = reading_.places[change.row];
  Span entry;
  if (place.is_static) {
    entry = objects_.members[objects_.by_uid.at(std::string(place.uid))].value;
  } else {
    const Span source = frame_spans_.at(std::string(reading_.frame_keys[set().frame[change.row]]));
    const auto objects = find_member(text_, source, "objects");
    const auto member = objects ? find_member(text_, objects->value, place.uid) : std::nullopt;
    if (!member) return refuse(*change.edit, "its cuboid cannot be located", "one entry an object and frame");
    entry = member->value;
  }
  const std::vector<Span> elements = cuboids_of(entry);
  if (place.element >= elements.size())
    return refuse(*change.edit, "its cuboid cannot be located", "one entry an object and frame");
  Json element = Json::parse(cut(text_, elements[place.element]));
  Json copy;
  if (elements.size() == 1 && !place.is_static) {
    copy = Json::parse(cut(text_, entry));
  }
  element["val"] = stated_values(change.edit->cuboid.value_or(set().cuboid.at(change.row)));
  if (reading_.ego.empty()) {
    element.erase("coordinate_system");
  } else {
    element["coordinate_system"] = reading_.ego;
  }
  copy["object_data"]["cuboid"] = Json::array({element});
  remove_label_ids(copy["object_data"]);
  const std::string target = target_uid(container, change, frame);
  container.changes.added.push_back(json_string(target) + ":" + copy.dump());
  return {};
}

Result<void> Patcher::patch_frame(std::uint32_t frame, const std::vector<Change>& changes) {
  std::map<std::string, std::vector<Change>> by_uid;
  std::vector<Change> copies;
  for (const Change& change : changes) {
    const LabelPlace& place = reading_.places[change.row];
    if (change.edit->op == LabelEdit::Op::copy) {
      copies.push_back(change);
    } else if (place.is_static) {
      static_changes_[std::string(place.uid)].push_back(change);
    } else {
      by_uid[std::string(place.uid)].push_back(change);
    }
  }
  if (by_uid.empty() && copies.empty()) return {};
  const auto frame_span = frame_spans_.find(std::string(reading_.frame_keys[frame]));
  if (frame_span == frame_spans_.end()) {
    return refuse(*copies.front().edit, "the file has no frames to add a label to", "a file with frames",
                  ErrorCode::unsupported);
  }
  const auto objects = find_member(text_, frame_span->second, "objects");
  Container container = objects ? open_container(objects->value) : Container();
  for (const auto& [uid, list] : by_uid) {
    if (!container.by_uid.contains(uid)) return refuse(*list.front().edit, "its entry cannot be located", "");
    // Entries that leave make room for those that come: with swapped tracks each takes the other's place.
    const bool leaves = list.front().edit->op == LabelEdit::Op::drop || moves(list.front());
    if (leaves && cuboids_of(container.members[container.by_uid.at(uid)].value).size() == 1) {
      container.taken.erase(uid);
    }
  }
  for (const auto& [uid, list] : by_uid) CONCORD_RETURN_IF_ERROR(edit_entry(container, uid, list));
  for (const Change& change : copies) CONCORD_RETURN_IF_ERROR(add_copy(container, change, frame));
  if (objects) {
    splices_.push_back(
        {objects->value, rebuild_container(text_, objects->value, whole(container.members), container.changes)});
    return {};
  }
  std::string added = "\"objects\":{";
  for (std::size_t i = 0; i < container.changes.added.size(); ++i)
    added += (i == 0 ? "" : ",") + container.changes.added[i];
  const bool empty = object_members(text_, frame_span->second).empty();
  const std::size_t inside = frame_span->second.begin + 1;
  splices_.push_back({{inside, inside}, added + (empty ? "}" : "},")});
  return {};
}

/// Changes cuboids that are stated once for an object. Where they stand for several frames, none of these can change
/// alone.
Result<void> Patcher::patch_static(const std::string& uid, const std::vector<Change>& changes) {
  const std::size_t index = objects_.by_uid.at(uid);
  const MemberSpan& member = objects_.members[index];
  const std::vector<Span> elements = cuboids_of(member.value);
  std::vector<Splice> splices;
  ItemChanges list;
  for (const Change& change : changes) {
    const std::size_t at = reading_.places[change.row].element;
    if (static_frames_[{uid, at}] != 1) {
      return refuse(*change.edit, "its cuboid is static data for several frames", "data of this frame",
                    ErrorCode::unsupported);
    }
    if (at >= elements.size()) return refuse(*change.edit, "its cuboid cannot be located", "one entry an object");
    if (change.edit->op == LabelEdit::Op::drop) {
      list.removed.insert(at);
      continue;
    }
    list.replaced[at] = edited_element(elements[at], change);
    if (!moves(change)) continue;
    if (elements.size() != 1) {
      return refuse(*change.edit, "its object holds other static cuboids too", "an object of its own",
                    ErrorCode::unsupported);
    }
    const auto type = find_member(text_, member.value, "type");
    if (!type) return refuse(*change.edit, "its object has no type", "a type", ErrorCode::malformed);
    splices.push_back({type->value, json_string(type_of(change))});
    if (change.edit->track) {
      const std::string item =
          "{\"name\":" + json_string(kTrackId) + ",\"val\":" + json_string(*change.edit->track) + "}";
      const auto data = find_member(text_, member.value, "object_data");
      const auto texts = find_member(text_, data->value, "text");
      ItemChanges text_changes;
      // The last text of that name counts.
      text_changes.added.push_back(item);
      if (texts) {
        splices.push_back(
            {texts->value, rebuild_container(text_, texts->value, array_elements(text_, texts->value), text_changes)});
      } else {
        const std::size_t inside = data->value.begin + 1;
        splices.push_back({{inside, inside}, "\"text\":[" + item + "],"});
      }
    }
  }
  const auto data = find_member(text_, member.value, "object_data");
  const auto cuboids = find_member(text_, data->value, "cuboid");
  splices.push_back({cuboids->value, rebuild_container(text_, cuboids->value, elements, list)});
  objects_.changes.replaced[index] = apply_splices(text_, whole(member), std::move(splices));
  return {};
}

/// Finds the parts of the file that edits touch.
void Patcher::locate() {
  const auto openlabel = find_member(text_, {0, text_.size()}, "openlabel");
  if (!openlabel) return;
  if (const auto objects = find_member(text_, openlabel->value, "objects")) objects_ = open_container(objects->value);
  used_uids_ = objects_.taken;
  if (const auto frames = find_member(text_, openlabel->value, "frames")) {
    for (const MemberSpan& frame : object_members(text_, frames->value)) {
      frame_spans_.emplace(unescaped_string(text_, frame.key).value_or(""), frame.value);
    }
  }
  for (const Object& object : table_.objects) {
    // Static shapes of an object hold in more frames than the one that is changed.
    if (object.static_shapes > 0) continue;
    const auto track = object.track ? std::optional(std::string(*object.track)) : std::nullopt;
    uids_[{track, std::string(object.type)}].emplace_back(object.uid);
  }
  for (const LabelPlace& place : reading_.places) {
    if (place.is_static) ++static_frames_[{std::string(place.uid), place.element}];
  }
}

Result<void> Patcher::collect(const std::vector<LabelEdit>& edits) {
  std::unordered_map<std::string_view, std::uint32_t> row_of;
  for (std::uint32_t row = 0; row < set().size(); ++row) row_of.emplace(set().label_id[row], row);
  std::unordered_map<std::string_view, std::uint32_t> frame_of;
  const Frames& frames = reading_.drive.frames;
  for (std::uint32_t i = 0; i < frames.size(); ++i) frame_of.emplace(frames.name[i], i);
  std::unordered_set<std::uint32_t> changed;
  for (const LabelEdit& edit : edits) {
    const bool is_copy = edit.op == LabelEdit::Op::copy;
    const auto frame = frame_of.find(edit.frame);
    if (frame == frame_of.end()) return refuse(edit, "there is no such frame", "a frame of the drive");
    const auto source = is_copy && !edit.from_frame.empty() ? frame_of.find(edit.from_frame) : frame;
    const auto row = row_of.find(edit.label);
    if (source == frame_of.end() || row == row_of.end() || set().frame[row->second] != source->second) {
      return refuse(edit, "there is no such label", "a cuboid label of that frame");
    }
    if (!is_copy && !changed.insert(row->second).second) {
      return refuse(edit, "is changed twice", "one change a label", ErrorCode::invalid_argument);
    }
    if (edit.cuboid && !(edit.cuboid->center_m.allFinite() && edit.cuboid->size_m.allFinite() &&
                         edit.cuboid->rotation.coeffs().allFinite())) {
      return refuse(edit, "its new cuboid is not finite", "numbers that JSON can hold", ErrorCode::invalid_argument);
    }
    by_frame_[frame->second].push_back({&edit, row->second});
  }
  return {};
}

Result<std::string> Patcher::run(const std::vector<LabelEdit>& edits) {
  locate();
  CONCORD_RETURN_IF_ERROR(collect(edits));
  for (const auto& [frame, changes] : by_frame_) CONCORD_RETURN_IF_ERROR(patch_frame(frame, changes));
  for (const auto& [uid, changes] : static_changes_) CONCORD_RETURN_IF_ERROR(patch_static(uid, changes));
  splices_.push_back(
      {objects_.object, rebuild_container(text_, objects_.object, whole(objects_.members), objects_.changes)});
  return apply_splices(text_, {0, text_.size()}, std::move(splices_));
}

}  // namespace

Result<std::string> patch_text(std::string_view text, const std::vector<LabelEdit>& edits,
                               const std::filesystem::path& file, const ReadOptions& options) {
  if (edits.empty()) return std::string(text);
  ReadOptions with_places = options;
  with_places.keep_places = true;
  CONCORD_ASSIGN_OR_RETURN(const auto document, Document::parse(text, file));
  CONCORD_ASSIGN_OR_RETURN(FileReading reading, read_drive(*document, file, file.stem().string(), with_places));
  CONCORD_ASSIGN_OR_RETURN(const Node openlabel, openlabel_member(*document));
  CONCORD_ASSIGN_OR_RETURN(ObjectTable objects, read_objects(openlabel));
  return Patcher(text, file, std::move(reading), std::move(objects)).run(edits);
}

}  // namespace concord::readers::openlabel
