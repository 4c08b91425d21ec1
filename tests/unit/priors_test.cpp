#include "concord/priors.hpp"

#include <gmock/gmock.h>
#include <unistd.h>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "concord/judge.hpp"

namespace concord::tests {
namespace {

namespace fs = std::filesystem;

class PriorsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("concord_priors_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] std::string written(const Priors& priors) const {
    const fs::path path = folder_ / "p.h5";
    EXPECT_TRUE(write_priors(path, priors).ok());
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
  }
  fs::path folder_;
};

Priors drive(const std::string& name, std::uint64_t seed) {
  Priors priors;
  for (std::uint64_t i = 0; i < 1500; ++i) {
    priors.observe(quantity::kSpeed, "car", 0.01 * static_cast<double>((i * 7919 + seed) % 3000));
    if (i < 300) priors.observe(quantity::kSpeed, "van", 0.01 * static_cast<double>(i));
    if (i < 150) priors.observe(quantity::kLength, i % 3 == 0 ? "van" : "car", 4 + 0.001 * static_cast<double>(i));
  }
  priors.checks[{"temporal.gap", "car"}] = {.examined = 5000 + seed, .scores = {}};
  priors.checks[{"temporal.gap", "car"}].scores.add(0.25 * static_cast<double>(1 + seed % 3), 4);
  priors.drives[name] = {name, "ab", 100 + seed};
  return priors;
}

Priors merged(std::initializer_list<const Priors*> parts) {
  Priors all;
  for (const Priors* part : parts) EXPECT_TRUE(all.merge(*part).ok());
  return all;
}

TEST_F(PriorsTest, MergingIsIndependentOfOrderAndGroupingToTheByte) {
  const Priors a = drive("a", 1), b = drive("b", 2), c = drive("c", 3);
  const Priors bc = merged({&c, &b});
  const std::string bytes = written(merged({&a, &b, &c}));
  EXPECT_EQ(written(merged({&c, &a, &b})), bytes);
  EXPECT_EQ(written(merged({&a, &bc})), bytes);
  EXPECT_NE(written(merged({&a, &b})), bytes);
}

TEST_F(PriorsTest, OneDriveTwiceIsAnError) {
  Priors a = drive("a", 1);
  const Priors before = a;
  const auto twice = a.merge(drive("a", 1));
  ASSERT_FALSE(twice.ok());
  EXPECT_THAT(twice.error().text(), testing::HasSubstr("'a' would be learned twice"));
  EXPECT_EQ(a.sketches, before.sketches);
}

TEST_F(PriorsTest, ComesBackFromItsFile) {
  Priors priors = drive("a", 1);
  priors.calibration = Calibration{
      .base_rate = 0.02, .drives = {"x", "y"}, .rows = {{"", -1, 2, 3, 10, 4}, {"temporal.gap", 0.1, 0, 0.5, 7, 3}}};
  const std::string bytes = written(priors);
  const auto back = read_priors(folder_ / "p.h5");
  ASSERT_TRUE(back.ok()) << back.error().text();
  EXPECT_EQ(back->sketches, priors.sketches);
  EXPECT_EQ(back->checks, priors.checks);
  EXPECT_EQ(back->drives, priors.drives);
  EXPECT_EQ(back->calibration, priors.calibration);
  EXPECT_EQ(back->content_sha256.size(), 64U);
  EXPECT_EQ(written(*back), bytes);
  // A calibration belongs to what it was fitted with.
  Priors other = drive("b", 2);
  ASSERT_TRUE(other.merge(*back).ok());
  EXPECT_FALSE(other.calibration.has_value());
}

TEST_F(PriorsTest, EveryDamageIsAnError) {
  const std::string bytes = written(drive("a", 1));
  const fs::path path = folder_ / "damaged.h5";
  const auto read = [&](const std::string& damaged) {
    std::ofstream(path, std::ios::binary) << damaged;
    return read_priors(path);
  };
  ASSERT_TRUE(read(bytes).ok());
  for (std::size_t i = 0; i < 150; ++i) {
    std::string damaged = bytes;
    damaged[i * damaged.size() / 150] ^= 1;
    ASSERT_FALSE(read(damaged).ok()) << i;
    ASSERT_FALSE(read(bytes.substr(0, i * bytes.size() / 150)).ok()) << i;
  }
  EXPECT_FALSE(read(bytes + "x").ok());
  EXPECT_FALSE(read_priors(folder_).ok());
  EXPECT_FALSE(read_priors(folder_ / "none.h5").ok());
}

TEST_F(PriorsTest, AClassWithTooFewSamplesTakesThoseOfItsParent) {
  const LearnedPriors learned(drive("a", 1));
  const auto own = learned.limit(quantity::kSpeed, "car", PriorSide::upper, 1e-4);
  ASSERT_TRUE(own.has_value());
  EXPECT_EQ(own->class_name, "car");
  EXPECT_EQ(own->samples, 1500U);
  EXPECT_GT(own->value, 29);
  EXPECT_LT(own->value, 40);
  // 300 vans are too few; vehicles are cars and vans.
  const auto parent = learned.limit(quantity::kSpeed, "van", PriorSide::upper, 1e-4);
  ASSERT_TRUE(parent.has_value());
  EXPECT_EQ(parent->class_name, "vehicle");
  EXPECT_EQ(parent->samples, 1800U);
  // Classes that mix vulnerable road users with others teach nothing.
  EXPECT_FALSE(learned.limit(quantity::kSpeed, "pedestrian", PriorSide::upper, 1e-4).has_value());
  EXPECT_FALSE(learned.limit(quantity::kSpeed, "animal", PriorSide::upper, 1e-4).has_value());
  EXPECT_FALSE(learned.limit("no_such", "car", PriorSide::upper, 1e-4).has_value());
  EXPECT_FALSE(learned.limit(quantity::kSpeed, "car", PriorSide::upper, 0).has_value());
  EXPECT_TRUE(std::isnan(learned.tail_probability(quantity::kSpeed, "animal", PriorSide::upper, 3)));
  EXPECT_LT(learned.tail_probability(quantity::kSpeed, "car", PriorSide::upper, 60), 1e-5);
}

TEST_F(PriorsTest, FindingsOfAScoreAreAsRareAsTheyWere) {
  const LearnedPriors learned(drive("a", 1));  // four findings of score 0.5 in 5,001 labels
  EXPECT_NEAR(learned.finding_rate("temporal.gap", "car", 0.4), 5.0 / 5002, 1e-12);
  EXPECT_NEAR(learned.finding_rate("temporal.gap", "car", 0.6), 1.0 / 5002, 1e-12);
  EXPECT_NEAR(learned.finding_rate("temporal.gap", "pedestrian", 0.6), 1.0 / 5002, 1e-12);
  EXPECT_TRUE(std::isnan(learned.finding_rate("box.overlap", "car", 0.6)));
}

TEST_F(PriorsTest, EveryLearnedParameterNamesAQuantity) {
  std::size_t learned = 0;
  for (const CheckInfo& check : checks()) {
    bool has_tail = false, any = false;
    for (const ParameterInfo& parameter : check.parameters) {
      has_tail |= parameter.name == "tail";
      if (parameter.quantity.empty()) continue;
      any = true;
      ++learned;
      const QuantityInfo* info = find_quantity(parameter.quantity);
      ASSERT_NE(info, nullptr) << check.id << " " << parameter.name;
      EXPECT_EQ(info->unit, parameter.unit) << check.id << " " << parameter.name;
    }
    EXPECT_EQ(has_tail, any) << check.id;
  }
  EXPECT_GE(learned, 13U);
}

TEST_F(PriorsTest, TheReportSaysWhichLimitsAreLearned) {
  JudgeOptions options;
  EXPECT_EQ(describe_priors({}, options), "");
  options.priors = std::make_shared<const LearnedPriors>(drive("a", 1));
  const std::string text = describe_priors({}, options);
  EXPECT_THAT(text, testing::HasSubstr("drives: [\"a\"]"));
  EXPECT_THAT(text, testing::ContainsRegex("van: \\{limit: [0-9.]+, of: vehicle, samples: 1800\\}"));
  EXPECT_THAT(text, testing::Not(testing::ContainsRegex("animal|person|road_user")));
  // A tail of 0 keeps the hand-set limit.
  const auto off = Profile::parse("checks: {temporal.speed_implausible: {tail: 0}}", "test");
  ASSERT_TRUE(off.ok()) << off.error().text();
  EXPECT_THAT(describe_priors(*off, options), testing::Not(testing::HasSubstr("max_speed_mps")));
}

}  // namespace
}  // namespace concord::tests
