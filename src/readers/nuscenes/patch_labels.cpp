#include "src/readers/nuscenes/patch_labels.hpp"

#include <simdjson.h>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "concord/hash.hpp"
#include "src/readers/nuscenes/read_scene.hpp"

namespace concord::readers::nuscenes {
namespace {

/// A position moves by less than this through a change of frame and back, relative to its distance from the origin.
constexpr double kRounding = 1e-12;

Error refuse(const LabelEdit& edit, const std::string& message, std::string expected,
             ErrorCode code = ErrorCode::not_found) {
  return {code, message, "label '" + edit.label.substr(0, 64) + "' of frame '" + edit.frame.substr(0, 64) + "'",
          std::move(expected)};
}

std::uint32_t find_row(const Tables& t, const Table& table, const std::string& token) {
  const auto pooled = t.pool.find(token);
  const std::uint32_t row = pooled && !pooled->empty() ? table.index.find(*pooled) : kNone;
  return row == kRepeated ? kNone : row;
}

/// Lays a further edit of the same label over `change`.
void merge(const LabelEdit& edit, LabelChange& change) {
  if (edit.op == LabelEdit::Op::drop) change.dropped = true;
  if (edit.cuboid) change.cuboid = edit.cuboid;
  if (edit.track) change.track = edit.track;
  if (edit.raw_class) change.raw_class = edit.raw_class;
}

Result<void> check_texts(const LabelEdit& edit) {
  for (const auto& text : {edit.track, edit.raw_class}) {
    if (!text) continue;
    if (text->empty()) {
      return refuse(edit, "every nuScenes label has a track and a class", "a text that is not empty",
                    ErrorCode::unsupported);
    }
    if (!simdjson::validate_utf8(text->data(), text->size())) {
      return refuse(edit, "its new track or class is no UTF-8", "UTF-8", ErrorCode::invalid_argument);
    }
  }
  return {};
}

Result<void> find_label(Tables& t, std::uint32_t scene, const LabelEdit& edit, LabelChanges& changes) {
  CONCORD_RETURN_IF_ERROR(check_texts(edit));
  const auto sample_of = [&](const std::string& frame) {
    const std::uint32_t sample = find_row(t, t.sample, frame);
    return sample != kNone && t.scene_of_sample[sample] == scene ? sample : kNone;
  };
  const bool is_copy = edit.op == LabelEdit::Op::copy;
  LabelChange change;
  change.sample = sample_of(edit.frame);
  if (change.sample == kNone)
    return refuse(edit, "there is no such frame", "a sample token of " + t.scenes[scene].name);
  const std::uint32_t source = is_copy && !edit.from_frame.empty() ? sample_of(edit.from_frame) : change.sample;
  change.row = find_row(t, t.sample_annotation, edit.label);
  if (change.row == kNone || source == kNone || t.sample_of_annotation[change.row] != source) {
    return refuse(edit, "there is no such label", "a sample_annotation token of that frame");
  }
  if (!is_copy) {
    merge(edit, changes.rows.try_emplace(change.row, change).first->second);
    return {};
  }
  merge(edit, change);
  change.new_token = new_token(t, edit.label + edit.frame + std::to_string(changes.copies.size()));
  changes.copies.push_back(std::move(change));
  return {};
}

Quat aligned_to(const Quat& reference, const Quat& rotation) {
  return reference.dot(rotation) < 0 ? Quat(-rotation.w(), -rotation.x(), -rotation.y(), -rotation.z()) : rotation;
}

bool differ(double a, double b, double tolerance) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) != std::isnan(b);
  return a != b && !(std::abs(a - b) <= tolerance);
}

/// New texts of the numbers of `to` that are not those of `from` (both in the global frame); empty where a number
/// stays.
struct CuboidTexts {
  std::array<std::string, 3> translation, size;
  std::array<std::string, 4> rotation;
};

CuboidTexts cuboid_texts(const Cuboid& from, const Cuboid& to) {
  CuboidTexts texts;
  const double tolerance_m = kRounding * std::max(1.0, from.center_m.norm());
  for (int i = 0; i < 3; ++i) {
    if (differ(from.center_m[i], to.center_m[i], tolerance_m)) {
      texts.translation[static_cast<std::size_t>(i)] = number_text(to.center_m[i]);
    }
  }
  const std::array<int, 3> wlh{1, 0, 2};
  for (std::size_t i = 0; i < 3; ++i) {
    if (differ(from.size_m[wlh[i]], to.size_m[wlh[i]], 0)) texts.size[i] = number_text(to.size_m[wlh[i]]);
  }
  // A rotation is one thing: a mixture of old and new components would be none.
  const Quat old = from.rotation.normalized();
  const Quat turned = aligned_to(old, to.rotation);
  const std::array<double, 4> before{old.w(), old.x(), old.y(), old.z()};
  const std::array<double, 4> after{turned.w(), turned.x(), turned.y(), turned.z()};
  bool changed = false;
  for (std::size_t i = 0; i < 4; ++i) changed |= differ(before[i], after[i], kRounding);
  for (std::size_t i = 0; changed && i < 4; ++i) texts.rotation[i] = number_text(after[i]);
  return texts;
}

/// The new values of the geometry's members of `change`.
Result<void> add_cuboid(Tables& t, const LabelChange& change, MemberTexts& members) {
  const std::uint32_t source = t.sample_of_annotation[change.row];
  if (!change.cuboid && source == change.sample) return {};
  CONCORD_ASSIGN_OR_RETURN(const SE3 T_world_ego, frame_pose(t, change.sample));
  CONCORD_ASSIGN_OR_RETURN(const SE3 T_world_source, frame_pose(t, source));
  CONCORD_ASSIGN_OR_RETURN(const Row row, t.row(t.sample_annotation, change.row));
  CONCORD_ASSIGN_OR_RETURN(const Cuboid before, global_cuboid(row));
  // A copy in another frame stands where its source stood, seen from the ego.
  const Cuboid in_ego = change.cuboid.value_or(transformed(T_world_source.inverse(), before));
  const CuboidTexts texts = cuboid_texts(before, transformed(T_world_ego, in_ego));
  const std::string_view text = t.sample_annotation.rows[change.row].of(t.sample_annotation.text());
  const JsonScanner scanner(text, t.sample_annotation.file);
  return scanner.for_each_member(0, [&](std::string_view key, Span value) -> Result<void> {
    std::span<const std::string> numbers;
    if (key == "translation") numbers = texts.translation;
    if (key == "size") numbers = texts.size;
    if (key == "rotation") numbers = texts.rotation;
    if (numbers.empty() || members.contains(key)) return {};
    CONCORD_ASSIGN_OR_RETURN(std::string replaced, replace_elements(value.of(text), numbers, t.sample_annotation.file));
    if (replaced != value.of(text)) members[std::string(key)] = std::move(replaced);
    return {};
  });
}

}  // namespace

std::string new_token(const Tables& t, const std::string& seed) {
  constexpr std::size_t kDigits = 32;
  for (int attempt = 0;; ++attempt) {
    Sha256 hash;
    hash.update(seed + "#" + std::to_string(attempt));
    std::string token = hash.hex().substr(0, kDigits);
    if (find_row(t, t.sample_annotation, token) == kNone && find_row(t, t.instance, token) == kNone &&
        find_row(t, t.category, token) == kNone) {
      return token;
    }
  }
}

Result<LabelChanges> find_labels(Tables& t, const DatasetEdits& edits) {
  LabelChanges changes;
  changes.position.resize(t.sample.rows.size());
  std::iota(changes.position.begin(), changes.position.end(), 0U);
  for (const auto& [drive, list] : edits) {
    std::uint32_t scene = 0;
    while (scene < t.scenes.size() && t.scenes[scene].name != drive) ++scene;
    if (scene == t.scenes.size()) {
      return Error{ErrorCode::not_found, "no drive '" + drive.substr(0, 64) + "'", t.scene.file, "a scene's name"};
    }
    CONCORD_ASSIGN_OR_RETURN(const std::vector<std::uint32_t> samples, sample_chain(t, scene));
    for (std::uint32_t i = 0; i < samples.size(); ++i) changes.position[samples[i]] = i;
    for (const LabelEdit& edit : list) CONCORD_RETURN_IF_ERROR(find_label(t, scene, edit, changes));
  }
  return changes;
}

Result<void> edit_cuboids(Tables& t, const LabelChanges& changes, TablesEdits& edits) {
  for (const auto& [row, change] : changes.rows) {
    if (change.dropped || !change.cuboid) continue;
    MemberTexts members;
    CONCORD_RETURN_IF_ERROR(add_cuboid(t, change, members));
    if (!members.empty()) edits.annotation.changed[row].merge(members);
  }
  for (std::size_t i = 0; i < changes.copies.size(); ++i) {
    const LabelChange& copy = changes.copies[i];
    MemberTexts& members = edits.copy_members[i];
    CONCORD_RETURN_IF_ERROR(add_cuboid(t, copy, members));
    CONCORD_ASSIGN_OR_RETURN(const Row sample, t.row(t.sample, copy.sample));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view sample_token, sample.text("token"));
    members["token"] = json_string(copy.new_token);
    members["sample_token"] = json_string(sample_token);
    const std::string_view source = t.sample_annotation.rows[copy.row].of(t.sample_annotation.text());
    CONCORD_ASSIGN_OR_RETURN(std::string text, replace_members(source, members, t.sample_annotation.file));
    edits.annotation.added[copy.row].push_back(std::move(text));
  }
  return {};
}

}  // namespace concord::readers::nuscenes
