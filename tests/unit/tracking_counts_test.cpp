#include <gtest/gtest.h>
#include <cmath>

#include "src/stats/tracking_tally.hpp"

namespace concord::tests {
namespace {

using stats::count_tracking;
using stats::TrackScene;

/// A frame in which reference track r and candidate track c have `similarity`.
TrackScene::Frame pair_frame(std::uint32_t r, std::uint32_t c, double similarity = 1) {
  TrackScene::Frame frame{{r}, {c}, {}};
  if (similarity > 0) frame.pairs.push_back({0, 0, similarity});
  return frame;
}

TEST(Tracking, EqualTracksAgreeWholly) {
  const TrackScene scene{{pair_frame(0, 0), pair_frame(0, 0), pair_frame(0, 0)}, 1, 1};
  const auto score = count_tracking(scene, 0.5).score("car");
  EXPECT_DOUBLE_EQ(score.hota, 1);
  EXPECT_NEAR(score.deta, 1, 1e-12);
  EXPECT_NEAR(score.assa, 1, 1e-12);
  EXPECT_NEAR(score.loca, 1, 1e-12);
  EXPECT_DOUBLE_EQ(score.idf1, 1);
  EXPECT_DOUBLE_EQ(score.mota, 1);
  EXPECT_EQ(score.mostly_tracked, 1);
}

// By hand: all four labels are found (DetA 1). Each half of the track has n = 2 of 4 + 2 - 2: association 1/2 for every
// match. One switch in four labels: MOTA 3/4. Identity matches two of four labels either side: IDF1 1/2.
TEST(Tracking, ATrackSplitInTwo) {
  const TrackScene scene{{pair_frame(0, 0), pair_frame(0, 0), pair_frame(0, 1), pair_frame(0, 1)}, 1, 2};
  const auto score = count_tracking(scene, 0.5).score("");
  EXPECT_NEAR(score.deta, 1, 1e-12);
  EXPECT_NEAR(score.assa, 0.5, 1e-12);
  EXPECT_NEAR(score.hota, std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(score.association_recall, 0.5, 1e-12);
  EXPECT_NEAR(score.association_precision, 1, 1e-12);
  EXPECT_EQ(score.identity_switches, 1);
  EXPECT_DOUBLE_EQ(score.mota, 0.75);
  EXPECT_DOUBLE_EQ(score.idf1, 0.5);
}

// By hand: similarity 0.6 reaches the 12 thresholds 0.05 ... 0.6 of 19. At the others nothing matches: DetA 0; LocA is
// 1 there, as TrackEval has it.
TEST(Tracking, ThresholdsBeyondTheSimilarityFindNothing) {
  const TrackScene scene{{pair_frame(0, 0, 0.6), pair_frame(0, 0, 0.6)}, 1, 1};
  const auto score = count_tracking(scene, 0.5).score("");
  EXPECT_NEAR(score.hota, 12.0 / 19, 1e-12);
  EXPECT_NEAR(score.loca, (12 * 0.6 + 7) / 19, 1e-12);
  EXPECT_NEAR(score.motp, 0.6, 1e-12);
  EXPECT_DOUBLE_EQ(score.mota, 1);
}

// By hand: four reference labels, of which frames 0 and 3 are found by track 0; track 1 is wrong in frames 1 and 2.
// TP 2, FN 2, FP 2: DetA 2/6. The pair has n = 2 of 4 + 2 - 2: AssA 1/2. MOTA (2 - 2) / 4. IDTP 2: IDF1 4/8. One
// fragmentation.
TEST(Tracking, MissesAndInventions) {
  const TrackScene scene{{pair_frame(0, 0), pair_frame(0, 1, 0), pair_frame(0, 1, 0), pair_frame(0, 0)}, 1, 2};
  const auto score = count_tracking(scene, 0.5).score("");
  EXPECT_NEAR(score.deta, 1.0 / 3, 1e-12);
  EXPECT_NEAR(score.assa, 0.5, 1e-12);
  EXPECT_NEAR(score.hota, std::sqrt(1.0 / 6), 1e-12);
  EXPECT_DOUBLE_EQ(score.mota, 0);
  EXPECT_DOUBLE_EQ(score.idf1, 0.5);
  EXPECT_EQ(score.misses, 2);
  EXPECT_EQ(score.false_positives, 2);
  EXPECT_EQ(score.fragmentations, 1);
  EXPECT_EQ(score.partly_tracked, 1);
}

// Two tracks cross in the middle frame, where each box is a little more like the other's: CLEAR keeps what it had, and
// HOTA's alignment does too, so nothing switches.
TEST(Tracking, ACrossingIsNoSwitch) {
  TrackScene::Frame apart{{0, 1}, {0, 1}, {{0, 0, 0.9}, {1, 1, 0.9}}};
  TrackScene::Frame crossing{{0, 1}, {0, 1}, {{0, 0, 0.6}, {0, 1, 0.7}, {1, 0, 0.7}, {1, 1, 0.6}}};
  const TrackScene scene{{apart, apart, crossing, apart, apart}, 2, 2};
  const auto counts = count_tracking(scene, 0.5);
  EXPECT_EQ(counts.identity_switches, 0);
  EXPECT_EQ(counts.identity_matches, 10);
  // 0.6 reaches 12 thresholds (n = 5 of 5), 0.9 another 6 (n = 4 of 5 + 5 - 4).
  EXPECT_NEAR(counts.score("").assa, (12 + 6 * 4.0 / 6) / 19, 1e-12);
}

// TrackEval adds counts and weights association by matches.
TEST(Tracking, ScenesAddUp) {
  const TrackScene split{{pair_frame(0, 0), pair_frame(0, 0), pair_frame(0, 1), pair_frame(0, 1)}, 1, 2};
  const TrackScene equal{{pair_frame(0, 0), pair_frame(0, 0)}, 1, 1};
  auto counts = count_tracking(split, 0.5);
  counts.merge(count_tracking(equal, 0.5));
  const auto score = counts.score("");
  EXPECT_NEAR(score.assa, (4 * 0.5 + 2 * 1.0) / 6, 1e-12);
  EXPECT_DOUBLE_EQ(score.mota, (6.0 - 1) / 6);
  EXPECT_DOUBLE_EQ(score.idf1, 2.0 * 4 / 12);
}

TEST(Tracking, StartAndEndOfMatchedTracks) {
  const TrackScene scene{{{{0}, {}, {}}, {{0}, {}, {}}, pair_frame(0, 0), pair_frame(0, 0), {{}, {0}, {}}}, 1, 1};
  const auto counts = count_tracking(scene, 0.5);
  EXPECT_DOUBLE_EQ(counts.start_frames.moments.mean(), 2);
  EXPECT_DOUBLE_EQ(counts.end_frames.moments.mean(), 1);
}

TEST(Tracking, NothingAtAllIsUndefined) {
  const auto score = count_tracking({}, 0.5).score("");
  EXPECT_TRUE(std::isnan(score.hota));
  EXPECT_TRUE(std::isnan(score.idf1));
  EXPECT_TRUE(std::isnan(score.mota));
}

}  // namespace
}  // namespace concord::tests
