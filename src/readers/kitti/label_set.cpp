#include "src/readers/kitti/label_set.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "src/readers/common/files.hpp"

namespace concord::readers::kitti {
namespace {

void set_attribute(AttributeColumn& column, std::uint32_t row, std::string_view value) {
  column.code.resize(row + 1, kNone);
  column.code[row] = column.values.intern(value);
}

/// KITTI's 0, 1, 2 of the tracking labels are levels (none, partly, mostly), the object labels a share; -1 is not
/// given.
void set_visibility(LabelSet& set, std::uint32_t row, const LabelLine& line, LineLayout layout) {
  std::int64_t occluded = 0;
  if (parse_int(line.occluded, occluded) && occluded >= 0 && occluded <= 3) {
    set.occlusion_level.set(row, static_cast<std::int8_t>(occluded));
  }
  double truncated = 0;
  if (parse_double(line.truncated, truncated) && truncated >= 0) {
    if (layout == LineLayout::object && truncated <= 1) set.truncation.set(row, truncated);
    if (layout == LineLayout::tracking && truncated <= 2) set.truncation.set(row, 0.5 * truncated);
  }
}

void append_box_2d(const Drive& drive, const LabelLine& line, std::string_view id, std::uint32_t frame,
                   std::uint32_t cuboid_row, std::uint32_t track, ClassCode code, LabelSet& set) {
  if (!(line.right_px > line.left_px && line.bottom_px > line.top_px)) return;
  Box2dTable& boxes = set.boxes_2d;
  const std::size_t row = boxes.size();
  boxes.frame.push_back(frame);
  boxes.sensor.push_back(drive.find_sensor("image_02"));
  boxes.cuboid_row.push_back(cuboid_row);
  boxes.track.push_back(track);
  boxes.class_code.push_back(code);
  boxes.left_px.push_back(line.left_px);
  boxes.top_px.push_back(line.top_px);
  boxes.right_px.push_back(line.right_px);
  boxes.bottom_px.push_back(line.bottom_px);
  boxes.label_id.push_back(id);
  if (line.has_score) boxes.score.set(row, line.score);
}

}  // namespace

void append_labels(const Drive& drive, const SE3& T_ego_camera, const std::vector<LabelLine>& lines, LineLayout layout,
                   LabelSet& set) {
  const std::vector<std::string> ids = label_ids(lines, layout);
  std::vector<std::size_t> order(lines.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lines[a].frame < lines[b].frame; });

  AttributeColumn occluded{.name = "occluded", .values = {}, .code = {}, .allowed = {"-1", "0", "1", "2", "3"}};
  AttributeColumn truncated{.name = "truncated", .values = {}, .code = {}, .allowed = {"-1", "0", "1", "2"}};
  for (const std::size_t i : order) {
    const LabelLine& line = lines[i];
    const auto frame = static_cast<std::uint32_t>(line.frame);
    const ClassCode code = drive.taxonomy->classify(line.type);
    const bool tracked = !line.track.empty() && line.track != "-1";
    const std::uint32_t track = tracked ? set.tracks.intern(line.track) : kNone;
    std::uint32_t row = kNone;
    if (has_cuboid(line)) {
      row = set.push_back(frame, ids[i], track, code, line.type, transformed(T_ego_camera, camera_cuboid(line)));
      set_visibility(set, row, line, layout);
      if (line.has_score) {
        set.score.set(row, line.score);
      } else {
        // Results leave these fields undefined; only labels are held to the enumeration.
        set_attribute(occluded, row, line.occluded);
        if (layout == LineLayout::tracking) set_attribute(truncated, row, line.truncated);
      }
    }
    append_box_2d(drive, line, ids[i], frame, row, track, code, set);
  }
  if (!occluded.code.empty()) set.attributes.push_back(std::move(occluded));
  if (!truncated.code.empty()) set.attributes.push_back(std::move(truncated));
  set.finish(drive.frames.size());
}

LabelScope kitti_scope(const Taxonomy& taxonomy) {
  LabelScope scope;
  scope.known = true;
  for (const char* name :
       {"car", "van", "truck", "pedestrian", "person_sitting", "cyclist", "rail_vehicle", "movable_object"}) {
    if (const auto code = taxonomy.find(name)) scope.classes.push_back(*code);
  }
  scope.camera_view = "image_02";
  scope.extent = LabelScope::Extent::amodal;
  scope.cycle_includes_rider = true;
  return scope;
}

}  // namespace concord::readers::kitti
