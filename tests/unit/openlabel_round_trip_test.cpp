#include <gtest/gtest.h>
#include <fstream>
#include <limits>
#include <numbers>

#include "concord/dataset.hpp"
#include "concord/openlabel.hpp"
#include "src/readers/registry.hpp"
#include "tests/support/same_drive.hpp"
#include "tests/support/test_data.hpp"

namespace concord {
namespace {
namespace fs = std::filesystem;

Drive read_back(const fs::path& file) {
  auto dataset = readers::openlabel_format().open(file, {});
  EXPECT_TRUE(dataset.ok()) << dataset.error().text();
  auto drive = (*dataset)->read(0);
  if (!drive) throw std::runtime_error(drive.error().text());
  return std::move(drive).value();
}

Drive round_trip(const Drive& drive, const fs::path& file) {
  const auto written = write_openlabel(drive, file);
  EXPECT_TRUE(written.ok()) << written.error().text();
  return read_back(file);
}

/// A drive that uses every column of the model, with values that only exact arithmetic keeps.
Drive rich_drive(const fs::path& folder) {
  Drive drive;
  drive.name = "rich drive \"ü\"";
  drive.format = "openlabel";
  drive.taxonomy = std::make_shared<const Taxonomy>(Taxonomy::builtin("openlabel").value());
  const auto code = [&](const char* name) { return drive.taxonomy->find(name).value(); };
  drive.frames.push_back("a0", 1'532'402'927'647'951'001,
                         make_se3(Vec3(0.1, 1e-17, 1.0 / 3.0), quat_from_ypr(0.1, -0.2, 0.3)));
  drive.frames.push_back("a1", kNoTime, std::nullopt, false);
  drive.frames.push_back("0", -1, make_se3(Vec3(1e9, -0.0, 2), quat_from_ypr(3.0, 0, 0)));
  drive.frames.time_assumed = true;
  CameraModel camera{
      .fx_px = 1266.417203046554, .fy_px = 1266.4, .cx_px = 816.2670197447984, .cy_px = 491.5, .skew_px = -0.0};
  camera.width_px = 1600;
  camera.height_px = 900;
  CameraModel distorted = camera;
  distorted.kind = CameraModel::Kind::brown_conrady;
  distorted.distortion = {0.1, -0.2, 1e-5, 2e-5, 0.3, 0.4, 0.5, 1.0 / 7.0};
  CameraModel fisheye = camera;
  fisheye.kind = CameraModel::Kind::kannala_brandt;
  fisheye.distortion = {0.01, 0.02, -0.03, 1.0 / 9.0, 0, 0, 0, 0};
  drive.sensors = {
      {"ego", SensorKind::camera, make_se3(Vec3(1.7, 0.1, 1.5), quat_from_ypr(0.3, 0.2, 0.1)), camera},
      {"CAM/2", SensorKind::camera, make_se3(Vec3(1.7, -0.1, 1.5), quat_from_ypr(-1.5, 0, -1.5)), distorted},
      {"fish", SensorKind::camera, std::nullopt, fisheye},
      {"lidar", SensorKind::lidar, make_se3(Vec3(0, 0, 1.9), quat_from_ypr(0, 0, 0)), std::nullopt},
      {"radar", SensorKind::radar, std::nullopt, std::nullopt},
      {"imu", SensorKind::unknown, std::nullopt, std::nullopt}};
  fs::create_directories(folder / "clouds");
  for (const char* name : {"clouds/0.bin", "clouds/1.pcd", "x.png"}) std::ofstream(folder / name) << "data";
  drive.records = {
      {0, 3, 1'532'402'927'647'951'999, PayloadFormat::kitti_bin, folder / "clouds/0.bin", drive.frames.T_world_ego[0]},
      {1, 3, kNoTime, PayloadFormat::pcd, folder / "clouds/1.pcd", std::nullopt},
      {2, 0, 5, PayloadFormat::image, folder / "x.png", std::nullopt},
      {2, 3, 6, PayloadFormat::synthetic, "seed=3,frame=2", std::nullopt}};
  drive.tags = {{"weather", "rain", std::nullopt, 0, kNone},
                {"bare", "", std::nullopt, 0, 2},
                {"speed", "1.5", 1.5, 1, 2},
                {"mixed", "fast", 30.0, 0, 0},
                {"empty", "", 0.1, 2, kNone}};
  LabelSet set;
  set.name = "vendor A";
  set.scope = {.known = true,
               .classes = {code("car"), code("pedestrian")},
               .max_range_m = 79.9,
               .camera_view = "CAM/2",
               .min_points = 1,
               .extent = LabelScope::Extent::amodal,
               .cycle_includes_rider = true};
  const std::uint32_t seven = set.tracks.intern("7");
  const std::uint32_t token = set.tracks.intern("c1958768d48640948f6053d04cffd35b");
  const Cuboid box{Vec3(10.1, -0.0, 1.0 / 3.0), Vec3(4.5, 1.9, 1e-9), quat_from_ypr(0.7, 0.01, -0.02)};
  const Cuboid tipped{Vec3(1e6, 2, 3), Vec3(1, 2, 3), quat_from_ypr(0.1, 0.2, 2.0)};
  set.push_back(0, "a0:7", seven, code("car"), "vehicle.car", box);
  set.push_back(0, "second", token, code("pedestrian"), "human \\ \n", tipped);
  set.push_back(0, "a0:7#2", seven, code("car"), "vehicle.car", {Vec3(1, 2, 3), Vec3(-1, 0, 1), Quat(1, 0, 0, 0)});
  set.push_back(0, "no identity", kNone, kUnknownClass, "vehicle.car.odd", box);
  set.push_back(2, "0:7", seven, code("truck"), "vehicle.truck", box);
  set.push_back(2, "0:x", token, code("pedestrian"), "human \\ \n", box);
  set.occlusion_level.set(0, 3);
  set.truncation.set(1, 1.0 / 3.0);
  set.visibility.set(2, 0.9);
  set.moving_state.set(0, MovingState::parked);
  set.moving_state.set(3, MovingState::unknown);
  set.lidar_points.set(0, 0);
  set.lidar_points.set(4, std::numeric_limits<std::int32_t>::max());
  set.radar_points.set(1, 7);
  set.velocity_x_mps.set(0, -1e-300);
  set.velocity_y_mps.set(0, 12345.678901234567);
  set.score.set(5, 0.1);
  set.labelled_at_ns.set(2, 1'532'402'927'647'951'003);
  set.annotator.set(0, set.provenance.intern("ann 1"));
  set.vendor.set(1, set.provenance.intern("ann 1"));
  set.batch.set(2, set.provenance.intern("b"));
  set.guideline_version.set(3, set.provenance.intern("v2"));
  set.review_stage.set(4, set.provenance.intern("final"));
  AttributeColumn lights{.name = "lights", .values = {}, .code = {}, .allowed = {"on", "off"}};
  lights.code = {lights.values.intern("on"), kNone, lights.values.intern("off")};
  AttributeColumn clash{.name = "annotator", .values = {}, .code = {}, .allowed = {}};
  clash.code = {kNone, clash.values.intern("an attribute of that name")};
  set.attributes = {lights, clash};
  Box2dTable& boxes = set.boxes_2d;
  const auto add_box = [&](std::uint32_t frame, std::uint32_t sensor, std::uint32_t row, std::uint32_t track,
                           ClassCode c, std::string_view id, double left) {
    boxes.frame.push_back(frame);
    boxes.sensor.push_back(sensor);
    boxes.cuboid_row.push_back(row);
    boxes.track.push_back(track);
    boxes.class_code.push_back(c);
    boxes.left_px.push_back(left);
    boxes.top_px.push_back(0.1);
    boxes.right_px.push_back(left + 1.0 / 3.0);
    boxes.bottom_px.push_back(1e3 + 0.7);
    boxes.label_id.push_back(id);
  };
  add_box(0, 0, 2, seven, code("car"), "a0:7#2", 0.3);
  add_box(0, 1, 1, token, code("pedestrian"), "box", 894.768323);
  add_box(0, 1, kNone, seven, code("car"), "a0:7", 100.1);
  add_box(1, 0, kNone, kNone, code("ignore"), "dont care", 7);
  add_box(2, 0, 4, seven, code("truck"), "0:7", 1e-3);
  boxes.score.set(1, 0.25);
  boxes.truncation.set(0, 0.5);
  boxes.occlusion_level.set(4, 2);
  set.finish(drive.frames.size());
  drive.label_sets.push_back(std::move(set));
  return drive;
}

TEST(OpenLabelRoundTrip, KeepsEveryColumnBitByBit) {
  const tests::TemporaryFolder folder;
  const Drive drive = rich_drive(folder.path());
  tests::expect_same_drive(drive, round_trip(drive, folder.path() / "rich.json"));
}

TEST(OpenLabelRoundTrip, WritesTheSameTextAgain) {
  const tests::TemporaryFolder folder;
  const Drive drive = rich_drive(folder.path());
  const Drive again = round_trip(drive, folder.path() / "a.json");
  ASSERT_TRUE(write_openlabel(again, folder.path() / "b.json").ok());
  const auto text = [&](const char* name) {
    std::ifstream stream(folder.path() / name);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  EXPECT_EQ(text("a.json"), text("b.json"));
}

TEST(OpenLabelRoundTrip, KeepsARealKittiSequence) {
  CONCORD_NEEDS_DATA("kitti_tracking");
  const tests::TemporaryFolder folder;
  auto dataset = readers::kitti_tracking_format().open(tests::test_data_dir() / "kitti_tracking", {});
  ASSERT_TRUE(dataset.ok()) << dataset.error().text();
  auto drive = (*dataset)->read(0);
  ASSERT_TRUE(drive.ok()) << drive.error().text();
  ASSERT_GT(drive->label_sets[0].size(), 400U);
  ASSERT_GT(drive->label_sets[0].boxes_2d.size(), 400U);
  tests::expect_same_drive(*drive, round_trip(*drive, folder.path() / "kitti.json"));
}

TEST(OpenLabelRoundTrip, RefusesWhatJsonCannotHold) {
  const tests::TemporaryFolder folder;
  Drive drive = rich_drive(folder.path());
  drive.label_sets[0].cuboid.x_m[0] = std::numeric_limits<double>::quiet_NaN();
  const auto written = write_openlabel(drive, folder.path() / "nan.json");
  ASSERT_FALSE(written.ok());
  EXPECT_NE(written.error().text().find("not finite"), std::string::npos) << written.error().text();
  EXPECT_FALSE(fs::exists(folder.path() / "nan.json"));

  drive = rich_drive(folder.path());
  drive.tags[0].type = "\xff";
  EXPECT_FALSE(write_openlabel(drive, folder.path() / "utf.json").ok());
}

}  // namespace
}  // namespace concord
