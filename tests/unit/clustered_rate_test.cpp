#include <gtest/gtest.h>
#include <cmath>

#include "src/stats/clustered_rate.hpp"
#include "tests/support/coverage.hpp"

namespace concord::stats {
namespace {

/// `drives` drives of `labels` labels, each a track; the first `bad` drives have one defect.
std::vector<DriveSums> sample(int drives, int labels, int bad, int labels_per_track = 1) {
  std::vector<DriveSums> sums;
  for (int drive = 0; drive < drives; ++drive) {
    DriveTally tally;
    for (int label = 0; label < labels; ++label) {
      tally.add(std::to_string(label / labels_per_track), 1, drive < bad && label == 0);
    }
    sums.push_back(tally.sums());
  }
  return sums;
}

TEST(ClusteredRate, ALabelADriveGivesClopperAndPearson) {
  // 299 clean: 1 - 0.05^(1/299) = 0.99695 %; 2 of 100: the exact one-sided bounds 0.3572 % and 6.1617 %.
  const RateBounds clean = bound_rate(sample(299, 1, 0), {});
  EXPECT_NEAR(clean.upper, 1 - std::pow(0.05, 1.0 / 299), 1e-9);
  EXPECT_LE(clean.upper, 0.01);
  EXPECT_GT(bound_rate(sample(298, 1, 0), {}).upper, 0.01);
  EXPECT_EQ(clean.lower, 0);
  EXPECT_NEAR(upper_bound(0.02, 100, 0.95), 0.061617, 1e-5);
  EXPECT_NEAR(lower_bound(0.02, 100, 0.95), 0.003572, 1e-5);
}

TEST(ClusteredRate, CleanSampleOfALimit) {
  EXPECT_EQ(clean_sample(0.01, 0.95), 299U);
  EXPECT_EQ(clean_sample(0.05, 0.95), 59U);
  EXPECT_EQ(clean_sample(0.001, 0.95), 2995U);
}

TEST(ClusteredRate, CountsDependentLabelsForLess) {
  const RateBounds independent = bound_rate(sample(400, 1, 0), {});
  const RateBounds clustered = bound_rate(sample(20, 20, 0), {});
  EXPECT_NEAR(independent.effective, 400, 1e-9);
  EXPECT_NEAR(clustered.effective, 400 / (1 + 19 * 0.5), 1e-9);
  EXPECT_GT(clustered.upper, independent.upper);
  // Without correlation of tracks only the labels of one track are alike.
  EXPECT_NEAR(bound_rate(sample(20, 20, 0, 5), {.max_icc = 0}).effective, 80, 1e-9);
  EXPECT_NEAR(bound_rate(sample(20, 20, 0, 20), {.max_icc = 0}).effective, 20, 1e-9);
}

TEST(ClusteredRate, LearnsFromManyDrivesThatDefectsAreSpread) {
  const RateBounds spread = bound_rate(sample(200, 50, 100), {});
  EXPECT_NEAR(spread.rate, 0.01, 1e-12);
  EXPECT_GT(spread.effective, 3000);
  EXPECT_LT(spread.upper, 0.015);
}

TEST(ClusteredRate, WeighsByInverseProbability) {
  DriveTally tally;
  tally.add("a", 1, true);
  tally.add("b", 9, false);
  const RateBounds bounds = bound_rate(std::vector{tally.sums()}, {});
  EXPECT_NEAR(bounds.rate, 0.1, 1e-12);
  EXPECT_LE(bounds.effective, 100.0 / 82);
}

TEST(ClusteredRate, EdgesStayBounds) {
  EXPECT_TRUE(std::isnan(bound_rate({}, {}).rate));
  EXPECT_EQ(bound_rate({}, {}).lower, 0);
  EXPECT_EQ(bound_rate({}, {}).upper, 1);
  const RateBounds all = bound_rate(sample(30, 1, 30), {});
  EXPECT_EQ(all.rate, 1);
  EXPECT_EQ(all.upper, 1);
  EXPECT_GT(all.lower, 0.8);
  const RateBounds one = bound_rate(sample(1, 1, 1), {});
  EXPECT_EQ(one.upper, 1);
  EXPECT_NEAR(one.lower, 0.05, 1e-9);
}

TEST(ClusteredRate, GrowsUntilItDecides) {
  const RateBounds bounds = bound_rate(sample(150, 1, 0), {});
  const double growth = growth_to_decide(bounds, 0.01, 0.95);
  EXPECT_NEAR(growth * 150, std::log(0.05) / std::log(0.99), 0.1);
  EXPECT_TRUE(std::isinf(growth_to_decide(bounds, 0, 0.95)));
  const RateBounds beyond = bound_rate(sample(100, 1, 2), {});
  EXPECT_LE(growth_to_decide(beyond, 0.01, 0.95), 20);
  EXPECT_GT(lower_bound(0.02, 100 * growth_to_decide(beyond, 0.01, 0.95), 0.95), 0.01);
}

// All of the grid is walked by unit_acceptance_coverage_campaign; here a few of its corners, and the hardest of them.
TEST(ClusteredRate, BoundsCoverTheTrueRate) {
  using tests::CoverageCase;
  for (const CoverageCase& c :
       {CoverageCase{.rate = 0.001, .icc = 0.5, .drives = 20, .labels = 30},
        CoverageCase{.rate = 0.01, .icc = 0, .drives = 50, .labels = 30},
        CoverageCase{.rate = 0.01, .icc = 0.1, .drives = 50, .labels = 30, .labels_per_track = 5},
        CoverageCase{.rate = 0.05, .icc = 0.5, .drives = 200, .labels = 5},
        CoverageCase{.rate = 0.02, .icc = 0.25, .drives = 200, .labels = 30, .uneven = true},
        CoverageCase{.rate = 0.05, .icc = 0.5, .drives = 50, .labels = 30}}) {
    const tests::Coverage covered = tests::coverage(c, 2000, 7);
    EXPECT_GE(covered.upper, 0.94) << c.rate << " " << c.icc << " " << c.drives;
    EXPECT_GE(covered.lower, 0.94) << c.rate << " " << c.icc << " " << c.drives;
  }
}

}  // namespace
}  // namespace concord::stats
