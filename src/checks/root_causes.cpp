#include "src/checks/root_causes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace concord::judging {
namespace {

/// Frames around a cause in which its symptoms show.
constexpr std::uint32_t kReach = 2;

// Strongest explanation first. A check explains those behind it in its list.
struct Rule {
  std::string_view cause;
  std::vector<std::string_view> symptoms;
  bool between_frames;  ///< symptoms may also be longer than the cause, as speeds over a window are
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules{
      {"temporal.id_swap",
       {"temporal.id_merge", "temporal.time_lag", "temporal.outlier_frame", "temporal.position_jump",
        "temporal.heading_jump", "temporal.heading_flip", "temporal.size_change", "temporal.class_change",
        "temporal.speed_implausible", "temporal.acceleration_implausible", "temporal.impossible_motion"},
       true},
      {"temporal.frozen_box",
       {"temporal.id_merge", "temporal.time_lag", "temporal.outlier_frame", "temporal.position_jump",
        "temporal.heading_jump", "temporal.speed_implausible", "temporal.acceleration_implausible",
        "temporal.impossible_motion", "temporal.interpolation_artifact"},
       true},
      {"temporal.time_lag",
       {"temporal.id_merge", "temporal.outlier_frame", "temporal.position_jump", "temporal.heading_jump",
        "temporal.speed_implausible", "temporal.acceleration_implausible"},
       true},
      {"temporal.id_merge",
       {"temporal.outlier_frame", "temporal.position_jump", "temporal.heading_jump", "temporal.speed_implausible",
        "temporal.acceleration_implausible"},
       true},
      {"temporal.heading_flip", {"temporal.heading_against_motion"}, true},
      {"temporal.heading_against_motion", {"temporal.impossible_motion"}, true},
      {"temporal.outlier_frame", {"temporal.position_jump", "temporal.heading_jump"}, false},
  };
  return kRules;
}

bool overlap(const Finding& a, const Finding& b, std::uint32_t reach) {
  return a.frame_index <= b.frame_index_end + reach && b.frame_index <= a.frame_index_end + reach;
}

bool is_within(const Finding& inner, const Finding& outer, std::uint32_t reach) {
  return inner.frame_index + reach >= outer.frame_index && inner.frame_index_end <= outer.frame_index_end + reach;
}

void link_pose_jumps(std::span<Finding> findings) {
  for (const Finding& jump : findings) {
    if (jump.check != "rig.ego_pose_jump") continue;
    for (Finding& finding : findings) {
      const bool of_motion = finding.fault == Fault::position || finding.fault == Fault::heading ||
                             finding.fault == Fault::timing || finding.fault == Fault::identity;
      if (finding.check.starts_with("temporal.") && of_motion && finding.root_cause.empty() &&
          is_within(finding, jump, 2 * kReach)) {
        finding.root_cause = jump.id;
      }
    }
  }
}

}  // namespace

void link_root_causes(std::span<Finding> findings) {
  link_pose_jumps(findings);
  std::map<std::string_view, std::vector<std::size_t>> by_check;
  std::map<std::string_view, std::vector<std::size_t>> by_track;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    by_check[findings[i].check].push_back(i);
    if (!findings[i].track.empty()) by_track[findings[i].track].push_back(i);
  }
  for (const Rule& rule : rules()) {
    for (const std::size_t c : by_check[rule.cause]) {
      const Finding& cause = findings[c];
      if (!cause.root_cause.empty()) continue;
      for (const std::string_view track : {std::string_view(cause.track), std::string_view(cause.other_track)}) {
        if (track.empty() || !by_track.contains(track)) continue;
        for (const std::size_t s : by_track.at(track)) {
          Finding& symptom = findings[s];
          const bool is_symptom =
              std::find(rule.symptoms.begin(), rule.symptoms.end(), symptom.check) != rule.symptoms.end();
          if (s == c || !is_symptom || !symptom.root_cause.empty()) continue;
          if (rule.between_frames ? overlap(cause, symptom, kReach) : is_within(symptom, cause, 0))
            symptom.root_cause = cause.id;
        }
      }
    }
  }
}

}  // namespace concord::judging
