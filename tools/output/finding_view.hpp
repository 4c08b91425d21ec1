#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "concord/finding.hpp"
#include "concord/point_cloud.hpp"
#include "concord/result.hpp"

namespace concord::tools {

/// What a label is to the finding that is shown.
enum class Role : std::uint8_t {
  suspect,   ///< the finding is about it
  other,     ///< the other label of a pair
  before,    ///< earlier label of the suspect's track
  after,     ///< later label of the suspect's track
  in_frame,  ///< another label of the finding's frame
  proposed,  ///< the suspect as the proposals would have it
};

/// A label near the finding. `box` is as labelled, in the ego frame of the label's own frame; `place` is the same box
/// in the ego frame of the finding's frame (through the world where both poses are known).
struct ShownLabel {
  Role role = Role::in_frame;
  std::string label, track, class_name, frame_name;
  std::uint32_t frame = kNone;
  TimeNs time_ns = kNoTime;
  Cuboid box;
  Cuboid place;
  std::optional<double> speed_mps;  ///< from the label before on the same track; over ground where poses are known
};

/// A finding with the labels around it: what `concord show` prints and draws.
struct FindingView {
  Finding finding;
  std::vector<Proposal> proposals;
  std::string frame_name;              ///< the frame that is shown; empty when the finding is about no frame
  std::vector<ShownLabel> track;       ///< before, suspect and after, by time; several suspects in a span
  std::optional<std::size_t> suspect;  ///< the one of `track` to look at first
  std::vector<ShownLabel> others;      ///< other and in_frame, in the shown frame
  std::optional<ShownLabel> proposed;
  std::optional<Vec3> marker;  ///< place of a finding that is about no label, ego frame of the shown frame
  bool deletes = false;        ///< the proposal is to delete the suspect
  bool moves_with_ego = true;  ///< no ego poses: boxes of other frames are relative to the ego of their time
  PointCloud points;           ///< of the shown frame, ego frame; empty when there are none
  std::vector<std::string> notes;
};

/// Collects what is to be seen of `finding`: up to `around` labels of its track before and after it. An error says what
/// the drive lacks (the label set, the frame).
[[nodiscard]] Result<FindingView> view_finding(const Finding& finding, std::vector<Proposal> proposals,
                                               const Drive& drive, std::size_t around);

}  // namespace concord::tools
