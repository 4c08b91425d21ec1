#include "src/seeding/matching.hpp"

#include <algorithm>

namespace concord::seeding {
namespace {

constexpr std::int64_t kReachFrames = 1;

}  // namespace

bool names_fault(const ErrorKindInfo* info, Fault fault) {
  return info != nullptr && std::find(info->faults.begin(), info->faults.end(), fault) != info->faults.end();
}

void DriveKey::add(std::size_t index, const KeyRow& row, const FrameOrder& order) {
  Row added{.index = index, .info = find_error_kind(row.error_type), .label = row.label};
  const auto begin = order.position(row.frame_begin);
  const auto end = order.position(row.frame_end.empty() ? row.frame_begin : row.frame_end);
  added.whole_drive = row.track.empty() && row.label.empty() && row.other_track.empty();
  // A row whose one end is known still tells where it is.
  added.placed = begin || end;
  added.begin = begin.value_or(end.value_or(0));
  added.end = end.value_or(begin.value_or(0));
  if (!added.whole_drive && (!begin || !end)) ++unplaced_;
  for (const std::string& track : {row.track, row.other_track}) {
    if (!track.empty()) by_track_.emplace(track, rows_.size());
  }
  if (!row.label.empty()) by_label_.emplace(row.label, rows_.size());
  rows_.push_back(std::move(added));
}

bool DriveKey::meets(const Row& row, const Finding& finding) {
  if (!row.label.empty() && (finding.label == row.label || finding.other_label == row.label)) return true;
  return meets_in_time(row, finding);
}

bool DriveKey::meets_in_time(const Row& row, const Finding& finding) {
  if (!row.placed || finding.frame_index == kNone) return false;
  const std::int64_t first = finding.frame_index;
  const std::int64_t last = finding.frame_index_end == kNone ? first : std::int64_t{finding.frame_index_end};
  return first <= row.end + kReachFrames && last >= row.begin - kReachFrames;
}

void DriveKey::add_missing(const Finding& finding, bool is_new, std::set<std::size_t>& hit) const {
  std::vector<std::size_t> consequences;
  for (const Row& row : rows_) {
    if (row.whole_drive || !meets_in_time(row, finding)) continue;
    if (names_fault(row.info, finding.fault)) hit.insert(row.index);
    consequences.push_back(row.index);
  }
  // A box that was moved away leaves its points behind: what is new in that frame comes from there.
  if (hit.empty() && is_new) hit.insert(consequences.begin(), consequences.end());
}

std::vector<std::size_t> DriveKey::hit_by(const Finding& finding, bool is_new) const {
  std::set<std::size_t> hit;
  const auto look_up = [&](const auto& map, const std::string& name) {
    if (name.empty()) return;
    const auto [first, last] = map.equal_range(name);
    for (auto it = first; it != last; ++it) {
      if (meets(rows_[it->second], finding)) hit.insert(rows_[it->second].index);
    }
  };
  look_up(by_track_, finding.track);
  look_up(by_track_, finding.other_track);
  look_up(by_label_, finding.label);
  look_up(by_label_, finding.other_label);
  const bool is_nameless =
      finding.track.empty() && finding.other_track.empty() && finding.label.empty() && finding.other_label.empty();
  if (is_nameless && finding.fault == Fault::missing) add_missing(finding, is_new, hit);
  for (const Row& row : rows_) {
    if (row.whole_drive && names_fault(row.info, finding.fault)) hit.insert(row.index);
  }
  return {hit.begin(), hit.end()};
}

bool DriveKey::has_track_of(const Finding& finding) const {
  return by_track_.contains(finding.track) || by_track_.contains(finding.other_track);
}

void Baseline::add(const Report& report) {
  for (const Finding& finding : report.findings) {
    ids_.emplace(finding.check, finding.id);
    fingerprints_.emplace(finding.check, finding.fingerprint);
    if (!finding.label.empty()) labels_.emplace(finding.check, finding.drive, finding.label, finding.frame);
  }
}

bool Baseline::has(const Finding& finding) const {
  return (!finding.id.empty() && ids_.contains({finding.check, finding.id})) ||
         (!finding.fingerprint.empty() && fingerprints_.contains({finding.check, finding.fingerprint})) ||
         (!finding.label.empty() && labels_.contains({finding.check, finding.drive, finding.label, finding.frame}));
}

}  // namespace concord::seeding
