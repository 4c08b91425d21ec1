#include "src/readers/kitti/patch.hpp"

#include <map>
#include <unordered_map>

#include "src/readers/common/files.hpp"
#include "src/readers/kitti/fields.hpp"

namespace concord::readers::kitti {
namespace {

/// `line` with the given fields (by index) replaced; the space between fields stays as it was.
std::string replace_fields(std::string_view line, const std::map<std::size_t, std::string>& replacements) {
  const std::vector<std::string_view> fields = split_fields(line, ' ');
  std::string result;
  const char* copied = line.data();
  for (const auto& [index, text] : replacements) {
    const std::string_view field = fields[index];
    result.append(copied, field.data());
    result += text;
    copied = field.data() + field.size();
  }
  result.append(copied, line.data() + line.size());
  return result;
}

Result<std::string> edited_line(std::string_view line, LineLayout layout, const SE3& T_camera_ego,
                                const LabelEdit& edit) {
  const std::size_t lead = layout == LineLayout::tracking ? 2 : 0;
  std::map<std::size_t, std::string> replacements;
  if (layout == LineLayout::tracking && edit.op == LabelEdit::Op::copy) replacements[0] = edit.frame;
  for (const auto& text : {edit.track, edit.raw_class}) {
    if (text && (text->empty() || text->find_first_of(" \t\r\n") != std::string::npos)) {
      return Error{ErrorCode::invalid_argument, "'" + *text + "' cannot be written", edit.label, "text without spaces"};
    }
  }
  if (edit.track) {
    if (layout == LineLayout::object) {
      return Error{ErrorCode::invalid_argument, "object labels have no track", edit.label, "an edit without a track"};
    }
    replacements[1] = *edit.track;
  }
  if (edit.raw_class) replacements[lead] = *edit.raw_class;
  if (edit.cuboid) {
    const CameraBox box = camera_box(transformed(T_camera_ego, *edit.cuboid));
    const std::array<double, 7> values{box.height_m, box.width_m, box.length_m,      box.x_m,
                                       box.y_m,      box.z_m,     box.rotation_y_rad};
    for (std::size_t i = 0; i < values.size(); ++i) replacements[lead + 8 + i] = number_text(values[i]);
  }
  return replace_fields(line, replacements);
}

}  // namespace

Result<std::string> patch_label_text(std::string_view text, LineLayout layout, const SE3& T_camera_ego,
                                     const std::vector<LabelEdit>& edits, const std::filesystem::path& path) {
  CONCORD_ASSIGN_OR_RETURN(const std::vector<LabelLine> lines, parse_label_lines(text, layout, path));
  const std::vector<std::string> ids = label_ids(lines, layout);
  std::unordered_map<std::string, std::size_t> line_of;
  std::unordered_map<std::int64_t, std::size_t> last_line_of_frame;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    line_of[ids[i]] = i;
    last_line_of_frame[lines[i].frame] = i;
  }

  std::map<std::size_t, std::string> changed;  // line index -> new text
  std::map<std::size_t, bool> dropped;
  std::map<std::size_t, std::vector<std::string>> inserted;  // behind which line
  for (const LabelEdit& edit : edits) {
    const auto found = line_of.find(edit.label);
    if (found == line_of.end()) {
      return Error{ErrorCode::not_found, "no label '" + edit.label + "'", path.string(), "a label of the file"};
    }
    const std::size_t index = found->second;
    std::int64_t frame = 0;
    if (layout == LineLayout::tracking && !parse_int(edit.frame, frame)) {
      return Error{ErrorCode::invalid_argument, "no frame '" + edit.frame + "'", path.string(), "a frame number"};
    }
    if (edit.op != LabelEdit::Op::copy && layout == LineLayout::tracking && lines[index].frame != frame) {
      return Error{ErrorCode::not_found, "label '" + edit.label + "' is not in frame " + edit.frame, path.string(), ""};
    }
    if (edit.op == LabelEdit::Op::drop) {
      dropped[index] = true;
      continue;
    }
    const bool again = edit.op == LabelEdit::Op::modify && changed.contains(index);
    CONCORD_ASSIGN_OR_RETURN(std::string line, edited_line(again ? std::string_view(changed[index]) : lines[index].text,
                                                           layout, T_camera_ego, edit));
    if (edit.op == LabelEdit::Op::modify) {
      changed[index] = std::move(line);
    } else {
      const auto place = last_line_of_frame.find(frame);
      inserted[place == last_line_of_frame.end() ? lines.size() - 1 : place->second].push_back(std::move(line));
    }
  }

  std::string result;
  const char* copied = text.data();
  const char* const text_end = text.data() + text.size();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const char* const begin = lines[i].text.data();
    const char* const end = begin + lines[i].text.size();
    const char* next = end;
    while (next != text_end && *next != '\n') ++next;
    if (next != text_end) ++next;
    result.append(copied, begin);
    copied = next;
    if (!dropped.contains(i)) {
      if (const auto edit = changed.find(i); edit != changed.end()) {
        result += edit->second;
      } else {
        result += lines[i].text;
      }
      result.append(end, next);
    }
    const std::string line_end = end != next ? std::string(end, next) : "\n";
    if (const auto more = inserted.find(i); more != inserted.end()) {
      if (!result.empty() && result.back() != '\n') result += line_end;
      for (const std::string& line : more->second) result += line + line_end;
    }
  }
  result.append(copied, text_end);
  return result;
}

}  // namespace concord::readers::kitti
