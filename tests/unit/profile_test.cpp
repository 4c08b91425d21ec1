// Profiles: what is laid over what, class inheritance, and errors that name their line.

#include <gmock/gmock.h>

#include <fstream>

#include "concord/judge.hpp"
#include "tests/support/test_data.hpp"

namespace concord {
namespace {

using testing::HasSubstr;

const Taxonomy& tree() {
  static const Taxonomy kTree = Taxonomy::builtin("").value();
  return kTree;
}

double speed_limit(const Profile& profile, std::string_view class_name) {
  return profile.parameter("temporal.speed_implausible", "max_speed_mps", tree(), *tree().find(class_name));
}

Error error_of(std::string_view yaml) {
  const auto profile = Profile::parse(yaml, "p.yaml");
  EXPECT_FALSE(profile.ok()) << yaml;
  return profile.ok() ? Error{} : profile.error();
}

TEST(Profile, DefaultIsTheBuiltInDefault) {
  EXPECT_EQ(Profile().to_yaml(), Profile::builtin("default")->to_yaml());
  EXPECT_EQ(Profile::parse("", "p.yaml")->to_yaml(), Profile().to_yaml());
  EXPECT_EQ(Profile::parse("checks:\n", "p.yaml")->to_yaml(), Profile().to_yaml());
}

TEST(Profile, EveryCheckIsEnabledWithItsOwnSeverityByDefault) {
  const Profile profile;
  for (const CheckInfo& check : checks()) {
    EXPECT_TRUE(profile.enabled(check.id)) << check.id;
    EXPECT_EQ(profile.severity(check.id), check.severity) << check.id;
  }
}

TEST(Profile, ClassInheritsFromItsNearestAncestorWithAValue) {
  const auto profile = Profile::parse(
      "checks:\n"
      "  temporal.speed_implausible:\n"
      "    max_speed_mps: 100\n"
      "    classes:\n"
      "      road_user: {max_speed_mps: 90}\n"
      "      vehicle: {max_speed_mps: 60}\n"
      "      car: {max_speed_mps: 55}\n",
      "p.yaml");
  ASSERT_TRUE(profile.ok()) << profile.error().text();
  EXPECT_EQ(speed_limit(*profile, "car"), 55);
  EXPECT_EQ(speed_limit(*profile, "articulated_bus"), 60);
  EXPECT_EQ(speed_limit(*profile, "pedestrian"), 90);
  EXPECT_EQ(speed_limit(*profile, "traffic_cone"), 100);
  EXPECT_EQ(speed_limit(*profile, "unknown"), 100);
}

TEST(Profile, ValueForTheWholeCheckReplacesClassValuesBelowIt) {
  ASSERT_NE(speed_limit(Profile(), "pedestrian"), speed_limit(Profile(), "car"));
  const auto profile = Profile::parse("checks: {temporal.speed_implausible: {max_speed_mps: 30}}", "p.yaml");
  EXPECT_EQ(speed_limit(*profile, "pedestrian"), 30);
  EXPECT_EQ(speed_limit(*profile, "car"), 30);
  // Other parameters and checks keep theirs.
  EXPECT_EQ(profile->parameter("temporal.heading_flip", "has_heading", tree(), *tree().find("car")), 1);
}

TEST(Profile, OrderOfTheLinesDoesNotMatter) {
  const auto profile = Profile::parse(
      "checks: {temporal.speed_implausible: {classes: {car: {max_speed_mps: 40}}, max_speed_mps: 30}}", "p.yaml");
  EXPECT_EQ(speed_limit(*profile, "car"), 40);
  EXPECT_EQ(speed_limit(*profile, "pedestrian"), 30);
}

TEST(Profile, EnabledAndSeverityCanBeSet) {
  const auto profile = Profile::parse("checks: {temporal.gap: {enabled: false, severity: info}}", "p.yaml");
  EXPECT_FALSE(profile->enabled("temporal.gap"));
  EXPECT_EQ(profile->severity("temporal.gap"), Severity::info);
  EXPECT_TRUE(profile->enabled("temporal.short_track"));
}

TEST(Profile, CanonicalTextReadsBackAsTheSameProfile) {
  const auto profile = Profile::parse(
      "checks: {temporal.gap: {enabled: false, severity: error, max_range_m: 12.3456789}, box.overlap: {classes: {car: "
      "{max_overlap: 0.1}}}}",
      "p.yaml");
  const auto again = Profile::parse(profile->to_yaml(), "again.yaml");
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->to_yaml(), profile->to_yaml());
  EXPECT_THAT(profile->to_yaml(), HasSubstr("12.3456789"));
}

TEST(ProfileErrors, NameTheLineAndWhatWasMeant) {
  const Error check = error_of("checks:\n  temporal.gap: {}\n  temporal.heading_flop: {}\n");
  EXPECT_EQ(check.where, "p.yaml:3");
  EXPECT_THAT(check.expected, HasSubstr("temporal.heading_flip"));

  const Error parameter = error_of("checks:\n  temporal.gap:\n    max_rnge_m: 3\n");
  EXPECT_EQ(parameter.where, "p.yaml:3");
  EXPECT_THAT(parameter.expected, HasSubstr("max_range_m"));

  const Error class_name = error_of("checks:\n  temporal.gap:\n    classes:\n      pedestrain: {max_range_m: 3}\n");
  EXPECT_EQ(class_name.where, "p.yaml:4");
  EXPECT_THAT(class_name.expected, HasSubstr("pedestrian"));

  EXPECT_EQ(error_of("\n\nchekcs: {}\n").where, "p.yaml:3");
}

TEST(ProfileErrors, ValuesOutOfRangeAndOfTheWrongKind) {
  for (const std::string_view value : {"-1", "1001", ".nan", ".inf", "fast", "[1]", "{a: 1}", "", "1 m"}) {
    const Error error = error_of("checks:\n  temporal.gap:\n    max_range_m: " + std::string(value) + "\n");
    EXPECT_EQ(error.where, "p.yaml:3") << value;
    EXPECT_THAT(error.expected, HasSubstr("from 0 to 1000 m")) << value;
  }
  EXPECT_EQ(error_of("checks:\n  box.overlap:\n    classes:\n      car:\n        max_overlap: 1.5\n").where,
            "p.yaml:5");
  EXPECT_EQ(error_of("checks:\n  temporal.gap:\n    enabled: perhaps\n").where, "p.yaml:3");
  EXPECT_EQ(error_of("checks:\n  temporal.gap:\n    severity: grave\n").where, "p.yaml:3");
  EXPECT_EQ(error_of("checks:\n  temporal.gap:\n    severity: unknown\n").where, "p.yaml:3");
}

TEST(ProfileErrors, RepeatedKeysAndOtherShapes) {
  EXPECT_EQ(error_of("checks:\n  temporal.gap: {}\n  temporal.gap: {}\n").where, "p.yaml:3");
  EXPECT_EQ(error_of("checks:\n  temporal.gap:\n    max_range_m: 1\n    max_range_m: 2\n").where, "p.yaml:4");
  EXPECT_EQ(error_of("- a\n- b\n").where, "p.yaml:1");
  EXPECT_EQ(error_of("checks:\n  temporal.gap: 5\n").where, "p.yaml:2");
  EXPECT_EQ(error_of("checks:\n  ? [a, b]\n  : 1\n").where, "p.yaml:2");
  EXPECT_EQ(error_of("checks: {temporal.gap: {classes: {car: 3}}}\n").where, "p.yaml:1");
  EXPECT_THAT(error_of("checks: {\n").where, HasSubstr("p.yaml:"));
  EXPECT_FALSE(Profile::parse("checks: {a: *nowhere}", "p.yaml").ok());
}

TEST(ProfileFiles, BuiltInProfilesAreValidAndUnknownOnesListThem) {
  const auto strict = Profile::builtin("strict");
  ASSERT_TRUE(strict.ok()) << strict.error().text();
  EXPECT_NE(strict->to_yaml(), Profile().to_yaml());
  const auto unknown = Profile::builtin("strickt");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
  EXPECT_THAT(unknown.error().expected, testing::AllOf(HasSubstr("default"), HasSubstr("strict")));
}

TEST(ProfileFiles, ErrorsOfAFileNameItsPath) {
  const tests::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "mine.yaml";
  std::ofstream(path) << "checks:\n  temporal.gap: {max_range_m: 33}\n";
  const auto profile = Profile::from_file(path);
  ASSERT_TRUE(profile.ok()) << profile.error().text();
  EXPECT_EQ(profile->parameter("temporal.gap", "max_range_m", tree(), kUnknownClass), 33);

  std::ofstream(path) << "checks:\n  nothing: {}\n";
  EXPECT_EQ(Profile::from_file(path).error().where, path.string() + ":2");
  EXPECT_EQ(Profile::from_file(folder.path() / "absent.yaml").error().code, ErrorCode::not_found);
  EXPECT_FALSE(Profile::from_file(folder.path()).ok());
  std::ofstream(path) << std::string((1U << 20U) + 1, '#');
  EXPECT_EQ(Profile::from_file(path).error().code, ErrorCode::limit_exceeded);
}

TEST(ProfileParameter, AskingForWhatDoesNotExistIsABug) {
  const Profile profile;
  EXPECT_THROW((void)profile.parameter("temporal.gap", "nothing", tree(), kUnknownClass), std::out_of_range);
  EXPECT_THROW((void)profile.enabled("temporal.nothing"), std::out_of_range);
}

}  // namespace
}  // namespace concord
