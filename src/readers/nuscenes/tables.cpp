#include "src/readers/nuscenes/tables.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <set>
#include <system_error>

namespace concord::readers::nuscenes {
namespace fs = std::filesystem;

namespace {

using OnRow = std::function<Result<void>(const Row& row, Span span)>;

Result<void> open_table(const fs::path& folder, const char* name, Table& table) {
  table.path = folder / name;
  table.file = table.path.string();
  CONCORD_ASSIGN_OR_RETURN(table.mapped, MappedFile::open(table.path));
  return {};
}

Result<void> for_each_row(Tables& tables, const Table& table, const OnRow& on_row) {
  const JsonScanner scanner(table.text(), table.file);
  CONCORD_ASSIGN_OR_RETURN(const Span array, scanner.document());
  std::uint64_t count = 0;
  return scanner.for_each_element(array, [&](Span span) -> Result<void> {
    if (++count >= kNone) {
      return Error{ErrorCode::limit_exceeded, "has too many rows", table.file, "at most " + std::to_string(kNone - 1)};
    }
    CONCORD_ASSIGN_OR_RETURN(const Row row, tables.parser.parse(table.text(), span, table.file));
    return on_row(row, span);
  });
}

Result<void> build_index(const Tables& tables, Table& table, const std::vector<Token>& tokens) {
  if (const auto twin = table.index.build(tokens)) {
    return Error{ErrorCode::malformed, "token stands twice", table.file + " token " + tables.pool.text(tokens[*twin]),
                 "unique tokens"};
  }
  return {};
}

/// Reads a table that is kept row by row: `on_row` sees each row after its token and place were noted.
Result<void> index_table(Tables& tables, Table& table, const OnRow& on_row) {
  std::vector<Token> tokens;
  CONCORD_RETURN_IF_ERROR(for_each_row(tables, table, [&](const Row& row, Span span) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("token"));
    if (token.empty()) return row.error("token is empty", "a token");
    tokens.push_back(tables.pool.intern(token));
    table.rows.push_back(span);
    return on_row(row, span);
  }));
  return build_index(tables, table, tokens);
}

/// "v40-60" -> 0.5.
std::optional<double> middle_of_bin(std::string_view level) {
  if (level.empty() || level.front() != 'v') return std::nullopt;
  level.remove_prefix(1);
  double low = 0;
  double high = 0;
  const std::size_t dash = level.find('-');
  if (dash == std::string_view::npos || !parse_double(level.substr(0, dash), low) ||
      !parse_double(level.substr(dash + 1), high) || !(low >= 0 && low <= high && high <= 100)) {
    return std::nullopt;
  }
  return (low + high) / 200.0;
}

SensorKind kind_of(std::string_view modality) {
  if (modality == "lidar") return SensorKind::lidar;
  if (modality == "camera") return SensorKind::camera;
  return modality == "radar" ? SensorKind::radar : SensorKind::unknown;
}

Result<std::string> optional_text(const Row& row, std::string_view key) {
  if (!row.has(key)) return std::string();
  CONCORD_ASSIGN_OR_RETURN(const std::string_view value, row.text(key));
  return std::string(value);
}

Result<void> read_small_tables(Tables& t) {
  const auto names_into = [&](std::vector<std::string>& names) -> OnRow {
    return [&names](const Row& row, Span /*span*/) -> Result<void> {
      CONCORD_ASSIGN_OR_RETURN(const std::string_view name, row.text("name"));
      names.emplace_back(name);
      return {};
    };
  };
  CONCORD_RETURN_IF_ERROR(index_table(t, t.attribute, names_into(t.attributes)));
  CONCORD_RETURN_IF_ERROR(index_table(t, t.category, names_into(t.categories)));
  CONCORD_RETURN_IF_ERROR(index_table(t, t.visibility, [&](const Row& row, Span /*span*/) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view level, row.text("level"));
    t.visibilities.push_back(middle_of_bin(level));
    if (!t.visibilities.back()) return row.error("level '" + std::string(level.substr(0, 40)) + "'", "v40-60");
    return {};
  }));
  CONCORD_RETURN_IF_ERROR(index_table(t, t.sensor, [&](const Row& row, Span /*span*/) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view channel, row.text("channel"));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view modality, row.text("modality"));
    t.sensors.push_back({std::string(channel), kind_of(modality)});
    return {};
  }));
  CONCORD_RETURN_IF_ERROR(index_table(t, t.log, [&](const Row& row, Span /*span*/) -> Result<void> {
    LogRow log;
    CONCORD_ASSIGN_OR_RETURN(log.file, optional_text(row, "logfile"));
    CONCORD_ASSIGN_OR_RETURN(log.vehicle, optional_text(row, "vehicle"));
    CONCORD_ASSIGN_OR_RETURN(log.date, optional_text(row, "date_captured"));
    CONCORD_ASSIGN_OR_RETURN(log.location, optional_text(row, "location"));
    t.logs.push_back(std::move(log));
    return {};
  }));
  const OnRow nothing = [](const Row& /*row*/, Span /*span*/) -> Result<void> { return {}; };
  CONCORD_RETURN_IF_ERROR(index_table(t, t.calibrated_sensor, nothing));
  return index_table(t, t.instance, nothing);
}

Result<void> read_scenes(Tables& t) {
  std::set<std::string> names;
  return index_table(t, t.scene, [&](const Row& row, Span /*span*/) -> Result<void> {
    Scene scene;
    CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("token"));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view name, row.text("name"));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view log, row.text("log_token"));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view first, row.text("first_sample_token"));
    CONCORD_ASSIGN_OR_RETURN(scene.sample_count, row.integer("nbr_samples"));
    CONCORD_ASSIGN_OR_RETURN(scene.description, optional_text(row, "description"));
    scene.token = token;
    scene.name = name;
    scene.log = t.pool.intern(log);
    scene.first_sample = t.pool.intern(first);
    if (scene.name.empty() || !names.insert(scene.name).second) {
      return row.error("name '" + scene.name + "' is empty or stands twice", "one name a scene");
    }
    t.scenes.push_back(std::move(scene));
    return {};
  });
}

/// Tables are written scene by scene: a row that points nowhere belongs to the scene of the row before it, or to the
/// first scene.
void blame(Tables& t, std::uint32_t scene, Error error) {
  if (t.scenes.empty()) return;
  Scene& owner = t.scenes[scene == kNone ? 0 : scene];
  if (!owner.error) owner.error = std::move(error);
}

Result<void> index_samples(Tables& t) {
  std::uint32_t last_scene = kNone;
  return index_table(t, t.sample, [&](const Row& row, Span /*span*/) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("scene_token"));
    const std::uint32_t scene = t.scene.index.find(t.pool.intern(token));
    t.scene_of_sample.push_back(scene);
    if (scene == kNone) {
      blame(t, last_scene, dangling(row, "scene_token", token, "scene.json"));
      return {};
    }
    last_scene = scene;
    t.scenes[scene].samples.push_back(static_cast<std::uint32_t>(t.sample.rows.size() - 1));
    return {};
  });
}

/// The sample that `row` names; blames the scene of `last_sample` when there is none.
Result<std::uint32_t> sample_of(Tables& t, const Row& row, std::uint32_t& last_sample) {
  CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("sample_token"));
  const std::uint32_t sample = t.sample.index.find(t.pool.intern(token));
  if (sample == kNone) {
    blame(t, last_sample == kNone ? kNone : t.scene_of_sample[last_sample],
          dangling(row, "sample_token", token, "sample.json"));
  } else {
    last_sample = sample;
  }
  return sample;
}

Result<void> index_annotations(Tables& t) {
  std::uint32_t last_sample = kNone;
  CONCORD_RETURN_IF_ERROR(for_each_row(t, t.sample_annotation, [&](const Row& row, Span span) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("token"));
    if (token.empty()) return row.error("token is empty", "a token");
    CONCORD_ASSIGN_OR_RETURN(const std::uint32_t sample, sample_of(t, row, last_sample));
    t.annotation_tokens.push_back(t.pool.intern(token));
    t.sample_annotation.rows.push_back(span);
    t.sample_of_annotation.push_back(sample);
    if (sample != kNone && t.scene_of_sample[sample] != kNone) {
      t.scenes[t.scene_of_sample[sample]].label_bytes += span.size;
    }
    return {};
  }));
  t.annotations.build(t.sample_of_annotation, t.sample.rows.size());
  return build_index(t, t.sample_annotation, t.annotation_tokens);
}

/// Only key frames are kept, and the poses that they use.
Result<void> index_recordings(Tables& t) {
  std::vector<Token> tokens;
  std::vector<Token> poses;
  std::vector<std::uint32_t> sample_of_row;
  std::uint32_t last_sample = kNone;
  CONCORD_RETURN_IF_ERROR(for_each_row(t, t.sample_data, [&](const Row& row, Span span) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const bool is_key_frame, row.boolean("is_key_frame"));
    if (!is_key_frame) return {};
    CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("token"));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view pose, row.text("ego_pose_token"));
    CONCORD_ASSIGN_OR_RETURN(const std::uint32_t sample, sample_of(t, row, last_sample));
    tokens.push_back(t.pool.intern(token));
    poses.push_back(t.pool.intern(pose));
    t.sample_data.rows.push_back(span);
    sample_of_row.push_back(sample);
    return {};
  }));
  CONCORD_RETURN_IF_ERROR(build_index(t, t.sample_data, tokens));
  t.key_frames.build(sample_of_row, t.sample.rows.size());

  std::sort(poses.begin(), poses.end());
  poses.erase(std::unique(poses.begin(), poses.end()), poses.end());
  tokens.clear();
  CONCORD_RETURN_IF_ERROR(for_each_row(t, t.ego_pose, [&](const Row& row, Span span) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view text, row.text("token"));
    const Token token = t.pool.intern(text);
    if (!std::binary_search(poses.begin(), poses.end(), token)) return {};
    tokens.push_back(token);
    t.ego_pose.rows.push_back(span);
    return {};
  }));
  return build_index(t, t.ego_pose, tokens);
}

bool has_tables(const fs::path& folder) {
  constexpr std::array<const char*, 3> kNames{"scene.json", "sample.json", "sample_annotation.json"};
  std::error_code failure;
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](const char* name) { return fs::is_regular_file(folder / name, failure); });
}

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
    return Error{ErrorCode::invalid_argument, "holds several versions", input.string(),
                 "one of them: " + found.front().string() + ", " + found[1].string()};
  }
  return found.empty() ? std::optional<fs::path>() : std::optional(found.front());
}

Result<std::unique_ptr<Tables>> open_tables(const fs::path& folder) {
  auto tables = std::make_unique<Tables>();
  Tables& t = *tables;
  t.folder = folder;
  // "v1.0-mini/" has an empty last part.
  const fs::path plain = folder.has_filename() ? folder : folder.parent_path();
  t.dataroot = plain.has_parent_path() ? plain.parent_path() : fs::path(".");
  const std::array<std::pair<const char*, Table*>, 12> all{{{"attribute.json", &t.attribute},
                                                            {"calibrated_sensor.json", &t.calibrated_sensor},
                                                            {"category.json", &t.category},
                                                            {"ego_pose.json", &t.ego_pose},
                                                            {"instance.json", &t.instance},
                                                            {"log.json", &t.log},
                                                            {"sample.json", &t.sample},
                                                            {"sample_annotation.json", &t.sample_annotation},
                                                            {"sample_data.json", &t.sample_data},
                                                            {"scene.json", &t.scene},
                                                            {"sensor.json", &t.sensor},
                                                            {"visibility.json", &t.visibility}}};
  for (const auto& [name, table] : all) CONCORD_RETURN_IF_ERROR(open_table(folder, name, *table));
  CONCORD_RETURN_IF_ERROR(read_small_tables(t));
  CONCORD_RETURN_IF_ERROR(read_scenes(t));
  if (t.scenes.empty()) return Error{ErrorCode::malformed, "holds no scene", t.scene.file, "at least one scene"};
  CONCORD_RETURN_IF_ERROR(index_samples(t));
  CONCORD_RETURN_IF_ERROR(index_annotations(t));
  CONCORD_RETURN_IF_ERROR(index_recordings(t));
  return tables;
}

Result<TimeNs> time_ns(const Row& row) {
  CONCORD_ASSIGN_OR_RETURN(const std::int64_t time_us, row.integer("timestamp"));
  constexpr std::int64_t kLimitUs = std::numeric_limits<std::int64_t>::max() / 1000;
  if (time_us < 0 || time_us > kLimitUs) {
    return row.error("timestamp " + std::to_string(time_us), "microseconds since 1970");
  }
  return TimeNs{time_us * 1000};
}

Result<SE3> ego_pose(Tables& tables, const std::string& token, const Row& row) {
  const std::uint32_t pose = tables.ego_pose.index.find(tables.pool.intern(token));
  if (pose == kNone) return dangling(row, "ego_pose_token", token, "ego_pose.json");
  CONCORD_ASSIGN_OR_RETURN(const Row pose_row, tables.row(tables.ego_pose, pose));
  return pose_row.pose();
}

namespace {

/// The sensor of a sample_data row; the row is parsed anew because a parser holds one row.
Result<std::uint32_t> sensor_of(Tables& t, std::uint32_t recording) {
  std::string calibration_token;
  std::uint32_t calibration = kNone;
  {
    CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.sample_data, recording));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("calibrated_sensor_token"));
    calibration = t.calibrated_sensor.index.find(t.pool.intern(token));
    if (calibration == kNone) return dangling(row, "calibrated_sensor_token", token, "calibrated_sensor.json");
  }
  CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.calibrated_sensor, calibration));
  CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("sensor_token"));
  const std::uint32_t sensor = t.sensor.index.find(t.pool.intern(token));
  if (sensor == kNone) return dangling(row, "sensor_token", token, "sensor.json");
  return sensor;
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
  CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("ego_pose_token"));
  return ego_pose(t, std::string(token), row);
}

}  // namespace concord::readers::nuscenes
