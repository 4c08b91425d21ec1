#include "src/pipeline/attach_labels.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace concord::pipeline {
namespace {

template <class T>
void copy_cell(const OptionalColumn<T>& from, std::uint32_t row, OptionalColumn<T>& to, std::uint32_t target) {
  if (const auto value = from.get(row)) to.set(target, *value);
}

void copy_optional(const LabelSet& from, std::uint32_t row, LabelSet& to, std::uint32_t target) {
  copy_cell(from.occlusion_level, row, to.occlusion_level, target);
  copy_cell(from.truncation, row, to.truncation, target);
  copy_cell(from.visibility, row, to.visibility, target);
  copy_cell(from.moving_state, row, to.moving_state, target);
  copy_cell(from.lidar_points, row, to.lidar_points, target);
  copy_cell(from.radar_points, row, to.radar_points, target);
  copy_cell(from.velocity_x_mps, row, to.velocity_x_mps, target);
  copy_cell(from.velocity_y_mps, row, to.velocity_y_mps, target);
  copy_cell(from.score, row, to.score, target);
  copy_cell(from.labelled_at_ns, row, to.labelled_at_ns, target);
  for (const auto member : {&LabelSet::annotator, &LabelSet::vendor, &LabelSet::batch, &LabelSet::guideline_version,
                            &LabelSet::review_stage}) {
    if (const auto code = (from.*member).get(row)) {
      (to.*member).set(target, to.provenance.intern(from.provenance.at(*code)));
    }
  }
}

AttributeColumn& attribute_named(const AttributeColumn& like, LabelSet& set) {
  const auto found = std::find_if(set.attributes.begin(), set.attributes.end(),
                                  [&](const AttributeColumn& column) { return column.name == like.name; });
  if (found != set.attributes.end()) return *found;
  return set.attributes.emplace_back(
      AttributeColumn{.name = like.name, .values = {}, .code = {}, .allowed = like.allowed});
}

}  // namespace

LabelGatherer::LabelGatherer(const Drive& reference) : covered_(reference.frames.size(), 0) {}

void LabelGatherer::take(const Drive& drive, const LabelSet& set, const std::vector<std::uint32_t>& frame_of) {
  for (std::uint32_t frame = 0; frame < drive.frames.size(); ++frame) {
    if (frame_of[frame] == kNone) continue;
    covered_[frame_of[frame]] = 1;
    for (std::uint32_t row = set.frame_offset[frame]; row < set.frame_offset[frame + 1]; ++row) {
      rows_.push_back({frame_of[frame], parts_.size(), row});
    }
  }
  parts_.push_back(set);
}

void LabelGatherer::take_rows(const LabelSet& set, const std::vector<std::uint32_t>& rows) {
  for (const std::uint32_t row : rows) rows_.push_back({set.frame[row], parts_.size(), row});
  parts_.push_back(set);
}

LabelSet LabelGatherer::finish(std::string name) {
  LabelSet result;
  result.name = std::move(name);
  if (!parts_.empty()) result.scope = parts_.front().scope;
  std::stable_sort(rows_.begin(), rows_.end(), [](const Source& a, const Source& b) { return a.frame < b.frame; });
  for (const Source& source : rows_) {
    const LabelSet& part = parts_[source.part];
    const std::uint32_t track = part.track[source.row];
    const std::uint32_t row = result.push_back(
        source.frame, part.label_id[source.row], track == kNone ? kNone : result.tracks.intern(part.tracks.at(track)),
        part.class_code[source.row], part.raw_classes.at(part.raw_class[source.row]), part.cuboid.at(source.row));
    copy_optional(part, source.row, result, row);
    for (const AttributeColumn& column : part.attributes) {
      if (source.row >= column.code.size() || column.code[source.row] == kNone) continue;
      AttributeColumn& target = attribute_named(column, result);
      target.code.resize(row + 1, kNone);
      target.code[row] = target.values.intern(column.values.at(column.code[source.row]));
    }
  }
  result.finish(covered_.size());
  return result;
}

}  // namespace concord::pipeline
