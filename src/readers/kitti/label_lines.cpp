#include "src/readers/kitti/label_lines.hpp"

#include <array>
#include <cmath>
#include <unordered_map>

#include "src/readers/common/files.hpp"
#include "src/readers/kitti/fields.hpp"

namespace concord::readers::kitti {
namespace fs = std::filesystem;

Result<LabelLine> parse_label_line(std::string_view text, LineLayout layout, const fs::path& path, std::size_t number) {
  const std::vector<std::string_view> fields = split_fields(text, ' ');
  const std::size_t lead = layout == LineLayout::tracking ? 2 : 0;
  const std::size_t expected = lead + 15;
  if (fields.size() != expected && fields.size() != expected + 1) {
    return Error{ErrorCode::malformed, std::to_string(fields.size()) + " fields", at_line(path, number),
                 std::to_string(expected) + " fields, or one more with a score"};
  }
  LabelLine line;
  line.number = number;
  line.text = text;
  if (layout == LineLayout::tracking) {
    if (!parse_int(fields[0], line.frame) || line.frame < 0 || line.frame > kMaxFrame) {
      return Error{ErrorCode::malformed, "frame '" + std::string(fields[0]).substr(0, 40) + "'", at_line(path, number),
                   "a frame number from 0 to " + std::to_string(kMaxFrame)};
    }
    line.track = fields[1];
  }
  line.type = fields[lead];
  if (!why_no_id(line.track).empty()) return id_error(line.track, "the track", at_line(path, number));
  if (!why_no_id(line.type).empty()) return id_error(line.type, "the class", at_line(path, number));
  line.truncated = fields[lead + 1];
  line.occluded = fields[lead + 2];
  const std::array<double*, 12> numbers{nullptr,         &line.left_px,  &line.top_px,  &line.right_px,
                                        &line.bottom_px, &line.height_m, &line.width_m, &line.length_m,
                                        &line.x_m,       &line.y_m,      &line.z_m,     &line.rotation_y_rad};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    double ignored_alpha = 0;
    const std::string_view field = fields[lead + 3 + i];
    if (!parse_double(field, numbers[i] != nullptr ? *numbers[i] : ignored_alpha)) {
      return Error{ErrorCode::malformed,
                   "field " + std::to_string(lead + 4 + i) + " is '" + std::string(field).substr(0, 40) + "'",
                   at_line(path, number), "a number"};
    }
  }
  line.has_score = fields.size() == expected + 1;
  if (line.has_score && !parse_double(fields[expected], line.score)) {
    return Error{ErrorCode::malformed, "score '" + std::string(fields[expected]).substr(0, 40) + "'",
                 at_line(path, number), "a number"};
  }
  return line;
}

Result<std::vector<LabelLine>> parse_label_lines(std::string_view text, LineLayout layout, const fs::path& path) {
  std::vector<LabelLine> lines;
  CONCORD_RETURN_IF_ERROR(for_each_line(text, [&](std::string_view line, std::size_t number) -> Result<void> {
    if (line.find_first_not_of(" \t") == std::string_view::npos) return {};
    CONCORD_ASSIGN_OR_RETURN(LabelLine parsed, parse_label_line(line, layout, path, number));
    lines.push_back(parsed);
    return {};
  }));
  return lines;
}

bool has_cuboid(const LabelLine& line) {
  // The object labels mark the position, the tracking labels the size.
  constexpr double kAbsent = -1000;
  const bool no_position = line.x_m == kAbsent && line.y_m == kAbsent && line.z_m == kAbsent;
  const bool no_size = line.height_m == kAbsent && line.width_m == kAbsent && line.length_m == kAbsent;
  return !no_position && !no_size;
}

Cuboid camera_cuboid(const LabelLine& line) {
  // Columns: the box's x, y (left) and z (up) axes in the camera frame (x right, y down, z forward).
  const double c = std::cos(line.rotation_y_rad), s = std::sin(line.rotation_y_rad);
  Eigen::Matrix3d rotation;
  rotation.col(0) = Vec3(c, 0, -s);
  rotation.col(2) = Vec3(0, -1, 0);
  rotation.col(1) = rotation.col(2).cross(rotation.col(0));
  return {Vec3(line.x_m, line.y_m - 0.5 * line.height_m, line.z_m), Vec3(line.length_m, line.width_m, line.height_m),
          Quat(rotation)};
}

CameraBox camera_box(const Cuboid& box) {
  const Vec3 forward = box.rotation * Vec3::UnitX();
  return {box.size_m.z(),
          box.size_m.y(),
          box.size_m.x(),
          box.center_m.x(),
          box.center_m.y() + 0.5 * box.size_m.z(),
          box.center_m.z(),
          std::atan2(-forward.z(), forward.x())};
}

std::vector<std::string> label_ids(const std::vector<LabelLine>& lines, LineLayout layout) {
  std::vector<std::string> ids;
  std::unordered_map<std::string, int> seen;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (layout == LineLayout::object) {
      ids.push_back(std::to_string(i));
      continue;
    }
    std::string id = std::to_string(lines[i].frame) + ":" + std::string(lines[i].track);
    const int repeat = seen[id]++;
    ids.push_back(repeat == 0 ? id : id + "#" + std::to_string(repeat));
  }
  return ids;
}

}  // namespace concord::readers::kitti
