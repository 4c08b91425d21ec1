#include <gtest/gtest.h>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "concord/seeding.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {

struct Bad {
  std::string yaml;
  int line;
  std::string word;  ///< in the message
};

TEST(SeedingSpec, MistakesNameTheirLine) {
  const std::vector<Bad> all{
      {"errors: [", 1, ""},
      {"- shift", 1, "not a mapping"},
      {"prevalence: 0.1\nerror: []", 2, "unknown key 'error'"},
      {"prevalence: 1.5\nerrors: []", 1, "out of range"},
      {"prevalence: many\nerrors: []", 1, "no number"},
      {"prevalence: .nan\nerrors: []", 1, "out of range"},
      {"errors: []\nprevalence: 0.1\nprevalence: 0.2", 3, "twice"},
      {"guard_frames: 1\nerrors: []", 1, "out of range"},
      {"guard_frames: 3.5\nerrors: []", 1, "out of range"},
      {"errors: shift", 1, "no list"},
      {"errors:\n  - shift", 2, "no mapping"},
      {"errors:\n  - {distance_m: 1}", 2, "no type"},
      {"errors:\n  - {type: sift}", 2, "unknown error type 'sift'"},
      {"errors:\n  - {type: [shift]}", 2, "no type"},
      {"errors:\n  - {type: shift}\n  - {type: shift, angle_deg: 10}", 3, "no key 'angle_deg'"},
      {"errors:\n  - {type: shift, distance_m: -1}", 2, "out of range"},
      {"errors:\n  - {type: shift, distance_m: []}", 2, "no list"},
      {"errors:\n  - {type: shift, distance_m: {a: 1}}", 2, "no number"},
      {"errors:\n  - {type: shift, direction: up}", 2, "none of its words"},
      {"errors:\n  - {type: shift, weight: -1}", 2, "out of range"},
      {"errors:\n  - {type: shift, to: Van}", 2, "no key 'to'"},
      {"errors:\n  - {type: shift, classes: car}", 2, "no list"},
      {"errors:\n  - {type: shift, classes: [car, motorbike]}", 2, "motorbike"},
      {"errors:\n  - type: drop\n    frames: 1.5", 3, "out of range"},
      {"errors:\n  - {type: drop, frames: 1e9}", 2, "out of range"},
      {"errors:\n  - {type: resize, factor: 1.001}", 2, "changes nothing"},
      {"errors:\n  - {type: duplicate, frames: [1, 2]}", 2, "is a list"},
      {"errors:\n  - {type: swap_class, to: [Van]}", 2, "no class name"},
      {"errors:\n  - {type: shift, type: drop}", 2, "twice"},
      {"{? [a, b] : 1}", 1, "not a text"},
  };
  for (const Bad& bad : all) {
    const auto spec = SeedingSpec::parse(bad.yaml, "bad.yaml");
    ASSERT_FALSE(spec.ok()) << bad.yaml;
    EXPECT_EQ(spec.error().where, "bad.yaml:" + std::to_string(bad.line)) << bad.yaml << "\n" << spec.error().text();
    EXPECT_NE(spec.error().message.find(bad.word), std::string::npos) << spec.error().text();
  }
  EXPECT_FALSE(SeedingSpec::parse("prevalence: 0.1", "bad.yaml").ok());
  EXPECT_FALSE(SeedingSpec::parse("", "bad.yaml").ok());
}

TEST(SeedingSpec, DefaultsAreFilledIn) {
  const SeedingSpec spec =
      SeedingSpec::parse("errors:\n  - {type: shift}\n  - {type: delay, extent: track, frames: 2}", "").value();
  ASSERT_EQ(spec.errors.size(), 2U);
  EXPECT_EQ(spec.prevalence, 0.01);
  EXPECT_EQ(spec.errors[0].numbers.at("distance_m"), (std::vector<double>{0.3, 0.5, 1}));
  EXPECT_EQ(spec.errors[0].choices.at("direction"), "random");
  EXPECT_EQ(spec.errors[1].choices.at("extent"), "track");
  EXPECT_EQ(spec.errors[1].numbers.at("frames"), std::vector<double>{2});
  EXPECT_EQ(spec.errors[1].numbers.at("span_frames"), std::vector<double>{10});
}

TEST(SeedingSpec, BuiltInsAreReadAndUnknownOnesListed) {
  for (const char* name : {"default", "none", "shrink"}) EXPECT_TRUE(SeedingSpec::builtin(name).ok()) << name;
  EXPECT_TRUE(SeedingSpec::builtin("none").value().errors.empty());
  const auto unknown = SeedingSpec::builtin("everything");
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().expected.find("default"), std::string::npos);
  EXPECT_FALSE(SeedingSpec::from_file("no/such/file.yaml").ok());
  EXPECT_FALSE(SeedingSpec::from_file("/").ok());
}

// The page is for people; this keeps it whole.
TEST(SeedingSpec, PageNamesEveryKindAndKey) {
  std::ostringstream page;
  page << std::ifstream(source_dir() / "data/seeding/README.md").rdbuf();
  for (const ErrorKindInfo& info : error_kinds()) {
    EXPECT_NE(page.str().find("`" + std::string(info.name) + "`"), std::string::npos) << info.name;
    for (const ErrorParameter& parameter : info.parameters) {
      EXPECT_NE(page.str().find("`" + std::string(parameter.name) + "`"), std::string::npos) << parameter.name;
      EXPECT_FALSE(parameter.default_values.empty());
      for (const double value : parameter.default_values) {
        EXPECT_TRUE(value >= parameter.minimum && value <= parameter.maximum) << info.name << " " << parameter.name;
      }
    }
    for (const ErrorChoice& choice : info.choices) {
      EXPECT_NE(page.str().find("`" + std::string(choice.name) + "`"), std::string::npos) << choice.name;
      for (const std::string_view word : choice.values) {
        EXPECT_NE(page.str().find(word), std::string::npos) << word;
      }
    }
  }
}

TEST(SeedingSpec, KindsAreListedInTheirOrder) {
  for (std::size_t i = 0; i < error_kinds().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(error_kinds()[i].kind), i);
    EXPECT_EQ(find_error_kind(error_kinds()[i].name), &error_kinds()[i]);
    EXPECT_FALSE(error_kinds()[i].faults.empty());
  }
  EXPECT_EQ(find_error_kind("no_such_kind"), nullptr);
}

}  // namespace
}  // namespace concord::tests
