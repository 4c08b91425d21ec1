#include "src/stats/agreement.hpp"

#include <gtest/gtest.h>
#include <array>
#include <cmath>
#include <string>

#include "src/stats/rating_tally.hpp"

namespace concord::tests {
namespace {

using namespace stats;

RatingTable table_of(const std::vector<std::vector<double>>& rows) {
  RatingTable table(rows.size());
  for (std::size_t c = 0; c < rows.size(); ++c) {
    for (std::size_t k = 0; k < rows.size(); ++k) table.at(c, k) = rows[c][k];
  }
  return table;
}

// The worked example of https://en.wikipedia.org/wiki/Cohen%27s_kappa: 50 grant proposals, two readers.
TEST(Agreement, CohensKappaOfFiftyProposals) {
  EXPECT_NEAR(cohen_kappa(table_of({{20, 5}, {10, 15}})), 0.4, 1e-12);
  // Ibid., equal agreement with other marginals.
  EXPECT_NEAR(cohen_kappa(table_of({{45, 15}, {25, 15}})), 0.1304, 5e-5);
  EXPECT_NEAR(cohen_kappa(table_of({{25, 35}, {5, 35}})), 0.2593, 5e-5);
}

// Gwet, "Kappa statistic is not satisfactory for assessing the extent of agreement between raters", 2002, table 1's
// paradox: 125 subjects, 118 of them positive for both.
TEST(Agreement, GwetsAc1WhereKappaFails) {
  const RatingTable table = table_of({{118, 5}, {2, 0}});
  EXPECT_NEAR(cohen_kappa(table), -0.0234, 5e-5);
  EXPECT_NEAR(gwet_ac1(table), 0.9408, 5e-5);
}

// The worked example of https://en.wikipedia.org/wiki/Fleiss%27_kappa: ten subjects, fourteen raters, five categories.
TEST(Agreement, FleissKappaOfFourteenRaters) {
  const std::vector<std::vector<std::int64_t>> subjects{
      {0, 0, 0, 0, 14}, {0, 2, 6, 4, 2}, {0, 0, 3, 5, 6}, {0, 3, 9, 2, 0}, {2, 2, 8, 1, 1},
      {7, 7, 0, 0, 0},  {3, 2, 6, 3, 0}, {2, 5, 3, 2, 2}, {6, 5, 2, 1, 0}, {0, 2, 2, 3, 7}};
  Coincidences coincidences;
  for (const auto& subject : subjects) add_unit(subject, 1, coincidences);
  EXPECT_NEAR(fleiss_kappa(coincidences, 14), 0.210, 5e-4);
}

constexpr std::size_t kUnits = 12;
// Krippendorff, "Computing Krippendorff's alpha-reliability", 2011, section C; 0 is missing.
constexpr std::array<std::array<int, kUnits>, 4> kObservers{{{1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0},
                                                             {1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3},
                                                             {0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0},
                                                             {1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0}}};

TEST(Agreement, KrippendorffsAlphaOfFourObserversWithMissingRatings) {
  Coincidences coincidences;
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    std::vector<std::int64_t> ratings(5, 0);
    for (const auto& observer : kObservers) {
      if (observer[unit] > 0) ++ratings[static_cast<std::size_t>(observer[unit] - 1)];
    }
    add_unit(ratings, 1, coincidences);
  }
  EXPECT_NEAR(krippendorff_alpha(coincidences), 0.743, 5e-4);
}

// Ibid., section A: two observers, binary.
TEST(Agreement, KrippendorffsAlphaOfTwoObservers) {
  const std::string a = "0100000010";
  const std::string b = "1110010000";
  Coincidences coincidences;
  for (std::size_t unit = 0; unit < a.size(); ++unit) {
    std::vector<std::int64_t> ratings(2, 0);
    ++ratings[a[unit] == '1' ? 1 : 0];
    ++ratings[b[unit] == '1' ? 1 : 0];
    add_unit(ratings, 1, coincidences);
  }
  EXPECT_NEAR(krippendorff_alpha(coincidences), 0.095, 5e-4);
}

// Of two raters without missing ratings, Gwet's coefficient for several is his coefficient for two.
TEST(Agreement, GwetsAc1ForSeveralIsThatForTwo) {
  Coincidences coincidences;
  add_unit({2, 0}, 118, coincidences);
  add_unit({1, 1}, 7, coincidences);
  EXPECT_NEAR(gwet_ac1(coincidences), gwet_ac1(table_of({{118, 5}, {2, 0}})), 1e-12);
}

TEST(Agreement, OneCategoryAloneHasNoKappa) {
  EXPECT_TRUE(std::isnan(cohen_kappa(table_of({{9, 0}, {0, 0}}))));
  EXPECT_TRUE(std::isnan(cohen_kappa(RatingTable(3))));
  EXPECT_TRUE(std::isnan(krippendorff_alpha({})));
  Coincidences one;
  add_unit({3, 0}, 5, one);
  EXPECT_TRUE(std::isnan(fleiss_kappa(one, 3)));
  EXPECT_TRUE(std::isnan(krippendorff_alpha(one)));
}

TEST(Agreement, TheTallyGivesThePublishedValuesByName) {
  RatingTally tally("shape", 4, 1);
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    std::array<std::string, 4> texts;
    std::vector<std::string_view> ratings;
    for (std::size_t o = 0; o < 4; ++o) {
      texts[o] = kObservers[o][unit] == 0 ? "" : std::string(1, static_cast<char>('a' + kObservers[o][unit]));
      ratings.emplace_back(texts[o]);
    }
    tally.add(cluster_of("drive", std::to_string(unit)), ratings);
  }
  tally.finish_drive();
  const auto scores = tally.scores();
  ASSERT_EQ(scores.size(), 6U);
  EXPECT_EQ(tally.units(), 11);
  EXPECT_NEAR(scores[0].alpha.value, 0.743, 5e-4);
  EXPECT_LT(scores[0].alpha.low, 0.743);
  EXPECT_GT(scores[0].alpha.high, 0.743);
  EXPECT_TRUE(std::isnan(scores[0].kappa.value)) << "Cohen's is of two raters";
  double prevalence = 0;
  for (std::size_t i = 1; i < scores.size(); ++i) prevalence += scores[i].prevalence;
  EXPECT_NEAR(prevalence, 1, 1e-12);
}

/// Two raters who agree on nine of ten labels, tracks of ten labels that are right or wrong together.
RatingTally tracks(std::uint64_t first, std::uint64_t last) {
  RatingTally tally("class", 2, 5);
  for (std::uint64_t track = first; track < last; ++track) {
    const std::string_view a = track % 2 == 0 ? "car" : "van";
    const std::string_view b = track % 10 == 3 ? "car" : a;
    for (int label = 0; label < 10; ++label) tally.add(cluster_of("d", std::to_string(track)), {a, b});
  }
  tally.finish_drive();
  return tally;
}

TEST(Agreement, PartsMergeToTheWhole) {
  const auto whole = tracks(0, 300).scores();
  RatingTally merged = tracks(120, 300);
  merged.merge(tracks(0, 120));
  const auto parts = merged.scores();
  ASSERT_EQ(parts.size(), whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(parts[i].units, whole[i].units);
    EXPECT_DOUBLE_EQ(parts[i].kappa.value, whole[i].kappa.value);
    EXPECT_DOUBLE_EQ(parts[i].kappa.low, whole[i].kappa.low);
    EXPECT_DOUBLE_EQ(parts[i].alpha.high, whole[i].alpha.high);
  }
}

// What each label states anew is nothing to agree upon, in whatever parts it comes.
TEST(Agreement, FreeTextHasNoKappa) {
  const auto texts = [](int first, int last) {
    RatingTally tally("note", 2, 0);
    for (int i = first; i < last; ++i) {
      const std::string text = "text " + std::to_string(i);
      tally.add(cluster_of("d", text), {text, text});
    }
    tally.finish_drive();
    return tally;
  };
  RatingTally parts = texts(0, 60);
  EXPECT_FALSE(parts.has_too_many_categories());
  parts.merge(texts(60, 120));
  for (const RatingTally& tally : {parts, texts(0, 120), texts(0, 100000)}) {
    EXPECT_TRUE(tally.has_too_many_categories());
    EXPECT_EQ(tally.units(), 0);
  }
}

// Labels of one track are no independent evidence: the interval is that of 300 tracks, not of 3000 labels. By the
// normal approximation of a share, 1.96 sqrt(0.09 / 300) = 0.034 of agreement is about 0.068 of kappa at even classes.
TEST(Agreement, TheIntervalIsThatOfTracks) {
  const auto score = tracks(0, 300).scores()[0];
  EXPECT_NEAR(score.kappa.value, 0.8, 0.01);
  EXPECT_NEAR(score.kappa.high - score.kappa.value, 0.068, 0.025);
  EXPECT_NEAR(score.kappa.value - score.kappa.low, 0.068, 0.025);
}

}  // namespace
}  // namespace concord::tests
