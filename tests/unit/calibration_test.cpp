#include "concord/calibration.hpp"

#include <gmock/gmock.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "concord/scoring.hpp"

namespace concord::tests {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double logistic(double odds) { return 1 / (1 + std::exp(-odds)); }

/// Findings whose truth is drawn with log odds intercept + slope * score - 0.5 * log10(surprise).
void draw(std::mt19937_64& random, const std::string& check, double intercept, double slope, int count,
          std::vector<CalibrationSample>& samples) {
  const auto uniform = [&random] { return static_cast<double>(random() >> 11U) * 0x1p-53; };
  for (int i = 0; i < count; ++i) {
    const double score = uniform(), digits = 6 * uniform();
    const bool is_true = uniform() < logistic(intercept + slope * score + 0.5 * digits);
    samples.push_back({check, score, std::pow(10, -digits), is_true});
  }
}

std::vector<CalibrationSample> drawn(std::uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  std::vector<CalibrationSample> samples;
  draw(random, "box.a", -4, 3, count, samples);
  draw(random, "box.b", -1, 1, count, samples);
  return samples;
}

TEST(Calibration, RecoversTheOddsThatItWasDrawnFrom) {
  const Calibration fit = fit_calibration(drawn(1, 5000), 0.01, {"y", "x"});
  EXPECT_THAT(fit.drives, testing::ElementsAre("x", "y"));
  ASSERT_EQ(fit.rows.size(), 3U);
  EXPECT_EQ(fit.rows[1].check, "box.a");
  EXPECT_NEAR(fit.rows[1].intercept, -4, 0.4);
  EXPECT_NEAR(fit.rows[1].score_slope, 3, 0.4);
  EXPECT_NEAR(fit.rows[2].intercept, -1, 0.3);
  EXPECT_NEAR(fit.rows[2].surprise_slope, 2, 0.3);  // 0.5 a decade, four decades a unit
}

TEST(Calibration, IsReliableOnSamplesThatItNeverSaw) {
  const Calibration fit = fit_calibration(drawn(2, 3000), 0.01, {});
  std::vector<ScoredFinding> held_out;
  for (const CalibrationSample& s : drawn(3, 20'000)) {
    held_out.push_back({s.check, fit.probability(s.check, s.score, s.surprise), s.surprise, s.is_true, false});
  }
  const ProbabilityScore score = score_probabilities(held_out);
  EXPECT_EQ(score.reliability.size(), 10U);
  for (const ReliabilityBin& bin : score.reliability) EXPECT_NEAR(bin.mean_score, bin.hits.value(), 0.04) << bin.low;
  EXPECT_GT(score.brier_skill, 0.2);
  EXPECT_GT(score.auc, 0.75);
}

TEST(Calibration, SlopesAreNeverNegativeAndOrderIsNoMatter) {
  std::mt19937_64 random(4);
  std::vector<CalibrationSample> samples;
  draw(random, "box.a", 2, -5, 2000, samples);
  draw(random, "box.b", -1, 1, 2000, samples);
  const Calibration fit = fit_calibration(samples, 0.01, {});
  for (const CalibrationRow& row : fit.rows) {
    EXPECT_GE(row.score_slope, 0);
    EXPECT_GE(row.surprise_slope, 0);
  }
  EXPECT_EQ(fit.rows[1].score_slope, 0);
  std::reverse(samples.begin(), samples.end());
  EXPECT_EQ(fit_calibration(samples, 0.01, {}), fit);
}

TEST(Calibration, ChecksWithFewFindingsShrinkToTheCommonOnes) {
  std::vector<CalibrationSample> samples = drawn(5, 2000);
  samples.push_back({"box.c", 0.5, 1e-3, true});
  const Calibration fit = fit_calibration(samples, 0.01, {});
  const double common = fit.probability("box.unseen", 0.5, 1e-3);
  const double rare = fit.probability("box.c", 0.5, 1e-3);
  EXPECT_GT(rare, common);
  EXPECT_LT(rare, 0.5 * (1 + common));
  // Unknown surprise counts as none.
  EXPECT_EQ(fit.probability("box.a", 0.5, kNaN), fit.probability("box.a", 0.5, 1));
}

TEST(Calibration, AnotherBaseRateShiftsTheOdds) {
  const Calibration fit = fit_calibration(drawn(6, 500), 0.01, {});
  const double p = fit.probability("box.a", 0.7, 1e-2);
  EXPECT_NEAR(fit.probability("box.a", 0.7, 1e-2, 0.01), p, 1e-12);
  const double q = fit.probability("box.a", 0.7, 1e-2, 0.05);
  EXPECT_NEAR(q / (1 - q) / (p / (1 - p)), 0.05 / 0.95 / (0.01 / 0.99), 1e-9);
}

TEST(Calibration, OfOneKindOnlyIsTheRate) {
  std::vector<CalibrationSample> samples(9, {"box.a", 0.5, kNaN, false});
  const Calibration fit = fit_calibration(samples, 0.01, {});
  EXPECT_NEAR(fit.probability("box.a", 0.9, 1e-9), 0.05, 1e-9);
  EXPECT_EQ(fit_calibration({}, 0.01, {}).probability("box.a", 0.9, 1e-9), 0.5);
}

TEST(ProbabilityScore, IsWorkedOutByHand) {
  const std::vector<ScoredFinding> findings{{"a", 0.9, 1e-4, true, false},
                                            {"a", 0.8, 1e-1, false, false},
                                            {"a", 0.8, 1e-3, true, false},
                                            {"a", 0.1, kNaN, false, false},
                                            {"a", 1.0, 1e-9, false, true}};
  const ProbabilityScore score = score_probabilities(findings);
  EXPECT_EQ(score.hits.of, 4U);
  EXPECT_NEAR(score.brier, (0.01 + 0.64 + 0.04 + 0.01) / 4, 1e-12);
  EXPECT_NEAR(score.brier_skill, 1 - score.brier / 0.25, 1e-12);
  EXPECT_NEAR(score.auc, (2 + 1.5) / 4, 1e-12);
  EXPECT_NEAR(score.auc_surprise, 1, 1e-12);
  ASSERT_EQ(score.reliability.size(), 3U);
  EXPECT_NEAR(score.reliability[1].mean_score, 0.8, 1e-12);
  EXPECT_TRUE(std::isnan(score_probabilities({}).auc));
}

}  // namespace
}  // namespace concord::tests
