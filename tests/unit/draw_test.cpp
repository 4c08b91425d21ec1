#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "src/acceptance/draw.hpp"
#include "src/stats/replicates.hpp"

namespace concord::acceptance {
namespace {

struct Population {
  std::vector<DrawUnit> units;
  std::vector<SampledCategory> categories;

  void add(const std::string& class_name, const std::string& band, int count, int flagged, int suspicious,
           std::uint64_t seed = 0) {
    const auto category = static_cast<std::uint32_t>(categories.size());
    categories.push_back({.class_name = class_name, .range_band = band, .units = static_cast<std::uint64_t>(count)});
    for (int i = 0; i < count; ++i) {
      const auto row = static_cast<std::uint32_t>(units.size());
      units.push_back({.number = stats::cluster_of(std::to_string(seed), std::to_string(row)),
                       .risk = i < suspicious ? 1.0F - 0.001F * static_cast<float>(i) : 0.0F,
                       .row = row,
                       .category = category,
                       .flagged = i < flagged});
    }
  }
};

Population street(std::uint64_t seed = 0) {
  Population population;
  population.add("car", "0-30", 2000, 100, 40, seed);
  population.add("car", "50+", 500, 10, 10, seed);
  population.add("pedestrian", "0-30", 60, 3, 2, seed);
  population.add("bus", "0-30", 2, 0, 0, seed);
  return population;
}

std::vector<Drawn> drawn_of(Population& population, const SampleOptions& options) {
  const auto plan = plan_of(options);
  EXPECT_TRUE(plan.ok());
  set_wanted(options, *plan, population.categories);
  auto drawn = draw(population.units, options, population.categories);
  EXPECT_TRUE(drawn.ok()) << drawn.error().text();
  return std::move(drawn).value();
}

double stands_for(const Population& population, const std::vector<Drawn>& drawn, std::uint32_t category) {
  double units = 0;
  for (const Drawn& d : drawn) units += population.units[d.unit].category == category ? 1 / d.probability : 0;
  return units;
}

TEST(Draw, EveryCategoryHasItsShareAndStandsForAllOfItself) {
  Population population = street();
  const std::vector<Drawn> drawn = drawn_of(population, {});
  for (std::uint32_t c = 0; c < population.categories.size(); ++c) {
    const SampledCategory& category = population.categories[c];
    EXPECT_GE(category.drawn, category.wanted) << category.class_name;
    EXPECT_NEAR(stands_for(population, drawn, c), static_cast<double>(category.units), 1e-6) << category.class_name;
  }
  EXPECT_EQ(population.categories[0].wanted, 200U);
  EXPECT_EQ(population.categories[2].wanted, 6U);
  EXPECT_EQ(population.categories[3].wanted, 2U) << "rare: all that there is";
  std::map<Arm, int> arms;
  for (const Drawn& d : drawn) ++arms[d.arm];
  EXPECT_GT(arms[Arm::risk], 40);
  EXPECT_GT(arms[Arm::random_flagged], 3);
  EXPECT_GT(arms[Arm::random_clean], 150);
}

TEST(Draw, NoUnitTwiceAndTheMostSuspiciousFirst) {
  Population population = street();
  const std::vector<Drawn> drawn = drawn_of(population, {.budget = 100, .risk_share = 0.1});
  EXPECT_EQ(drawn.size(), 100U);
  std::set<std::size_t> units;
  std::vector<float> risks;
  for (const Drawn& d : drawn) {
    EXPECT_TRUE(units.insert(d.unit).second);
    EXPECT_GT(d.probability, 0);
    EXPECT_LE(d.probability, 1);
    if (d.arm == Arm::risk) risks.push_back(population.units[d.unit].risk);
  }
  ASSERT_EQ(risks.size(), 10U);
  EXPECT_GE(risks.back(), 0.99F);
}

TEST(Draw, ABudgetTooSmallSaysWhoGoesShort) {
  Population population = street();
  const std::vector<Drawn> drawn = drawn_of(population, {.budget = 40});
  EXPECT_EQ(drawn.size(), 40U);
  EXPECT_LT(population.categories[0].drawn, population.categories[0].wanted);
  for (std::uint32_t c = 0; c < population.categories.size(); ++c) {
    EXPECT_NEAR(stands_for(population, drawn, c), static_cast<double>(population.categories[c].units), 1e-6);
  }
  // Fewer than its strata: they are merged, and all together still stand for all.
  Population few = street();
  const std::vector<Drawn> scarce = drawn_of(few, {.budget = 5, .risk_share = 0.2});
  EXPECT_EQ(scarce.size(), 5U);
  double all = 0;
  for (std::uint32_t c = 0; c < few.categories.size(); ++c) all += stands_for(few, scarce, c);
  EXPECT_NEAR(all, 2562, 1e-6);
  Population none = street();
  EXPECT_FALSE(draw(none.units, {.budget = 2}, none.categories).ok());
}

TEST(Draw, ALargerBudgetIsUsedAndTakesInTheSmaller) {
  Population small = street();
  Population large = street();
  const std::vector<Drawn> first = drawn_of(small, {.budget = 400});
  const std::vector<Drawn> second = drawn_of(large, {.budget = 800});
  EXPECT_EQ(second.size(), 800U);
  std::set<std::size_t> units;
  for (const Drawn& d : second) units.insert(d.unit);
  for (const Drawn& d : first) EXPECT_TRUE(units.contains(d.unit));
  Population whole = street();
  EXPECT_EQ(drawn_of(whole, {.budget = 1'000'000}).size(), 2562U);
}

TEST(Draw, TheOrderOfTheUnitsIsNoMatter) {
  Population population = street();
  Population shuffled = population;
  std::mt19937 engine(3);
  std::shuffle(shuffled.units.begin(), shuffled.units.end(), engine);
  const auto rows = [](Population& of) {
    std::set<std::uint32_t> drawn;
    for (const Drawn& d : drawn_of(of, {.budget = 150})) drawn.insert(of.units[d.unit].row);
    return drawn;
  };
  const std::set<std::uint32_t> expected = rows(population);
  EXPECT_EQ(rows(shuffled), expected);
  Population other = street(1);
  EXPECT_NE(rows(other), expected) << "another seed";
}

/// Each unit is drawn as often as its inclusion probability says, and the weighted rate has no bias.
TEST(Draw, ProbabilitiesAreThoseOfTheDrawing) {
  constexpr int kRuns = 400;
  double estimated = 0;
  std::vector<int> times(2562, 0);
  std::vector<double> probability(2562, 0);
  for (int run = 0; run < kRuns; ++run) {
    Population population = street(static_cast<std::uint64_t>(run) + 10);
    double defects = 0;
    for (const Drawn& d : drawn_of(population, {.budget = 300})) {
      const DrawUnit& unit = population.units[d.unit];
      ++times[unit.row];
      probability[unit.row] = d.probability;
      const bool is_defect = unit.flagged || unit.row % 50 == 49;
      defects += is_defect ? 1 / d.probability : 0;
    }
    estimated += defects / kRuns;
  }
  double truth = 0;
  const Population population = street();
  for (const DrawUnit& unit : population.units) truth += unit.flagged || unit.row % 50 == 49 ? 1 : 0;
  EXPECT_NEAR(estimated, truth, 0.03 * truth);
  for (std::size_t row = 0; row < times.size(); row += 97) {
    EXPECT_NEAR(static_cast<double>(times[row]) / kRuns, probability[row], 0.12) << row;
  }
}

TEST(Draw, ASpecAsksForWhatItsLimitsNeed) {
  constexpr const char* kSpec =
      "sampling:\n  review: {kind: stratified, minimum_share: 0.05}\n  all: {kind: census}\ntiers:\n  t:\n"
      "    oversampling: 4\n    functions:\n      f:\n        integrity: QM\n        categories:\n"
      "          - classes: [person]\n            limits:\n"
      "              - {metric: defect_rate, max: 0.1, unit: label, stage: final, sampling: review}\n"
      "          - classes: [car]\n            range_bands: [\"50+\"]\n            limits:\n"
      "              - {metric: defect_rate, max: 0.01, unit: label, stage: final, sampling: review}\n";
  const auto spec = AcceptanceSpec::parse(kSpec, "spec.yaml", {});
  ASSERT_TRUE(spec.ok()) << spec.error().text();
  SampleOptions options{.spec = *spec, .plan = "review"};
  Population population = street();
  set_wanted(options, *plan_of(options), population.categories);
  EXPECT_EQ(population.categories[0].wanted, 100U);
  EXPECT_EQ(population.categories[1].wanted, 299U);
  EXPECT_EQ(population.categories[2].wanted, 29U);
  options.stage = ReviewStage::first_pass;
  set_wanted(options, *plan_of(options), population.categories);
  EXPECT_EQ(population.categories[1].wanted, 100U) << "four times the share; the limit is of another stage";
  options.plan = "all";
  set_wanted(options, *plan_of(options), population.categories);
  EXPECT_EQ(population.categories[0].wanted, 2000U);
  options.plan = "";
  EXPECT_FALSE(plan_of(options).ok()) << "two plans";
  options.plan = "none";
  EXPECT_FALSE(plan_of(options).ok());
}

}  // namespace
}  // namespace concord::acceptance
