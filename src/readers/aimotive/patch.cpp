#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "src/readers/aimotive/segment.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/common/json_splice.hpp"
#include "src/readers/common/json_writer.hpp"
#include "src/readers/common/label_ids.hpp"

namespace concord::readers::aimotive {
namespace {

/// Labels of one file by id, with the bytes of each.
struct Objects {
  Span list;
  std::vector<Span> elements;
  std::unordered_map<std::string, std::size_t> by_id;
};

Result<Objects> index(std::string_view text, std::string_view frame, const std::filesystem::path& path) {
  CONCORD_ASSIGN_OR_RETURN(const auto document, Document::parse(text, path));
  Objects objects;
  const auto list = find_member(text, {0, text.size()}, "CapturedObjects");
  if (!list) return document->root().error("has no 'CapturedObjects'", "an array of labels");
  objects.list = list->value;
  objects.elements = array_elements(text, list->value);
  LabelIds ids;
  CONCORD_RETURN_IF_ERROR(
      document->root().for_each_element_of("CapturedObjects", [&](std::size_t i, const Node& object) -> Result<void> {
        CONCORD_ASSIGN_OR_RETURN(const std::string track, object_id(object));
        objects.by_id.emplace(ids.next(frame, track), i);
        return {};
      }));
  return objects;
}

std::string number(double value) {
  JsonWriter json;
  json.number(value);
  return json.str();
}

/// An id as it is written: a number where it is one, else a string.
std::string id_text(const std::string& track) {
  std::int64_t value = 0;
  if (parse_int(track, value) && std::to_string(value) == track) return track;
  JsonWriter json;
  json.text(track);
  return json.str();
}

/// The JSON object `object` with the fields of the edit; a member that is not there is added in front.
std::string edited(const std::string& object, const LabelEdit& edit) {
  std::map<std::string, std::string> values;
  if (edit.track) values["ObjectId"] = id_text(*edit.track);
  if (edit.raw_class) {
    JsonWriter json;
    json.text(*edit.raw_class);
    values["ObjectType"] = json.str();
  }
  if (edit.cuboid) {
    const Cuboid& box = *edit.cuboid;
    for (int axis = 0; axis < 3; ++axis) {
      values[std::string("BoundingBox3D Origin ") + "XYZ"[axis]] = number(box.center_m[axis]);
      values[std::string("BoundingBox3D Extent ") + "XYZ"[axis]] = number(box.size_m[axis]);
    }
    const Quat& q = box.rotation;
    const std::array<double, 4> wxyz{q.w(), q.x(), q.y(), q.z()};
    for (std::size_t i = 0; i < wxyz.size(); ++i) {
      values[std::string("BoundingBox3D Orientation Quat ") + "WXYZ"[i]] = number(wxyz[i]);
    }
  }
  std::vector<Splice> splices;
  for (const auto& [key, value] : values) {
    if (const auto member = find_member(object, {0, object.size()}, key)) {
      splices.push_back({member->value, value});
    } else {
      splices.push_back({{1, 1}, "\"" + key + "\": " + value + ","});
    }
  }
  return apply_splices(object, {0, object.size()}, std::move(splices));
}

}  // namespace

Result<std::string> patch_labels(std::string_view text, const std::string& frame, const std::vector<LabelEdit>& edits,
                                 const std::unordered_map<std::string, std::string_view>& sources,
                                 const std::filesystem::path& path) {
  CONCORD_ASSIGN_OR_RETURN(const Objects objects, index(text, frame, path));
  const auto element = [](std::string_view from, Span span) {
    return std::string(from.substr(span.begin, span.end - span.begin));
  };
  ItemChanges changes;
  for (const LabelEdit& edit : edits) {
    const bool elsewhere = edit.op == LabelEdit::Op::copy && !edit.from_frame.empty() && edit.from_frame != frame;
    std::string original;
    std::size_t at = 0;
    bool found = false;
    if (elsewhere) {
      const auto source = sources.find(edit.from_frame);
      if (source != sources.end()) {
        CONCORD_ASSIGN_OR_RETURN(const Objects others, index(source->second, edit.from_frame, path));
        const auto label = others.by_id.find(edit.label);
        found = label != others.by_id.end();
        if (found) original = element(source->second, others.elements[label->second]);
      }
    } else if (const auto label = objects.by_id.find(edit.label); label != objects.by_id.end()) {
      found = true;
      at = label->second;
      original = element(text, objects.elements[at]);
    }
    if (!found) {
      return Error{ErrorCode::not_found, "no label '" + edit.label.substr(0, 120) + "'", path.string(),
                   "a label of frame " + (elsewhere ? edit.from_frame : frame).substr(0, 120)};
    }
    switch (edit.op) {
      case LabelEdit::Op::drop:
        changes.removed.insert(at);
        break;
      case LabelEdit::Op::copy:
        changes.added.push_back(edited(original, edit));
        break;
      case LabelEdit::Op::modify: {
        const auto before = changes.replaced.find(at);
        changes.replaced[at] = edited(before != changes.replaced.end() ? before->second : original, edit);
        break;
      }
    }
  }
  return apply_splices(text, {0, text.size()},
                       {{objects.list, rebuild_container(text, objects.list, objects.elements, changes)}});
}

}  // namespace concord::readers::aimotive
