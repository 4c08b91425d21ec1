#include "src/checks/root_causes.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace concord::judging {
namespace {

/// Frames around a cause in which its symptoms show.
constexpr std::uint32_t kReach = 2;

// Strongest explanation first. A check explains those behind it in its list.
struct Rule {
  std::string_view cause;
  std::vector<std::string_view> symptoms;
  bool around;  ///< symptoms may begin before the cause and last longer, as speeds over a window do
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules{
      {"temporal.id_swap",
       {"temporal.id_merge", "temporal.time_lag", "temporal.outlier_frame", "temporal.position_jump",
        "temporal.heading_jump", "temporal.heading_flip", "temporal.size_change", "temporal.class_change",
        "temporal.speed_implausible", "temporal.acceleration_implausible", "temporal.impossible_motion",
        "points.motion_mismatch"},
       true},
      {"temporal.frozen_box",
       {"temporal.id_merge", "temporal.time_lag", "temporal.outlier_frame", "temporal.position_jump",
        "temporal.heading_jump", "temporal.speed_implausible", "temporal.acceleration_implausible",
        "temporal.impossible_motion", "temporal.interpolation_artifact", "points.motion_mismatch"},
       true},
      {"temporal.time_lag",
       {"temporal.id_merge", "temporal.outlier_frame", "temporal.position_jump", "temporal.heading_jump",
        "temporal.speed_implausible", "temporal.acceleration_implausible", "points.motion_mismatch"},
       true},
      {"temporal.id_merge",
       {"temporal.outlier_frame", "temporal.position_jump", "temporal.heading_jump", "temporal.speed_implausible",
        "temporal.acceleration_implausible", "points.motion_mismatch"},
       true},
      {"temporal.heading_flip", {"temporal.heading_against_motion"}, true},
      {"temporal.heading_against_motion", {"temporal.impossible_motion"}, true},
      {"temporal.outlier_frame",
       {"temporal.position_jump", "temporal.heading_jump", "points.shifted_box", "points.motion_mismatch"},
       false},
      {"points.shifted_box", {"points.motion_mismatch"}, false},
  };
  return kRules;
}

bool overlap(const Finding& a, const Finding& b, std::uint32_t reach) {
  return a.frame_index <= b.frame_index_end + reach && b.frame_index <= a.frame_index_end + reach;
}

bool is_within(const Finding& inner, const Finding& outer, std::uint32_t reach) {
  return inner.frame_index + reach >= outer.frame_index && inner.frame_index_end <= outer.frame_index_end + reach;
}

bool is_of_motion(const Finding& finding) {
  const bool fault = finding.fault == Fault::position || finding.fault == Fault::heading ||
                     finding.fault == Fault::timing || finding.fault == Fault::identity;
  return fault && finding.check.starts_with("temporal.");
}

// The pose is the drive's: it is wrong under every label set, also under one with too few objects to show it.
void link_pose_jumps(std::span<Finding> findings) {
  std::vector<std::size_t> jumps, symptoms;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (findings[i].check == "rig.ego_pose_jump") jumps.push_back(i);
    if (is_of_motion(findings[i]) && findings[i].root_cause.empty()) symptoms.push_back(i);
  }
  const auto earlier = [&](std::size_t a, std::size_t b) { return findings[a].frame_index < findings[b].frame_index; };
  std::stable_sort(symptoms.begin(), symptoms.end(), earlier);
  std::map<std::uint32_t, std::size_t> first_at;  // frame -> the jump that speaks for it
  for (const std::size_t j : jumps) {
    Finding& jump = findings[j];
    const auto [same, is_new] = first_at.try_emplace(jump.frame_index, j);
    if (!is_new) {
      jump.root_cause = findings[same->second].id;
      continue;
    }
    const std::uint32_t first = jump.frame_index - std::min(jump.frame_index, 2 * kReach);
    auto at = std::partition_point(symptoms.begin(), symptoms.end(),
                                   [&](std::size_t s) { return findings[s].frame_index < first; });
    for (; at != symptoms.end() && findings[*at].frame_index <= jump.frame_index_end + 2 * kReach; ++at) {
      Finding& symptom = findings[*at];
      if (symptom.root_cause.empty() && is_within(symptom, jump, 2 * kReach)) symptom.root_cause = jump.id;
    }
  }
}

bool explains(const Rule& rule, const Finding& cause, const Finding& symptom) {
  if (&cause == &symptom || !symptom.root_cause.empty()) return false;
  if (std::find(rule.symptoms.begin(), rule.symptoms.end(), symptom.check) == rule.symptoms.end()) return false;
  if (rule.around) return overlap(cause, symptom, kReach);
  // Two wrong labels in a row make the right ones beside them look like jumps; one wrong label does not.
  return is_within(symptom, cause, cause.frame_index_end > cause.frame_index ? 1 : 0);
}

/// A label set and a track of it.
using TrackKey = std::pair<std::string_view, std::string_view>;

/// Findings of one track, by first frame.
struct TrackFindings {
  std::vector<std::size_t> index;
  std::uint32_t longest = 0;  ///< frames of the longest one, less one
};

std::map<TrackKey, TrackFindings> by_track(std::span<const Finding> findings) {
  std::map<TrackKey, TrackFindings> tracks;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Finding& finding = findings[i];
    if (finding.track.empty()) continue;
    TrackFindings& track = tracks[{finding.label_set, finding.track}];
    track.index.push_back(i);
    track.longest = std::max(track.longest, finding.frame_index_end - finding.frame_index);
  }
  for (auto& [key, track] : tracks) {
    std::stable_sort(track.index.begin(), track.index.end(),
                     [&](std::size_t a, std::size_t b) { return findings[a].frame_index < findings[b].frame_index; });
  }
  return tracks;
}

void link_track(const Rule& rule, const Finding& cause, const TrackFindings& track, std::span<Finding> findings) {
  const std::uint32_t before = track.longest + kReach;
  const std::uint32_t first = cause.frame_index - std::min(cause.frame_index, before);
  auto at = std::partition_point(track.index.begin(), track.index.end(),
                                 [&](std::size_t i) { return findings[i].frame_index < first; });
  for (; at != track.index.end() && findings[*at].frame_index <= cause.frame_index_end + kReach; ++at) {
    if (explains(rule, cause, findings[*at])) findings[*at].root_cause = cause.id;
  }
}

}  // namespace

void link_root_causes(std::span<Finding> findings) {
  link_pose_jumps(findings);
  std::map<std::string_view, std::vector<std::size_t>> by_check;
  for (std::size_t i = 0; i < findings.size(); ++i) by_check[findings[i].check].push_back(i);
  const std::map<TrackKey, TrackFindings> tracks = by_track(findings);
  for (const Rule& rule : rules()) {
    for (const std::size_t c : by_check[rule.cause]) {
      const Finding& cause = findings[c];
      if (!cause.root_cause.empty()) continue;
      for (const std::string_view name : {std::string_view(cause.track), std::string_view(cause.other_track)}) {
        const auto track = tracks.find({cause.label_set, name});
        if (track != tracks.end()) link_track(rule, cause, track->second, findings);
      }
    }
  }
}

}  // namespace concord::judging
