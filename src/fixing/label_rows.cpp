#include "src/fixing/label_rows.hpp"

namespace concord::fixing {

LabelRows::LabelRows(const Drive& drive) : drive_(drive), by_track_(set().tracks.size()) {
  for (std::uint32_t row = 0; row < set().size(); ++row) {
    by_id_.emplace(set().label_id[row], row);
    if (set().track[row] != kNone) by_track_[set().track[row]].push_back(row);
  }
  for (std::uint32_t code = 0; code < by_track_.size(); ++code) tracks_.emplace(set().tracks.at(code), code);
}

std::uint32_t LabelRows::find(std::string_view label) const {
  const auto found = by_id_.find(std::string(label));
  return found == by_id_.end() ? kNone : found->second;
}

std::uint32_t LabelRows::find_track(std::string_view track) const {
  const auto found = tracks_.find(std::string(track));
  return found == tracks_.end() ? kNone : found->second;
}

std::vector<std::uint32_t> LabelRows::span_of(const Finding& finding) const {
  const std::uint32_t own = find(finding.label);
  if (own == kNone) return {};
  std::vector<std::uint32_t> rows{own};
  const std::uint32_t track = set().track[own];
  if (track == kNone || finding.frame_index == kNone) return rows;
  const std::uint32_t last = finding.frame_index_end == kNone ? finding.frame_index : finding.frame_index_end;
  for (const std::uint32_t row : by_track_[track]) {
    const std::uint32_t frame = set().frame[row];
    // A second label of the same track in the own label's frame is another matter.
    if (row != own && frame != set().frame[own] && frame >= finding.frame_index && frame <= last) rows.push_back(row);
  }
  return rows;
}

}  // namespace concord::fixing
