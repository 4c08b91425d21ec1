#include "tools/output/finding_view.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "concord/fixing.hpp"

namespace concord::tools {
namespace {

/// One label set with the frame that is shown, and how labels of other frames are moved into it.
class Viewer {
 public:
  Viewer(const Drive& drive, const LabelSet& set, std::uint32_t frame) : drive_(drive), set_(set), frame_(frame) {}

  [[nodiscard]] bool world() const { return drive_.frames.has_pose(frame_); }

  [[nodiscard]] ShownLabel shown(std::uint32_t row, Role role) const {
    ShownLabel label;
    label.role = role;
    label.label = set_.label_id[row];
    label.track = set_.tracks.at(set_.track[row]);
    label.class_name = drive_.taxonomy->at(set_.class_code[row]).name;
    label.frame = set_.frame[row];
    label.frame_name = drive_.frames.name[label.frame];
    label.time_ns = drive_.frames.time_ns[label.frame];
    label.box = set_.cuboid.at(row);
    label.place = label.box;
    if (label.frame != frame_ && world() && drive_.frames.has_pose(label.frame)) {
      label.place =
          transformed(drive_.frames.T_world_ego[frame_].inverse() * drive_.frames.T_world_ego[label.frame], label.box);
    }
    return label;
  }

  /// Speed from label `a` to the later label `b` of its track.
  [[nodiscard]] std::optional<double> speed_mps(const ShownLabel& a, const ShownLabel& b) const {
    if (a.time_ns == kNoTime || b.time_ns == kNoTime || b.time_ns <= a.time_ns) return std::nullopt;
    const double dt_s = static_cast<double>(b.time_ns - a.time_ns) * 1e-9;
    const double speed = (b.place.center_m - a.place.center_m).norm() / dt_s;
    return std::isfinite(speed) ? std::optional<double>(speed) : std::nullopt;
  }

 private:
  const Drive& drive_;
  const LabelSet& set_;
  std::uint32_t frame_;
};

/// The row of that label id: in that frame, else in any (a finding about missing labels names the one before them).
/// Without an id the first of that track in the frame. kNone when there is none.
std::uint32_t find_row(const LabelSet& set, std::uint32_t frame, const std::string& label, const std::string& track) {
  const std::uint32_t code = track.empty() ? kNone : set.tracks.find(track);
  const auto is_wanted = [&](std::uint32_t row) {
    return label.empty() ? code != kNone && set.track[row] == code : set.label_id[row] == label;
  };
  for (std::uint32_t row = set.frame_offset[frame]; row < set.frame_offset[frame + 1]; ++row) {
    if (is_wanted(row)) return row;
  }
  for (std::uint32_t row = 0; !label.empty() && row < set.size(); ++row) {
    if (is_wanted(row)) return row;
  }
  return kNone;
}

/// Rows of the suspect's track around the frames of the finding, by time; the suspect alone when it has no track.
std::vector<std::pair<std::uint32_t, Role>> track_rows(const LabelSet& set, const Finding& finding,
                                                       std::uint32_t suspect, std::size_t around) {
  std::vector<std::pair<std::uint32_t, Role>> rows;
  const std::uint32_t code = suspect != kNone ? set.track[suspect] : set.tracks.find(finding.track);
  if (code == kNone) {
    if (suspect != kNone) rows.emplace_back(suspect, Role::suspect);
    return rows;
  }
  const std::uint32_t last = finding.frame_index_end == kNone ? finding.frame_index : finding.frame_index_end;
  std::vector<std::uint32_t> before, after;
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    if (set.track[row] != code) continue;
    if (set.frame[row] < finding.frame_index) before.push_back(row);
    if (set.frame[row] > last) after.push_back(row);
    if (set.frame[row] >= finding.frame_index && set.frame[row] <= last) rows.emplace_back(row, Role::suspect);
  }
  if (before.size() > around) before.erase(before.begin(), before.end() - static_cast<std::ptrdiff_t>(around));
  if (after.size() > around) after.resize(around);
  std::vector<std::pair<std::uint32_t, Role>> all;
  for (const std::uint32_t row : before) all.emplace_back(row, Role::before);
  all.insert(all.end(), rows.begin(), rows.end());
  for (const std::uint32_t row : after) all.emplace_back(row, Role::after);
  return all;
}

void add_track(const Viewer& viewer, const LabelSet& set, const Finding& finding, std::uint32_t suspect,
               std::size_t around, FindingView& view) {
  for (const auto& [row, role] : track_rows(set, finding, suspect, around)) {
    ShownLabel label = viewer.shown(row, role);
    if (!view.track.empty()) label.speed_mps = viewer.speed_mps(view.track.back(), label);
    if (row == suspect) {
      label.role = Role::suspect;
      view.suspect = view.track.size();
    }
    view.track.push_back(std::move(label));
  }
}

void add_proposal(FindingView& view) {
  bool moves = false;
  for (const Proposal& proposal : view.proposals) {
    if (proposal.field == "delete") {
      view.deletes = true;
    } else if (proposal.text.empty()) {
      moves = true;
    }
  }
  if (!moves || !view.suspect) return;
  ShownLabel proposed = view.track[*view.suspect];
  proposed.role = Role::proposed;
  proposed.speed_mps.reset();
  // Proposals are in the ego frame of the finding's frame.
  proposed.place = apply_proposals(proposed.place, view.proposals);
  proposed.box = proposed.place;
  proposed.frame_name = view.frame_name;
  view.proposed = std::move(proposed);
}

}  // namespace

Result<FindingView> view_finding(const Finding& finding, std::vector<Proposal> proposals, const Drive& drive,
                                 std::size_t around) {
  FindingView view;
  view.finding = finding;
  view.proposals = std::move(proposals);
  if (finding.frame_index == kNone) return view;
  const std::uint32_t frame = finding.frame_index;
  if (frame >= drive.frames.size() || drive.frames.name[frame] != finding.frame) {
    return Error{ErrorCode::not_found, "has no frame '" + finding.frame + "' at its place", drive.name,
                 "the dataset as it was when the report was made"};
  }
  const auto set = std::find_if(drive.label_sets.begin(), drive.label_sets.end(),
                                [&](const LabelSet& candidate) { return candidate.name == finding.label_set; });
  if (set == drive.label_sets.end()) {
    return Error{ErrorCode::not_found, "has no label set '" + finding.label_set + "'", drive.name,
                 "the dataset as it was when the report was made"};
  }
  view.frame_name = finding.frame;
  const Viewer viewer(drive, *set, frame);
  view.moves_with_ego = !viewer.world();
  const std::uint32_t suspect = find_row(*set, frame, finding.label, finding.track);
  if (suspect == kNone && !finding.label.empty()) {
    return Error{ErrorCode::not_found, "has no label '" + finding.label + "'", drive.name,
                 "the dataset as it was when the report was made"};
  }
  add_track(viewer, *set, finding, suspect, around, view);
  for (std::uint32_t row = set->frame_offset[frame]; row < set->frame_offset[frame + 1]; ++row) {
    const bool in_track = std::any_of(view.track.begin(), view.track.end(), [&](const ShownLabel& shown) {
      return shown.frame == frame && shown.label == set->label_id[row];
    });
    if (in_track || drive.taxonomy->at(set->class_code[row]).ignore) continue;
    const bool is_other = !finding.other_label.empty() && set->label_id[row] == finding.other_label;
    view.others.push_back(viewer.shown(row, is_other ? Role::other : Role::in_frame));
  }
  add_proposal(view);
  if (suspect == kNone && std::isfinite(finding.x_m) && std::isfinite(finding.y_m) && std::isfinite(finding.z_m)) {
    const Vec3 place(finding.x_m, finding.y_m, finding.z_m);
    view.marker = viewer.world() ? Vec3(drive.frames.T_world_ego[frame].inverse() * place) : place;
  }
  return view;
}

}  // namespace concord::tools
