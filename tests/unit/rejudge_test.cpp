// Kept measurements: they come back as they were, and judging them gives what judging the drive gave.

#include <gtest/gtest.h>
#include <cmath>
#include <optional>

#include "concord/judge.hpp"
#include "concord/measure.hpp"
#include "concord/pipeline.hpp"
#include "concord/report.hpp"
#include "tests/support/scene.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;

/// `clouds[i]`, where it is there, belongs to `drives[i]`.
Report judged_report(std::vector<Drive> drives, const std::vector<std::optional<CloudBatch>>& clouds = {}) {
  static const std::unique_ptr<Measurer> kMeasurer = [] {
    DeviceOptions options;
    options.device = "cpu";
    return Measurer::create(options).value();
  }();
  Report report;
  for (std::size_t i = 0; i < drives.size(); ++i) {
    Drive& drive = drives[i];
    auto measured = kMeasurer->measure(drive).value();
    if (i < clouds.size() && clouds[i]) {
      EXPECT_TRUE(kMeasurer->measure_points(drive, *clouds[i], true, measured).ok());
    }
    report.drives.push_back({.name = drive.name, .format = drive.format});
    report.measurements.push_back({std::move(drive), std::move(measured)});
  }
  return rejudge(std::move(report), Profile(), {}, "test").value();
}

std::string written(const fs::path& path, const Report& report) {
  const auto digest = write_report(path, report);
  EXPECT_TRUE(digest.ok()) << digest.error().text();
  return digest.ok() ? digest.value() : "";
}

/// Every scene of every check's page, as the drives of one report a check: whatever a check looks at must be kept.
TEST(Rejudge, KeptMeasurementsGiveTheSameFindings) {
  const TemporaryFolder folder;
  for (const CheckInfo& check : checks()) {
    SCOPED_TRACE(check.id);
    auto scenes = parse_scenes(check.documentation, check.id, check.id);
    ASSERT_TRUE(scenes.ok()) << scenes.error().text();
    std::vector<Drive> drives;
    std::vector<std::optional<CloudBatch>> clouds;
    for (Scene& scene : *scenes) {
      scene.drive.name = "scene " + std::to_string(drives.size());
      drives.push_back(std::move(scene.drive));
      clouds.push_back(std::move(scene.clouds));
    }
    ASSERT_GE(drives.size(), 2U);
    const Report original = judged_report(std::move(drives), clouds);
    EXPECT_FALSE(original.findings.empty());
    const std::string digest = written(folder.path() / "a.h5", original);
    auto read = read_report(folder.path() / "a.h5", true);
    ASSERT_TRUE(read.ok()) << read.error().text();
    const auto again = rejudge(std::move(read).value(), Profile(), {}, "test");
    ASSERT_TRUE(again.ok()) << again.error().text();
    EXPECT_EQ(again->findings.size(), original.findings.size());
    EXPECT_EQ(written(folder.path() / "b.h5", *again), digest);
  }
}

TEST(Rejudge, AnotherProfileGivesOtherFindings) {
  auto scenes = parse_scenes(find_check("temporal.heading_flip")->documentation, "temporal.heading_flip", "page");
  Report report;
  for (const Scene& scene : *scenes) {
    report = judged_report({scene.drive});
    if (!report.findings.empty()) break;
  }
  ASSERT_FALSE(report.findings.empty());
  const auto fewer = rejudge(report, Profile(), {.only = {"schema"}, .skip = {}}, "test");
  ASSERT_TRUE(fewer.ok());
  EXPECT_TRUE(fewer->findings.empty());
  EXPECT_EQ(fewer->statuses.size(), checks().size());
  EXPECT_NE(fewer->configuration, report.configuration);
  const auto wrong = rejudge(report, Profile(), {.only = {"no_such"}, .skip = {}}, "test");
  ASSERT_FALSE(wrong.ok());
  report.measurements.clear();
  const auto none = rejudge(report, Profile(), {}, "test");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::not_found);
}

Drive drive_with_everything() {
  auto scenes = parse_scenes(
      "```yaml\nscene: s\nframes: 4\ntracks: [{id: A, class: car, start: [9, 0, 1]}]\nexpect: []\n```\n", "", "test");
  Drive drive = std::move(scenes->at(0).drive);
  drive.name = "Straße";
  const SE3 mounting = make_se3(Vec3(1.25, -0.1, 1.0 / 3.0), quat_from_ypr(0.1, 0.2, 0.3));
  Sensor camera{.name = "front", .kind = SensorKind::camera, .T_ego_sensor = mounting, .camera = CameraModel{}};
  camera.camera->kind = CameraModel::Kind::kannala_brandt;
  camera.camera->fx_px = 1000.5;
  camera.camera->distortion = {0.1, 0.2, 0.3, 0.4};
  camera.camera->width_px = 1920;
  drive.sensors = {camera, {.name = "top", .kind = SensorKind::lidar, .T_ego_sensor = {}, .camera = {}}};
  drive.records = {
      {.frame = 1, .sensor = 1, .time_ns = 7, .format = PayloadFormat::pcd, .path = "/x", .T_world_ego = mounting},
      {.frame = 2, .sensor = 0, .time_ns = 8, .format = PayloadFormat::image, .path = "/y", .T_world_ego = {}}};
  drive.tags = {{.type = "weather", .value = "rain", .number = {}},
                {.type = "lux", .value = "", .number = 12.5, .frame_end = 2}};
  LabelSet& set = drive.label_sets[0];
  set.scope = {.known = true,
               .classes = {*drive.taxonomy->find("car"), *drive.taxonomy->find("pedestrian")},
               .max_range_m = 80,
               .camera_view = "front",
               .min_points = 5,
               .extent = LabelScope::Extent::visible,
               .cycle_includes_rider = true};
  set.occlusion_level.set(1, 2);
  set.truncation.set(2, 0.25);
  set.visibility.set(0, 0.5);
  set.moving_state.set(3, MovingState::parked);
  set.lidar_points.set(0, 0);
  set.radar_points.set(1, 3);
  set.velocity_x_mps.set(1, -2.5);
  set.score.set(3, 0.75);
  set.labelled_at_ns.set(2, 123456789);
  set.vendor.set(1, set.provenance.intern("ACME"));
  set.annotator.set(0, set.provenance.intern("a7"));
  set.attributes.push_back({.name = "pose", .values = {}, .code = {}, .allowed = {"sitting", "standing"}});
  set.attributes[0].values.intern("standing");
  set.attributes[0].code = {kNone, 0};
  Box2dTable& boxes = set.boxes_2d;
  boxes.frame = {1};
  boxes.sensor = {0};
  boxes.cuboid_row = {1};
  boxes.track = {kNone};
  boxes.class_code = {*drive.taxonomy->find("car")};
  boxes.left_px = {1};
  boxes.top_px = {2};
  boxes.right_px = {30.5};
  boxes.bottom_px = {40};
  boxes.label_id.push_back("box");
  boxes.score.set(0, 0.5);
  return drive;
}

TEST(Rejudge, EverythingOfADriveComesBack) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "r.h5";
  const Report original = judged_report({drive_with_everything()});
  const std::string digest = written(path, original);
  const auto read = read_report(path, true);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(written(folder.path() / "again.h5", *read), digest);

  const Drive& before = original.measurements.at(0).drive;
  const Drive& after = read->measurements.at(0).drive;
  EXPECT_EQ(after.name, "Straße");
  EXPECT_EQ(after.frames.name[3], before.frames.name[3]);
  EXPECT_EQ(after.frames.T_world_ego.size(), before.frames.T_world_ego.size());
  ASSERT_EQ(after.sensors.size(), 2U);
  EXPECT_EQ(after.sensors[0].T_ego_sensor->matrix(), before.sensors[0].T_ego_sensor->matrix()) << "to the bit";
  EXPECT_EQ(after.sensors[0].camera->kind, CameraModel::Kind::kannala_brandt);
  EXPECT_EQ(after.sensors[0].camera->distortion, before.sensors[0].camera->distortion);
  EXPECT_EQ(after.sensors[0].camera->height_px, 0);
  EXPECT_FALSE(after.sensors[1].camera.has_value());
  EXPECT_FALSE(after.sensors[1].T_ego_sensor.has_value());
  EXPECT_EQ(after.records.at(0).format, PayloadFormat::pcd);
  EXPECT_TRUE(after.records.at(0).path.empty());
  EXPECT_TRUE(after.records[0].T_world_ego.has_value());
  EXPECT_FALSE(after.records.at(1).T_world_ego.has_value());
  EXPECT_FALSE(after.tags.at(0).number.has_value());
  EXPECT_EQ(after.tags.at(1).number, 12.5);
  const LabelSet& set = after.label_sets.at(0);
  EXPECT_EQ(set.scope.classes, before.label_sets[0].scope.classes);
  EXPECT_EQ(set.scope.camera_view, "front");
  EXPECT_EQ(set.scope.min_points, 5);
  EXPECT_TRUE(set.scope.cycle_includes_rider);
  EXPECT_EQ(set.occlusion_level.get(1), 2);
  EXPECT_FALSE(set.occlusion_level.get(0).has_value());
  EXPECT_EQ(set.lidar_points.get(0), 0) << "none is not missing";
  EXPECT_EQ(set.moving_state.get(3), MovingState::parked);
  EXPECT_EQ(set.provenance.at(*set.vendor.get(1)), "ACME");
  EXPECT_FALSE(set.batch.present());
  EXPECT_EQ(set.attributes.at(0).values.at(set.attributes[0].code.at(1)), "standing");
  EXPECT_EQ(set.attributes[0].allowed.size(), 2U);
  EXPECT_EQ(set.boxes_2d.right_px.at(0), 30.5);
  EXPECT_EQ(set.frame_offset, before.label_sets[0].frame_offset);
}

}  // namespace
}  // namespace concord::tests
