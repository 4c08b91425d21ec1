#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <cmath>

#include "concord/coverage.hpp"
#include "concord/odd.hpp"
#include "tests/support/files.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

class OddCoverage : public testing::Test {
 protected:
  fs::path write(const std::string& text) {
    const fs::path path = folder_.path() / "odd.yaml";
    write_bytes(path, text);
    return path;
  }
  std::string refusal(const std::string& text, int t = 1) {
    const auto coverage = odd::Coverage::create(write(text), t);
    return coverage ? "accepted" : coverage.error().text();
  }
  odd::CoverageResult count(const std::string& text, const Report& report, int t) {
    auto coverage = odd::Coverage::create(write(text), t).value();
    const auto added = coverage.add(report);
    EXPECT_TRUE(added.ok()) << added.error().text();
    return coverage.result();
  }

  /// A drive of `frames` frames of a second and ten metres each.
  static Report drive(const std::string& name, std::uint32_t frames) {
    Report report;
    report.drives.push_back({.name = name, .frames = frames, .label_sets = {{"labels", 0, 0, 0}}});
    for (std::uint32_t f = 0; f < frames; ++f) report.odd.frames.push_back({name, 1'000'000'000, 10'000});
    return report;
  }
  static void say(Report& report, const char* attribute, const char* value, std::uint32_t first, std::uint32_t last) {
    report.odd.attributes.push_back({.drive = report.drives[0].name,
                                     .attribute = attribute,
                                     .value = value,
                                     .state = ValueState::known,
                                     .source = ValueSource::tagged,
                                     .frame_index = first,
                                     .frame_index_end = last});
  }
  static void say(Report& report, const char* attribute, double low, double high, std::uint32_t first,
                  std::uint32_t last) {
    say(report, attribute, "", first, last);
    report.odd.attributes.back().low = low;
    report.odd.attributes.back().high = high;
  }

  TemporaryFolder folder_;
};

constexpr const char* kHead = "odd: o\ntaxonomy: builtin\n";

TEST_F(OddCoverage, RainInOneMinuteAndATunnelInAnotherAreNoRainInATunnel) {
  Report report = drive("d", 600);
  say(report, "rain", "light_rain", 0, 59);
  say(report, "special_structure", "tunnel", 540, 599);
  const std::string text =
      std::string(kHead) + "coverage: {attributes: {rain: [light_rain], special_structure: [tunnel]}}\n";
  const auto result = count(text, report, 2);
  ASSERT_EQ(result.cells.size(), 1U);
  EXPECT_EQ(result.cells[0].state, odd::CellState::missing);
  EXPECT_EQ(result.attributes[0].exposure[0].frames, 60U);
  EXPECT_EQ(result.attributes[0].exposure[0].distance_mm, 600'000);
  say(report, "special_structure", "tunnel", 59, 60);
  EXPECT_EQ(count(text, report, 2).cells[0].exposure.frames, 1U);
}

TEST_F(OddCoverage, RulesClassifyEverySecond) {
  Report report = drive("d", 10);
  say(report, "road_type", "motorway", 0, 7);
  say(report, "illumination", "night", 0, 3);
  say(report, "illumination", "day", 4, 9);
  say(report, "lane_marking", "worn", 0, 1);
  say(report, "lane_marking", "clear", 2, 2);
  say(report, "ego_speed", 10, 20, 4, 5);
  say(report, "ego_speed", 35, 40, 6, 6);
  say(report, "ego_speed", 25, 31, 7, 7);
  const auto result = count(std::string(kHead) +
                                "include: {road_type: [motorway]}\n"
                                "exclude: {ego_speed: \"> 30 m/s\"}\n"
                                "rules: [{when: {illumination: [night]}, require: {lane_marking: [clear]}}]\n"
                                "coverage: {attributes: {illumination: [day, night]}}\n",
                            report, 1);
  // 0, 1: a rule is broken; 6: too fast. 4, 5: all known and within. 2: speed, 3: marking too, 7: perhaps too fast, 8,
  // 9: the road.
  EXPECT_EQ(result.outside.frames, 3U);
  EXPECT_EQ(result.inside.frames, 2U);
  EXPECT_EQ(result.undetermined.frames, 5U);
  EXPECT_EQ(result.attributes[0].exposure[1].frames, 2U) << "frames outside do not count";
}

TEST_F(OddCoverage, BinsFollowFromNumbersAndNumbersFromBins) {
  Report report = drive("d", 4);
  say(report, "rainfall_rate", 1e-6, 1.1e-6, 0, 1);  // 3.6 to 3.96 mm/h
  say(report, "wind", "gale", 2, 3);
  const auto result = count(std::string(kHead) +
                                "coverage: {attributes: {rain: [light_rain, moderate_rain], wind_speed: "
                                "[\"[0 .. 17) m/s\", \"[17 .. 21] m/s\"]}}\n",
                            report, 1);
  EXPECT_EQ(result.attributes[0].exposure[0].frames, 0U);
  EXPECT_EQ(result.attributes[0].exposure[1].frames, 2U);
  EXPECT_EQ(result.attributes[1].exposure[1].frames, 2U);
}

TEST_F(OddCoverage, AttributesOfObjectsMeetOnOneObject) {
  Report report = drive("d", 10);
  const auto add = [&](const char* object, const char* type, double distance_m, std::uint32_t first,
                       std::uint32_t last) {
    report.odd.objects.push_back({.drive = "d",
                                  .object = object,
                                  .agent_type = type,
                                  .distance_low_m = distance_m,
                                  .distance_high_m = distance_m,
                                  .frame_index = first,
                                  .frame_index_end = last});
  };
  add("car", "car", 5, 0, 9);
  add("a", "pedestrian", 40, 0, 9);
  add("b", "pedestrian", 8, 2, 3);
  add("c", "pedestrian", 9, 3, 4);
  report.findings.emplace_back();
  report.findings.back().drive = "d";
  report.findings.back().label_set = "labels";
  report.findings.back().label = "c:4";
  report.findings.back().track = "c";
  report.findings.back().frame_index = 4;
  const auto result =
      count(std::string(kHead) +
                "coverage:\n  attributes: {agent_type: [pedestrian], agent_distance: [\"[0 .. 10] m\"]}\n"
                "  minimum: {objects: 3}\n",
            report, 2);
  ASSERT_EQ(result.cells.size(), 1U);
  const odd::Exposure& e = result.cells[0].exposure;
  EXPECT_EQ(e.frames, 3U);
  EXPECT_EQ(e.objects, 2U);
  EXPECT_EQ(e.labels, 4U);
  EXPECT_EQ(e.findings, 1U);
  EXPECT_EQ(result.cells[0].state, odd::CellState::thin);
}

TEST_F(OddCoverage, ImpossibleCellsLeaveTheDenominatorAndProposalsCloseTheRest) {
  Report report = drive("d", 10);
  say(report, "snowfall", "false", 0, 9);
  say(report, "illumination", "day", 0, 9);
  say(report, "air_temperature", 300, 303, 0, 9);
  const std::string text = std::string(kHead) + R"(coverage:
  attributes:
    snowfall: all
    illumination: [day, night]
    air_temperature: ["[-20 .. 10) C", "[10 .. 40] C"]
  impossible:
    - {snowfall: true, air_temperature: ">= 10 C"}
  target: {illumination: {day: 0.5, night: 0.5}}
)";
  const auto result = count(text, report, 2);
  EXPECT_EQ(result.cells.size(), 11U);
  EXPECT_EQ(result.impossible, 1U);
  EXPECT_EQ(result.covered, 3U);
  EXPECT_NEAR(result.share(), 3.0 / 11, 1e-12);
  EXPECT_NEAR(result.attributes[1].distance, 0.5, 1e-12);
  // What is recorded as proposed closes what was said, and nothing impossible is proposed.
  std::uint64_t closed = 0;
  for (std::size_t i = 0; i < result.proposals.size(); ++i) {
    const auto& values = result.proposals[i].values;
    EXPECT_FALSE(values[0] == 0 && values[2] == 1) << i;
    closed += result.proposals[i].cells;
  }
  EXPECT_EQ(closed, result.missing + result.thin);
  EXPECT_EQ(result.best_drives.at(0).cells, 3U);
}

TEST_F(OddCoverage, WrongReportsAreErrors) {
  const std::string text = std::string(kHead) + "coverage: {attributes: {illumination: [day]}}\n";
  const auto why = [&](const Report& report) {
    auto coverage = odd::Coverage::create(write(text), 1).value();
    const auto added = coverage.add(report);
    return added ? "added" : added.error().text();
  };
  Report report = drive("d", 3);
  EXPECT_EQ(why(report), "added");
  report.drives.push_back(report.drives[0]);
  EXPECT_THAT(why(report), HasSubstr("'d' comes a second time"));
  report = drive("d", 3);
  say(report, "illumination", "day", 2, 3);
  EXPECT_THAT(why(report), HasSubstr("outside its frames"));
  report = drive("d", 3);
  report.odd.frames[1].duration_ns = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(why(report), HasSubstr("too far"));
  report = drive("d", 3);
  report.odd.frames.clear();
  EXPECT_THAT(why(report), HasSubstr("holds no attributes"));
  report = drive("d", 3);
  for (const char* attribute : {"particulates", "zone"}) {
    for (const char* value :
         {"fog", "smoke", "spray", "sand_and_dust", "volcanic_ash", "blowing_debris", "port", "campus", "school_zone",
          "parking_lot", "work_zone", "dense_foliage", "urban_canyon", "logistics_site"}) {
      say(report, attribute, value, 0, 2);
    }
  }
  auto many = odd::Coverage::create(
                  write(std::string(kHead) + "coverage: {attributes: {particulates: all, zone: all, signs: all}}\n"), 1)
                  .value();
  EXPECT_TRUE(many.add(drive("other", 3)).ok());
  for (const char* value : {"regulatory", "warning", "information"}) say(report, "signs", value, 0, 2);
  const auto added = many.add(report);
  ASSERT_FALSE(added.ok());
  EXPECT_THAT(added.error().text(), HasSubstr("64 combinations"));
}

TEST_F(OddCoverage, WrongDefinitionsAreRefusedWithFileAndLine) {
  const std::string head = kHead;
  EXPECT_THAT(refusal(head + "coverage:\n  attributes:\n    rain: all\n    rain: all\n"),
              HasSubstr("odd.yaml:6: the key 'rain' comes a second time"));
  EXPECT_THAT(refusal(head + "coverage: [a]\n"), HasSubstr("odd.yaml:3: coverage is a sequence"));
  EXPECT_THAT(refusal(head + "coverage: {atributes: {}}\n"), HasSubstr("'atributes' is none of"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {raining: all}}\n"),
              HasSubstr("no attribute is called 'raining'"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {rain: [sleet]}}\n"), HasSubstr("has no value 'sleet'"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {rain: [no_rain, no_rain]}}\n"), HasSubstr("listed twice"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {ego_speed: [\"fast\"]}}\n"), HasSubstr("is no limit"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {ego_speed: [\"[0 .. 3] m\"]}}\n"), HasSubstr("does not measure"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {ego_speed: [\"[0 .. 3] m/s\", \"[3 .. 4] m/s\"]}}\n"),
              HasSubstr("share numbers"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {rain: all}, minimum: {seconds: -1}}\n"),
              HasSubstr("not a number from 0 on"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {rain: all}, minimum: {seconds: nan}}\n"),
              HasSubstr("not a number from 0 on"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {illumination: [day]}, target: {illumination: {day: 0.5}}}\n"),
              HasSubstr("do not sum to 1"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {rain: all}, impossible: {rain: x}}\n"),
              HasSubstr("impossible is a map"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {rain: all}}\n", 2), HasSubstr("at least as many as t"));
  EXPECT_THAT(refusal(head + "coverage: {attributes: {rain: all}}\n", 4), HasSubstr("1, 2 or 3"));
  EXPECT_THAT(refusal(head), HasSubstr("has 0 attributes to cover"));
  EXPECT_THAT(refusal("IMPORT: [odd.yaml]\nodd: o\n"), HasSubstr("imports this file"));
  EXPECT_THAT(refusal("odd: &a [*a]\n"), HasSubstr("odd.yaml:1"));
  EXPECT_THAT(refusal(""), HasSubstr("is empty"));
  EXPECT_THAT(odd::Coverage::create(folder_.path() / "none.yaml", 1).error().text(), HasSubstr("none.yaml"));
  std::string million = "TAXONOMY:\n";
  for (int i = 0; i < 1'000'000; ++i) million += "  a" + std::to_string(i) + ": [x]\n";
  EXPECT_THAT(refusal(million + "ODD: {}\n"), HasSubstr("more than 1000000 values"));
  std::string many = "TAXONOMY:\n", wanted = "odd: o\ntaxonomy: taxonomy.yaml\ncoverage:\n  attributes:\n";
  for (int i = 0; i < 700; ++i) {
    many += "  a" + std::to_string(i) + ": [x, y, z]\n";
    wanted += "    a" + std::to_string(i) + ": all\n";
  }
  write_bytes(folder_.path() / "taxonomy.yaml", many);
  EXPECT_THAT(refusal(wanted, 3), HasSubstr("20 million cells"));
}

}  // namespace
}  // namespace concord::tests
