#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <filesystem>
#include <set>

#include "concord/odd.hpp"
#include "tests/support/files.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

class OddLint : public testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& text) {
    const fs::path path = folder_.path() / name;
    write_bytes(path, text);
    return path;
  }
  static odd::LintReport look_at(const fs::path& path) { return odd::lint({path}); }
  odd::LintReport lint_text(const std::string& text) { return look_at(write("odd.yaml", text)); }

  TemporaryFolder folder_;
};

/// "rule:line" of each fault.
std::vector<std::string> faults_of(const odd::LintReport& report) {
  std::vector<std::string> faults;
  for (const odd::LintFault& fault : report.faults) faults.push_back(fault.rule + ":" + std::to_string(fault.line));
  return faults;
}

constexpr const char* kTaxonomy = R"(TAXONOMY:
  road: [motorway, town]
  surface:
    material: [asphalt, gravel]
  rain:
    none: {rate: "0 mm/h"}
    light: {rate: "(0 .. 2.5) mm/h"}
    heavy: {rate: ">= 2.5 mm/h"}
  rate: float precipitation_rate
  lanes: integer count
  speed: float velocity
  tunnel: boolean
  note: string
)";  // 13 lines

TEST_F(OddLint, ASoundDefinitionHasNoFaults) {
  const auto report = lint_text(std::string(kTaxonomy) + R"(ODD:
  all:
    TITLE: Motorways
    INCLUDE_AND: {road: [motorway], speed: "[0 .. 130] km/h", lanes: ">= 2", in_good_weather: true, note: "any"}
    EXCLUDE_OR: {tunnel: true}
MODULES:
  weather:
    LABEL: in_good_weather
    INCLUDE_OR: {rain: [none, light], rate: "< 2 mm/h"}
)");
  EXPECT_THAT(report.errors, IsEmpty());
  EXPECT_THAT(faults_of(report), IsEmpty());
  EXPECT_EQ(report.attributes, 9U);
  EXPECT_EQ(report.conditions, 7U);
}

TEST_F(OddLint, NamesWhatTheTaxonomyDoesNotHave) {
  const auto report = lint_text(std::string(kTaxonomy) + R"(ODD:
  all:
    INCLUDE_AND:
      raod: [motorway]
      road: [motor way]
      surface: [asphalt]
      material:
        -  # what?
      missing_module: true
)");
  EXPECT_THAT(faults_of(report), ElementsAre("undefined_attribute:17", "undefined_value:18", "value_of_child:19",
                                             "empty_value:21", "undefined_module:22"));
  EXPECT_THAT(report.faults.front().message, HasSubstr("or road?"));
}

TEST_F(OddLint, HoldsLimitsAgainstUnitsAndKinds) {
  const auto report = lint_text(std::string(kTaxonomy) + R"(ODD:
  all:
    INCLUDE_AND:
      speed: "<= 130"
      rate: "< 2 m"
      lanes: "[4 .. 2]"
      tunnel: maybe
      road: "> motorway"
    INCLUDE_OR:
      speed: "<= 130 furlongs"
      rate: "fast"
      rain: "> heavy"
    EXCLUDE_OR:
      rain: "> light"
)");
  EXPECT_THAT(faults_of(report),
              ElementsAre("wrong_unit:17", "wrong_unit:18", "empty_interval:19", "wrong_value:20",
                          "unordered_values:21", "unknown_unit:23", "malformed_limit:24", "meaningless_comparison:25"));
}

TEST_F(OddLint, FindsBinsThatOverlapOrLeaveGaps) {
  const auto report = lint_text(R"(TAXONOMY:
  wind:
    calm: {wind_speed: "[0 .. 2] m/s"}
    breeze: {wind_speed: "[1 .. 5] m/s"}
    gale: {wind_speed: "> 20 m/s"}
  wind_speed: float velocity
  okta:
    few: {cover: "[1 .. 2] okta"}
    many: {cover: "[3 .. 7] okta"}
    all: {cover: "8 okta"}
  cover: integer cloud_coverage
  fog:
    thick: {sight: "<= 50 m"}
    thin: {sight: ">= 50 m"}
  lost:
    bin: {nowhere: "> 1 m"}
  sight: float length
  odd_one: float wobble
  what: floaty
)");
  EXPECT_THAT(faults_of(report), ElementsAre("overlapping_bins:4", "gap_between_bins:5", "shared_end:14",
                                             "undefined_attribute:16", "unknown_quantity:18", "unknown_type:19"));
}

TEST_F(OddLint, FindsConstraintsThatLeaveNothing) {
  const auto report = lint_text(std::string(kTaxonomy) + R"(ODD:
  all:
    INCLUDE_AND:
      road: [motorway, town]
      speed: "<= 50 km/h"
      inner: true
      lanes: ">= 2"
      material: [asphalt]
    EXCLUDE_OR:
      road: [town]
      bad: true
      lanes: "< 2"
MODULES:
  inner: {INCLUDE_AND: {speed: ">= 60 km/h"}}
  bad: {INCLUDE_OR: {material: [asphalt, gravel], rain: [heavy]}}
  spare: {INCLUDE_AND: {tunnel: true}}
)");
  EXPECT_THAT(faults_of(report),
              ElementsAre("included_and_excluded:23", "contradiction:27", "contradiction:28", "unused_module:29"));
}

TEST_F(OddLint, OneOfSeveralIsNoContradiction) {
  const auto report = lint_text(std::string(kTaxonomy) + R"(ODD:
  all:
    INCLUDE_AND: {speed: ">= 60 km/h"}
    INCLUDE_OR: {speed: "<= 50 km/h", road: [town]}
    EXCLUDE_AND: {speed: ">= 60 km/h", tunnel: true}
)");
  EXPECT_THAT(faults_of(report), IsEmpty());
}

TEST_F(OddLint, FindsModulesThatTakeInEachOther) {
  const auto report = lint_text(std::string(kTaxonomy) + R"(ODD:
  all: {INCLUDE_AND: {a: true}}
MODULES:
  a: {INCLUDE_AND: {b: true}}
  b: {INCLUDE_AND: {a: true}}
)");
  EXPECT_THAT(faults_of(report), ElementsAre("cyclic_module:18"));
  EXPECT_THAT(report.faults.front().message, HasSubstr("a -> b -> a"));
}

TEST_F(OddLint, AChainOfModulesWithoutEndIsAFault) {
  constexpr int kModules = 50'000;
  std::string text = "TAXONOMY: {c: boolean}\nODD: {o: {INCLUDE_AND: {m0: true}}}\nMODULES:\n";
  for (int i = 0; i < kModules; ++i) {
    text += "  m" + std::to_string(i) + ": {INCLUDE_AND: {m" + std::to_string(i + 1) + ": true}}\n";
  }
  const auto report = lint_text(text + "  m" + std::to_string(kModules) + ": {INCLUDE_AND: {c: true}}\n");
  EXPECT_THAT(report.errors, IsEmpty());
  EXPECT_THAT(faults_of(report), ElementsAre("too_deep:502"));
}

TEST_F(OddLint, ReadsTheCompactFormAgainstTheBuiltinTaxonomy) {
  const auto sound = look_at(source_dir() / "data/odd");
  EXPECT_THAT(sound.errors, IsEmpty());
  EXPECT_THAT(faults_of(sound), IsEmpty());
  EXPECT_GT(sound.conditions, 10U);

  const auto report = lint_text(R"(odd: town
taxonomy: builtin
include:
  road_type: [motorway, mtorway]
  ego_speed: "<= 50 km/h"
exclude: {snowfall: true}
exclud: {}
rules:
  - when: {illumination: [night]}
  - when: {illumination: [dusk]}
    require: {ego_speed: "<= 30 km/h"}
)");
  EXPECT_THAT(faults_of(report),
              ElementsAre("undefined_value:4", "unknown_key:7", "wrong_value:9", "undefined_value:10"));
}

TEST_F(OddLint, ImportsRelativeFilesOnceAndNamesLoopsAndHoles) {
  write("base/taxonomy.yaml", kTaxonomy);
  write("base/more.yaml", "IMPORT: [taxonomy.yaml]\nTAXONOMY: {road: [track], lanes: float count}\n");
  const auto report = look_at(write("odd/main.yaml", R"(IMPORT: [../base/more.yaml, ../base/taxonomy.yaml, nowhere.yaml]
ODD: {all: {INCLUDE_AND: {road: [track, motorway]}}}
)"));
  EXPECT_EQ(report.files, 3U);
  EXPECT_THAT(faults_of(report), ElementsAre("type_conflict:2", "missing_import:1"));

  write("loop/a.yaml", "IMPORT: [b.yaml]\nTAXONOMY: {x: boolean}\n");
  EXPECT_THAT(faults_of(look_at(write("loop/b.yaml", "IMPORT: [a.yaml]\nTAXONOMY: {y: boolean}\n"))),
              ElementsAre("cyclic_import:1"));
}

TEST_F(OddLint, HoldsADeclarationAgainstItsRegistry) {
  write("schema/categories/road.json", R"({"category_id": "odd.road", "parent_id": "odd", "elements": [
  {"id": "odd.road.type", "parent_id": "odd.road"},
  {"id": "odd.road.type.town", "parent_id": "odd.road.type"},
  {"id": "odd.road.lane.bus", "parent_id": "odd.road.lane"}
]})");
  const auto report = look_at(write("examples/one.json", R"({"id": "x", "ads_level": 4, "elements": [
  {"element_id": "odd.road.type", "requirement": "not_permitted", "exit_behavior": "trigger_exit"},
  {"element_id": "odd.road.type.town", "requirement": "permitted"},
  {"element_id": "odd.road.type.twon", "requirement": "permitted"},
  {"element_id": "odd.road.lane.bus", "requirement": "forbidden"},
  {"element_id": "odd.road.lane.bus", "requirement": "not_permitted"}
]})"));
  EXPECT_THAT(faults_of(report), testing::UnorderedElementsAre("contradiction:3", "undefined_attribute:4",
                                                               "wrong_value:5", "missing_exit:6", "duplicate_value:6"));
  EXPECT_THAT(faults_of(look_at(folder_.path() / "schema")), ElementsAre("undefined_value:4"));
}

TEST_F(OddLint, BadFilesAreErrorsAndTheOthersAreLookedAt) {
  write("a_sound.yaml", kTaxonomy);
  write("b_empty.yaml", "");
  write("c_alias.yaml", "TAXONOMY: &a\n  b: *a\n");
  write("d_broken.yaml", "TAXONOMY: [\n");
  write("e_list.yaml", "- 1\n");
  write("f_bytes.yaml", std::string("TAXONOMY: {a: \"\xff\xfe\"}\n"));
  write("g_deep.yaml", "TAXONOMY: " + std::string(3000, '['));
  std::string many = "TAXONOMY:\n  a:\n";
  for (int i = 0; i < 1'000'001; ++i) many += "  - b\n";
  write("h_many.yaml", many);
  ASSERT_EQ(::mkfifo((folder_.path() / "i_pipe.yaml").c_str(), 0600), 0);
  fs::create_symlink("j_loop.yaml", folder_.path() / "j_loop.yaml");
  const auto report = look_at(folder_.path());
  EXPECT_EQ(report.errors.size(), 9U);
  EXPECT_EQ(report.attributes, 9U);
  const auto places = [&] {
    std::vector<std::string> list;
    for (const Error& error : report.errors) list.push_back(error.text());
    return list;
  }();
  EXPECT_THAT(places, Contains(HasSubstr("c_alias.yaml:2: an alias")));
  EXPECT_THAT(places, Contains(HasSubstr("h_many.yaml:")));
  EXPECT_THAT(places, Contains(HasSubstr("i_pipe.yaml: is a pipe")));
  EXPECT_EQ(look_at(folder_.path() / "nowhere").errors.size(), 1U);
}

TEST_F(OddLint, KeysThatComeTwiceAreFaults) {
  EXPECT_THAT(faults_of(lint_text("TAXONOMY:\n  a: boolean\n  b: boolean\n  a: boolean\n")),
              ElementsAre("duplicate_key:4"));
}

TEST_F(OddLint, ManyFaultsEnd) {
  std::string text = "TAXONOMY: {a: [x]}\nODD:\n  o:\n    INCLUDE_AND:\n      a:\n";
  for (int i = 0; i < 50'000; ++i) text += "      - v" + std::to_string(i) + "\n";
  const auto report = lint_text(text);
  EXPECT_EQ(report.faults.size(), 10'001U);
  EXPECT_THAT(faults_of(report), Contains(HasSubstr("too_many_faults")));
}

// Each fault was looked up in the file by hand.
TEST_F(OddLint, NamesTheFaultsOfThePublicDefinitions) {
  CONCORD_NEEDS_DATA("odd");
  const fs::path data = test_data_dir() / "odd";
  const auto report = odd::lint({data / "openodd_autoware"});
  EXPECT_THAT(report.errors, IsEmpty());
  std::set<std::string> errors;
  for (const odd::LintFault& fault : report.faults) {
    if (fault.severity != Severity::error) continue;
    errors.insert(fs::path(fault.file).filename().string() + ":" + std::to_string(fault.line) + " " + fault.rule);
  }
  EXPECT_THAT(errors, testing::UnorderedElementsAre(
                          "Domain_Concepts_Definition_ISO_34503.yaml:60 undefined_attribute",  // lane_width
                          "ODD_Dense_Urban.yaml:19 undefined_value",                           // minor_or local_roads
                          "ODD_Dense_Urban.yaml:28 empty_value",                               // "- # ToDo"
                          "ODD_Dense_Urban.yaml:33 undefined_value",                           // any_lane_dimensions
                          "ODD_Dense_Urban.yaml:49 outside_clause", "ODD_Dense_Urban.yaml:54 outside_clause",
                          "ODD_Dense_Urban.yaml:58 outside_clause", "ODD_Dense_Urban.yaml:58 undefined_value",
                          "ODD_Dense_Urban.yaml:59 undefined_value",             // signalized, unsignalized
                          "outdoors_closed_campus.yaml:32 undefined_attribute",  // curvature_radius
                          "outdoors_closed_campus.yaml:62 undefined_value",      // signalized
                          "outdoors_closed_campus.yaml:63 undefined_value",      // unsignalized
                          "outdoors_closed_campus.yaml:85 undefined_attribute",  // temperature
                          "vision_pilot_odd.yaml:40 meaningless_comparison"));   // snowfall > light_snow
  const auto faults = faults_of(report);
  EXPECT_THAT(faults, IsSupersetOf({"duplicate_label:88", "inexact_conversion:65", "no_odd:1"}));

  const auto odc = odd::lint({data / "openodc_gbt45312"});
  EXPECT_THAT(odc.errors, IsEmpty());
  EXPECT_EQ(odc.conditions, 288U);
  EXPECT_THAT(faults_of(odc), Not(Contains(HasSubstr("undefined_attribute"))));
  EXPECT_THAT(faults_of(odc), Contains("undefined_value:174"));
}

}  // namespace
}  // namespace concord::tests
