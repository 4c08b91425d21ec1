#include "src/readers/nuscenes/tables.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <system_error>

namespace concord::readers::nuscenes {
namespace fs = std::filesystem;

namespace {

/// One of these names may occur in any dataset, two together are nuScenes.
bool has_tables(const fs::path& folder) {
  constexpr std::array<const char*, 5> kNames{"scene.json", "sample.json", "sample_annotation.json", "sample_data.json",
                                              "calibrated_sensor.json"};
  return std::count_if(kNames.begin(), kNames.end(), [&](const char* name) { return is_present(folder / name); }) >= 2;
}

std::string shortened(std::string_view token) { return "'" + std::string(token.substr(0, 64)) + "'"; }

}  // namespace

void RowsOfSample::build(const std::vector<std::uint32_t>& sample_of_row, std::size_t sample_count) {
  offset_.assign(sample_count + 1, 0);
  for (const std::uint32_t sample : sample_of_row) {
    if (sample != kNone) ++offset_[sample + 1];
  }
  for (std::size_t i = 0; i < sample_count; ++i) offset_[i + 1] += offset_[i];
  rows_.resize(offset_.back());
  std::vector<std::uint32_t> next(offset_.begin(), offset_.end() - 1);
  for (std::uint32_t row = 0; row < sample_of_row.size(); ++row) {
    if (sample_of_row[row] != kNone) rows_[next[sample_of_row[row]]++] = row;
  }
}

std::span<const std::uint32_t> RowsOfSample::of(std::uint32_t sample) const {
  return std::span(rows_).subspan(offset_[sample], offset_[sample + 1] - offset_[sample]);
}

Result<std::uint32_t> Tables::follow(const Row& row, std::string_view name, std::string_view token,
                                     const Table& target) const {
  if (token.empty()) return kNone;
  const std::optional<Token> known = pool.find(token);
  const std::uint32_t found = known ? target.index.find(*known) : kNone;
  if (found != kNone && found != kRepeated) return found;
  const std::string table = target.path.filename().string();
  const std::string what = std::string(name) + " " + shortened(token);
  return found == kNone ? row.error(what + " is dangling", "a token of " + table)
                        : row.error(what + " stands twice in " + table, "unique tokens");
}

Result<std::uint32_t> Tables::follow(const Row& row, std::string_view key, const Table& target) const {
  // Visibility tokens are short numbers, which some exports write as such.
  if (auto token = row.text(key)) return follow(row, key, token.value(), target);
  CONCORD_ASSIGN_OR_RETURN(const std::string token, row.id(key));
  return follow(row, key, token, target);
}

Result<std::uint32_t> Tables::require(const Row& row, std::string_view key, const Table& target) const {
  CONCORD_ASSIGN_OR_RETURN(const std::uint32_t found, follow(row, key, target));
  if (found == kNone) {
    return row.error(std::string(key) + " is empty", "a token of " + target.path.filename().string());
  }
  return found;
}

std::vector<fs::path> Tables::files() const {
  std::vector<fs::path> paths;
  for (const Table* table : {&attribute, &calibrated_sensor, &category, &ego_pose, &instance, &log, &sample,
                             &sample_annotation, &sample_data, &scene, &sensor, &visibility}) {
    paths.push_back(table->path);
  }
  return paths;
}

Result<std::optional<fs::path>> find_tables(const fs::path& input) {
  std::error_code failure;
  if (!fs::is_directory(input, failure)) return std::optional<fs::path>();
  if (has_tables(input)) return std::optional(input);
  std::vector<fs::path> found;
  for (fs::directory_iterator it(input, failure), end; !failure && it != end; it.increment(failure)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && it->path().filename().string().starts_with("v1.0-") && has_tables(it->path())) {
      found.push_back(it->path());
    }
  }
  if (failure) return Error{ErrorCode::io, "cannot be listed: " + failure.message(), input.string(), ""};
  if (found.size() > 1) {
    std::sort(found.begin(), found.end());
    std::string names;
    for (const fs::path& folder : found) names += (names.empty() ? "" : ", ") + folder.string();
    return Error{ErrorCode::invalid_argument, "holds several versions", input.string(), "one of them: " + names};
  }
  return found.empty() ? std::optional<fs::path>() : std::optional(found.front());
}

Result<TimeNs> time_ns(const Row& row) {
  CONCORD_ASSIGN_OR_RETURN(const std::int64_t time_us, row.integer("timestamp"));
  constexpr std::int64_t kLimitUs = std::numeric_limits<std::int64_t>::max() / 1000;
  if (time_us < 0 || time_us > kLimitUs || !is_usable_time(time_us * 1000)) {
    return row.error("timestamp " + std::to_string(time_us), "microseconds since 1970");
  }
  return TimeNs{time_us * 1000};
}

namespace {

/// The sensor of a sample_data row; a parser holds one row at a time.
Result<std::uint32_t> sensor_of(Tables& t, std::uint32_t recording) {
  CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.sample_data, recording));
  CONCORD_ASSIGN_OR_RETURN(const std::uint32_t calibration,
                           t.require(row, "calibrated_sensor_token", t.calibrated_sensor));
  CONCORD_ASSIGN_OR_RETURN(const Row calibration_row, t.row(t.calibrated_sensor, calibration));
  return t.require(calibration_row, "sensor_token", t.sensor);
}

}  // namespace

Result<std::uint32_t> reference_recording(Tables& t, std::uint32_t sample) {
  std::uint32_t first_lidar = kNone;
  for (const std::uint32_t recording : t.key_frames.of(sample)) {
    CONCORD_ASSIGN_OR_RETURN(const std::uint32_t sensor, sensor_of(t, recording));
    if (t.sensors[sensor].channel == "LIDAR_TOP") return recording;
    if (first_lidar == kNone && t.sensors[sensor].kind == SensorKind::lidar) first_lidar = recording;
  }
  if (first_lidar != kNone) return first_lidar;
  CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.sample, sample));
  return row.error("has no LIDAR_TOP key frame, whose ego pose places the labels", "one in sample_data.json");
}

Result<SE3> frame_pose(Tables& t, std::uint32_t sample) {
  CONCORD_ASSIGN_OR_RETURN(const std::uint32_t recording, reference_recording(t, sample));
  CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.sample_data, recording));
  CONCORD_ASSIGN_OR_RETURN(const std::uint32_t pose, t.require(row, "ego_pose_token", t.ego_pose));
  CONCORD_ASSIGN_OR_RETURN(const Row pose_row, t.row(t.ego_pose, pose));
  return pose_row.pose();
}

}  // namespace concord::readers::nuscenes
