#include "src/readers/csv/mapping.hpp"

#include <yaml-cpp/yaml.h>
#include <functional>
#include <numbers>
#include <set>

#include "src/readers/common/files.hpp"

namespace concord::readers::csv {
namespace {

enum class Quantity : std::uint8_t { text, number, length, angle, time, speed };

struct FieldInfo {
  std::string_view name;
  std::string_view default_column;
  Quantity quantity;
};

constexpr std::array<FieldInfo, kFieldCount> kFields{{
    {"drive", "drive", Quantity::text},
    {"frame", "frame", Quantity::text},
    {"time", "time_ns", Quantity::time},
    {"track", "track", Quantity::text},
    {"label", "label", Quantity::text},
    {"class", "class", Quantity::text},
    {"x", "x_m", Quantity::length},
    {"y", "y_m", Quantity::length},
    {"z", "z_m", Quantity::length},
    {"length", "length_m", Quantity::length},
    {"width", "width_m", Quantity::length},
    {"height", "height_m", Quantity::length},
    {"yaw", "yaw_rad", Quantity::angle},
    {"pitch", "pitch_rad", Quantity::angle},
    {"roll", "roll_rad", Quantity::angle},
    {"qw", "qw", Quantity::number},
    {"qx", "qx", Quantity::number},
    {"qy", "qy", Quantity::number},
    {"qz", "qz", Quantity::number},
    {"velocity_x", "velocity_x_mps", Quantity::speed},
    {"velocity_y", "velocity_y_mps", Quantity::speed},
    {"score", "score", Quantity::number},
    {"occlusion", "occlusion", Quantity::number},
    {"truncation", "truncation", Quantity::number},
    {"visibility", "visibility", Quantity::number},
    {"moving", "moving", Quantity::text},
    {"lidar_points", "lidar_points", Quantity::number},
    {"radar_points", "radar_points", Quantity::number},
    {"annotator", "annotator", Quantity::text},
    {"vendor", "vendor", Quantity::text},
    {"batch", "batch", Quantity::text},
    {"guideline_version", "guideline_version", Quantity::text},
    {"review_stage", "review_stage", Quantity::text},
    {"labelled_at", "labelled_at_ns", Quantity::time},
}};

struct Unit {
  Quantity quantity;
  std::string_view name;
  double scale;
};
constexpr std::array<Unit, 15> kUnits{{
    {Quantity::length, "m", 1},
    {Quantity::length, "cm", 0.01},
    {Quantity::length, "mm", 0.001},
    {Quantity::length, "ft", 0.3048},
    {Quantity::angle, "rad", 1},
    {Quantity::angle, "deg", std::numbers::pi / 180},
    {Quantity::time, "ns", 1},
    {Quantity::time, "us", 1e3},
    {Quantity::time, "ms", 1e6},
    {Quantity::time, "s", 1e9},
    {Quantity::speed, "m/s", 1},
    {Quantity::speed, "km/h", 1 / 3.6},
    {Quantity::speed, "mph", 0.44704},
    {Quantity::number, "1", 1},
    {Quantity::number, "%", 0.01},
}};

std::string units_of(Quantity quantity) {
  std::string names;
  for (const Unit& unit : kUnits) {
    if (unit.quantity == quantity) names += (names.empty() ? "" : ", ") + std::string(unit.name);
  }
  return names.empty() ? "no unit" : names;
}

Columns default_columns() {
  Columns columns;
  for (std::size_t i = 0; i < kFieldCount; ++i) columns[i] = Column{std::string(kFields[i].default_column), 1};
  return columns;
}

constexpr double kMaxOffset_m = 1e4;

class Parser {
 public:
  Parser(const std::filesystem::path& path, Mapping& mapping) : path_(path), mapping_(mapping) {}

  Result<void> parse(const YAML::Node& root) {
    return for_each(root, "the mapping", [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) {
      return top_level(key, at, value);
    });
  }

 private:
  using Visit = std::function<Result<void>(const std::string&, const YAML::Node&, const YAML::Node&)>;

  [[nodiscard]] Error error_at(const YAML::Node& node, std::string message, std::string expected) const {
    return {ErrorCode::malformed, std::move(message),
            at_line(path_, static_cast<std::size_t>(std::max(0, node.Mark().line) + 1)), std::move(expected)};
  }

  Result<void> for_each(const YAML::Node& map, const std::string& what, const Visit& visit) const {
    if (!map.IsMap()) return error_at(map, what + " is not a mapping", "key: value lines");
    std::set<std::string> seen;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) return error_at(entry.first, "a key of " + what + " is no text", "key: value");
      if (!seen.insert(entry.first.Scalar()).second) {
        return error_at(entry.first, "'" + entry.first.Scalar() + "' is given twice in " + what, "one value");
      }
      CONCORD_RETURN_IF_ERROR(visit(entry.first.Scalar(), entry.first, entry.second));
    }
    return {};
  }

  Result<std::string> text(const YAML::Node& at, const YAML::Node& value, const std::string& expected) const {
    if (!value.IsScalar() || value.Scalar().empty()) return error_at(at, "'" + at.Scalar() + "' is no text", expected);
    return value.Scalar();
  }

  Result<double> number(const YAML::Node& at, const YAML::Node& value, double low, double high) const {
    double result = 0;
    if (!value.IsScalar() || !parse_double(value.Scalar(), result) || !(result >= low && result <= high)) {
      return error_at(at, "'" + at.Scalar() + "' is no number in its range",
                      "from " + std::to_string(low) + " to " + std::to_string(high));
    }
    return result;
  }

  /// True when `value` is `yes`, false when it is `no`.
  Result<bool> choice(const YAML::Node& at, const YAML::Node& value, std::string_view yes, std::string_view no) const {
    if (value.IsScalar() && value.Scalar() == yes) return true;
    if (value.IsScalar() && value.Scalar() == no) return false;
    return error_at(at, "'" + at.Scalar() + "' has another value", std::string(no) + " or " + std::string(yes));
  }

  Result<void> top_level(const std::string& key, const YAML::Node& at, const YAML::Node& value) {
    if (key == "description") return {};
    if (key == "classes") {
      mapping_.has_classes = true;
      return for_each(value, "classes", [](const auto&, const auto&, const auto&) { return Result<void>{}; });
    }
    if (key == "files") {
      CONCORD_ASSIGN_OR_RETURN(mapping_.files, text(at, value, "a file name, '*' for any text"));
      return {};
    }
    if (key == "delimiter") {
      CONCORD_ASSIGN_OR_RETURN(const std::string delimiter, text(at, value, "one character, or tab"));
      if (delimiter != "tab" && (delimiter.size() != 1 || delimiter == "\"")) {
        return error_at(at, "'" + delimiter + "' is no delimiter", "one character, or tab");
      }
      mapping_.delimiter = delimiter == "tab" ? '\t' : delimiter[0];
      return {};
    }
    if (key == "columns") return columns(value, "columns", mapping_.columns, mapping_.columns_given);
    if (key == "boxes") return boxes(value);
    if (key == "frame_rate_hz") {
      CONCORD_ASSIGN_OR_RETURN(mapping_.frame_rate_hz, number(at, value, 1e-3, 1e6));
      return {};
    }
    if (key == "poses") return poses(value);
    if (key == "clouds") return clouds(value);
    if (key == "scope") return scope(value);
    return error_at(at, "unknown key '" + key + "'",
                    "files, delimiter, columns, boxes, frame_rate_hz, poses, clouds, classes, scope or description");
  }

  Result<void> columns(const YAML::Node& map, const std::string& what, Columns& columns, bool& given) {
    columns = Columns{};
    given = true;
    return for_each(
        map, what, [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) -> Result<void> {
          std::size_t index = 0;
          std::string known;
          while (index < kFieldCount && kFields[index].name != key) {
            known += (known.empty() ? "" : ", ") + std::string(kFields[index++].name);
          }
          if (index == kFieldCount) return error_at(at, "unknown field '" + key + "'", "one of " + known);
          Column column;
          if (value.IsScalar()) {
            CONCORD_ASSIGN_OR_RETURN(column.name, text(at, value, "a column of the file"));
          } else {
            CONCORD_RETURN_IF_ERROR(for_each(
                value, what + "." + key,
                [&](const std::string& part, const YAML::Node& part_at, const YAML::Node& part_value) -> Result<void> {
                  if (part == "column") {
                    CONCORD_ASSIGN_OR_RETURN(column.name, text(part_at, part_value, "a column of the file"));
                  } else if (part == "unit") {
                    CONCORD_ASSIGN_OR_RETURN(column.scale, unit(part_at, part_value, kFields[index].quantity));
                  } else {
                    return error_at(part_at, "unknown key '" + part + "'", "column or unit");
                  }
                  return {};
                }));
            if (column.name.empty()) return error_at(at, "'" + key + "' has no column", "column: NAME");
          }
          columns[index] = std::move(column);
          return {};
        });
  }

  Result<double> unit(const YAML::Node& at, const YAML::Node& value, Quantity quantity) const {
    for (const Unit& known : kUnits) {
      if (known.quantity == quantity && value.IsScalar() && value.Scalar() == known.name) return known.scale;
    }
    return error_at(at, "unknown unit", units_of(quantity));
  }

  Result<void> boxes(const YAML::Node& map) {
    return for_each(map, "boxes",
                    [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) -> Result<void> {
                      if (key == "frame") {
                        CONCORD_ASSIGN_OR_RETURN(mapping_.world, choice(at, value, "world", "ego"));
                      } else if (key == "origin") {
                        CONCORD_ASSIGN_OR_RETURN(mapping_.bottom, choice(at, value, "bottom", "center"));
                      } else if (key == "sizes") {
                        CONCORD_ASSIGN_OR_RETURN(mapping_.half_sizes, choice(at, value, "half", "full"));
                      } else {
                        return error_at(at, "unknown key '" + key + "'", "frame, origin or sizes");
                      }
                      return {};
                    });
  }

  Result<void> poses(const YAML::Node& map) {
    CONCORD_RETURN_IF_ERROR(for_each(
        map, "poses", [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) -> Result<void> {
          if (key == "file") {
            CONCORD_ASSIGN_OR_RETURN(mapping_.pose_file, text(at, value, "a file name, {drive} for the drive's name"));
            return {};
          }
          if (key == "columns")
            return columns(value, "poses.columns", mapping_.pose_columns, mapping_.pose_columns_given);
          if (key == "frames") {
            CONCORD_ASSIGN_OR_RETURN(mapping_.poses_of_labelled_frames, choice(at, value, "labelled", "all"));
            return {};
          }
          return error_at(at, "unknown key '" + key + "'", "file, frames or columns");
        }));
    return mapping_.pose_file.empty() ? Result<void>(error_at(map, "poses has no file", "file: NAME")) : Result<void>();
  }

  Result<void> clouds(const YAML::Node& map) {
    CloudMapping clouds;
    Vec3 position_m = Vec3::Zero();
    std::array<double, 3> angles_rad{};  // yaw, pitch, roll
    CONCORD_RETURN_IF_ERROR(for_each(
        map, "clouds", [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) -> Result<void> {
          constexpr std::array<std::string_view, 6> kMounting{"x_m", "y_m", "z_m", "yaw_deg", "pitch_deg", "roll_deg"};
          if (key == "path") {
            CONCORD_ASSIGN_OR_RETURN(clouds.path, text(at, value, "a path with {drive} and {frame}"));
            return {};
          }
          if (key == "format") return cloud_format(at, value, clouds.format);
          for (std::size_t i = 0; i < kMounting.size(); ++i) {
            if (key != kMounting[i]) continue;
            const double bound = i < 3 ? kMaxOffset_m : 360;
            CONCORD_ASSIGN_OR_RETURN(const double written, number(at, value, -bound, bound));
            if (i < 3) position_m[static_cast<Eigen::Index>(i)] = written;
            if (i >= 3) angles_rad[i - 3] = written * std::numbers::pi / 180;
            return {};
          }
          return error_at(at, "unknown key '" + key + "'",
                          "path, format, x_m, y_m, z_m, yaw_deg, pitch_deg or roll_deg");
        }));
    if (clouds.path.empty()) return error_at(map, "clouds has no path", "path: clouds/{frame}.pcd");
    clouds.T_ego_sensor = make_se3(position_m, quat_from_ypr(angles_rad[0], angles_rad[1], angles_rad[2]));
    mapping_.clouds = std::move(clouds);
    return {};
  }

  Result<void> cloud_format(const YAML::Node& at, const YAML::Node& value, PayloadFormat& format) const {
    constexpr std::array<std::pair<std::string_view, PayloadFormat>, 5> kFormats{
        {{"kitti_bin", PayloadFormat::kitti_bin},
         {"nuscenes_bin", PayloadFormat::nuscenes_bin},
         {"raw_xyzi_f32", PayloadFormat::raw_xyzi_f32},
         {"pcd", PayloadFormat::pcd},
         {"ply", PayloadFormat::ply}}};
    for (const auto& [name, known] : kFormats) {
      if (value.IsScalar() && value.Scalar() == name) {
        format = known;
        return {};
      }
    }
    return error_at(at, "unknown cloud format", "kitti_bin, nuscenes_bin, raw_xyzi_f32, pcd or ply");
  }

  Result<void> scope(const YAML::Node& map) {
    LabelScope& scope = mapping_.scope;
    scope.known = true;
    return for_each(map, "scope",
                    [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) -> Result<void> {
                      if (key == "classes") {
                        if (!value.IsSequence()) return error_at(at, "'classes' is no list", "[car, pedestrian]");
                        for (const auto& name : value) {
                          if (!name.IsScalar()) return error_at(at, "a class is no text", "[car, pedestrian]");
                          mapping_.scope_classes.push_back(name.Scalar());
                        }
                      } else if (key == "max_range_m") {
                        CONCORD_ASSIGN_OR_RETURN(scope.max_range_m, number(at, value, 0, 1e5));
                      } else if (key == "min_points") {
                        CONCORD_ASSIGN_OR_RETURN(const double points, number(at, value, 0, 1e9));
                        scope.min_points = static_cast<int>(points);
                      } else if (key == "extent") {
                        CONCORD_ASSIGN_OR_RETURN(const bool visible, choice(at, value, "visible", "amodal"));
                        scope.extent = visible ? LabelScope::Extent::visible : LabelScope::Extent::amodal;
                      } else if (key == "cycle_includes_rider") {
                        CONCORD_ASSIGN_OR_RETURN(scope.cycle_includes_rider, choice(at, value, "true", "false"));
                      } else {
                        return error_at(at, "unknown key '" + key + "'",
                                        "classes, max_range_m, min_points, extent or cycle_includes_rider");
                      }
                      return {};
                    });
  }

  const std::filesystem::path& path_;
  Mapping& mapping_;
};

}  // namespace

std::string_view field_name(Field field) { return kFields[static_cast<std::size_t>(field)].name; }

Mapping default_mapping() {
  Mapping mapping;
  mapping.columns = default_columns();
  mapping.pose_columns = default_columns();
  return mapping;
}

Result<Mapping> read_mapping(const std::filesystem::path& path) {
  constexpr std::uint64_t kMaxMappingBytes = 1U << 20U;
  CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(path, kMaxMappingBytes));
  Mapping mapping = default_mapping();
  mapping.file = path;
  mapping.yaml = std::string(file.text());
  try {
    CONCORD_RETURN_IF_ERROR(Parser(path, mapping).parse(YAML::Load(mapping.yaml)));
  } catch (const YAML::Exception& e) {
    return Error{ErrorCode::malformed, e.msg, at_line(path, static_cast<std::size_t>(std::max(0, e.mark.line) + 1)),
                 "YAML"};
  }
  return mapping;
}

}  // namespace concord::readers::csv
