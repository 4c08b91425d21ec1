// What every check must declare, whatever it looks for.

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "concord/judge.hpp"
#include "concord/near_names.hpp"
#include "src/checks/error_types.hpp"
#include "src/checks/outliers.hpp"
#include "src/checks/score.hpp"

namespace concord {
namespace {

TEST(Registry, IdsAreSortedUniqueAndFound) {
  std::set<std::string_view> seen;
  for (const CheckInfo& check : checks()) {
    EXPECT_TRUE(seen.empty() || *seen.rbegin() < check.id) << check.id;
    seen.insert(check.id);
    EXPECT_EQ(find_check(check.id), &check);
    EXPECT_THAT(std::string(check.id), testing::MatchesRegex("[a-z]+[.][a-z_]+"));
  }
  EXPECT_EQ(find_check("temporal"), nullptr);
  EXPECT_EQ(find_check(""), nullptr);
}

TEST(Registry, EveryCheckIsDescribed) {
  for (const CheckInfo& check : checks()) {
    SCOPED_TRACE(check.id);
    const auto& types = judging::error_type::kAll;
    EXPECT_NE(std::find(types.begin(), types.end(), check.error_type), types.end()) << check.error_type;
    EXPECT_FALSE(check.title.empty());
    EXPECT_FALSE(check.unit.empty());
    EXPECT_NE(check.severity, Severity::unknown);
    EXPECT_NE(check.fault, Fault::unknown);
    EXPECT_NE(check.scope, Scope::unknown);
    EXPECT_THAT(std::string(check.documentation),
                testing::AllOf(testing::HasSubstr("**Why it matters.**"), testing::HasSubstr("**Limits.**")));
  }
}

TEST(Registry, ParametersHaveUnitsRangesAndHelp) {
  for (const CheckInfo& check : checks()) {
    std::set<std::string_view> names;
    for (const ParameterInfo& parameter : check.parameters) {
      SCOPED_TRACE(std::string(check.id) + "." + std::string(parameter.name));
      EXPECT_TRUE(names.insert(parameter.name).second);
      EXPECT_FALSE(parameter.unit.empty());
      EXPECT_FALSE(parameter.help.empty());
      EXPECT_LT(parameter.minimum, parameter.maximum);
      EXPECT_LE(parameter.minimum, parameter.default_value);
      EXPECT_LE(parameter.default_value, parameter.maximum);
      for (const std::string_view reserved : {"enabled", "severity", "classes"}) EXPECT_NE(parameter.name, reserved);
    }
  }
}

TEST(Score, IsMonotoneAndWithinZeroAndOne) {
  EXPECT_EQ(judging::score_of(1, 1), 0);
  EXPECT_DOUBLE_EQ(judging::score_of(2, 1), 0.5);
  EXPECT_DOUBLE_EQ(judging::score_of(0.5, 1), 1.0 / 3);  // below a lower limit
  EXPECT_EQ(judging::score_of(3, 0), 1);
  EXPECT_EQ(judging::score_of(std::nan(""), 1), 1);
  double previous = -1;
  for (double value = 1; value < 1e9; value *= 1.7) {
    const double score = judging::score_of(value, 1);
    EXPECT_GT(score, previous);
    EXPECT_LE(score, 1);
    previous = score;
  }
  EXPECT_EQ(judging::score_of_excess(-1, 1), 0);
}

TEST(NearNames, FindsMisspellingsAndPartsNotOthers) {
  const std::vector<std::string> names{"temporal.gap", "temporal.heading_flip", "temporal.heading_jump", "box.overlap"};
  EXPECT_THAT(near_names("temporal.heding_flip", names), testing::Contains("temporal.heading_flip"));
  EXPECT_THAT(near_names("overlp", names), testing::ElementsAre("box.overlap"));
  EXPECT_THAT(near_names("overlap", names), testing::ElementsAre("box.overlap"));
  EXPECT_THAT(near_names("zzzzzzzzz", names), testing::IsEmpty());
  EXPECT_THAT(near_names("", names), testing::IsEmpty());
  EXPECT_THAT(near_names(std::string(100000, 'x'), names), testing::IsEmpty());
}

class OutlierTest : public testing::Test {
 protected:
  // A cubic with one sample moved aside.
  void make(std::size_t count, std::size_t moved, double by) {
    for (std::size_t i = 0; i < count; ++i) {
      const double t = 0.1 * static_cast<double>(i) + (i % 3 == 0 ? 0.01 : 0);  // uneven times
      time_s_.push_back(t);
      value_.emplace_back(5 * t - 2 * t * t + t * t * t, 3, 0);
    }
    if (moved < count) value_[moved].y() += by;
    noise_.assign(count, 0.05);
  }
  [[nodiscard]] std::vector<judging::Outlier> find() const {
    return judging::find_outliers(time_s_, value_, noise_, {8, 20, 4});
  }
  std::vector<double> time_s_, noise_;
  std::vector<Vec3> value_;
};

TEST_F(OutlierTest, SmoothMotionHasNone) {
  make(30, 99, 0);
  EXPECT_TRUE(find().empty());
}

TEST_F(OutlierTest, OneWrongSampleIsOneOutlierWherever) {
  for (const std::size_t moved : {0U, 1U, 2U, 9U, 27U, 28U, 29U}) {
    SCOPED_TRACE(moved);
    time_s_.clear();
    value_.clear();
    make(30, moved, 1.0);
    const auto found = find();
    ASSERT_EQ(found.size(), 1);
    EXPECT_EQ(found[0].index, moved);
    EXPECT_NEAR(found[0].residual, 1.0, 0.15);
  }
}

TEST_F(OutlierTest, SeriesTooShortHaveNone) {
  for (const std::size_t count : {0U, 1U, 2U}) {
    time_s_.clear();
    value_.clear();
    make(count, 0, 100);
    EXPECT_TRUE(find().empty());
  }
}

TEST_F(OutlierTest, NoisySeriesHaveAWiderLimitOfTheirOwn) {
  make(40, 20, 1.0);
  ASSERT_EQ(find().size(), 1);
  for (std::size_t i = 0; i < value_.size(); ++i) value_[i].z() += i % 2 == 0 ? 0.5 : -0.5;
  EXPECT_TRUE(find().empty());
}

}  // namespace
}  // namespace concord
