#include "src/readers/csv/labels.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "src/readers/common/files.hpp"

namespace concord::readers::csv {
namespace {

Result<void> set_count(const Layout& layout, const Row& row, Field field, std::uint32_t label,
                       OptionalColumn<std::int32_t>& column) {
  // Negative counts are the customary "not known".
  CONCORD_ASSIGN_OR_RETURN(const auto count, layout.optional_number(row, field, std::numeric_limits<double>::lowest(),
                                                                    std::numeric_limits<std::int32_t>::max()));
  if (count && *count >= 0) column.set(label, static_cast<std::int32_t>(*count));
  return {};
}

Result<void> set_number(const Layout& layout, const Row& row, Field field, double low, double high, std::uint32_t label,
                        OptionalColumn<double>& column) {
  CONCORD_ASSIGN_OR_RETURN(const auto value, layout.optional_number(row, field, low, high));
  if (value) column.set(label, *value);
  return {};
}

void set_text(const Layout& layout, const Row& row, Field field, std::uint32_t label, Dictionary& texts,
              OptionalColumn<std::uint32_t>& column) {
  if (const std::string text = layout.text(row, field); !text.empty()) column.set(label, texts.intern(text));
}

Result<void> set_velocity(const Layout& layout, const Row& row, const SE3& T_ego_file, std::uint32_t label,
                          LabelSet& set) {
  constexpr double kMax = 1e6;
  CONCORD_ASSIGN_OR_RETURN(const auto x, layout.optional_number(row, Field::velocity_x, -kMax, kMax));
  CONCORD_ASSIGN_OR_RETURN(const auto y, layout.optional_number(row, Field::velocity_y, -kMax, kMax));
  if (!x || !y) return {};
  const Vec3 velocity_mps = T_ego_file.linear() * Vec3(*x, *y, 0);
  set.velocity_x_mps.set(label, velocity_mps.x());
  set.velocity_y_mps.set(label, velocity_mps.y());
  return {};
}

Result<void> set_optional_columns(const Layout& layout, const Row& row, const SE3& T_ego_file, std::uint32_t label,
                                  LabelSet& set) {
  constexpr double kAny = std::numeric_limits<double>::max();
  CONCORD_RETURN_IF_ERROR(set_number(layout, row, Field::score, -kAny, kAny, label, set.score));
  CONCORD_RETURN_IF_ERROR(set_number(layout, row, Field::truncation, 0, 1, label, set.truncation));
  CONCORD_RETURN_IF_ERROR(set_number(layout, row, Field::visibility, 0, 1, label, set.visibility));
  CONCORD_ASSIGN_OR_RETURN(const auto occlusion, layout.optional_number(row, Field::occlusion, -1, 3));
  if (occlusion && *occlusion >= 0) set.occlusion_level.set(label, static_cast<std::int8_t>(*occlusion));
  CONCORD_RETURN_IF_ERROR(set_count(layout, row, Field::lidar_points, label, set.lidar_points));
  CONCORD_RETURN_IF_ERROR(set_count(layout, row, Field::radar_points, label, set.radar_points));
  CONCORD_RETURN_IF_ERROR(set_velocity(layout, row, T_ego_file, label, set));
  CONCORD_ASSIGN_OR_RETURN(const auto labelled_at, layout.optional_time(row, Field::labelled_at));
  if (labelled_at) set.labelled_at_ns.set(label, *labelled_at);
  set_text(layout, row, Field::annotator, label, set.provenance, set.annotator);
  set_text(layout, row, Field::vendor, label, set.provenance, set.vendor);
  set_text(layout, row, Field::batch, label, set.provenance, set.batch);
  set_text(layout, row, Field::guideline_version, label, set.provenance, set.guideline_version);
  set_text(layout, row, Field::review_stage, label, set.provenance, set.review_stage);
  return {};
}

void set_moving(const Layout& layout, const Row& row, std::uint32_t label, LabelSet& set) {
  const std::string moving = layout.text(row, Field::moving);
  if (moving.empty()) return;
  constexpr std::array<std::pair<std::string_view, MovingState>, 3> kStates{
      {{"moving", MovingState::moving}, {"stopped", MovingState::stopped}, {"parked", MovingState::parked}}};
  for (const auto& [name, state] : kStates) {
    if (moving == name) set.moving_state.set(label, state);
  }
  // The text itself is held to its enumeration by schema.attribute_value.
  if (set.attributes.empty()) {
    set.attributes.push_back({.name = "moving", .values = {}, .code = {}, .allowed = {"moving", "stopped", "parked"}});
  }
  set.attributes[0].code.resize(label + std::size_t{1}, kNone);
  set.attributes[0].code[label] = set.attributes[0].values.intern(moving);
}

/// The cuboid of a row as the file places it (ego or world frame): centre, full sizes.
Result<Cuboid> written_cuboid(const Mapping& mapping, const Layout& layout, const Row& row) {
  CONCORD_ASSIGN_OR_RETURN(Cuboid box, layout.placed(row));
  std::array<double, 3> size{};
  std::size_t i = 0;
  for (const Field field : {Field::length, Field::width, Field::height}) {
    CONCORD_ASSIGN_OR_RETURN(size[i++], layout.number(row, field));
  }
  box.size_m = (mapping.half_sizes ? 2.0 : 1.0) * Vec3(size[0], size[1], size[2]);
  if (mapping.bottom) box.center_m += box.rotation * Vec3(0, 0, 0.5 * box.size_m.z());
  return box;
}

}  // namespace

std::string LabelIds::next(const Layout& layout, const Row& row, const std::string& frame) {
  std::string id = layout.text(row, Field::label);
  if (id.empty()) id = frame + ":" + layout.text(row, Field::track);
  const std::size_t before = seen_[id]++;
  return before == 0 ? id : id + "#" + std::to_string(before);
}

Result<LabelSet> read_labels(const Mapping& mapping, const Layout& layout, const Table& table,
                             const std::vector<RowPlace>& places, const Drive& drive, std::string name,
                             std::size_t& outside) {
  std::unordered_map<std::string_view, std::uint32_t> frame_of;
  for (std::uint32_t f = 0; f < drive.frames.size(); ++f) frame_of.emplace(drive.frames.name[f], f);

  // Ids count in file order, rows are kept by frame.
  LabelIds ids;
  StringColumn id_of;
  std::vector<std::uint32_t> frame(places.size(), kNone);
  for (std::size_t i = 0; i < places.size(); ++i) {
    CONCORD_ASSIGN_OR_RETURN(const Row row, table.row_at(places[i].begin, places[i].line));
    CONCORD_ASSIGN_OR_RETURN(const std::string frame_name, layout.frame_name(row));
    CONCORD_RETURN_IF_ERROR(layout.require_ids(row));
    id_of.push_back(ids.next(layout, row, frame_name));
    if (const auto found = frame_of.find(frame_name); found != frame_of.end()) frame[i] = found->second;
  }
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return frame[i] == kNone; });
  outside = places.size() - order.size();
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return frame[a] < frame[b]; });

  LabelSet set;
  set.name = std::move(name);
  set.scope = mapping.scope;
  for (const std::string& class_name : mapping.scope_classes) {
    const auto code = drive.taxonomy->find(class_name);
    if (!code) {
      return Error{ErrorCode::malformed, "unknown class '" + class_name.substr(0, 80) + "' in scope",
                   mapping.file.string(), "a Concord class"};
    }
    set.scope.classes.push_back(*code);
  }
  for (const std::size_t i : order) {
    CONCORD_ASSIGN_OR_RETURN(const Row row, table.row_at(places[i].begin, places[i].line));
    SE3 T_ego_file = SE3::Identity();
    if (mapping.world) {
      if (!drive.frames.has_pose(frame[i])) {
        return Error{ErrorCode::malformed, "a label in the world frame in a frame without a pose",
                     at_line(table.path(), row.line), "an ego pose for every labelled frame"};
      }
      T_ego_file = drive.frames.T_world_ego[frame[i]].inverse();
    }
    CONCORD_ASSIGN_OR_RETURN(const Cuboid box, written_cuboid(mapping, layout, row));
    const std::string track = layout.text(row, Field::track);
    const std::string class_name = layout.text(row, Field::class_);
    const std::uint32_t label =
        set.push_back(frame[i], id_of[i], track.empty() ? kNone : set.tracks.intern(track),
                      drive.taxonomy->classify(class_name), class_name, transformed(T_ego_file, box));
    CONCORD_RETURN_IF_ERROR(set_optional_columns(layout, row, T_ego_file, label, set));
    set_moving(layout, row, label, set);
  }
  set.finish(drive.frames.size());
  return set;
}

}  // namespace concord::readers::csv
