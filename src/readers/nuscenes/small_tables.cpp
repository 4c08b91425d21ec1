#include "src/readers/nuscenes/small_tables.hpp"

#include <set>

#include "src/readers/nuscenes/table_scan.hpp"

namespace concord::readers::nuscenes {
namespace {

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

/// Empty where the member is absent.
Result<std::string> optional_text(const Row& row, std::string_view key) {
  if (!row.has(key)) return std::string();
  CONCORD_ASSIGN_OR_RETURN(const std::string_view value, row.text(key));
  return std::string(value);
}

/// Reads every row of a table that is used as a whole. What is wrong in it concerns every scene.
template <class OnRow>
Result<void> read_rows(Tables& t, Table& table, OnRow&& on_row) {
  std::vector<Token> tokens;
  CONCORD_RETURN_IF_ERROR(scan_rows(table, std::array<std::string_view, 0>{},
                                    [&](Span row, const std::array<Span, 0>&) { table.rows.push_back(row); }));
  for (std::uint32_t i = 0; i < table.rows.size(); ++i) {
    CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(table, i));
    // Visibility tokens are short numbers, which some exports write as such.
    CONCORD_ASSIGN_OR_RETURN(const std::string token, row.id("token"));
    tokens.push_back(t.pool.intern(token));
    CONCORD_RETURN_IF_ERROR(on_row(row));
  }
  table.index.build(tokens);
  return {};
}

Result<void> read_names(Tables& t, Table& table, std::vector<std::string>& names) {
  return read_rows(t, table, [&](const Row& row) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view name, row.text("name"));
    names.emplace_back(name);
    return {};
  });
}

Result<void> fill_scene(Tables& t, const Row& row, Scene& scene) {
  CONCORD_ASSIGN_OR_RETURN(const std::string_view token, row.text("token"));
  scene.token = token;
  CONCORD_ASSIGN_OR_RETURN(const std::string_view name, row.text("name"));
  scene.name = name;
  CONCORD_ASSIGN_OR_RETURN(const std::string_view log, row.text("log_token"));
  scene.log = t.pool.intern(log);
  CONCORD_ASSIGN_OR_RETURN(const std::string_view first, row.text("first_sample_token"));
  scene.first_sample = t.pool.intern(first);
  CONCORD_ASSIGN_OR_RETURN(const std::string last, optional_text(row, "last_sample_token"));
  scene.last_sample = t.pool.intern(last);
  CONCORD_ASSIGN_OR_RETURN(scene.sample_count, row.integer("nbr_samples"));
  CONCORD_ASSIGN_OR_RETURN(scene.description, optional_text(row, "description"));
  if (scene.token.empty() || scene.name.empty()) return row.error("token or name is empty", "a token and a name");
  return {};
}

}  // namespace

Result<void> read_small_tables(Tables& t) {
  CONCORD_RETURN_IF_ERROR(read_names(t, t.attribute, t.attributes));
  CONCORD_RETURN_IF_ERROR(read_names(t, t.category, t.categories));
  CONCORD_RETURN_IF_ERROR(read_rows(t, t.visibility, [&](const Row& row) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view level, row.text("level"));
    t.visibilities.push_back(middle_of_bin(level));
    return {};
  }));
  CONCORD_RETURN_IF_ERROR(read_rows(t, t.sensor, [&](const Row& row) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view channel, row.text("channel"));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view modality, row.text("modality"));
    t.sensors.push_back({std::string(channel), kind_of(modality)});
    return {};
  }));
  return read_rows(t, t.log, [&](const Row& row) -> Result<void> {
    LogRow log;
    CONCORD_ASSIGN_OR_RETURN(log.file, optional_text(row, "logfile"));
    CONCORD_ASSIGN_OR_RETURN(log.vehicle, optional_text(row, "vehicle"));
    CONCORD_ASSIGN_OR_RETURN(log.date, optional_text(row, "date_captured"));
    CONCORD_ASSIGN_OR_RETURN(log.location, optional_text(row, "location"));
    t.logs.push_back(std::move(log));
    return {};
  });
}

Result<void> read_scenes(Tables& t) {
  std::vector<Token> tokens;
  std::set<std::string> names;
  CONCORD_RETURN_IF_ERROR(scan_rows(t.scene, std::array<std::string_view, 0>{},
                                    [&](Span row, const std::array<Span, 0>&) { t.scene.rows.push_back(row); }));
  for (std::uint32_t i = 0; i < t.scene.rows.size(); ++i) {
    Scene scene;
    if (const auto row = t.row(t.scene, i); !row) {
      scene.error = row.error();
    } else {
      if (auto filled = fill_scene(t, row.value(), scene); !filled) scene.error = filled.error();
      if (scene.name.empty()) scene.name = scene.token;
      if (!scene.name.empty() && names.contains(scene.name)) {
        scene.error = row.value().error("name '" + scene.name + "' stands twice", "one name a scene");
      }
    }
    // Also a scene that cannot be read needs a name of its own.
    if (scene.name.empty()) scene.name = "scene";
    const std::string name = scene.name;
    for (int number = 2; !names.insert(scene.name).second; ++number) scene.name = name + "#" + std::to_string(number);
    tokens.push_back(t.pool.intern(scene.token));
    t.scenes.push_back(std::move(scene));
  }
  if (t.scenes.empty()) return Error{ErrorCode::malformed, "holds no scene", t.scene.file, "at least one scene"};
  t.scene.index.build(tokens);
  for (const std::uint32_t i : t.scene.index.repeated()) {
    t.scenes[i].error = Error{ErrorCode::malformed, "token stands twice", t.scene.file + " token " + t.scenes[i].token,
                              "unique tokens"};
  }
  return {};
}

}  // namespace concord::readers::nuscenes
