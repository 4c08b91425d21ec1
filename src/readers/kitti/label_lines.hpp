#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "concord/geometry.hpp"
#include "concord/result.hpp"

namespace concord::readers::kitti {

/// Where the fields of a KITTI label line stand. Object lines begin with the class; tracking lines put frame and track
/// before it.
enum class LineLayout : std::uint8_t { tracking, object };

/// A frame number beyond this is refused: 27 hours at 10 Hz.
inline constexpr std::int64_t kMaxFrame = 1'000'000;

/// One label line as written: numbers are not judged here.
struct LabelLine {
  std::int64_t frame = 0;  ///< 0 in the object layout
  std::string_view track;  ///< "-1" means none; empty in the object layout
  std::string_view type;
  std::string_view truncated, occluded;
  double left_px = 0, top_px = 0, right_px = 0, bottom_px = 0;
  double height_m = 0, width_m = 0, length_m = 0;
  double x_m = 0, y_m = 0, z_m = 0;  ///< bottom centre, rectified camera 0
  double rotation_y_rad = 0;
  double score = 0;
  bool has_score = false;
  std::size_t number = 0;  ///< line number from 1
  std::string_view text;   ///< the line without its end; points into the file
};

/// Parses a space-separated line of 15 (object) or 17 (tracking) fields, or one more with a score.
[[nodiscard]] Result<LabelLine> parse_label_line(std::string_view line, LineLayout layout,
                                                 const std::filesystem::path& path, std::size_t number);

/// All lines of a file, blank ones left out. Views point into `text`.
[[nodiscard]] Result<std::vector<LabelLine>> parse_label_lines(std::string_view text, LineLayout layout,
                                                               const std::filesystem::path& path);

/// DontCare and 2D-only lines carry -1000 where a position (object labels) or a size (tracking labels) would be.
[[nodiscard]] bool has_cuboid(const LabelLine& line);

/// The cuboid in rectified camera 0: centre = bottom centre - h/2 along y, heading (cos ry, 0, -sin ry), up = -y.
[[nodiscard]] Cuboid camera_cuboid(const LabelLine& line);

/// KITTI's seven numbers of a cuboid given in rectified camera 0. The tilt that KITTI cannot write is dropped.
struct CameraBox {
  double height_m, width_m, length_m, x_m, y_m, z_m, rotation_y_rad;
};
[[nodiscard]] CameraBox camera_box(const Cuboid& box_in_camera);

/// `frame:track[#n]` (tracking) or `line` number from 0 (object) for each line; n counts further labels of the same
/// frame and track from 1. This is the dataset's label id.
[[nodiscard]] std::vector<std::string> label_ids(const std::vector<LabelLine>& lines, LineLayout layout);

}  // namespace concord::readers::kitti
