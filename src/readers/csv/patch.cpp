#include "src/readers/csv/patch.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "src/readers/common/files.hpp"

namespace concord::readers::csv {
namespace {

/// New texts of a row by position of the field.
using FieldTexts = std::map<std::size_t, std::string>;

std::string replaced(const Row& row, const FieldTexts& texts, char delimiter) {
  const std::string_view bytes = row.bytes();
  std::string result;
  const char* copied = bytes.data();
  for (const auto& [index, text] : texts) {
    const std::string_view field = row.fields[index];
    result.append(copied, field.data());
    result += to_field(text, delimiter);
    copied = field.data() + field.size();
  }
  result.append(copied, bytes.data() + bytes.size());
  return result;
}

class DrivePatch {
 public:
  DrivePatch(const Mapping& mapping, const Layout& layout, const Table& table, const DriveEdits& edits)
      : mapping_(mapping), layout_(layout), table_(table), edits_(edits) {}

  Result<void> run() {
    LabelIds ids;
    for (const RowPlace& place : edits_.places) {
      CONCORD_ASSIGN_OR_RETURN(const Row row, table_.row_at(place.begin, place.line));
      CONCORD_ASSIGN_OR_RETURN(const std::string frame, layout_.frame_name(row));
      const std::string id = ids.next(layout_, row, frame);
      row_of_[id] = place;
      last_of_frame_[frame] = place;
    }
    for (std::uint32_t f = 0; f < edits_.drive.frames.size(); ++f) frame_of_[edits_.drive.frames.name[f]] = f;
    for (const LabelEdit& edit : *edits_.edits) CONCORD_RETURN_IF_ERROR(apply(edit));
    return {};
  }

  std::map<std::size_t, FieldTexts> changed;  ///< by first byte of the row
  std::map<std::size_t, bool> dropped;
  std::map<std::size_t, std::vector<std::string>> inserted;  ///< behind the row that begins there

 private:
  [[nodiscard]] Error no_such(const std::string& what, const std::string& name) const {
    return {ErrorCode::not_found, "no " + what + " '" + name.substr(0, 80) + "'", table_.path().string(),
            "a " + what + " of drive " + edits_.drive.name};
  }

  Result<void> apply(const LabelEdit& edit) {
    const auto found = row_of_.find(edit.label);
    if (found == row_of_.end()) return no_such("label", edit.label);
    const auto frame = frame_of_.find(edit.frame);
    if (frame == frame_of_.end()) return no_such("frame", edit.frame);
    const RowPlace place = found->second;
    CONCORD_ASSIGN_OR_RETURN(const Row row, table_.row_at(place.begin, place.line));
    const std::string own_frame = layout_.frame_name(row).value();
    const std::string& source_frame =
        edit.op == LabelEdit::Op::copy && !edit.from_frame.empty() ? edit.from_frame : edit.frame;
    if (own_frame != source_frame) return no_such("label", edit.label + " in frame " + source_frame);
    if (edit.op == LabelEdit::Op::drop) {
      dropped[place.begin] = true;
      return {};
    }
    if (edit.op == LabelEdit::Op::modify) return set_fields(edit, frame->second, row, changed[place.begin]);
    FieldTexts texts;
    CONCORD_RETURN_IF_ERROR(set_fields(edit, frame->second, row, texts));
    const auto behind = last_of_frame_.find(edit.frame);
    if (own_frame != edit.frame) {
      texts[layout_.position(layout_.has(Field::frame) ? Field::frame : Field::time)] = edit.frame;
      if (layout_.has(Field::time) && layout_.has(Field::frame)) {
        // The time as the frame's other rows write it; a frame without rows leaves it empty.
        texts[layout_.position(Field::time)] = "";
        if (behind != last_of_frame_.end()) {
          CONCORD_ASSIGN_OR_RETURN(const Row other, table_.row_at(behind->second.begin, behind->second.line));
          texts[layout_.position(Field::time)] = layout_.text(other, Field::time);
        }
      }
    }
    if (layout_.has(Field::label) && !layout_.text(row, Field::label).empty()) {
      std::string id = layout_.text(row, Field::label) + "_copy";
      while (row_of_.contains(id) || !new_ids_.insert(id).second) id += "_copy";
      texts[layout_.position(Field::label)] = id;
    }
    const std::size_t anchor = behind == last_of_frame_.end() ? edits_.places.back().begin : behind->second.begin;
    inserted[anchor].push_back(replaced(row, texts, mapping_.delimiter));
    return {};
  }

  Result<void> set_fields(const LabelEdit& edit, std::uint32_t frame, const Row& row, FieldTexts& texts) const {
    if (edit.track) {
      if (!layout_.has(Field::track)) {
        return Error{ErrorCode::invalid_argument, "the file has no track column", at_line(table_.path(), row.line),
                     "an edit without a track"};
      }
      texts[layout_.position(Field::track)] = *edit.track;
    }
    if (edit.raw_class) texts[layout_.position(Field::class_)] = *edit.raw_class;
    if (!edit.cuboid) return {};
    Cuboid box = *edit.cuboid;
    if (mapping_.world) {
      if (!edits_.drive.frames.has_pose(frame)) return no_such("pose for frame", edit.frame);
      box = transformed(edits_.drive.frames.T_world_ego[frame], box);
    }
    if (mapping_.bottom) box.center_m -= box.rotation * Vec3(0, 0, 0.5 * box.size_m.z());
    if (mapping_.half_sizes) box.size_m *= 0.5;
    const auto set = [&](Field field, double value) {
      if (layout_.has(field)) texts[layout_.position(field)] = layout_.written(field, value);
    };
    set(Field::x, box.center_m.x());
    set(Field::y, box.center_m.y());
    set(Field::z, box.center_m.z());
    set(Field::length, box.size_m.x());
    set(Field::width, box.size_m.y());
    set(Field::height, box.size_m.z());
    if (layout_.has_quaternion()) {
      set(Field::qw, box.rotation.w());
      set(Field::qx, box.rotation.x());
      set(Field::qy, box.rotation.y());
      set(Field::qz, box.rotation.z());
      return {};
    }
    const Eigen::Matrix3d R = box.rotation.toRotationMatrix();
    set(Field::yaw, std::atan2(R(1, 0), R(0, 0)));
    set(Field::pitch, std::atan2(-R(2, 0), std::hypot(R(2, 1), R(2, 2))));
    set(Field::roll, std::atan2(R(2, 1), R(2, 2)));
    return {};
  }

  const Mapping& mapping_;
  const Layout& layout_;
  const Table& table_;
  const DriveEdits& edits_;
  std::unordered_map<std::string, RowPlace> row_of_;
  std::unordered_map<std::string, RowPlace> last_of_frame_;
  std::unordered_map<std::string_view, std::uint32_t> frame_of_;
  std::set<std::string> new_ids_;
};

}  // namespace

Result<std::string> patch_text(const Mapping& mapping, const Layout& layout, const Table& table,
                               const std::vector<DriveEdits>& drives) {
  std::map<std::size_t, FieldTexts> changed;
  std::map<std::size_t, bool> dropped;
  std::map<std::size_t, std::vector<std::string>> inserted;
  std::map<std::size_t, std::size_t> line_of;
  for (const DriveEdits& edits : drives) {
    if (edits.edits->empty()) continue;
    DrivePatch patch(mapping, layout, table, edits);
    CONCORD_RETURN_IF_ERROR(patch.run());
    changed.merge(patch.changed);
    dropped.merge(patch.dropped);
    inserted.merge(patch.inserted);
    for (const RowPlace& place : edits.places) line_of[place.begin] = place.line;
  }
  const std::string_view text = table.text();
  std::string result;
  std::size_t copied = 0;
  for (const auto& [begin, line] : line_of) {
    const bool touched = changed.contains(begin) || dropped.contains(begin) || inserted.contains(begin);
    if (!touched) continue;
    CONCORD_ASSIGN_OR_RETURN(const Row row, table.row_at(begin, line));
    std::size_t end = begin + row.bytes().size();
    std::size_t next = end;
    while (next < text.size() && text[next] != '\n') ++next;
    if (next < text.size()) ++next;
    const std::string line_end = next > end ? std::string(text.substr(end, next - end)) : "\n";
    result.append(text.substr(copied, begin - copied));
    copied = next;
    if (!dropped.contains(begin)) {
      const auto edit = changed.find(begin);
      result += edit == changed.end() ? std::string(row.bytes()) : replaced(row, edit->second, mapping.delimiter);
      result.append(text.substr(end, next - end));
    }
    if (const auto more = inserted.find(begin); more != inserted.end()) {
      if (!result.empty() && result.back() != '\n') result += line_end;
      for (const std::string& copy : more->second) result += copy + line_end;
    }
  }
  result.append(text.substr(copied));
  return result;
}

}  // namespace concord::readers::csv
