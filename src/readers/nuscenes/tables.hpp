#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/drive.hpp"
#include "concord/result.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/nuscenes/rows.hpp"
#include "src/readers/nuscenes/tokens.hpp"

namespace concord::readers::nuscenes {

/// A mapped table with the places of the rows that matter; rows are parsed when a drive needs them, so that a bad row
/// fails only the drive it belongs to.
struct Table {
  std::filesystem::path path;
  std::string file;  ///< path as text, for errors
  MappedFile mapped;
  std::vector<Span> rows;
  TokenIndex index;  ///< row of a token

  [[nodiscard]] std::string_view text() const { return mapped.text(); }
};

struct Scene {
  std::string token, name, description;
  Token log, first_sample, last_sample;
  std::int64_t sample_count = 0;       ///< as stated
  std::vector<std::uint32_t> samples;  ///< rows of the samples that name this scene, in file order
  std::optional<Error> error;          ///< why the scene cannot be read: a row of it is malformed or points nowhere
  std::uint64_t label_bytes = 0;       ///< size of its annotations
};

struct SensorRow {
  std::string channel;
  SensorKind kind = SensorKind::unknown;
};

struct LogRow {
  std::string file, vehicle, date, location;
};

/// Rows of a child table by the sample they belong to, in file order.
class RowsOfSample {
 public:
  /// `sample_of_row[i]` is the sample of row i, or kNone.
  void build(const std::vector<std::uint32_t>& sample_of_row, std::size_t sample_count);
  [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t sample) const;

 private:
  std::vector<std::uint32_t> offset_, rows_;
};

/// The tables of one nuScenes version. Resident are about 50 bytes an annotation, 50 a key frame and 40 a pose that a
/// key frame uses (some 120 MB for the full trainval split); everything else stays in the mapped files.
struct Tables {
  std::filesystem::path folder;    ///< v1.0-*
  std::filesystem::path dataroot;  ///< what `filename` is relative to
  TokenPool pool;
  RowParser parser;

  Table attribute, calibrated_sensor, category, ego_pose, instance, log, sample, sample_annotation, sample_data, scene,
      sensor, visibility;

  std::vector<std::string> attributes;              ///< name, by row
  std::vector<std::string> categories;              ///< name, by row
  std::vector<std::optional<double>> visibilities;  ///< middle of the bin, by row; nullopt for other texts than v40-60
  std::vector<SensorRow> sensors;
  std::vector<LogRow> logs;
  std::vector<Scene> scenes;

  std::vector<std::uint32_t> scene_of_sample;       ///< by sample row; kNone when that cannot be said
  std::vector<std::uint32_t> sample_of_annotation;  ///< by annotation row; kNone when that cannot be said
  RowsOfSample annotations;                         ///< of a sample
  RowsOfSample key_frames;                          ///< rows of sample_data that are key frames

  [[nodiscard]] Result<Row> row(const Table& table, std::uint32_t row) {
    return parser.parse(table.text(), table.rows[row], table.file);
  }
  /// Row of `target` that member `key` of `row` names; kNone where the token is empty, which means that there is none.
  /// A token that points nowhere, or to several rows, is an error about `row`.
  [[nodiscard]] Result<std::uint32_t> follow(const Row& row, std::string_view key, const Table& target) const;
  /// As above for a token that is not a member of its own; `name` is what errors call it.
  [[nodiscard]] Result<std::uint32_t> follow(const Row& row, std::string_view name, std::string_view token,
                                             const Table& target) const;
  /// As `follow`; an empty token is an error, too.
  [[nodiscard]] Result<std::uint32_t> require(const Row& row, std::string_view key, const Table& target) const;
  /// The tables' files, for the report.
  [[nodiscard]] std::vector<std::filesystem::path> files() const;
};

/// The folder with the tables: `input` itself, or its only v1.0-* folder. Nullopt when there is none.
[[nodiscard]] Result<std::optional<std::filesystem::path>> find_tables(const std::filesystem::path& input);

/// Maps and indexes the tables of `folder`. A missing table and text that is no JSON array of objects are errors; a row
/// that is malformed, stands twice or points nowhere is an error of its scene only.
[[nodiscard]] Result<std::unique_ptr<Tables>> open_tables(const std::filesystem::path& folder);

/// Recording times are written in microseconds.
[[nodiscard]] Result<TimeNs> time_ns(const Row& row);

/// Row of `sample`'s LIDAR_TOP key frame (its first LiDAR when no sensor has that name): its ego pose is the frame's.
[[nodiscard]] Result<std::uint32_t> reference_recording(Tables& tables, std::uint32_t sample);

/// T_world_ego of the frame that `sample` becomes.
[[nodiscard]] Result<SE3> frame_pose(Tables& tables, std::uint32_t sample);

}  // namespace concord::readers::nuscenes
