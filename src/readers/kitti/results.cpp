#include "src/readers/kitti/results.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <vector>

#include "concord/geometry.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/kitti/fields.hpp"
#include "src/readers/kitti/label_lines.hpp"
#include "src/readers/kitti/label_set.hpp"

namespace concord::readers::kitti {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kDetection2dFields = 6;
constexpr std::size_t kDetection3dFields = 15;
/// KITTI's mark for "no position".
constexpr double kNoPosition = -1000;
/// Folders that results may be sorted into.
constexpr std::array<const char*, 3> kClassFolders{"Car", "Cyclist", "Pedestrian"};

Result<LabelLine> parse_detection(std::string_view text, std::string_view folder_class, const fs::path& path,
                                  std::size_t number) {
  const std::vector<std::string_view> fields = split_fields(text, ',');
  if (fields.size() != kDetection2dFields && fields.size() != kDetection3dFields) {
    return Error{ErrorCode::malformed, std::to_string(fields.size()) + " comma-separated fields", at_line(path, number),
                 "6 (frame, box, score) or 15 (frame, class, box, score, h w l, x y z, ry, alpha)"};
  }
  std::array<double, kDetection3dFields> v{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!parse_double(fields[i], v[i])) {
      return Error{ErrorCode::malformed,
                   "field " + std::to_string(i + 1) + " is '" + std::string(fields[i]).substr(0, 40) + "'",
                   at_line(path, number), "a number"};
    }
  }
  LabelLine line;
  line.number = number;
  line.text = text;
  line.track = "-1";
  if (!parse_int(fields[0], line.frame) || line.frame < 0 || line.frame > kMaxFrame) {
    return Error{ErrorCode::malformed, "frame '" + std::string(fields[0]).substr(0, 40) + "'", at_line(path, number),
                 "a frame number from 0 to " + std::to_string(kMaxFrame)};
  }
  const bool solid = fields.size() == kDetection3dFields;
  const std::size_t box = solid ? 2 : 1;
  line.left_px = v[box];
  line.top_px = v[box + 1];
  line.right_px = v[box + 2];
  line.bottom_px = v[box + 3];
  line.score = v[box + 4];
  line.has_score = true;
  line.type = folder_class;
  line.x_m = line.y_m = line.z_m = kNoPosition;
  if (solid) {
    constexpr std::array<std::string_view, 4> kClasses{"", "Pedestrian", "Car", "Cyclist"};
    if (v[1] != 1 && v[1] != 2 && v[1] != 3) {
      return Error{ErrorCode::malformed, "class '" + std::string(fields[1]).substr(0, 40) + "'", at_line(path, number),
                   "1 (pedestrian), 2 (car) or 3 (cyclist)"};
    }
    line.type = kClasses[static_cast<std::size_t>(v[1])];
    line.height_m = v[7];
    line.width_m = v[8];
    line.length_m = v[9];
    line.x_m = v[10];
    line.y_m = v[11];
    line.z_m = v[12];
    line.rotation_y_rad = v[13];
  }
  return line;
}

/// One result file with the memory its lines point into.
struct ResultFile {
  MappedFile file;
  std::string folder_class;
};

Result<void> append_lines(const ResultFile& result, const fs::path& path, std::vector<LabelLine>& lines) {
  return for_each_line(result.file.text(), [&](std::string_view text, std::size_t number) -> Result<void> {
    if (text.find_first_not_of(" \t") == std::string_view::npos) return {};
    auto line = text.find(',') != std::string_view::npos ? parse_detection(text, result.folder_class, path, number)
                                                         : parse_label_line(text, LineLayout::tracking, path, number);
    if (!line) return line.error();
    line.value().rotation_y_rad = wrap_angle(line.value().rotation_y_rad);
    lines.push_back(line.value());
    return {};
  });
}

}  // namespace

Result<LabelSet> read_results(Drive& drive, const SE3& T_ego_camera, const std::string& set_name,
                              const fs::path& folder, std::string_view sequence) {
  std::error_code failure;
  if (!fs::is_directory(folder, failure)) {
    return Error{ErrorCode::not_found, "is no folder", folder.string(), "a folder of KITTI result files"};
  }
  const std::string file_name = std::string(sequence) + ".txt";
  std::vector<fs::path> paths;
  if (is_present(folder / file_name)) paths.push_back(folder / file_name);
  const bool of_classes = paths.empty();
  for (const char* class_folder : kClassFolders) {
    const fs::path path = folder / class_folder / file_name;
    if (is_present(path)) paths.push_back(path);
  }

  std::vector<ResultFile> files;
  files.reserve(paths.size());
  std::vector<LabelLine> lines;
  for (const fs::path& path : paths) {
    CONCORD_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
    files.push_back({std::move(file), path.parent_path().filename().string()});
    CONCORD_RETURN_IF_ERROR(append_lines(files.back(), path, lines));
    drive.input_files.push_back(path);
  }
  if (paths.empty())
    drive.notes.push_back("label set " + set_name + ": no results for sequence " + std::string(sequence));
  for (const LabelLine& line : lines) {
    if (static_cast<std::size_t>(line.frame) >= drive.frames.size()) {
      return Error{ErrorCode::malformed,
                   "frame " + std::to_string(line.frame) + " in the results, but the drive has " +
                       std::to_string(drive.frames.size()) + " frames",
                   folder.string(), "results of this drive"};
    }
  }
  LabelSet set;
  set.name = set_name;
  set.scope = kitti_scope(*drive.taxonomy);
  if (of_classes && !paths.empty()) {
    // A folder a class says which classes were looked for.
    set.scope.classes.clear();
    for (const char* class_folder : kClassFolders) {
      if (!fs::is_directory(folder / class_folder, failure)) continue;
      set.scope.classes.push_back(drive.taxonomy->classify(class_folder));
    }
  }
  append_labels(drive, T_ego_camera, lines, LineLayout::tracking, set);
  return set;
}

}  // namespace concord::readers::kitti
