#include <algorithm>
#include <array>

#include "src/readers/nuscenes/small_tables.hpp"
#include "src/readers/nuscenes/table_scan.hpp"

namespace concord::readers::nuscenes {
namespace fs = std::filesystem;

namespace {

Result<void> open_table(const fs::path& folder, const char* name, Table& table) {
  table.path = folder / name;
  table.file = table.path.string();
  CONCORD_ASSIGN_OR_RETURN(table.mapped, MappedFile::open(table.path));
  return {};
}

/// The token that a member of a row states; empty for an absent member and any value but text.
Token token_of(Tables& t, const Table& table, Span member) {
  Token token;
  with_text(member.of(table.text()), [&](std::string_view text) { token = t.pool.intern(text); });
  return token;
}

/// Indexes a table whose rows are read when something refers to them. A row without a token cannot be referred to.
Result<void> index_by_token(Tables& t, Table& table) {
  constexpr std::array<std::string_view, 1> kKeys{"token"};
  std::vector<Token> tokens;
  CONCORD_RETURN_IF_ERROR(scan_rows(table, kKeys, [&](Span row, const std::array<Span, 1>& members) {
    table.rows.push_back(row);
    tokens.push_back(token_of(t, table, members[0]));
  }));
  table.index.build(tokens);
  return {};
}

/// A row of a table of samples, annotations or recordings that does not say which scene it belongs to.
struct Orphan {
  Span row;
  std::uint32_t scene_before;  ///< of the row before it in the file, or kNone
};

void blame(Tables& t, std::uint32_t scene, Error error) {
  Scene& owner = t.scenes[scene == kNone ? 0 : scene];
  if (!owner.error) owner.error = std::move(error);
}

std::uint32_t scene_of_annotation(const Tables& t, std::uint32_t row) {
  const std::uint32_t sample = row < t.sample_of_annotation.size() ? t.sample_of_annotation[row] : kNone;
  return sample == kNone ? kNone : t.scene_of_sample[sample];
}

/// Finds the scene of an orphan by the rows it is linked with; else, since tables are written scene by scene, takes
/// that of the row before it. `scene_of(row)` is the scene of a row of the same table.
template <class SceneOf>
std::uint32_t scene_of_orphan(Tables& t, const Table& table, const Orphan& orphan, const Row& row, SceneOf&& scene_of) {
  for (const char* key : {"prev", "next"}) {
    if (!row.text(key)) continue;
    const auto linked = t.follow(row, key, table);
    if (!linked || linked.value() == kNone) continue;
    if (const std::uint32_t scene = scene_of(linked.value()); scene != kNone) return scene;
  }
  return orphan.scene_before;
}

/// What is wrong with a row of `table`, which names its parent by `key`.
Error error_of(const Tables& t, const Table& table, const Row& row, std::string_view key, const Table& parent) {
  if (const auto token = row.text("token"); !token) return token.error();
  if (const auto found = t.require(row, key, parent); !found) return found.error();
  if (&table == &t.sample_data) {
    if (const auto flag = row.boolean("is_key_frame"); !flag) return flag.error();
  }
  return row.error("token is empty", "a token");
}

template <class SceneOf>
void blame_orphans(Tables& t, const Table& table, const std::vector<Orphan>& orphans, std::string_view key,
                   const Table& parent, SceneOf&& scene_of) {
  for (const Orphan& orphan : orphans) {
    const auto row = t.parser.parse(table.text(), orphan.row, table.file);
    if (!row) {
      blame(t, orphan.scene_before, row.error());
      continue;
    }
    blame(t, scene_of_orphan(t, table, orphan, row.value(), scene_of), error_of(t, table, row.value(), key, parent));
  }
}

template <class SceneOf>
void blame_repeated(Tables& t, const Table& table, SceneOf&& scene_of) {
  for (const std::uint32_t i : table.index.repeated()) {
    const auto row = t.row(table, i);
    blame(t, scene_of(i), row ? row.value().error("token stands twice", "unique tokens") : row.error());
  }
}

Result<void> index_samples(Tables& t) {
  constexpr std::array<std::string_view, 2> kKeys{"token", "scene_token"};
  std::vector<Token> tokens;
  std::vector<Orphan> orphans;
  std::uint32_t before = kNone;
  CONCORD_RETURN_IF_ERROR(scan_rows(t.sample, kKeys, [&](Span row, const std::array<Span, 2>& members) {
    std::uint32_t scene = t.scene.index.find(token_of(t, t.sample, members[1]));
    if (scene == kRepeated) scene = kNone;
    tokens.push_back(token_of(t, t.sample, members[0]));
    if (scene == kNone || tokens.back().empty()) orphans.push_back({row, scene == kNone ? before : scene});
    if (scene != kNone) {
      before = scene;
      t.scenes[scene].samples.push_back(static_cast<std::uint32_t>(t.sample.rows.size()));
    }
    t.sample.rows.push_back(row);
    t.scene_of_sample.push_back(scene);
  }));
  t.sample.index.build(tokens);
  const auto scene_of = [&](std::uint32_t row) { return t.scene_of_sample[row]; };
  blame_orphans(t, t.sample, orphans, "scene_token", t.scene, scene_of);
  blame_repeated(t, t.sample, scene_of);
  return {};
}

/// Notes the row's sample; a row that names none, or has no token, becomes an orphan.
std::uint32_t place_row(Tables& t, const Table& table, Span row, Span sample_member, bool complete,
                        std::uint32_t& scene_before, std::vector<Orphan>& orphans) {
  std::uint32_t sample = t.sample.index.find(token_of(t, table, sample_member));
  if (sample == kRepeated) sample = kNone;
  const std::uint32_t scene = sample == kNone ? kNone : t.scene_of_sample[sample];
  if (scene != kNone) scene_before = scene;
  if (sample == kNone || !complete) orphans.push_back({row, scene_before});
  return sample;
}

Result<void> index_annotations(Tables& t) {
  constexpr std::array<std::string_view, 2> kKeys{"token", "sample_token"};
  std::vector<Token> tokens;
  std::vector<Orphan> orphans;
  std::uint32_t before = kNone;
  CONCORD_RETURN_IF_ERROR(scan_rows(t.sample_annotation, kKeys, [&](Span row, const std::array<Span, 2>& members) {
    tokens.push_back(token_of(t, t.sample_annotation, members[0]));
    const std::uint32_t sample =
        place_row(t, t.sample_annotation, row, members[1], !tokens.back().empty(), before, orphans);
    t.sample_annotation.rows.push_back(row);
    t.sample_of_annotation.push_back(sample);
    if (sample != kNone && t.scene_of_sample[sample] != kNone) {
      t.scenes[t.scene_of_sample[sample]].label_bytes += row.size;
    }
  }));
  t.annotations.build(t.sample_of_annotation, t.sample.rows.size());
  t.sample_annotation.index.build(tokens);
  const auto scene_of = [&](std::uint32_t row) { return scene_of_annotation(t, row); };
  blame_orphans(t, t.sample_annotation, orphans, "sample_token", t.sample, scene_of);
  blame_repeated(t, t.sample_annotation, scene_of);
  return {};
}

/// Only key frames are kept. `poses` receives the tokens of the poses that they use.
Result<void> index_key_frames(Tables& t, std::vector<Token>& poses) {
  constexpr std::array<std::string_view, 4> kKeys{"token", "sample_token", "is_key_frame", "ego_pose_token"};
  std::vector<Token> tokens;
  std::vector<std::uint32_t> sample_of_row;
  std::vector<Orphan> orphans;
  std::uint32_t before = kNone;
  CONCORD_RETURN_IF_ERROR(scan_rows(t.sample_data, kKeys, [&](Span row, const std::array<Span, 4>& members) {
    const std::string_view is_key_frame = members[2].of(t.sample_data.text());
    if (is_key_frame == "false") return;
    tokens.push_back(token_of(t, t.sample_data, members[0]));
    const bool complete = is_key_frame == "true" && !tokens.back().empty();
    sample_of_row.push_back(place_row(t, t.sample_data, row, members[1], complete, before, orphans));
    t.sample_data.rows.push_back(row);
    poses.push_back(token_of(t, t.sample_data, members[3]));
  }));
  t.key_frames.build(sample_of_row, t.sample.rows.size());
  t.sample_data.index.build(tokens);
  const auto scene_of = [&](std::uint32_t row) {
    return sample_of_row[row] == kNone ? kNone : t.scene_of_sample[sample_of_row[row]];
  };
  blame_orphans(t, t.sample_data, orphans, "sample_token", t.sample, scene_of);
  blame_repeated(t, t.sample_data, scene_of);
  return {};
}

/// ego_pose.json has a pose for every sweep; only `wanted` ones are kept.
Result<void> index_poses(Tables& t, std::vector<Token> wanted) {
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  constexpr std::array<std::string_view, 1> kKeys{"token"};
  std::vector<Token> tokens;
  CONCORD_RETURN_IF_ERROR(scan_rows(t.ego_pose, kKeys, [&](Span row, const std::array<Span, 1>& members) {
    std::optional<Token> token;
    with_text(members[0].of(t.ego_pose.text()), [&](std::string_view text) { token = t.pool.find(text); });
    if (!token || !std::binary_search(wanted.begin(), wanted.end(), *token)) return;
    tokens.push_back(*token);
    t.ego_pose.rows.push_back(row);
  }));
  t.ego_pose.index.build(tokens);
  return {};
}

}  // namespace

Result<std::unique_ptr<Tables>> open_tables(const fs::path& folder) {
  auto tables = std::make_unique<Tables>();
  Tables& t = *tables;
  t.folder = folder;
  // "v1.0-mini/" has an empty last part, "." none that could be cut off.
  const fs::path plain = folder.has_filename() ? folder : folder.parent_path();
  const bool named = plain.filename() != "." && plain.filename() != "..";
  t.dataroot = !named ? plain / ".." : plain.has_parent_path() ? plain.parent_path() : fs::path(".");
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
  CONCORD_RETURN_IF_ERROR(index_by_token(t, t.calibrated_sensor));
  CONCORD_RETURN_IF_ERROR(index_by_token(t, t.instance));
  CONCORD_RETURN_IF_ERROR(index_samples(t));
  CONCORD_RETURN_IF_ERROR(index_annotations(t));
  std::vector<Token> poses;
  CONCORD_RETURN_IF_ERROR(index_key_frames(t, poses));
  CONCORD_RETURN_IF_ERROR(index_poses(t, std::move(poses)));
  return tables;
}

}  // namespace concord::readers::nuscenes
