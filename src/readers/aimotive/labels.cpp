#include <array>
#include <map>
#include <string>

#include "src/readers/aimotive/segment.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/common/label_ids.hpp"

namespace concord::readers::aimotive {
namespace fs = std::filesystem;
namespace {

Result<double> number_of(const Node& object, std::string_view key) {
  const auto member = object.find(key);
  if (!member) return object.error("has no '" + std::string(key) + "'", "a number of that name");
  return member->number();
}

Result<Vec3> vector_of(const Node& object, std::string_view prefix) {
  Vec3 vector;
  for (int axis = 0; axis < 3; ++axis) {
    CONCORD_ASSIGN_OR_RETURN(vector[axis], number_of(object, std::string(prefix) + " " + "XYZ"[axis]));
  }
  return vector;
}

Result<Cuboid> cuboid_of(const Node& object) {
  Cuboid box;
  CONCORD_ASSIGN_OR_RETURN(box.center_m, vector_of(object, "BoundingBox3D Origin"));
  CONCORD_ASSIGN_OR_RETURN(box.size_m, vector_of(object, "BoundingBox3D Extent"));
  std::array<double, 4> q{};
  for (std::size_t i = 0; i < q.size(); ++i) {
    CONCORD_ASSIGN_OR_RETURN(q[i], number_of(object, std::string("BoundingBox3D Orientation Quat ") + "WXYZ"[i]));
  }
  box.rotation = Quat(q[0], q[1], q[2], q[3]);
  return box;
}

void set_attribute(AttributeColumn& column, std::uint32_t row, std::int64_t value) {
  column.code.resize(row + 1, kNone);
  column.code[row] = column.values.intern(std::to_string(value));
}

/// One label with everything that a column holds of it.
Result<void> append_label(const Node& object, std::uint32_t frame, LabelIds& ids, const Drive& drive, LabelSet& set,
                          std::array<AttributeColumn, 2>& attributes) {
  CONCORD_RETURN_IF_ERROR(object.require_object("an object of CapturedObjects"));
  CONCORD_ASSIGN_OR_RETURN(const Cuboid box, cuboid_of(object));
  CONCORD_ASSIGN_OR_RETURN(const std::string track, object_id(object));
  const auto type = object.find("ObjectType");
  if (!type) return object.error("has no 'ObjectType'", "a class name");
  CONCORD_ASSIGN_OR_RETURN(const std::string_view class_name, type->text());
  if (!why_no_id(class_name).empty()) return id_error(class_name, "the class", type->error("", "").where);
  const std::uint32_t row =
      set.push_back(frame, ids.next(drive.frames.name[frame], track), track.empty() ? kNone : set.tracks.intern(track),
                    drive.taxonomy->classify(class_name), class_name, box);
  if (object.find("Relative Velocity X")) {
    CONCORD_ASSIGN_OR_RETURN(const Vec3 velocity_mps, vector_of(object, "Relative Velocity"));
    set.velocity_x_mps.set(row, velocity_mps.x());
    set.velocity_y_mps.set(row, velocity_mps.y());
  }
  for (AttributeColumn& attribute : attributes) {
    const auto member = object.find(attribute.name);
    if (!member) continue;
    CONCORD_ASSIGN_OR_RETURN(const std::int64_t value, member->integer());
    set_attribute(attribute, row, value);
  }
  return {};
}

}  // namespace

Result<std::string> object_id(const Node& object) {
  const auto member = object.find("ObjectId");
  if (!member) return std::string();
  if (member->value().is_string()) {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view text, member->text());
    if (!why_no_id(text).empty()) return id_error(text, "the track", member->error("", "").where);
    return std::string(text);
  }
  CONCORD_ASSIGN_OR_RETURN(const std::int64_t number, member->integer());
  return std::to_string(number);
}

Result<LabelSet> read_labels(const fs::path& folder, std::string name, Drive& drive) {
  CONCORD_ASSIGN_OR_RETURN(const std::vector<fs::path> files, list_files(folder, ".json"));
  std::map<std::string, fs::path> by_frame;
  for (const fs::path& file : files) by_frame.emplace(frame_of_file(file), file);

  LabelSet set;
  set.name = std::move(name);
  set.velocity_relative = true;
  std::array<AttributeColumn, 2> attributes;
  attributes[0].name = "Occluded";
  attributes[1].name = "Truncated";
  LabelIds ids;
  std::size_t used = 0;
  for (std::uint32_t frame = 0; frame < drive.frames.size(); ++frame) {
    const auto file = by_frame.find(std::string(drive.frames.name[frame]));
    if (file == by_frame.end()) continue;
    ++used;
    CONCORD_ASSIGN_OR_RETURN(const auto document, Document::open(file->second));
    CONCORD_RETURN_IF_ERROR(document->root().require_object("an object with 'CapturedObjects'"));
    if (!document->root().find("CapturedObjects")) {
      return document->root().error("has no 'CapturedObjects'", "an array of labels");
    }
    CONCORD_RETURN_IF_ERROR(document->root().for_each_element_of(
        "CapturedObjects", [&](std::size_t /*index*/, const Node& object) -> Result<void> {
          return append_label(object, frame, ids, drive, set, attributes);
        }));
    drive.input_files.push_back(file->second);
  }
  if (used < by_frame.size()) {
    return Error{ErrorCode::malformed, "has label files of frames that the segment does not have", folder.string(),
                 "frame_N.json of the segment's frames"};
  }
  for (AttributeColumn& attribute : attributes) {
    if (!attribute.code.empty()) set.attributes.push_back(std::move(attribute));
  }
  set.finish(drive.frames.size());
  return set;
}

}  // namespace concord::readers::aimotive
