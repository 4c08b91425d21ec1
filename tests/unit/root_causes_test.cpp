// Which findings of a drive another one explains.

#include "src/checks/root_causes.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace concord::tests {
namespace {

Finding finding(const std::string& id, const std::string& check, Fault fault, std::uint32_t first, std::uint32_t last,
                const std::string& track = "7") {
  Finding f;
  f.id = id;
  f.check = check;
  f.fault = fault;
  f.track = track;
  f.frame_index = first;
  f.frame_index_end = last;
  return f;
}

Finding jump(const std::string& id, std::uint32_t frame, const std::string& track = "7") {
  return finding(id, "temporal.position_jump", Fault::position, frame, frame, track);
}

std::vector<std::string> causes_of(std::vector<Finding> findings) {
  judging::link_root_causes(findings);
  std::vector<std::string> causes;
  for (const Finding& f : findings) causes.push_back(f.root_cause);
  return causes;
}

TEST(RootCauses, ASwapExplainsBothTracksAndWhatElseItLooksLike) {
  Finding swap = finding("swap", "temporal.id_swap", Fault::identity, 12, 12);
  swap.other_track = "8";
  EXPECT_THAT(causes_of({swap, jump("a", 11), jump("b", 12, "8"), jump("c", 12, "9"), jump("d", 20),
                         finding("m", "temporal.id_merge", Fault::identity, 12, 12, "8")}),
              testing::ElementsAre("", "swap", "swap", "", "", "swap"));
}

TEST(RootCauses, WhatIsExplainedExplainsNothing) {
  const Finding swap = finding("swap", "temporal.id_swap", Fault::identity, 12, 12);
  const Finding lag = finding("lag", "temporal.time_lag", Fault::timing, 12, 18);
  // The jump at the far end is the lag's, but the lag is the swap's: nobody is left to explain it.
  EXPECT_THAT(causes_of({swap, lag, jump("far", 19)}), testing::ElementsAre("", "swap", ""));
  EXPECT_THAT(causes_of({lag, jump("near", 12), jump("far", 19)}), testing::ElementsAre("", "lag", "lag"));
}

TEST(RootCauses, TwoWrongLabelsExplainTheJumpsBesideThemAndOneDoesNot) {
  const auto outlier = [](std::uint32_t first, std::uint32_t last) {
    return finding("out", "temporal.outlier_frame", Fault::position, first, last);
  };
  EXPECT_THAT(causes_of({outlier(9, 10), jump("a", 8), jump("b", 11), jump("c", 12)}),
              testing::ElementsAre("", "out", "out", ""));
  EXPECT_THAT(causes_of({outlier(9, 9), jump("a", 8), jump("b", 9)}), testing::ElementsAre("", "", "out"));
}

TEST(RootCauses, AWrongPoseExplainsFaultsOfPlaceInItsFrameButNotOfOtherKinds) {
  const Finding pose = finding("pose", "rig.ego_pose_jump", Fault::rig, 14, 14, "");
  EXPECT_THAT(causes_of({pose, jump("a", 14), jump("b", 13, "9"), jump("c", 25),
                         finding("k", "temporal.class_change", Fault::class_, 14, 14),
                         finding("o", "box.overlap", Fault::position, 14, 14)}),
              testing::ElementsAre("", "pose", "pose", "", "", ""));
}

TEST(RootCauses, AWrongPoseIsTheDrivesAndATracksFaultTheLabelSets) {
  const auto in_set = [](Finding f, const std::string& label_set) {
    f.label_set = label_set;
    return f;
  };
  const Finding pose = finding("pose", "rig.ego_pose_jump", Fault::rig, 14, 14, "");
  const Finding again = finding("again", "rig.ego_pose_jump", Fault::rig, 14, 14, "");
  EXPECT_THAT(causes_of({in_set(pose, "gold"), in_set(jump("a", 14), "gold"), in_set(again, "vendor"),
                         in_set(jump("b", 13), "vendor"), in_set(jump("c", 30), "vendor")}),
              testing::ElementsAre("", "pose", "pose", "pose", ""));
  const Finding swap = finding("swap", "temporal.id_swap", Fault::identity, 12, 12);
  EXPECT_THAT(causes_of({in_set(swap, "gold"), in_set(jump("a", 12), "gold"), in_set(jump("b", 12), "vendor")}),
              testing::ElementsAre("", "swap", ""));
}

TEST(RootCauses, AFaultInsideALongFindingIsStillFound) {
  const Finding frozen = finding("long", "temporal.frozen_box", Fault::timing, 500, 502);
  EXPECT_THAT(causes_of({finding("curve", "temporal.interpolation_artifact", Fault::position, 3, 990), frozen,
                         jump("a", 504), jump("b", 505)}),
              testing::ElementsAre("long", "", "long", ""));
}

TEST(RootCauses, NothingIsItsOwnCause) {
  EXPECT_THAT(causes_of({}), testing::IsEmpty());
  EXPECT_THAT(causes_of({jump("a", 3)}), testing::ElementsAre(""));
}

}  // namespace
}  // namespace concord::tests
