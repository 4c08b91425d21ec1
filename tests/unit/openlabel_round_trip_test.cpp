#include <gtest/gtest.h>
#include <bit>
#include <cmath>
#include <fstream>
#include <limits>
#include <numbers>

#include "concord/dataset.hpp"
#include "concord/openlabel.hpp"
#include "src/readers/registry.hpp"
#include "tests/support/test_data.hpp"

namespace concord {
namespace {
namespace fs = std::filesystem;

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

void expect_same(const SE3& a, const SE3& b) {
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(same_bits(a.matrix()(i / 4, i % 4), b.matrix()(i / 4, i % 4))) << i;
}

template <class T>
void expect_same(const OptionalColumn<T>& a, const OptionalColumn<T>& b, std::size_t rows, const char* name) {
  for (std::size_t row = 0; row < rows; ++row) EXPECT_EQ(a.get(row), b.get(row)) << name << " row " << row;
}

std::optional<std::string_view> word(const Dictionary& words, const OptionalColumn<std::uint32_t>& column,
                                     std::size_t row) {
  const auto code = column.get(row);
  return code ? std::optional(words.at(*code)) : std::nullopt;
}

void expect_same_labels(const LabelSet& a, const LabelSet& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.scope.known, b.scope.known);
  EXPECT_EQ(a.scope.classes, b.scope.classes);
  EXPECT_EQ(a.scope.max_range_m, b.scope.max_range_m);
  EXPECT_EQ(a.scope.camera_view, b.scope.camera_view);
  EXPECT_EQ(a.scope.min_points, b.scope.min_points);
  EXPECT_EQ(a.scope.extent, b.scope.extent);
  EXPECT_EQ(a.scope.cycle_includes_rider, b.scope.cycle_includes_rider);
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(a.frame, b.frame);
  EXPECT_EQ(a.frame_offset, b.frame_offset);
  EXPECT_EQ(a.class_code, b.class_code);
  for (std::size_t row = 0; row < a.size(); ++row) {
    EXPECT_EQ(a.label_id[row], b.label_id[row]);
    EXPECT_EQ(a.track[row] == kNone, b.track[row] == kNone) << row;
    EXPECT_EQ(a.tracks.at(a.track[row]), b.tracks.at(b.track[row])) << row;
    EXPECT_EQ(a.raw_classes.at(a.raw_class[row]), b.raw_classes.at(b.raw_class[row]));
    for (const auto column : {&LabelSet::annotator, &LabelSet::vendor, &LabelSet::batch, &LabelSet::guideline_version,
                              &LabelSet::review_stage}) {
      EXPECT_EQ(word(a.provenance, a.*column, row), word(b.provenance, b.*column, row)) << row;
    }
  }
  for (const auto column : {&CuboidColumns::x_m, &CuboidColumns::y_m, &CuboidColumns::z_m, &CuboidColumns::length_m,
                            &CuboidColumns::width_m, &CuboidColumns::height_m, &CuboidColumns::qw, &CuboidColumns::qx,
                            &CuboidColumns::qy, &CuboidColumns::qz}) {
    for (std::size_t row = 0; row < a.size(); ++row) {
      EXPECT_TRUE(same_bits((a.cuboid.*column)[row], (b.cuboid.*column)[row])) << row;
    }
  }
  expect_same(a.occlusion_level, b.occlusion_level, a.size(), "occlusion_level");
  expect_same(a.truncation, b.truncation, a.size(), "truncation");
  expect_same(a.visibility, b.visibility, a.size(), "visibility");
  expect_same(a.moving_state, b.moving_state, a.size(), "moving_state");
  expect_same(a.lidar_points, b.lidar_points, a.size(), "lidar_points");
  expect_same(a.radar_points, b.radar_points, a.size(), "radar_points");
  expect_same(a.velocity_x_mps, b.velocity_x_mps, a.size(), "velocity_x");
  expect_same(a.velocity_y_mps, b.velocity_y_mps, a.size(), "velocity_y");
  expect_same(a.score, b.score, a.size(), "score");
  expect_same(a.labelled_at_ns, b.labelled_at_ns, a.size(), "labelled_at");
  ASSERT_EQ(a.attributes.size(), b.attributes.size());
  for (std::size_t i = 0; i < a.attributes.size(); ++i) {
    EXPECT_EQ(a.attributes[i].name, b.attributes[i].name);
    EXPECT_EQ(a.attributes[i].allowed, b.attributes[i].allowed);
    for (std::size_t row = 0; row < a.size(); ++row) {
      const auto text = [row](const AttributeColumn& column) {
        return row < column.code.size() ? column.values.at(column.code[row]) : std::string_view();
      };
      EXPECT_EQ(text(a.attributes[i]), text(b.attributes[i])) << row;
    }
  }
  ASSERT_EQ(a.boxes_2d.size(), b.boxes_2d.size());
  EXPECT_EQ(a.boxes_2d.frame, b.boxes_2d.frame);
  EXPECT_EQ(a.boxes_2d.sensor, b.boxes_2d.sensor);
  EXPECT_EQ(a.boxes_2d.cuboid_row, b.boxes_2d.cuboid_row);
  EXPECT_EQ(a.boxes_2d.class_code, b.boxes_2d.class_code);
  EXPECT_EQ(a.boxes_2d.left_px, b.boxes_2d.left_px);
  EXPECT_EQ(a.boxes_2d.top_px, b.boxes_2d.top_px);
  EXPECT_EQ(a.boxes_2d.right_px, b.boxes_2d.right_px);
  EXPECT_EQ(a.boxes_2d.bottom_px, b.boxes_2d.bottom_px);
  for (std::size_t row = 0; row < a.boxes_2d.size(); ++row) {
    EXPECT_EQ(a.boxes_2d.label_id[row], b.boxes_2d.label_id[row]);
    EXPECT_EQ(a.tracks.at(a.boxes_2d.track[row]), b.tracks.at(b.boxes_2d.track[row]));
  }
  expect_same(a.boxes_2d.score, b.boxes_2d.score, a.boxes_2d.size(), "box score");
  expect_same(a.boxes_2d.truncation, b.boxes_2d.truncation, a.boxes_2d.size(), "box truncation");
  expect_same(a.boxes_2d.occlusion_level, b.boxes_2d.occlusion_level, a.boxes_2d.size(), "box occlusion");
}

void expect_same_drive(const Drive& a, const Drive& b) {
  EXPECT_EQ(a.name, b.name);
  ASSERT_EQ(a.frames.size(), b.frames.size());
  EXPECT_EQ(a.frames.time_ns, b.frames.time_ns);
  EXPECT_EQ(a.frames.recorded, b.frames.recorded);
  EXPECT_EQ(a.frames.pose_valid, b.frames.pose_valid);
  EXPECT_EQ(a.frames.time_assumed, b.frames.time_assumed);
  for (std::size_t i = 0; i < a.frames.size(); ++i) {
    EXPECT_EQ(a.frames.name[i], b.frames.name[i]);
    if (a.frames.has_pose(i)) expect_same(a.frames.T_world_ego[i], b.frames.T_world_ego[i]);
  }
  ASSERT_EQ(a.sensors.size(), b.sensors.size());
  for (std::size_t i = 0; i < a.sensors.size(); ++i) {
    EXPECT_EQ(a.sensors[i].name, b.sensors[i].name);
    EXPECT_EQ(a.sensors[i].kind, b.sensors[i].kind);
    ASSERT_EQ(a.sensors[i].T_ego_sensor.has_value(), b.sensors[i].T_ego_sensor.has_value());
    if (a.sensors[i].T_ego_sensor) expect_same(*a.sensors[i].T_ego_sensor, *b.sensors[i].T_ego_sensor);
    ASSERT_EQ(a.sensors[i].camera.has_value(), b.sensors[i].camera.has_value()) << a.sensors[i].name;
    if (!a.sensors[i].camera) continue;
    const CameraModel& p = *a.sensors[i].camera;
    const CameraModel& q = *b.sensors[i].camera;
    EXPECT_EQ(p.kind, q.kind);
    EXPECT_EQ(p.distortion, q.distortion);
    for (const auto value :
         {&CameraModel::fx_px, &CameraModel::fy_px, &CameraModel::cx_px, &CameraModel::cy_px, &CameraModel::skew_px}) {
      EXPECT_TRUE(same_bits(p.*value, q.*value));
    }
    EXPECT_EQ(p.width_px, q.width_px);
    EXPECT_EQ(p.height_px, q.height_px);
  }
  ASSERT_EQ(a.records.size(), b.records.size());
  for (std::size_t i = 0; i < a.records.size(); ++i) {
    EXPECT_EQ(a.records[i].frame, b.records[i].frame);
    EXPECT_EQ(a.records[i].sensor, b.records[i].sensor);
    EXPECT_EQ(a.records[i].time_ns, b.records[i].time_ns);
    EXPECT_EQ(a.records[i].format, b.records[i].format);
    EXPECT_EQ(a.records[i].path, b.records[i].path);
    ASSERT_EQ(a.records[i].T_world_ego.has_value(), b.records[i].T_world_ego.has_value());
    if (a.records[i].T_world_ego) expect_same(*a.records[i].T_world_ego, *b.records[i].T_world_ego);
  }
  ASSERT_EQ(a.tags.size(), b.tags.size());
  for (std::size_t i = 0; i < a.tags.size(); ++i) {
    EXPECT_EQ(a.tags[i].type, b.tags[i].type);
    EXPECT_EQ(a.tags[i].value, b.tags[i].value) << i;
    EXPECT_EQ(a.tags[i].number, b.tags[i].number) << i;
    EXPECT_EQ(a.tags[i].frame_begin, b.tags[i].frame_begin);
    EXPECT_EQ(a.tags[i].frame_end, b.tags[i].frame_end);
  }
  expect_same_labels(a.label_sets.front(), b.label_sets.front());
}

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
  expect_same_drive(drive, round_trip(drive, folder.path() / "rich.json"));
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
  expect_same_drive(*drive, round_trip(*drive, folder.path() / "kitti.json"));
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
