#include "concord/judge.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "src/checks/known_names.hpp"
#include "src/checks/registry.hpp"
#include "src/checks/root_causes.hpp"

namespace concord {
namespace {

using judging::Check;
using judging::CheckContext;

std::uint64_t frames_lacking(std::string_view input, const Drive& drive, const LabelSetMeasurements& measured) {
  std::uint64_t lacking = 0;
  for (std::size_t frame = 0; frame < drive.frames.size(); ++frame) {
    if (input == judging::kEgoPoses && !drive.frames.has_pose(static_cast<std::uint32_t>(frame))) ++lacking;
    if (input == judging::kTimestamps && drive.frames.time_ns[frame] == kNoTime) ++lacking;
    if (input == judging::kPointClouds && !measured.clouds.measured(static_cast<std::uint32_t>(frame))) ++lacking;
  }
  return lacking;
}

// Why a check that needs `input` cannot look at these labels; empty when it can.
std::string why_missing(std::string_view input, const Drive& drive, const LabelSet& labels,
                        const LabelSetMeasurements& measured) {
  const bool no_frame_has_it = drive.frames.size() > 0 && frames_lacking(input, drive, measured) == drive.frames.size();
  if (input == judging::kTracks) {
    const bool any = std::any_of(labels.track.begin(), labels.track.end(), [](auto code) { return code != kNone; });
    return any || labels.size() == 0 ? "" : "labels have no tracks";
  }
  if (input == judging::kTimestamps) return no_frame_has_it ? "no timestamps" : "";
  if (input == judging::kEgoPoses) {
    if (drive.frames.T_world_ego.empty() || no_frame_has_it) return "no ego poses";
    return measured.motion.world || measured.motion.size() == 0 ? "" : "not every labelled frame has an ego pose";
  }
  if (input == judging::kPointClouds) {
    if (!measured.clouds.present()) return "no LiDAR clouds";
    return no_frame_has_it ? "no LiDAR cloud could be read" : "";
  }
  if (input == judging::kAttributeValues) {
    const bool any = std::any_of(labels.attributes.begin(), labels.attributes.end(),
                                 [](const AttributeColumn& column) { return !column.allowed.empty(); });
    return any ? "" : "the format defines no attribute values";
  }
  throw std::logic_error("a check needs the unknown input '" + std::string(input) + "'");
}

StatusRow run_check(const Check& check, const Drive& drive, const LabelSet& labels,
                    const LabelSetMeasurements& measured, const Profile& profile, const JudgeOptions& options,
                    Judgement& judgement) {
  StatusRow status{.drive = drive.name,
                   .label_set = labels.name,
                   .check = std::string(check.info.id),
                   .sensor = "",
                   .state = CheckState::skipped,
                   .reason = ""};
  const std::uint64_t frames = drive.frames.size();
  status.frames_skipped = frames;
  try {
    std::uint64_t lacking = 0;
    for (const std::string_view input : check.info.inputs) {
      status.reason = why_missing(input, drive, labels, measured);
      if (!status.reason.empty()) return status;
      lacking = std::max(lacking, frames_lacking(input, drive, measured));
    }
    const bool is_own_set = &labels == &drive.label_sets.front();
    CheckContext context(drive, labels, measured, check.info, profile.severity(check.info.id), options.priors.get(),
                         is_own_set ? options.observed : nullptr);
    check.run(context, profile);
    status.reason = context.skip_reason();
    if (!status.reason.empty()) return status;
    context.collect_into(judgement);
    status.state = CheckState::completed;
    status.reason = context.remark();
    status.frames_skipped = lacking;
    status.frames_examined = frames - lacking;
  } catch (const std::exception& e) {
    status.state = CheckState::failed;
    status.reason = e.what();
  }
  return status;
}

void calibrate(const JudgeOptions& options, std::vector<Finding>& findings) {
  if (options.priors == nullptr || !options.priors->priors().calibration) return;
  const Calibration& calibration = *options.priors->priors().calibration;
  for (Finding& finding : findings) {
    finding.score = calibration.probability(finding.check, finding.score, finding.surprise, options.base_rate);
  }
}

bool comes_before(const Finding& a, const Finding& b) {
  return std::tie(a.frame_index, a.check, a.track, a.label, a.label_set, a.id) <
         std::tie(b.frame_index, b.check, b.track, b.label, b.label_set, b.id);
}

void require_matching(const Drive& drive, std::span<const LabelSetMeasurements> measurements) {
  if (drive.taxonomy == nullptr) throw std::logic_error("a drive without taxonomy cannot be judged");
  if (measurements.size() != drive.label_sets.size()) throw std::logic_error("one measurement a label set is needed");
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    if (measurements[i].cuboids.size() != drive.label_sets[i].size()) {
      throw std::logic_error("measurements of label set '" + drive.label_sets[i].name + "' are of other labels");
    }
  }
}

}  // namespace

Result<Judgement> judge(const Drive& drive, std::span<const LabelSetMeasurements> measurements, const Profile& profile,
                        const JudgeOptions& options) {
  require_matching(drive, measurements);
  CONCORD_RETURN_IF_ERROR(judging::require_known_names(options));
  Judgement judgement;
  for (std::size_t i = 0; i < drive.label_sets.size(); ++i) {
    const LabelSet& labels = drive.label_sets[i];
    for (const Check& check : judging::all_checks()) {
      const std::string_view left_out = judging::why_left_out(check.info.id, profile, options);
      if (left_out.empty()) {
        judgement.statuses.push_back(run_check(check, drive, labels, measurements[i], profile, options, judgement));
      } else {
        judgement.statuses.push_back({drive.name, labels.name, std::string(check.info.id), "", CheckState::skipped,
                                      std::string(left_out), 0, drive.frames.size()});
      }
    }
  }
  judging::link_root_causes(judgement.findings);
  if (options.observed != nullptr && !drive.label_sets.empty()) {
    observe_findings(judgement, drive.label_sets.front().name, *options.observed);
  }
  calibrate(options, judgement.findings);
  std::sort(judgement.findings.begin(), judgement.findings.end(), comes_before);
  return judgement;
}

}  // namespace concord
