#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_map>

#include "src/readers/argoverse2/log.hpp"
#include "src/readers/argoverse2/tables.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/common/label_ids.hpp"

namespace concord::readers::argoverse2 {
namespace {

/// What becomes of one line.
struct Change {
  bool dropped = false;
  std::optional<std::string> text;    ///< instead of the line
  std::vector<std::string> inserted;  ///< behind it
};

class Patch {
 public:
  Patch(std::string_view text, const std::filesystem::path& path)
      : text_(text), path_(path), header_(header_of(text)) {}

  Result<void> index() {
    LabelIds ids;
    return read_table(text_, {"timestamp_ns", "track_uuid"}, path_, [&](const Line& line) -> Result<void> {
      line_of_[ids.next(line.fields[0], line.fields[1])] = {std::string(line.fields[0]), line.text};
      last_of_frame_[std::string(line.fields[0])] = line.text.data();
      return {};
    });
  }

  Result<void> apply(const LabelEdit& edit) {
    const auto found = line_of_.find(edit.label);
    if (found == line_of_.end()) return no_such("label", edit.label);
    const auto& [frame, line] = found->second;
    const bool copies = edit.op == LabelEdit::Op::copy;
    const std::string& from = copies && !edit.from_frame.empty() ? edit.from_frame : edit.frame;
    if (from != frame) return no_such("label", edit.label + " in frame " + from);
    if (edit.op == LabelEdit::Op::drop) {
      changes_[line.data()].dropped = true;
      return {};
    }
    if (!copies) {
      Change& change = changes_[line.data()];
      change.text = edited(change.text.value_or(std::string(line)), edit, false);
      return {};
    }
    const auto behind = last_of_frame_.find(edit.frame);
    if (behind == last_of_frame_.end()) return no_such("labels in frame", edit.frame);
    changes_[behind->second].inserted.push_back(edited(std::string(line), edit, true));
    return {};
  }

  [[nodiscard]] std::string result() const {
    std::string out;
    const char* copied = text_.data();
    const char* const end = text_.data() + text_.size();
    for (const auto& [begin, change] : changes_) {
      out.append(copied, begin);
      const char* line_end = std::find(begin, end, '\n');
      const char* content_end = line_end != begin && line_end[-1] == '\r' ? line_end - 1 : line_end;
      const std::string ending = line_end == end ? "\n" : std::string(content_end, line_end + 1);
      copied = line_end == end ? end : line_end + 1;
      if (!change.dropped) {
        out += change.text ? *change.text : std::string(begin, content_end);
        if (line_end != end || !change.inserted.empty()) out += ending;
      }
      for (std::size_t i = 0; i < change.inserted.size(); ++i) {
        out += change.inserted[i];
        if (line_end != end || i + 1 < change.inserted.size()) out += ending;
      }
    }
    out.append(copied, end);
    return out;
  }

 private:
  [[nodiscard]] Error no_such(const std::string& what, const std::string& name) const {
    return {ErrorCode::not_found, "no " + what + " '" + name.substr(0, 120) + "'", path_.string(),
            "a " + what + " of the log"};
  }

  /// `line` with the fields of the edit. The stored point count of a moved box is left as it is: it is what it was.
  [[nodiscard]] std::string edited(const std::string& line, const LabelEdit& edit, bool set_frame) const {
    std::map<std::string_view, std::string> values;
    if (set_frame) values["timestamp_ns"] = edit.frame;
    if (edit.track) values["track_uuid"] = *edit.track;
    if (edit.raw_class) values["category"] = *edit.raw_class;
    if (edit.cuboid) {
      const auto text = [](double value) { return fmt::format("{}", value); };
      const Cuboid& box = *edit.cuboid;
      const std::array<std::pair<std::string_view, double>, 10> numbers{{{"length_m", box.size_m.x()},
                                                                         {"width_m", box.size_m.y()},
                                                                         {"height_m", box.size_m.z()},
                                                                         {"qw", box.rotation.w()},
                                                                         {"qx", box.rotation.x()},
                                                                         {"qy", box.rotation.y()},
                                                                         {"qz", box.rotation.z()},
                                                                         {"tx_m", box.center_m.x()},
                                                                         {"ty_m", box.center_m.y()},
                                                                         {"tz_m", box.center_m.z()}}};
      for (const auto& [name, value] : numbers) values[name] = text(value);
    }
    std::string out;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < header_.size(); ++i) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      const auto value = values.find(header_[i]);
      out += (i > 0 ? "," : "") + (value != values.end() ? value->second : line.substr(begin, end - begin));
      begin = end + 1;
    }
    return out;
  }

  std::string_view text_;
  const std::filesystem::path& path_;
  std::vector<std::string_view> header_;
  std::unordered_map<std::string, std::pair<std::string, std::string_view>> line_of_;  ///< label id -> frame, line
  std::unordered_map<std::string, const char*> last_of_frame_;
  std::map<const char*, Change> changes_;  ///< by first byte of the line
};

}  // namespace

Result<std::string> patch_annotations(std::string_view text, const std::vector<LabelEdit>& edits,
                                      const std::filesystem::path& path) {
  Patch patch(text, path);
  CONCORD_RETURN_IF_ERROR(patch.index());
  for (const LabelEdit& edit : edits) CONCORD_RETURN_IF_ERROR(patch.apply(edit));
  return patch.result();
}

}  // namespace concord::readers::argoverse2
