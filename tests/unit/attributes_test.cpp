#include "concord/attributes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <cmath>
#include <numbers>

#include "concord/measure.hpp"
#include "src/odd/claims.hpp"
#include "src/odd/sun.hpp"
#include "tests/support/files.hpp"
#include "tests/support/scene.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

/// Poses at 10 Hz along x with `speed_mps`.
Drive straight_drive(std::uint32_t frames, double speed_mps) {
  Drive drive;
  drive.name = "d";
  drive.taxonomy = std::make_shared<const Taxonomy>(Taxonomy::builtin("none").value());
  for (std::uint32_t f = 0; f < frames; ++f) {
    const double t = 0.1 * f;
    drive.frames.push_back(std::to_string(f), std::llround(t * 1e9) + 1'000'000'000,
                           make_se3(Vec3(speed_mps * t, 0, 0), Quat::Identity()));
  }
  return drive;
}

std::vector<AttributeSpan> rows_of(const DriveAttributes& attributes, std::string_view name) {
  std::vector<AttributeSpan> rows;
  for (const AttributeSpan& row : attributes.attributes) {
    if (row.attribute == name) rows.push_back(row);
  }
  return rows;
}

TEST(Attributes, SpeedCurvatureAndExposureComeFromPoses) {
  const auto attributes = attributes_of(straight_drive(21, 10), {});
  const auto speed = rows_of(attributes, "ego_speed");
  ASSERT_EQ(speed.size(), 1U);
  EXPECT_NEAR(speed[0].low, 10, 1e-9);
  EXPECT_NEAR(speed[0].high, 10, 1e-9);
  EXPECT_EQ(speed[0].source, ValueSource::derived);
  EXPECT_EQ(speed[0].frame_index_end, 20U);
  ASSERT_EQ(rows_of(attributes, "ego_path_curvature").size(), 1U);
  EXPECT_EQ(rows_of(attributes, "ego_path_curvature")[0].high, 0);
  ASSERT_EQ(attributes.frames.size(), 21U);
  for (const FrameExposure& frame : attributes.frames) {
    EXPECT_EQ(frame.duration_ns, 100'000'000);
    EXPECT_EQ(frame.distance_mm, 1000);
  }
}

TEST(Attributes, AGapCountsAsAFrameAndWithoutPosesNothingIsKnown) {
  Drive drive = straight_drive(10, 10);
  for (std::size_t f = 5; f < 10; ++f) drive.frames.time_ns[f] += 20'000'000'000;
  const auto attributes = attributes_of(drive, {});
  EXPECT_EQ(attributes.frames[4].duration_ns, 100'000'000);
  EXPECT_EQ(attributes.frames[4].distance_mm, kNoTime);
  drive.frames.T_world_ego.clear();
  drive.frames.pose_valid.clear();
  drive.frames.time_ns.assign(10, kNoTime);
  const auto nothing = attributes_of(drive, {});
  EXPECT_THAT(nothing.attributes, IsEmpty());
  ASSERT_EQ(nothing.frames.size(), 10U);
  EXPECT_EQ(nothing.frames[0].duration_ns, kNoTime);
}

TEST(Attributes, HostileTimesAndPosesEndInNothingKnown) {
  Drive drive = straight_drive(2000, 10);
  drive.frames.time_ns.assign(2000, 7);
  EXPECT_THAT(rows_of(attributes_of(drive, {}), "ego_speed"), IsEmpty());
  for (std::size_t f = 0; f < 2000; ++f) {
    drive.frames.time_ns[f] = f % 2 == 0 ? std::numeric_limits<TimeNs>::max() : std::numeric_limits<TimeNs>::min() + 1;
    drive.frames.T_world_ego[f].translation().x() = f % 3 == 0 ? std::nan("") : 1e308;
  }
  const auto attributes = attributes_of(drive, {});
  EXPECT_THAT(attributes.attributes, IsEmpty());
  EXPECT_EQ(attributes.frames.size(), 2000U);
}

TEST(Attributes, TagsThatAgreeAreOneAndThoseThatDoNotConflict) {
  Drive drive = straight_drive(20, 10);
  drive.tags = {{.type = "weather", .value = "Rain"},
                {.type = "ego_speed_band_kmh", .value = "30-50", .frame_end = 9},
                {.type = "ego_motion", .value = "standstill", .frame_begin = 10},
                {.type = "road_type", .value = "motorway", .frame_end = 14},
                {.type = "road_type", .value = "minor_road", .frame_begin = 12, .frame_end = 900},
                {.type = "special_structure", .value = "bridge", .frame_begin = 3, .frame_end = 8},
                {.type = "special_structure", .value = "tunnel", .frame_begin = 5, .frame_end = 6},
                {.type = "bare"},
                {.type = "lanes", .value = "", .number = 3.0},
                {.type = "after the end", .value = "x", .frame_begin = 20},
                {.type = "backwards", .value = "x", .frame_begin = 9, .frame_end = 8}};
  const auto attributes = attributes_of(drive, {});
  const auto rain = rows_of(attributes, "rainfall_rate");
  ASSERT_EQ(rain.size(), 1U);
  EXPECT_GT(rain[0].low, 0);
  EXPECT_EQ(rain[0].high, std::numeric_limits<double>::infinity());
  const auto speed = rows_of(attributes, "ego_speed");
  ASSERT_EQ(speed.size(), 3U);
  EXPECT_EQ(speed[0].state, ValueState::known);
  EXPECT_EQ(speed[0].source, ValueSource::derived);
  EXPECT_EQ(speed[1].state, ValueState::conflicting);
  EXPECT_EQ(speed[1].frame_index, 10U);
  EXPECT_EQ(speed[2].frame_index_end, 19U);
  const auto road = rows_of(attributes, "road_type");
  ASSERT_EQ(road.size(), 4U);  // motorway, both, minor road
  EXPECT_EQ(road[0].frame_index_end, 11U);
  EXPECT_EQ(road[1].state, ValueState::conflicting);
  EXPECT_EQ(road[2].frame_index_end, 14U);
  EXPECT_EQ(road[3].state, ValueState::known);
  EXPECT_EQ(road[3].frame_index_end, 19U);
  const auto structure = rows_of(attributes, "special_structure");
  ASSERT_EQ(structure.size(), 2U);
  EXPECT_EQ(structure[0].state, ValueState::known);
  EXPECT_EQ(structure[1].state, ValueState::known);
  EXPECT_EQ(rows_of(attributes, "bare").at(0).value, "true");
  EXPECT_EQ(rows_of(attributes, "lanes").at(0).low, 3);
  EXPECT_THAT(rows_of(attributes, "after the end"), IsEmpty());
  EXPECT_THAT(rows_of(attributes, "backwards"), IsEmpty());
}

TEST(Attributes, TouchingEmptyAndNestedClaimsResolveAsFramesSay) {
  odd::Claims claims(100);
  claims.add_word("a", "x", ValueSource::tagged, 0, 10);
  claims.add_word("a", "x", ValueSource::tagged, 10, 20);
  claims.add_word("a", "y", ValueSource::tagged, 20, 20);
  claims.add_word("a", "x", ValueSource::derived, 5, 7);
  const auto rows = claims.settle("d", [](std::string_view) { return false; });
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].frame_index_end, 4U);
  EXPECT_EQ(rows[1].source, ValueSource::derived);
  EXPECT_EQ(rows[2].frame_index, 7U);
  EXPECT_EQ(rows[2].frame_index_end, 19U);
  // Many nested claims do not grow into their square.
  odd::Claims many(400'000);
  for (std::uint32_t i = 0; i < 100'000; ++i)
    many.add_word("a", std::to_string(i), ValueSource::tagged, i, 400'000 - i);
  EXPECT_LE(many.settle("d", [](std::string_view) { return false; }).size(), 400'000U);
}

TEST(Attributes, ObjectsAndTrafficComeFromTheLabels) {
  auto scenes = parse_scenes(R"(```yaml
scene: a car that nears, a pedestrian, a cone
frames: 30
ego: {speed_mps: 0}
tracks:
  - {id: A, class: car, start: [60, 3, 0.8], velocity: [-10, 0, 0], occlusion: 1}
  - {id: P, class: pedestrian, start: [8, 4, 0.9], first: 10, last: 19}
  - {id: C, class: traffic_cone, start: [9, 4, 0.9]}
expect: []
```)",
                             "x", "x")
                    .value();
  Drive& drive = scenes.at(0).drive;
  DeviceOptions device;
  device.device = "cpu";
  const auto measurer = Measurer::create(device).value();
  const auto measured = measurer->measure(drive).value();
  drive.label_sets[0].scope.known = true;
  const auto attributes = attributes_of(drive, measured);
  std::uint32_t frames_of_car = 0;
  for (const ObjectSpan& span : attributes.objects) {
    EXPECT_NE(span.object, "C");
    if (span.object != "A") continue;
    EXPECT_EQ(span.agent_type, "car");
    EXPECT_EQ(span.occlusion, "partly_occluded");
    EXPECT_NEAR(span.speed_low_mps, 10, 1e-6);
    EXPECT_LE(span.distance_low_m, span.distance_high_m);
    frames_of_car += span.frame_index_end - span.frame_index + 1;
  }
  EXPECT_EQ(frames_of_car, 30U);
  const auto vulnerable = rows_of(attributes, "vulnerable_road_user");
  ASSERT_EQ(vulnerable.size(), 3U);
  EXPECT_EQ(vulnerable[0].value, "false");
  EXPECT_EQ(vulnerable[1].value, "true");
  EXPECT_EQ(vulnerable[1].frame_index, 10U);
  // What only a camera saw does not say that there are none.
  drive.label_sets[0].scope.camera_view = "front";
  const auto in_view = attributes_of(drive, measured);
  EXPECT_EQ(rows_of(in_view, "vulnerable_road_user").size(), 1U);
  EXPECT_EQ(rows_of(in_view, "agent_density").at(0).high, std::numeric_limits<double>::infinity());
}

TEST(Attributes, TheSunStandsWhereAReferenceSaysItDoes) {
  // Reda and Andreas, Solar Position Algorithm (NREL/TP-560-34302), example: zenith 50.11162 degrees with a refraction
  // of 0.0164 degrees, at 2003-10-17T19:30:30Z.
  const auto time = odd::parse_utc("2003-10-17T19:30:30Z");
  ASSERT_TRUE(time);
  const odd::Sun sun = odd::sun_at(static_cast<double>(*time) * 1e-9, 39.742476, -105.1786);
  EXPECT_NEAR(sun.elevation_rad * 180 / std::numbers::pi, 39.872, 0.02);
  // Noon of the sun at Greenwich on the day when the equation of time is +16.4 minutes.
  const odd::Sun noon = odd::sun_at(static_cast<double>(*odd::parse_utc("2023-11-03T11:43:34Z")) * 1e-9, 51.5, 0);
  EXPECT_NEAR(noon.time_of_day_s, 43'200, 30);
  for (const char* bad :
       {"", "2003", "2003-13-01T00:00:00Z", "2003-02-30T00:00:00Z", "2003-10-17T24:00:00Z", "2003-10-17T19:30:30",
        "2003-10-17T19:30:30.Z", "0003-10-17T19:30:30Z", "２003-10-17T19:30:30Z"}) {
    EXPECT_FALSE(odd::parse_utc(bad)) << bad;
  }
}

TEST(Attributes, TheSunNeedsTimeAndPlace) {
  Drive drive = straight_drive(5, 1);
  drive.tags = {{.type = "latitude_deg", .number = 39.742476}, {.type = "longitude_deg", .number = -105.1786}};
  EXPECT_THAT(rows_of(attributes_of(drive, {}), "sun_elevation"), IsEmpty());
  drive.tags.push_back({.type = "start_utc", .value = "2003-10-17T19:30:30Z"});
  const auto rows = rows_of(attributes_of(drive, {}), "sun_elevation");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_NEAR(rows[0].low * 180 / std::numbers::pi, 39.872, 0.02);
  EXPECT_EQ(rows_of(attributes_of(drive, {}), "time_of_day").size(), 1U);
  // nuScenes counts from 1970, and its logs name the place.
  Drive scene = straight_drive(2, 1);
  scene.format = "nuscenes";
  scene.frames.time_ns = {1'532'402'927'647'951'000, 1'532'402'928'147'847'000};
  scene.tags = {{.type = "location", .value = "singapore-onenorth"},
                {.type = "description", .value = "Night, heavy traffic; it will RAIN, intersection"}};
  const auto attributes = attributes_of(scene, {});
  EXPECT_EQ(rows_of(attributes, "sun_elevation").size(), 1U);
  EXPECT_EQ(rows_of(attributes, "direction_of_travel").at(0).value, "left_hand");
  EXPECT_EQ(rows_of(attributes, "illumination").at(0).value, "night");
  EXPECT_EQ(rows_of(attributes, "rainfall_rate").size(), 1U);
}

class TagsFile : public testing::Test {
 protected:
  Result<std::vector<Tag>> read(const std::string& text) {
    const fs::path path = folder_.path() / "d.odd.yaml";
    write_bytes(path, text);
    return read_tags_file(path, drive_.frames);
  }
  std::string refusal(const std::string& text) {
    const auto tags = read(text);
    return tags ? "read" : tags.error().text();
  }
  TemporaryFolder folder_;
  Drive drive_ = straight_drive(20, 10);
};

TEST_F(TagsFile, GivesValuesForAllFramesSecondsOrNamedFrames) {
  const auto tags = read(R"(start_utc: 2024-05-01T12:00:00Z
position: {latitude_deg: 48.1, longitude_deg: 11.5}
tags:
  road_type: motorway
  air_temperature: 12 C
  special_structure:
    - {value: tunnel, from_s: 0.5, to_s: 1}
    - {value: bridge, from_frame: "12", to_frame: 13}
    - {value: toll_plaza, from_s: 5, to_s: 6}
)");
  ASSERT_TRUE(tags.ok()) << tags.error().text();
  ASSERT_EQ(tags->size(), 7U);
  const Tag& tunnel = (*tags)[5];
  EXPECT_EQ(tunnel.value, "tunnel");
  EXPECT_EQ(tunnel.frame_begin, 5U);
  EXPECT_EQ(tunnel.frame_end, 9U);
  EXPECT_EQ(tags->back().frame_begin, 12U);
  drive_.tags = *tags;
  const auto attributes = attributes_of(drive_, {});
  EXPECT_NEAR(rows_of(attributes, "air_temperature").at(0).low, 285.15, 1e-9);
  EXPECT_EQ(rows_of(attributes, "sun_elevation").size(), 1U);
}

TEST_F(TagsFile, RefusesWhatIsWrongWithFileAndLine) {
  EXPECT_THAT(refusal("tags:\n  a: x\n  a: y\n"), HasSubstr("d.odd.yaml:3: the key 'a' comes a second time"));
  EXPECT_THAT(refusal("tags: [a]\n"), HasSubstr("d.odd.yaml:1: tags is a sequence"));
  EXPECT_THAT(refusal("tags:\n  a: {b: c}\n"), HasSubstr("d.odd.yaml:2: 'a' is a map"));
  EXPECT_THAT(refusal("tags:\n  a:\n    - {from_s: 1}\n"), HasSubstr("d.odd.yaml:3: 'a' lists a map without a value"));
  EXPECT_THAT(refusal("tags:\n  a: [{value: x, from_s: nan}]\n"), HasSubstr("from_s is 'nan'"));
  EXPECT_THAT(refusal("tags:\n  a: [{value: x, from_s: 2, to_s: 1}]\n"), HasSubstr("to_s comes before from_s"));
  EXPECT_THAT(refusal("tags:\n  a: [{value: x, from_frame: 99}]\n"), HasSubstr("'99' is no frame"));
  EXPECT_THAT(refusal("tags:\n  a: [{value: x, until: 99}]\n"), HasSubstr("'until' means nothing here"));
  EXPECT_THAT(refusal("tags:\n  a: [{value: x, from_s: 1, to_frame: 3}]\n"), HasSubstr("both seconds and frames"));
  EXPECT_THAT(refusal("tag: {}\n"), HasSubstr("'tag' means nothing here"));
  EXPECT_THAT(refusal("start_utc: noon\n"), HasSubstr("start_utc is 'noon'"));
  EXPECT_THAT(refusal("position: {latitude_deg: 91, longitude_deg: 0}\n"), HasSubstr("latitude_deg is '91'"));
  EXPECT_THAT(refusal("position: north\n"), HasSubstr("position is 'north'"));
  EXPECT_THAT(refusal("- a\n"), HasSubstr("holds a sequence"));
  EXPECT_THAT(refusal("a: &x [*x]\n"), HasSubstr("d.odd.yaml:1"));
  EXPECT_THAT(refusal(""), HasSubstr("is empty"));
  EXPECT_THAT(refusal("tags: {a: \"" + std::string(300, 'x') + "\"}\n"), HasSubstr("1 to 200 bytes"));
  EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("d.odd.yaml"));
}

TEST_F(TagsFile, AMillionAttributesAreRefusedAndNotRead) {
  std::string text = "tags:\n";
  for (int i = 0; i < 1'000'000; ++i) text += "  a" + std::to_string(i) + ": x\n";
  const std::string why = refusal(text);
  EXPECT_TRUE(why.find("more than") != std::string::npos || why.find("over a million") != std::string::npos) << why;
}

}  // namespace
}  // namespace concord::tests
