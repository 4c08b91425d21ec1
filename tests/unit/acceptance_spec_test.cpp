#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "concord/acceptance.hpp"

namespace concord {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kChecks{"temporal.gap", "temporal.heading_flip", "box.duplicate"};

Result<AcceptanceSpec> parse(const std::string& yaml) { return AcceptanceSpec::parse(yaml, "spec.yaml", kChecks); }

std::string example() {
  std::ifstream file(std::string(std::getenv("CONCORD_SOURCE_DIR")) + "/data/specs/example.yaml");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A spec of one limit.
std::string with_limit(const std::string& limit, const std::string& category = "classes: [car]") {
  return "sampling:\n  review: {kind: stratified}\n  gold: {kind: gold}\ntiers:\n  t:\n    functions:\n      f:\n"
         "        integrity: QM\n        categories:\n          - " +
         category + "\n            limits:\n              - " + limit + "\n";
}

const std::string kLimit = "{metric: defect_rate, max: 0.01, unit: label, stage: final, sampling: review}";

TEST(AcceptanceSpec, ReadsTheExample) {
  const auto spec = parse(example());
  ASSERT_TRUE(spec.ok()) << spec.error().text();
  ASSERT_EQ(spec->tiers.size(), 2U);
  EXPECT_EQ(spec->tiers[0].oversampling, 3);
  const AcceptanceFunction& function = spec->tiers[0].functions.at(0);
  EXPECT_EQ(function.integrity, Integrity::asil_b);
  ASSERT_EQ(function.categories.size(), 3U);
  EXPECT_EQ(function.categories[0].classes, (std::vector<std::string>{"pedestrian", "cyclist"}));
  EXPECT_EQ(function.categories[0].limits[1].fault, Fault::identity);
  EXPECT_EQ(function.categories[0].limits[1].unit, ReviewUnit::track);
  EXPECT_EQ(function.categories[0].limits[2].metric, LimitMetric::recall);
  EXPECT_EQ(function.categories[1].range_bands.size(), 2U);
  EXPECT_EQ(function.categories[1].limits[1].check, "temporal.heading_flip");
  EXPECT_EQ(function.categories[2].odd_cells, (std::vector<std::string>{"night_rain"}));
  const AcceptanceLimit& census = spec->tiers[1].functions[0].categories[0].limits[0];
  EXPECT_EQ(census.stage, ReviewStage::first_pass);
  EXPECT_EQ(census.minimum_sample, 100U);
}

TEST(AcceptanceSpec, NamesFileAndLineOfWhatIsWrong) {
  struct Case {
    std::string yaml, where, message;
  };
  const std::vector<Case> cases{
      {"nonsense: 1\n", "spec.yaml:1", "unknown key 'nonsense'"},
      {"confidence: 1.5\n", "spec.yaml:1", "out of range"},
      {"confidence: 0.9\nconfidence: 0.8\n", "spec.yaml:2", "given twice"},
      {"max_icc: much\n", "spec.yaml:1", "is no number"},
      {"min_drives: 1.5\n", "spec.yaml:1", "no whole number"},
      {"min_drives: 1\n", "spec.yaml:1", "below 2"},
      {"sampling:\n  a: {kind: guess}\n", "spec.yaml:2", "unknown kind 'guess'"},
      {"sampling:\n  a: {minimum_share: 0.1}\n", "spec.yaml:2", "has no kind"},
      {"sampling: [1]\n", "spec.yaml:1", "not a mapping"},
      {"confidence: 0.9\n", "spec.yaml", "no tiers"},
      {"tiers: {t: {}}\n", "spec.yaml:1", "has no functions"},
      {"tiers: {t: {functions: {f: {categories: []}}}}\n", "spec.yaml:1", "no list"},
      {with_limit(kLimit, "classes: [lorry]"), "spec.yaml:10", "unknown class 'lorry'"},
      {with_limit(kLimit, "classes: [ignore]"), "spec.yaml:10", "unknown class"},
      {with_limit(kLimit, "classes: [car, car]"), "spec.yaml:10", "given twice"},
      {with_limit(kLimit, "range_bands: [near]"), "spec.yaml:10", "unknown range band"},
      {with_limit(kLimit, "cells: [a]"), "spec.yaml:10", "unknown key 'cells'"},
      {with_limit(kLimit, "range_bands: [\"0-30\"]"), "spec.yaml:10", "no classes"},
      {with_limit("{metric: speed}"), "spec.yaml:12", "unknown metric"},
      {with_limit("{metric: defect_rate, max: 0.01, unit: label, stage: final}"), "spec.yaml:12", "has no sampling"},
      {with_limit("{metric: defect_rate, max: 0.01, stage: final, sampling: review}"), "spec.yaml:12", "has no unit"},
      {with_limit("{metric: defect_rate, max: 0.01, unit: label, sampling: review}"), "spec.yaml:12", "has no stage"},
      {with_limit("{metric: defect_rate, min: 0.01, unit: label, stage: final, sampling: review}"), "spec.yaml:12",
       "has no max"},
      {with_limit("{metric: defect_rate, max: 1.01, unit: label, stage: final, sampling: review}"), "spec.yaml:12",
       "on a share"},
      {with_limit("{metric: defect_rate, max: .nan, unit: label, stage: final, sampling: review}"), "spec.yaml:12",
       "out of range"},
      {with_limit("{metric: defect_rate, max: 0.1, fault: size, check: temporal.gap, unit: label, stage: final, "
                  "sampling: review}"),
       "spec.yaml:12", "a fault and a check"},
      {with_limit("{metric: defect_rate, max: 0.1, check: temporal.gop, unit: label, stage: final, sampling: review}"),
       "spec.yaml:12", "unknown check 'temporal.gop'"},
      {with_limit("{metric: defect_rate, max: 0.1, fault: odd, unit: label, stage: final, sampling: review}"),
       "spec.yaml:12", "unknown fault"},
      {with_limit("{metric: defect_rate, max: 0.1, unit: label, stage: final, sampling: gold}"), "spec.yaml:12",
       "comes of a review"},
      {with_limit("{metric: recall, min: 0.9, unit: label, stage: final, sampling: review}"), "spec.yaml:12",
       "come of gold labels"},
      {with_limit("{metric: recall, min: 0.9, unit: track, stage: final, sampling: gold}"), "spec.yaml:12",
       "are of labels"},
      {with_limit("{metric: kappa, min: 0.9, fault: size, unit: label, stage: final, sampling: gold}"), "spec.yaml:12",
       "only a defect_rate"},
      {with_limit("{metric: defect_rate, max: 0.1, unit: label, stage: final, sampling: reviev}"), "spec.yaml:12",
       "no sampling plan"},
      {with_limit("{metric: defect_rate, max: 0.1, unit: track, stage: final, sampling: review}",
                  "{classes: [car], range_bands: [\"0-30\"], limits: [" + kLimit + "]}\n          - classes: [car]"),
       "", ""},
      {"tiers: [\n", "spec.yaml:", ""},
      {"", "spec.yaml", "no tiers"},
  };
  for (const Case& c : cases) {
    const auto spec = parse(c.yaml);
    if (c.message.empty() && c.where.empty()) {
      EXPECT_TRUE(spec.ok()) << spec.error().text();
      continue;
    }
    ASSERT_FALSE(spec.ok()) << c.yaml;
    EXPECT_THAT(spec.error().where, HasSubstr(c.where)) << spec.error().text();
    EXPECT_THAT(spec.error().message, HasSubstr(c.message)) << spec.error().text();
  }
}

TEST(AcceptanceSpec, KeepsRangeBandsAwayFromTracks) {
  const auto spec = parse(with_limit("{metric: defect_rate, max: 0.1, unit: track, stage: final, sampling: review}",
                                     "range_bands: [\"0-30\"]\n            classes: [car]"));
  ASSERT_FALSE(spec.ok());
  EXPECT_THAT(spec.error().message, HasSubstr("range bands"));
}

TEST(AcceptanceSpec, EndsOnAnchorsThatMultiply) {
  std::string yaml =
      "sampling: {review: {kind: stratified}}\ntiers:\n  a: &t\n    functions:\n      f: &f\n"
      "        integrity: QM\n        categories: [&c {classes: [car], limits: [&l " +
      kLimit;
  for (int i = 0; i < 300; ++i) yaml += ", *l";
  yaml += "]}";
  for (int i = 0; i < 300; ++i) yaml += ", *c";
  yaml += "]\n";
  for (int i = 0; i < 300; ++i) yaml += "      f" + std::to_string(i) + ": *f\n";
  for (int i = 0; i < 300; ++i) yaml += "  t" + std::to_string(i) + ": *t\n";
  const auto spec = parse(yaml);
  ASSERT_FALSE(spec.ok());
  EXPECT_THAT(spec.error().message, HasSubstr("more than 100000 limits"));
}

}  // namespace
}  // namespace concord
