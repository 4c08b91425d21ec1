#include <gmock/gmock.h>
#include <map>

#include "concord/dataset.hpp"
#include "concord/point_cloud.hpp"
#include "tests/support/files.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kAnnotations =
    "timestamp_ns,track_uuid,category,length_m,width_m,height_m,qw,qx,qy,qz,tx_m,ty_m,tz_m,num_interior_pts\n"
    "100,a,REGULAR_VEHICLE,4.5,1.8,1.5,1,0,0,0,10,2,0.8,3\n"
    "100,b,PEDESTRIAN,0.6,0.6,1.7,1,0,0,0,8,-2,0.9,1\n"
    "200,a,REGULAR_VEHICLE,4.5,1.8,1.5,1,0,0,0,11,2,0.8,0\n";
constexpr const char* kPoses =
    "timestamp_ns,qw,qx,qy,qz,tx_m,ty_m,tz_m\n50,1,0,0,0,0,0,0\n100,1,0,0,0,5,0,0\n200,1,0,0,0,6,0,0\n";
constexpr const char* kSensors =
    "sensor_name,qw,qx,qy,qz,tx_m,ty_m,tz_m\nring_front_center,1,0,0,0,1.6,0,1.4\nup_lidar,1,0,0,0,1.35,0,1.64\n";
constexpr const char* kIntrinsics =
    "sensor_name,fx_px,fy_px,cx_px,cy_px,k1,k2,k3,height_px,width_px\n"
    "ring_front_center,1776,1777,778,1014,-0.24,-0.21,0.33,2048,1550\n";

class Argoverse2 : public testing::Test {
 protected:
  Argoverse2() {
    write("annotations.csv", kAnnotations);
    write("city_SE3_egovehicle.csv", kPoses);
    write("calibration/egovehicle_SE3_sensor.csv", kSensors);
    write("calibration/intrinsics.csv", kIntrinsics);
  }
  void write(const std::string& name, const std::string& text) const {
    write_bytes(folder_.path() / "log" / name, text);
  }
  [[nodiscard]] Result<Drive> read() const {
    auto dataset = open_dataset(folder_.path(), "", {});
    if (!dataset) return dataset.error();
    return (*dataset)->read(0);
  }
  TemporaryFolder folder_;
};

TEST_F(Argoverse2, ReadsTablesRigAndSweeps) {
  const float points[] = {10, 2, 1, 0.5F, 90, 0, 0, 0.1F};
  write("sensors/lidar_bin/100.bin", std::string(reinterpret_cast<const char*>(points), sizeof(points)));
  const Drive drive = read().value();
  EXPECT_EQ(drive.name, "log");
  ASSERT_EQ(drive.frames.size(), 2U);
  EXPECT_EQ(drive.frames.name[0], "100");
  EXPECT_EQ(drive.frames.T_world_ego[1].translation(), Vec3(6, 0, 0));
  const LabelSet& set = drive.label_sets.at(0);
  ASSERT_EQ(set.size(), 3U);
  EXPECT_EQ(set.label_id[1], "100:b");
  EXPECT_EQ(set.lidar_points.get(0), 3);
  EXPECT_EQ(drive.taxonomy->at(set.class_code[0]).name, "car");
  EXPECT_EQ(set.cuboid.at(2).center_m, Vec3(11, 2, 0.8));
  EXPECT_EQ(set.track[0], set.track[2]);
  const Sensor& camera = drive.sensors.at(drive.find_sensor("ring_front_center"));
  EXPECT_EQ(camera.camera->kind, CameraModel::Kind::brown_conrady);
  EXPECT_EQ(camera.camera->distortion[4], 0.33);
  EXPECT_EQ(camera.camera->width_px, 1550);
  // The sweep lies in the ego frame although its sensor stands 1.64 m above it.
  ASSERT_EQ(drive.records.size(), 1U);
  EXPECT_EQ(drive.sensors[drive.records[0].sensor].T_ego_sensor->translation(), Vec3(1.35, 0, 1.64));
  const PointCloud cloud = load_points(drive, drive.records[0]).value();
  ASSERT_EQ(cloud.size(), 2U);
  EXPECT_EQ(cloud.x_m[0], 10.0F);
  EXPECT_EQ(cloud.z_m[0], 1.0F);
}

TEST_F(Argoverse2, MalformedTablesAreErrorsThatNameTheLine) {
  const std::map<std::string, std::string> bad{
      {"100,a,REGULAR_VEHICLE,4.5,1.8\n", "annotations.csv:2"},
      {"100,a,REGULAR_VEHICLE,x,1.8,1.5,1,0,0,0,10,2,0.8,3\n", "'x' is no number"},
      {"1e2,a,REGULAR_VEHICLE,4,1.8,1.5,1,0,0,0,10,2,0.8,3\n", "no whole number"},
      {"100,\"a,b\",REGULAR_VEHICLE,4,1.8,1.5,1,0,0,0,10,2,0.8\n", "without quotes"}};
  const std::string header = std::string(kAnnotations).substr(0, std::string(kAnnotations).find('\n') + 1);
  for (const auto& [line, expected] : bad) {
    write("annotations.csv", header + line);
    const auto drive = read();
    ASSERT_FALSE(drive.ok()) << line;
    EXPECT_THAT(drive.error().text(), HasSubstr(expected));
  }
  write("annotations.csv", kAnnotations);
  write("city_SE3_egovehicle.csv", "timestamp_ns,qw,qx,qy,qz,tx_m,ty_m,tz_m\n100,0,0,0,0,5,0,0\n");
  EXPECT_THAT(read().error().text(), HasSubstr("is no pose"));
  write("city_SE3_egovehicle.csv", "timestamp_ns,qw,qx\n");
  EXPECT_THAT(read().error().text(), HasSubstr("no column 'qy'"));
  write("city_SE3_egovehicle.csv", "timestamp_ns,qw,qx,qy,qz,tx_m,ty_m,tz_m\n");
  EXPECT_TRUE(read().value().frames.T_world_ego.empty());
}

TEST_F(Argoverse2, NumbersThatAreNotFiniteAreLeftToTheChecks) {
  write("annotations.csv", std::string(kAnnotations) + "200,c,BUS,nan,1,1,0,0,0,0,inf,0,0,5\n");
  EXPECT_EQ(read().value().label_sets.at(0).size(), 4U);
}

TEST_F(Argoverse2, PatchChangesTheEditedLinesOnly) {
  const auto dataset = open_dataset(folder_.path(), "argoverse2", {}).value();
  std::vector<LabelEdit> edits(4);
  edits[0] = {.op = LabelEdit::Op::modify, .frame = "100", .label = "100:a"};
  edits[0].cuboid = Cuboid{Vec3(10.5, 2, 0.8), Vec3(4.5, 1.8, 1.5), Quat::Identity()};
  edits[1] = {.op = LabelEdit::Op::drop, .frame = "100", .label = "100:b"};
  edits[2] = {.op = LabelEdit::Op::copy, .frame = "200", .label = "100:b", .from_frame = "100"};
  edits[3] = {.op = LabelEdit::Op::modify, .frame = "100", .label = "100:a", .track = "z"};
  const fs::path out = folder_.path().string() + "_out";
  ASSERT_TRUE(dataset->patch({{"log", edits}}, out).ok());
  EXPECT_EQ(read_bytes(out / "log/annotations.csv"),
            "timestamp_ns,track_uuid,category,length_m,width_m,height_m,qw,qx,qy,qz,tx_m,ty_m,tz_m,num_interior_pts\n"
            "100,z,REGULAR_VEHICLE,4.5,1.8,1.5,1,0,0,0,10.5,2,0.8,3\n"
            "200,a,REGULAR_VEHICLE,4.5,1.8,1.5,1,0,0,0,11,2,0.8,0\n"
            "200,b,PEDESTRIAN,0.6,0.6,1.7,1,0,0,0,8,-2,0.9,1\n");
  EXPECT_EQ(read_bytes(out / "log/city_SE3_egovehicle.csv"), kPoses);
  fs::remove_all(out);
  edits[1].label = "100:c";
  EXPECT_THAT(dataset->patch({{"log", edits}}, out).error().text(), HasSubstr("no label '100:c'"));
  EXPECT_FALSE(fs::exists(out / "log"));
  EXPECT_FALSE(dataset->patch({{"other", {}}}, out).ok());
  fs::remove_all(out);
}

TEST_F(Argoverse2, ReadsTheRealLog) {
  CONCORD_NEEDS_DATA("argoverse2");
  const auto dataset = open_dataset(test_data_dir() / "argoverse2", "", {}).value();
  ASSERT_EQ(dataset->drives().size(), 1U);
  const Drive drive = dataset->read(0).value();
  EXPECT_EQ(drive.frames.size(), 156U);
  EXPECT_EQ(drive.label_sets[0].size(), 11364U);
  EXPECT_EQ(drive.label_sets[0].tracks.size(), 114U);
  EXPECT_EQ(drive.records.size(), 2U);
  for (std::size_t f = 0; f < drive.frames.size(); ++f) EXPECT_TRUE(drive.frames.has_pose(f));
  const auto& codes = drive.label_sets[0].class_code;
  EXPECT_EQ(std::count(codes.begin(), codes.end(), kUnknownClass), 0);
}

}  // namespace
}  // namespace concord::tests
