#include <gmock/gmock.h>
#include <cmath>
#include <numbers>

#include "tests/support/openlabel_file.hpp"

namespace concord::tests {
namespace {
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr double kPi = std::numbers::pi;

using OpenLabelTest = OpenLabelFile;

void expect_near(const Vec3& a, const Vec3& b, double tolerance = 1e-12) {
  EXPECT_LE((a - b).cwiseAbs().maxCoeff(), tolerance) << a.transpose() << " is not " << b.transpose();
}

// ---------------------------------------------------------------- cuboids

TEST_F(OpenLabelTest, NineValuesAreEulerAnglesRzRyRx) {
  const Drive drive = drive_of(car_with("'cuboid':[{'name':'b','val':[1,2,3,0.1,0.2,0.3,4,5,6]}]"));
  const Cuboid box = drive.label_sets[0].cuboid.at(0);
  EXPECT_EQ(box.center_m, Vec3(1, 2, 3));
  EXPECT_EQ(box.size_m, Vec3(4, 5, 6));
  // x axis of Rz(0.3) Ry(0.2) Rx(0.1), written out.
  expect_near(box.rotation * Vec3::UnitX(),
              Vec3(std::cos(0.3) * std::cos(0.2), std::sin(0.3) * std::cos(0.2), -std::sin(0.2)));
  expect_near(box.rotation * Vec3::UnitZ(),
              Vec3(std::cos(0.3) * std::sin(0.2) * std::cos(0.1) + std::sin(0.3) * std::sin(0.1),
                   std::sin(0.3) * std::sin(0.2) * std::cos(0.1) - std::cos(0.3) * std::sin(0.1),
                   std::cos(0.2) * std::cos(0.1)));
}

TEST_F(OpenLabelTest, TenValuesAreAQuaternionXyzw) {
  const Drive drive = drive_of(car_with("'cuboid':[{'name':'b','val':[1,2,3,0,0,0.6,0.8,4,5,6]}]"));
  const Cuboid box = drive.label_sets[0].cuboid.at(0);
  EXPECT_EQ(box.rotation.coeffs(), Eigen::Vector4d(0, 0, 0.6, 0.8));
  EXPECT_EQ(box.size_m, Vec3(4, 5, 6));
  EXPECT_NEAR(yaw_of(box.rotation), 2 * std::atan2(0.6, 0.8), 1e-15);
  // Rounded quaternions are made unit ones.
  const Drive rounded = drive_of(car_with("'cuboid':[{'name':'b','val':[1,2,3,0,0,0.7071,0.7071,4,5,6]}]"));
  EXPECT_NEAR(rounded.label_sets[0].cuboid.at(0).rotation.norm(), 1.0, 1e-15);
  EXPECT_NEAR(yaw_of(rounded.label_sets[0].cuboid.at(0).rotation), kPi / 2, 1e-12);
}

TEST_F(OpenLabelTest, MembersStandInForANullVal) {
  for (const std::string translation : {"translation", "traslation"}) {
    const Drive drive = drive_of(car_with("'cuboid':[{'name':'b','val':null,'quaternion':[0,0,1,0],'" + translation +
                                          "':[1,2,3],'size':[4,5,6]}]"));
    const Cuboid box = drive.label_sets[0].cuboid.at(0);
    EXPECT_EQ(box.center_m, Vec3(1, 2, 3));
    EXPECT_EQ(box.size_m, Vec3(4, 5, 6));
    EXPECT_NEAR(std::abs(yaw_of(box.rotation)), kPi, 1e-15);
  }
}

TEST_F(OpenLabelTest, BoxAxesTurnSoThatUpIsEgoZ) {
  // In a camera (x right, y down, z ahead): 10 m ahead, 2 m right, heading along the camera's z; length, height, width.
  const Drive drive = drive_of(std::string(kRig) + "," +
                               car_with("'cuboid':[{'name':'b','coordinate_system':'CAM','val':[2,1,10,0,"
                                        "-1.5707963267948966,0,4,1.5,2]}]"));
  const Cuboid box = drive.label_sets[0].cuboid.at(0);
  expect_near(box.center_m, Vec3(11.5, -2, 0));
  EXPECT_EQ(box.size_m, Vec3(4, 2, 1.5));
  expect_near(box.rotation * Vec3::UnitX(), Vec3(1, 0, 0));
  expect_near(box.rotation * Vec3::UnitZ(), Vec3(0, 0, 1));
}

TEST_F(OpenLabelTest, BoxesInAnUprightSystemKeepTheirAxes) {
  const Drive drive =
      drive_of(std::string(kRig) + "," +
               car_with("'cuboid':[{'name':'a','coordinate_system':'LIDAR','val':[10,0,0,0,0,0,4,2,1.5]},"
                        "{'name':'b','coordinate_system':'base','val':[10,0,0,1.5707963267948966,0,0,4,2,1.5]}]"));
  const LabelSet& set = drive.label_sets[0];
  expect_near(set.cuboid.at(0).center_m, Vec3(1, 10, 2));
  EXPECT_EQ(set.cuboid.at(0).size_m, Vec3(4, 2, 1.5));
  EXPECT_NEAR(yaw_of(set.cuboid.at(0).rotation), kPi / 2, 1e-12);
  // In ego itself nothing is turned, not even a box on its side.
  EXPECT_EQ(set.cuboid.at(1).size_m, Vec3(4, 2, 1.5));
  expect_near(set.cuboid.at(1).rotation * Vec3::UnitZ(), Vec3(0, -1, 0));
}

TEST_F(OpenLabelTest, SystemOfTheObjectIsTheDefault) {
  const Drive drive =
      drive_of(std::string(kRig) +
               ",'objects':{'1':{'name':'c','type':'Car','coordinate_system':'LIDAR'}},'frames':{'0':{"
               "'objects':{'1':{'object_data':{'cuboid':[{'name':'b','val':[10,0,0,0,0,0,4,2,1.5]}]}}}}}");
  expect_near(drive.label_sets[0].cuboid.at(0).center_m, Vec3(1, 10, 2));
}

TEST_F(OpenLabelTest, IgnoreRegionsWithoutASizeAreLeftOut) {
  const std::string frames =
      "'frames':{'0':{'objects':{'1':{'object_data':{'cuboid':[{'name':'b','val':[0,0,0,0,0,0,-1000,-1000,-1000]}]}},"
      "'2':{'object_data':{'cuboid':[{'name':'b','val':[0,0,0,0,0,0,4,-2,1]}]}}}}}";
  const Drive drive =
      drive_of("'objects':{'1':{'name':'d','type':'DontCare'},'2':{'name':'c','type':'Car'}}," + frames);
  ASSERT_EQ(drive.label_sets[0].size(), 1U);  // a car of negative width is for the checks
  EXPECT_EQ(drive.label_sets[0].cuboid.width_m[0], -2);
  EXPECT_THAT(drive.notes, Contains("1 cuboids of ignore regions without a size are left out"));
}

// ---------------------------------------------------------------- 2D boxes

TEST_F(OpenLabelTest, BoxesAreCentreBased) {
  const Drive drive = drive_of("'streams':{'CAM':{'type':'camera'}}," +
                               car_with("'bbox':[{'name':'b','coordinate_system':'CAM','val':[100,50,20,10],"
                                        "'attributes':{'num':[{'name':'score','val':0.5}]}},"
                                        "{'name':'empty','val':[1,1,0,10]}],"
                                        "'cuboid':[{'name':'c','val':[1,2,3,0,0,0,1,1,1]}]"));
  const Box2dTable& boxes = drive.label_sets[0].boxes_2d;
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(boxes.left_px[0], 90);
  EXPECT_EQ(boxes.top_px[0], 45);
  EXPECT_EQ(boxes.right_px[0], 110);
  EXPECT_EQ(boxes.bottom_px[0], 55);
  EXPECT_EQ(boxes.cuboid_row[0], 0U);
  EXPECT_EQ(boxes.score.get(0), 0.5);
  EXPECT_EQ(drive.sensors[boxes.sensor[0]].name, "CAM");
  EXPECT_THAT(drive.notes, Contains("1 2D boxes without area are left out"));
}

// ---------------------------------------------------------------- frames and times

TEST_F(OpenLabelTest, AFileWithoutFramesIsOneFrame) {
  const Drive drive = drive_of(
      "'objects':{'1':{'name':'c','type':'Car','frame_intervals':[{'frame_start':7,'frame_end':9}],'object_data':{"
      "'cuboid':[{'name':'b','val':[1,2,3,0,0,0,1,1,1]}]}}}");
  ASSERT_EQ(drive.frames.size(), 1U);
  EXPECT_EQ(drive.frames.name[0], "0");
  EXPECT_EQ(drive.frames.time_ns[0], kNoTime);
  EXPECT_EQ(drive.label_sets[0].size(), 1U);
  EXPECT_THAT(drive.notes, Contains(HasSubstr("no frames")));
}

TEST_F(OpenLabelTest, FramesAreInTheOrderOfTheirNumbers) {
  const Drive drive = drive_of("'frames':{'10':{},'2':{},'3':{}}");
  ASSERT_EQ(drive.frames.size(), 3U);
  EXPECT_EQ(drive.frames.name[0], "2");
  EXPECT_EQ(drive.frames.name[1], "3");
  EXPECT_EQ(drive.frames.name[2], "10");
  EXPECT_TRUE(drive.frames.T_world_ego.empty());
}

TEST_F(OpenLabelTest, TimestampsOfEveryKind) {
  const std::vector<std::pair<std::string, TimeNs>> cases{
      {"'2020-04-11 12:00:07'", 1'586'606'407'000'000'000},
      {"'2020-04-11T12:00:07.123456789Z'", 1'586'606'407'123'456'789},
      {"'2020-04-11T14:00:07+02:00'", 1'586'606'407'000'000'000},
      {"'1969-12-31T23:59:59.5Z'", -500'000'000},
      {"12.5", 12'500'000'000},
      {"'12.5'", 12'500'000'000},
      {"1586606407", 1'586'606'407'000'000'000},
      {"1586606407123", 1'586'606'407'123'000'000},
      {"1586606407123456", 1'586'606'407'123'456'000},
      {"1586606407123456789", 1'586'606'407'123'456'789},
      {"'1586606407123456789'", 1'586'606'407'123'456'789}};
  for (const auto& [text, time_ns] : cases) {
    const Drive drive = drive_of("'frames':{'0':{'frame_properties':{'timestamp':" + text + "}}}");
    EXPECT_EQ(drive.frames.time_ns.at(0), time_ns) << text;
  }
  for (const std::string text : {"'yesterday'", "true", "'2020-13-01T00:00:00Z'", "'9999-01-01T00:00:00Z'", "[1]"}) {
    const auto drive = read("'frames':{'0':{'frame_properties':{'timestamp':" + text + "}}}");
    ASSERT_FALSE(drive.ok()) << text;
    EXPECT_THAT(drive.error().where, HasSubstr("labels.json#/openlabel/frames/0/frame_properties/timestamp"));
  }
}

TEST_F(OpenLabelTest, StreamsHaveTimesOfTheirOwn) {
  write_bytes(folder_.path() / "a.bin", std::string(16, '\0'));
  const Drive drive = drive_of(
      "'streams':{'L':{'type':'lidar'}},'frames':{'0':{'frame_properties':{'timestamp':5,'streams':{'L':{'uri':'a.bin',"
      "'stream_properties':{'sync':{'frame_stream':3,'timestamp':4.9}}}}}},'1':{'frame_properties':{'streams':{'L':{"
      "'stream_properties':{'sync':{'timestamp':6.1}}}}}}}");
  ASSERT_EQ(drive.records.size(), 1U);
  EXPECT_EQ(drive.records[0].time_ns, 4'900'000'000);
  EXPECT_EQ(drive.frames.time_ns[0], 5'000'000'000);
  EXPECT_EQ(drive.frames.time_ns[1], 6'100'000'000);  // a frame without a time has its streams'
}

// ---------------------------------------------------------------- coordinate systems

TEST_F(OpenLabelTest, PosesChainThroughParents) {
  const Drive drive = drive_of(
      "'coordinate_systems':{'tip':{'type':'sensor_cs','parent':'arm','children':[],'pose_wrt_parent':{'quaternion':"
      "[0,0,0,1],'translation':[0,3,0]}},'arm':{'type':'sensor_cs','parent':'base','children':['tip'],"
      "'pose_wrt_parent':{'euler_angles':[1.5707963267948966,0,0],'translation':[1,0,0]}},"
      "'base':{'type':'local_cs','parent':'','children':['arm']}},'streams':{'tip':{'type':'radar'},"
      "'other':{'type':'lidar'}}");
  ASSERT_EQ(drive.sensors.size(), 2U);
  EXPECT_EQ(drive.sensors[0].kind, SensorKind::radar);
  expect_near(drive.sensors[0].T_ego_sensor.value().translation(), Vec3(1 - 3, 0, 0));
  EXPECT_FALSE(drive.sensors[1].T_ego_sensor.has_value());  // no coordinate system of its name
}

TEST_F(OpenLabelTest, FrameTransformsPlaceEgoInTheScene) {
  const std::string to_odom =
      "{'src':'base','dst':'odom','transform_src_to_dst':{'matrix4x4':[1,0,0,7,0,1,0,8,0,0,1,9,0,0,0,1]}}";
  const std::string to_base =  // the other way round
      "{'src':'odom','dst':'base','transform_src_to_dst':{'matrix4x4':[1,0,0,-7,0,1,0,-8,0,0,1,-9,0,0,0,1]}}";
  const Drive drive = drive_of(std::string(kRig) + ",'frames':{'0':{'frame_properties':{'transforms':{'t':" + to_odom +
                               "}}},'1':{'frame_properties':{'transforms':{'t':" + to_base + "}}},'2':{}}");
  ASSERT_TRUE(drive.frames.has_pose(0));
  ASSERT_TRUE(drive.frames.has_pose(1));
  EXPECT_FALSE(drive.frames.has_pose(2));
  expect_near(drive.frames.T_world_ego[0].translation(), Vec3(7, 8, 9));
  expect_near(drive.frames.T_world_ego[1].translation(), Vec3(7, 8, 9));
}

TEST_F(OpenLabelTest, FrameTransformsReplaceStaticOnes) {
  // The LiDAR moves on a mast in frame 1; cuboids follow it.
  const std::string box =
      "'objects':{'1':{'object_data':{'cuboid':[{'name':'b','coordinate_system':'LIDAR','val':[0,0,0,0,0,0,1,1,1]}]}}}";
  const Drive drive =
      drive_of(std::string(kRig) +
               ",'streams':{'LIDAR':{'type':'lidar'}},'objects':{'1':{'name':'c','type':'Car'}},'frames':{'0':{" + box +
               "},'1':{'frame_properties':{'transforms':{'t':{'src':'LIDAR','dst':'base','transform_src_to_dst':{"
               "'quaternion':[0,0,0,1],'translation':[1,0,5]}}}}," +
               box + "}}");
  expect_near(drive.label_sets[0].cuboid.at(0).center_m, Vec3(1, 0, 2));
  expect_near(drive.label_sets[0].cuboid.at(1).center_m, Vec3(1, 0, 5));
  EXPECT_THAT(drive.notes, Contains(HasSubstr("the pose of LIDAR changes between frames")));
}

TEST_F(OpenLabelTest, EulerSequencesAndRoundedMatrices) {
  const auto rotation_of = [&](const std::string& pose) {
    const Drive drive = drive_of(
        "'coordinate_systems':{'base':{'type':'local_cs','parent':'','children':['S']},'S':{"
        "'type':'sensor_cs','parent':'base','children':[],'pose_wrt_parent':" +
        pose + "}},'streams':{'S':{'type':'lidar'}}");
    return Quat(drive.sensors.at(0).T_ego_sensor.value().linear());
  };
  const Quat expected = quat_from_ypr(0.3, 0.2, 0.1);
  EXPECT_LT(rotation_of("{'euler_angles':[0.3,0.2,0.1],'translation':[0,0,0]}").angularDistance(expected), 1e-12);
  EXPECT_LT(
      rotation_of("{'euler_angles':[0.3,0.2,0.1],'sequence':'ZYX','translation':[0,0,0]}").angularDistance(expected),
      1e-12);
  // The same rotation about fixed axes, and as a sequence of other axes.
  EXPECT_LT(
      rotation_of("{'euler_angles':[0.1,0.2,0.3],'sequence':'xyz','translation':[0,0,0]}").angularDistance(expected),
      1e-12);
  EXPECT_GT(
      rotation_of("{'euler_angles':[0.3,0.2,0.1],'sequence':'XYZ','translation':[0,0,0]}").angularDistance(expected),
      1e-3);
  const Quat rounded = rotation_of("{'matrix4x4':[0.7071,-0.7071,0,0,0.7071,0.7071,0,0,0,0,1,0,0,0,0,1]}");
  EXPECT_LT(rounded.angularDistance(quat_from_ypr(kPi / 4, 0, 0)), 1e-9);
  EXPECT_NEAR(rounded.norm(), 1, 1e-12);
}

}  // namespace
}  // namespace concord::tests
