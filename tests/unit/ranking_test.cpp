#include "concord/ranking.hpp"

#include <gmock/gmock.h>

namespace concord::tests {
namespace {

Finding finding(const std::string& id, const std::string& check, std::uint32_t first, std::uint32_t last, double score,
                const std::string& track = "7") {
  Finding f;
  f.id = id;
  f.drive = "d";
  f.label_set = "labels";
  f.check = check;
  f.scope = first == last ? Scope::label : Scope::span;
  f.track = track;
  f.label = std::to_string(first) + ":" + track;
  f.frame_index = first;
  f.frame_index_end = last;
  f.severity = Severity::warning;
  f.score = score;
  return f;
}

TEST(Ranking, ScoreTimesSeverityDecides) {
  std::vector<Finding> findings{finding("a", "x", 1, 1, 0.9, "1"), finding("b", "x", 1, 1, 0.8, "2"),
                                finding("c", "x", 1, 1, 0.95, "3")};
  findings[1].severity = Severity::error;
  findings[2].severity = Severity::info;
  const auto faults = rank_faults(findings);
  ASSERT_EQ(faults.size(), 3U);
  EXPECT_EQ(faults[0].finding, 1U);
  EXPECT_DOUBLE_EQ(faults[0].rank, 0.8);
  EXPECT_EQ(faults[1].finding, 0U);
  EXPECT_EQ(faults[2].finding, 2U);
}

TEST(Ranking, WhatHasOneRootCauseIsOneFaultNamedByIt) {
  std::vector<Finding> findings{finding("jump", "temporal.position_jump", 14, 14, 0.9),
                                finding("lag", "temporal.time_lag", 14, 40, 0.3),
                                finding("back", "temporal.position_jump", 41, 41, 0.7)};
  findings[0].root_cause = findings[2].root_cause = "lag";
  const auto faults = rank_faults(findings);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].finding, 1U);
  EXPECT_THAT(faults[0].evidence, testing::ElementsAre(0, 2));
  EXPECT_DOUBLE_EQ(faults[0].rank, 0.6);
}

TEST(Ranking, ALabelAndThePairItIsInAreOneFault) {
  std::vector<Finding> findings{finding("shift", "temporal.outlier_frame", 9, 9, 0.6, "7"),
                                finding("overlap", "box.overlap", 9, 9, 0.8, "3")};
  findings[1].scope = Scope::pair;
  findings[1].other_label = "9:7";
  EXPECT_EQ(rank_faults(findings).size(), 1U);
  findings[1].other_label = "9:8";
  EXPECT_EQ(rank_faults(findings).size(), 2U);
}

TEST(Ranking, SpansOfOneTrackMergeOnlyWhereTheyAreAboutTheSameFrames) {
  const std::vector<Finding> same{finding("a", "x", 10, 20, 0.5), finding("b", "y", 12, 22, 0.4)};
  EXPECT_EQ(rank_faults(same).size(), 1U);
  const std::vector<Finding> whole_track{finding("a", "x", 0, 100, 0.5), finding("b", "y", 12, 12, 0.4)};
  EXPECT_EQ(rank_faults(whole_track).size(), 2U);
  std::vector<Finding> drives = same;
  drives[1].drive = "e";
  EXPECT_EQ(rank_faults(drives).size(), 2U);
}

TEST(Ranking, FindingsWithoutPlaceStandAlone) {
  std::vector<Finding> findings(2);
  findings[0].id = "a";
  findings[1].id = "b";
  EXPECT_EQ(rank_faults(findings).size(), 2U);
  EXPECT_TRUE(rank_faults({}).empty());
}

}  // namespace
}  // namespace concord::tests
