#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "concord/drive.hpp"
#include "concord/result.hpp"

namespace concord::readers::csv {

/// What a column may mean. The order is that of the table in mapping.cpp.
enum class Field : std::uint8_t {
  drive,
  frame,
  time,
  track,
  label,
  class_,
  x,
  y,
  z,
  length,
  width,
  height,
  yaw,
  pitch,
  roll,
  qw,
  qx,
  qy,
  qz,
  velocity_x,
  velocity_y,
  score,
  occlusion,
  truncation,
  visibility,
  moving,
  lidar_points,
  radar_points,
  annotator,
  vendor,
  batch,
  guideline_version,
  review_stage,
  labelled_at,
};
inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::labelled_at) + 1;

/// A column of the file and how its numbers become SI units: value = scale * written (times: ns).
struct Column {
  std::string name;
  double scale = 1;
};
using Columns = std::array<std::optional<Column>, kFieldCount>;

/// Name of a field as mappings write it.
[[nodiscard]] std::string_view field_name(Field field);

/// Where clouds lie and where their sensor is mounted. Paths may hold {drive} and {frame}.
struct CloudMapping {
  std::string path;
  PayloadFormat format = PayloadFormat::raw_xyzi_f32;
  SE3 T_ego_sensor = SE3::Identity();
};

/// How CSV files are to be read (`--mapping`, or concord_csv.yaml beside them). Without one, every field is looked for
/// under its default column name and SI unit: frame, time_ns, track, class, x_m, ...
struct Mapping {
  std::filesystem::path file;   ///< empty for the default mapping
  std::string files = "*.csv";  ///< names of label files in a folder: one '*' stands for any text
  char delimiter = ',';
  Columns columns;
  bool columns_given = false;  ///< only the listed columns are read, and each must exist
  bool world = false;          ///< boxes are in the world frame, not in the ego frame
  bool bottom = false;         ///< (x, y, z) is the middle of the bottom face, not the centre
  bool half_sizes = false;     ///< sizes are half extents
  std::optional<double> frame_rate_hz;
  std::string pose_file;                  ///< empty: none; may hold {drive}
  bool poses_of_labelled_frames = false;  ///< the pose file is denser than the frames: only labelled frames are frames
  Columns pose_columns;
  bool pose_columns_given = false;
  std::optional<CloudMapping> clouds;
  bool has_classes = false;  ///< the file maps class names (`classes:`)
  std::string yaml;          ///< its text
  std::vector<std::string> scope_classes;
  LabelScope scope;  ///< without `classes`, which need the taxonomy
};

/// The default mapping.
[[nodiscard]] Mapping default_mapping();
/// Reads a mapping; unknown keys, fields and units and values out of range are errors with file and line.
[[nodiscard]] Result<Mapping> read_mapping(const std::filesystem::path& path);

}  // namespace concord::readers::csv
