#include <gmock/gmock.h>

#include "concord/point_cloud.hpp"
#include "tests/support/openlabel_file.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using OpenLabelContents = OpenLabelFile;

void expect_near(const Vec3& a, const Vec3& b, double tolerance = 1e-12) {
  EXPECT_LE((a - b).cwiseAbs().maxCoeff(), tolerance) << a.transpose() << " is not " << b.transpose();
}

std::string attribute(const LabelSet& set, std::string_view name, std::size_t row) {
  for (const AttributeColumn& column : set.attributes) {
    if (column.name == name && row < column.code.size()) return std::string(column.values.at(column.code[row]));
  }
  return {};
}

/// `type=value[first-last]` of each tag.
std::vector<std::string> tag_texts(const Drive& drive) {
  std::vector<std::string> texts;
  for (const Tag& tag : drive.tags) {
    texts.push_back(tag.type + "=" + tag.value + "[" + std::to_string(tag.frame_begin) + "-" +
                    (tag.frame_end == kNone ? "" : std::to_string(tag.frame_end)) + "]");
  }
  return texts;
}

// ---------------------------------------------------------------- streams

TEST_F(OpenLabelContents, PinholeIntrinsics) {
  const std::string streams =
      "'streams':{'CAM':{'type':'camera','stream_properties':{'intrinsics_pinhole':{'width_px':640,'height_px':480,";
  const std::string rig = std::string(kRig) + ",";
  for (const std::string matrix :
       {"'camera_matrix':[1000,2,500,0,0,900,400,0,0,0,1,0]", "'camera_matrix_3x4':[1000,2,500,0,0,900,400,0,0,0,1,0]",
        "'camera_matrix':[1000,2,500,0,900,400,0,0,1]"}) {
    const Drive drive = drive_of(rig + streams + matrix + ",'distortion_coeffs_1xN':[]}}}}");
    const CameraModel& camera = drive.sensors.at(0).camera.value();
    EXPECT_EQ(camera.kind, CameraModel::Kind::pinhole);
    EXPECT_EQ(camera.fx_px, 1000);
    EXPECT_EQ(camera.fy_px, 900);
    EXPECT_EQ(camera.cx_px, 500);
    EXPECT_EQ(camera.cy_px, 400);
    EXPECT_EQ(camera.skew_px, 2);
    EXPECT_EQ(camera.width_px, 640);
    EXPECT_EQ(camera.height_px, 480);
    expect_near(drive.sensors[0].T_ego_sensor.value().translation(), Vec3(1.5, 0, 1));
  }
  // A fourth column is the place of the camera in its coordinate system: 0.1 m to its right, ego's -y.
  const Drive moved = drive_of(rig + streams + "'camera_matrix':[1000,0,500,-100,0,1000,400,0,0,0,1,0]}}}}");
  expect_near(moved.sensors.at(0).T_ego_sensor.value().translation(), Vec3(1.5, -0.1, 1));
}

TEST_F(OpenLabelContents, DistortionInTheOrderOfOpenCv) {
  const auto camera_of = [&](const std::string& distortion) {
    return drive_of(
        "'streams':{'CAM':{'type':'camera','stream_properties':{'intrinsics_pinhole':{'camera_matrix':"
        "[1000,0,500,0,0,1000,400,0,0,0,1,0],'distortion_coeffs':" +
        distortion + "}}}}");
  };
  const Drive drive = camera_of("[0.1,0.2,0.3,0.4,0.5]");
  EXPECT_EQ(drive.sensors.at(0).camera.value().kind, CameraModel::Kind::brown_conrady);
  EXPECT_THAT(drive.sensors[0].camera->distortion, ElementsAre(0.1, 0.2, 0.3, 0.4, 0.5, 0, 0, 0));
  EXPECT_THAT(camera_of("[1,2,3,4,5,6,7,8,0,0,0,0]").sensors.at(0).camera.value().distortion,
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  const Drive prism = camera_of("[1,2,3,4,5,6,7,8,0.5,0,0,0]");
  EXPECT_FALSE(prism.sensors.at(0).camera.has_value());
  EXPECT_THAT(prism.notes, Contains("no camera model for CAM: thin-prism and tilt distortion are not modelled"));
}

TEST_F(OpenLabelContents, IntrinsicsOfFramesCountWhereTheStreamHasNone) {
  const Drive drive = drive_of(
      "'streams':{'CAM':{'type':'camera'}},'frames':{'0':{},'1':{'frame_properties':{'streams':{'CAM':{"
      "'stream_properties':{'intrinsics_pinhole':{'camera_matrix':[1001,0,500,0,0,1000,400,0,0,0,1,0]}}}}}}}");
  EXPECT_EQ(drive.sensors.at(0).camera.value().fx_px, 1001);
}

TEST_F(OpenLabelContents, FisheyeIntrinsics) {
  const auto drive_with = [&](const std::string& intrinsics) {
    return drive_of("'streams':{'CAM':{'type':'camera','stream_properties':{" + intrinsics + "}}}");
  };
  // r = 300 t + 30 t^3: Kannala-Brandt with f = 300 and k1 = 0.1.
  const Drive odd =
      drive_with("'intrinsics_fisheye':{'width_px':1280,'height_px':1000,'lens_coeffs':[300,0,30,0],'aspect_ratio':2}");
  const CameraModel& camera = odd.sensors.at(0).camera.value();
  EXPECT_EQ(camera.kind, CameraModel::Kind::kannala_brandt);
  EXPECT_EQ(camera.fx_px, 300);
  EXPECT_EQ(camera.fy_px, 600);
  EXPECT_EQ(camera.cx_px, 640);
  EXPECT_EQ(camera.cy_px, 500);
  EXPECT_NEAR(camera.distortion[0], 0.1, 1e-15);
  const Drive even = drive_with("'intrinsics_fisheye':{'lens_coeffs':[300,1,30,0]}");
  EXPECT_FALSE(even.sensors.at(0).camera.has_value());
  EXPECT_THAT(even.notes, Contains(HasSubstr("no camera model for CAM: a fisheye polynomial with even terms")));
  EXPECT_THAT(drive_with("'intrinsics_custom':{'a':1}").notes, Contains(HasSubstr("of no known model")));
}

TEST_F(OpenLabelContents, CloudsAreFoundByUri) {
  std::string point;
  for (const float value : {10.0F, 0.0F, 0.0F, 0.5F}) point.append(reinterpret_cast<const char*>(&value), 4);
  write_bytes(folder_.path() / "clouds/a b.bin", point);
  write_bytes(folder_.path() / "clouds/c.pcd", "x");
  write_bytes(folder_.path() / "clouds/d.mp4", "x");
  const fs::path outside = folder_.path().parent_path() / (folder_.path().filename().string() + "_outside.bin");
  write_bytes(outside, point);
  const auto frame = [](const std::string& number, const std::string& uri) {
    return "'" + number + "':{'frame_properties':{'streams':{'LIDAR':{'uri':'" + uri + "'}}}}";
  };
  const Drive drive =
      drive_of(std::string(kRig) + ",'streams':{'LIDAR':{'type':'lidar','uri':'sequence.mp4'}},'frames':{" +
               frame("0", "clouds/a b.bin") + "," + frame("1", "./clouds/c.pcd") + "," + frame("2", "clouds/d.mp4") +
               "," + frame("3", "../" + outside.filename().string()) + "," +
               frame("4", "clouds/../../" + outside.filename().string()) + "," + frame("5", "absent.bin") + "," +
               frame("6", "file://" + (folder_.path() / "clouds/a%20b.bin").string()) + "," +
               frame("7", "https://example.org/a.bin") + "," + frame("8", "clouds/a b.bin\\u0000.bin") + "," +
               frame("9", "") + "}");
  fs::remove(outside);
  ASSERT_EQ(drive.records.size(), 3U);
  EXPECT_EQ(drive.records[0].format, PayloadFormat::raw_xyzi_f32);
  EXPECT_EQ(drive.records[0].frame, 0U);
  EXPECT_EQ(drive.records[1].format, PayloadFormat::pcd);
  EXPECT_EQ(drive.records[2].frame, 6U);
  EXPECT_EQ(drive.records[2].path, folder_.path() / "clouds/a b.bin");
  EXPECT_THAT(drive.notes, Contains("3 recordings lie outside the label file's folder and are not read"));
  EXPECT_THAT(drive.notes, Contains("2 recordings are in no format that Concord decodes"));
  EXPECT_THAT(drive.notes, Contains("1 recordings named by uri do not exist"));
  const PointCloud cloud = load_points(drive, drive.records[0]).value();
  ASSERT_EQ(cloud.size(), 1U);
  EXPECT_NEAR(cloud.x_m[0], 1, 1e-6);  // the LiDAR is turned left by 90 degrees, 1 m ahead and 2 m up
  EXPECT_NEAR(cloud.y_m[0], 10, 1e-6);
  EXPECT_NEAR(cloud.z_m[0], 2, 1e-6);
}

TEST_F(OpenLabelContents, AStreamOfAFileWithoutFramesIsItsRecording) {
  write_bytes(folder_.path() / "a.ply", "x");
  const Drive drive = drive_of("'streams':{'L':{'type':'lidar','uri':'a.ply'}}");
  ASSERT_EQ(drive.records.size(), 1U);
  EXPECT_EQ(drive.records[0].format, PayloadFormat::ply);
}

// ---------------------------------------------------------------- objects and attributes

TEST_F(OpenLabelContents, StaticShapesHoldInTheIntervalsOfTheirObject) {
  const Drive drive = drive_of(
      "'objects':{'1':{'name':'s','type':'TrafficSign','frame_intervals':[{'frame_start':1,'frame_end':1000000000},"
      "{'frame_start':0,'frame_end':0}],'object_data':{'cuboid':[{'name':'b','val':[1,2,3,0,0,0,1,1,1]}]}},"
      "'2':{'name':'c','type':'Car','frame_intervals':[{'frame_start':3,'frame_end':5}],'object_data':{'cuboid':[{"
      "'name':'b','val':[9,9,9,0,0,0,1,1,1]}],'num':[{'name':'lidar_points','val':5}]}}},'frames':{'0':{},'3':{"
      "'objects':{'2':{'object_data':{'num':[{'name':'lidar_points','val':6}]}}}},'5':{},'7':{}}");
  const LabelSet& set = drive.label_sets[0];
  EXPECT_THAT(set.frame, ElementsAre(0U, 1U, 1U, 2U, 2U, 3U));
  EXPECT_EQ(set.label_id[0], "0:1");
  EXPECT_EQ(set.label_id[1], "3:2");
  EXPECT_EQ(set.lidar_points.get(1), 6);  // what the frame says wins
  EXPECT_EQ(set.lidar_points.get(4), 5);
  EXPECT_FALSE(set.lidar_points.get(0).has_value());
}

TEST_F(OpenLabelContents, AttributesFillTheColumns) {
  const Drive drive = drive_of(
      "'objects':{'1':{'name':'c','type':'http://x.org/onto#Car','object_data':{'text':[{'name':'colour','val':'red'},{"
      "'name':'track_id','val':'T7'}]}}},'frames':{'0':{'objects':{'1':{'object_data':{'num':[{'name':'occluded','val':"
      "2},"
      "{'name':'alpha','val':0.5}],'cuboid':[{'name':'b','val':[1,2,3,0,0,0,1,1,1],'attributes':{'num':[{'name':"
      "'lidar_points','val':12},{'name':'truncation','val':0.25},{'name':'velocity_x_mps','val':-1.5},{'name':'wheels',"
      "'val':4}],'text':[{'name':'label_id','val':'L1'},{'name':'moving_state','val':'parked'},{'name':'annotator','"
      "val':"
      "'ann'},{'name':'colour','val':'blue'}],'boolean':[{'name':'lights','val':true}],'vec':[{'name':'signs','val':['"
      "a',"
      "'b']},{'name':'points','val':[1,2]}]}}]}}}}}");
  const LabelSet& set = drive.label_sets[0];
  ASSERT_EQ(set.size(), 1U);
  EXPECT_EQ(drive.taxonomy->at(set.class_code[0]).name, "car");
  EXPECT_EQ(set.raw_classes.at(set.raw_class[0]), "http://x.org/onto#Car");
  EXPECT_EQ(set.label_id[0], "L1");
  EXPECT_EQ(set.tracks.at(set.track[0]), "T7");
  EXPECT_EQ(set.occlusion_level.get(0), 2);
  EXPECT_EQ(set.lidar_points.get(0), 12);
  EXPECT_EQ(set.truncation.get(0), 0.25);
  EXPECT_EQ(set.velocity_x_mps.get(0), -1.5);
  EXPECT_FALSE(set.velocity_y_mps.get(0).has_value());
  EXPECT_EQ(set.moving_state.get(0), MovingState::parked);
  EXPECT_EQ(set.provenance.at(set.annotator.get(0).value()), "ann");
  EXPECT_EQ(attribute(set, "colour", 0), "blue");
  EXPECT_EQ(attribute(set, "wheels", 0), "4");
  EXPECT_EQ(attribute(set, "lights", 0), "true");
  EXPECT_EQ(attribute(set, "signs", 0), "a, b");
  EXPECT_THAT(drive.notes, Contains("attributes that are numbers without a column are left out: alpha, points"));
}

TEST_F(OpenLabelContents, WhatIsNotReadIsNoted) {
  const Drive drive = drive_of(
      "'resources':{'0':'../"
      "road.xodr'},'objects':{'1':{'name':'r','type':'road','resource_uid':{'0':'217'}},'2':{'name':"
      "'l','type':'line','object_data':{'poly2d':[]}}},'frames':{'0':{'objects':{'2':{'object_data':{'mesh':[]}}}}}");
  EXPECT_THAT(drive.notes, Contains("object data other than cuboids and boxes are left out: mesh, poly2d"));
  EXPECT_THAT(drive.notes, Contains("objects refer to external resources: these are not read"));
}

// ---------------------------------------------------------------- tags and contexts

TEST_F(OpenLabelContents, TagsWithTheirData) {
  const Drive drive = drive_of(
      "'tags':{'0':{'type':'motorway'},'1':{'type':'lanes','tag_data':{'vec':[{'type':'values','val':[2,3]}]}},'2':{'"
      "type':"
      "'rain','tag_data':{'num':[{'type':'min','val':1.25}]}},'3':{'type':'name','tag_data':'text'},'4':{'type':'speed'"
      ","
      "'tag_data':{'text':[{'val':'fast'}],'num':[{'val':30}]}},'5':{'type':'wet','tag_data':{'boolean':[{'val':true}]}"
      "}}");
  EXPECT_THAT(tag_texts(drive), ElementsAre("motorway=[0-]", "lanes=2, 3[0-]", "rain=1.25[0-]", "name=text[0-]",
                                            "speed=fast[0-]", "wet=true[0-]"));
  EXPECT_EQ(drive.tags[2].number, 1.25);
  EXPECT_EQ(drive.tags[4].number, 30.0);
}

TEST_F(OpenLabelContents, ContextsOfTheDriveAndOfFrames) {
  const Drive drive = drive_of(
      "'contexts':{'0':{'name':'w','type':'Weather','frame_intervals':[{'frame_start':1,'frame_end':2}],'context_data':"
      "{"
      "'text':[{'name':'source','val':'station'}]}},'1':{'name':'Noisy','type':''}},'frames':{'0':{},'1':{'contexts':{'"
      "0':"
      "{'context_data':{'text':[{'name':'rain','val':'light'}]}}}},'2':{'contexts':{'0':{'context_data':{'text':[{'"
      "name':"
      "'rain','val':'light'}]}}}},'3':{'contexts':{'0':{}}},'9':{'contexts':{'0':{'context_data':{'text':[{'name':'"
      "rain',"
      "'val':'light'}],'num':[{'name':'mm','val':2}]}}}}}");
  EXPECT_THAT(tag_texts(drive), ElementsAre("Weather=[1-2]", "Weather.source=station[1-2]", "Noisy=[0-]",
                                            "Weather.rain=light[1-2]", "Weather.rain=light[4-4]", "Weather.mm=2[4-4]"));
  EXPECT_EQ(drive.tags[5].number, 2.0);
}

// ---------------------------------------------------------------- files

TEST_F(OpenLabelContents, TheDriveHasTheNameOfItsMetadata) {
  EXPECT_EQ(read_text(quoted("{'openlabel':{'metadata':{'schema_version':'1.0.0','name':'drive 7'}}}")).value().name,
            "drive 7");
  // A name that could leave the report's folder is not taken.
  EXPECT_EQ(read_text(quoted("{'openlabel':{'metadata':{'schema_version':'1.0.0','name':'../x'}}}")).value().name,
            "labels");
  EXPECT_EQ(drive_of("").name, "labels");
}

TEST_F(OpenLabelContents, AFolderIsADatasetOfItsFiles) {
  write_bytes(folder_.path() / "a.json", file_of(""));
  write_bytes(folder_.path() / "b.json", quoted("{'openlabel':{'metadata':{'schema_version':'1.0.0','name':'a'}}}"));
  write_bytes(folder_.path() / "other.json", "{}");
  const auto dataset = open_dataset(folder_.path(), "", {}).value();
  ASSERT_EQ(dataset->drives().size(), 2U);
  EXPECT_EQ(dataset->drives()[0].name, "a");
  EXPECT_EQ(dataset->drives()[1].name, "b");  // "a" is taken
  EXPECT_TRUE(dataset->read(1).ok());
}

TEST_F(OpenLabelContents, AnotherFileIsAnotherLabelSet) {
  write_bytes(
      folder_.path() / "model.json",
      file_of("'objects':{'1':{'name':'c','type':'Car'}},'frames':{'1':{'objects':{'1':{'object_data':{'cuboid':[{"
              "'name':'b','val':[5,2,3,0,0,0,1,1,1]}]}}}},'8':{'objects':{'1':{'object_data':{'cuboid':[{'name':'b',"
              "'val':[6,2,3,0,0,0,1,1,1]}]}}}}}"));
  const auto drive =
      read_text(file_of("'frames':{'0':{},'1':{}}"),
                {.extra_labels = {{"model", folder_.path() / "model.json"}}, .taxonomy = {}, .mapping = {}});
  ASSERT_TRUE(drive.ok()) << drive.error().text();
  ASSERT_EQ(drive->label_sets.size(), 2U);
  EXPECT_EQ(drive->label_sets[1].name, "model");
  ASSERT_EQ(drive->label_sets[1].size(), 1U);
  EXPECT_EQ(drive->label_sets[1].frame[0], 1U);
  EXPECT_THAT(drive->notes, Contains("label set model: 1 labels are of frames that the drive does not have"));
}

}  // namespace
}  // namespace concord::tests
