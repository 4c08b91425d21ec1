#include <gmock/gmock.h>
#include <chrono>

#include "tests/support/openlabel_file.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

class OpenLabelHostile : public OpenLabelFile {
 protected:
  /// The file is refused, and the error says where (after `labels.json`) and what was expected.
  void expect_text_error(const std::string& text, const std::string& where, const std::string& message,
                         ErrorCode code = ErrorCode::malformed) const {
    const auto drive = read_text(text);
    ASSERT_FALSE(drive.ok()) << text.substr(0, 200);
    EXPECT_EQ(drive.error().where, path().string() + where);
    EXPECT_THAT(drive.error().text(), HasSubstr(message));
    EXPECT_FALSE(drive.error().expected.empty()) << drive.error().text();
    EXPECT_EQ(drive.error().code, code);
  }
  void expect_error(const std::string& members, const std::string& where, const std::string& message,
                    ErrorCode code = ErrorCode::malformed) const {
    expect_text_error(file_of(members), "#/openlabel" + where, message, code);
  }
};

constexpr const char* kFrameObject = "/frames/0/objects/1/object_data";

const std::string& whole_file() {
  static const std::string kText =
      "'coordinate_systems':{'odom':{'type':'scene_cs','parent':'','children':['base']},'base':{'type':'local_cs','"
      "parent':"
      "'odom','children':['CAM']},'CAM':{'type':'sensor_cs','parent':'base','children':[],'pose_wrt_parent':{'"
      "matrix4x4':"
      "[0,0,1,1.5,-1,0,0,0,0,-1,0,1,0,0,0,1]}}},'streams':{'CAM':{'type':'camera','stream_properties':{'intrinsics_"
      "pinhole':"
      "{'width_px':640,'height_px':480,'camera_matrix':[1000,0,500,0,0,900,400,0,0,0,1,0]}}}},'contexts':{'0':{'name':'"
      "w',"
      "'type':'Weather'}},'tags':{'0':{'type':'rain','tag_data':{'num':[{'val':1.5}]}}},'objects':{'1':{'name':'c','"
      "type':"
      "'Car','object_data':{'text':[{'name':'colour','val':'red'}]}},'2':{'name':'s','type':'TrafficSign','frame_"
      "intervals':"
      "[{'frame_start':0,'frame_end':1}],'object_data':{'cuboid':[{'name':'b','val':[1,2,3,0,0,0,1,1,1]}]}}},'frames':{"
      "'0':{"
      "'frame_properties':{'timestamp':'2020-04-11 12:00:07','transforms':{'t':{'src':'base','dst':'odom',"
      "'transform_src_to_dst':{'quaternion':[0,0,0,1],'translation':[1,2,3]}}}},'contexts':{'0':{'context_data':{'text'"
      ":[{"
      "'name':'rain','val':'light'}]}}},'objects':{'1':{'object_data':{'cuboid':[{'name':'b','coordinate_system':'CAM',"
      "'val':[2,1,10,0,-1.5,0,4,1.5,2],'attributes':{'num':[{'name':'lidar_points','val':12}]}}],'bbox':[{'name':'x',"
      "'coordinate_system':'CAM','val':[100,50,20,10]}]}}}},'1':{}}";
  return kText;
}

TEST_F(OpenLabelHostile, TheWholeFileIsValid) {
  const Drive drive = drive_of(whole_file());
  EXPECT_EQ(drive.label_sets[0].size(), 3U);
  EXPECT_EQ(drive.label_sets[0].boxes_2d.size(), 1U);
  EXPECT_TRUE(drive.frames.has_pose(0));
}

TEST_F(OpenLabelHostile, TextThatIsNoJson) {
  expect_text_error("", "", "is empty");
  expect_text_error("\xEF\xBB\xBF", "", "is empty");
  expect_text_error("{\"openlabel\":\n {\"metadata\": NaN}}", ":2:15", "is no JSON from here on");
  expect_text_error("{\"openlabel\":{}}}", ":1:17", "is no JSON from here on");
  expect_text_error("PK\x03\x04 \"openlabel\"", ":1:1", "is no JSON from here on");
  expect_text_error("[]", "#", "is an array");
  expect_text_error("{}", "#", "has no member 'openlabel'");
  expect_text_error("{\"vcd\":{}}", "#", "is VCD", ErrorCode::unsupported);
  expect_text_error("{\"openlabel\":[]}", "#/openlabel", "is an array");
  expect_text_error(quoted("{'openlabel':{'metadata':{'schema_version':'2.0.0'}}}"),
                    "#/openlabel/metadata/schema_version", "is OpenLABEL 2.0.0", ErrorCode::unsupported);
  EXPECT_FALSE(read_text("{\"openlabel\":{\"metadata\":\"\xff\xfe\"}}").ok());  // no UTF-8
  EXPECT_FALSE(read_text(std::string("{\"openlabel\":{\"a\":\"b\0c\"}}", 23)).ok());
}

TEST_F(OpenLabelHostile, EveryCutIsAnError) {
  const std::string text = file_of(whole_file());
  ASSERT_TRUE(read_text(text).ok());
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto drive = read_text(text.substr(0, length));
    ASSERT_FALSE(drive.ok()) << length;
    ASSERT_THAT(drive.error().where, HasSubstr("labels.json"));
  }
}

TEST_F(OpenLabelHostile, ChangedBytesNeverCrash) {
  const std::string text = file_of(whole_file());
  const std::string pool = "\"{}[]:,0-9.eE+tfn\\u ";
  std::uint64_t state = 7;
  const auto random = [&](std::size_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>(state >> 33U) % below;
  };
  int refused = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string changed = text;
    for (std::size_t i = 0; i <= random(3); ++i) changed[random(changed.size())] = pool[random(pool.size())];
    if (!read_text(changed).ok()) ++refused;
  }
  EXPECT_GT(refused, 500);
  EXPECT_LT(refused, 1500);
}

TEST_F(OpenLabelHostile, EveryValueOfAnotherTypeIsAnErrorOrLeftOut) {
  // Replaces each value of the file, at any depth, by values of other types: nothing but a result may come out.
  const std::string text = file_of(whole_file());
  int refused = 0;
  int tried = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != ':' && text[at] != '[' && text[at] != ',') continue;
    const std::size_t end = text.find_first_of(",]}", at + 1);
    if (end == std::string::npos || text[at + 1] == '{' || text[at + 1] == '[') continue;
    for (const char* value :
         {"null", "true", "{}", "[]", "-1e308", "\"\"", "18446744073709551615", "[[[]]]", "{\"a\":{}}"}) {
      ++tried;
      if (!read_text(text.substr(0, at + 1) + value + text.substr(end)).ok()) ++refused;
    }
  }
  EXPECT_GT(tried, 1000);
  EXPECT_GT(refused, tried / 3);
}

TEST_F(OpenLabelHostile, WrongTypesNameTheirPointer) {
  expect_error("'frames':[]", "/frames", "is an array");
  expect_error("'frames':{'0':7}", "/frames/0", "is a number");
  expect_error("'frames':{'x/y~':{}}", "/frames/x~1y~0", "is no frame");
  expect_error("'frames':{'-1':{}}", "/frames/-1", "is no frame");
  expect_error("'frames':{'99999999999999999999':{}}", "/frames/99999999999999999999", "is no frame");
  expect_error("'objects':{'1':[]}", "/objects/1", "is an array");
  expect_error("'objects':{'1':{'type':5}}", "/objects/1/type", "is a number");
  expect_error("'streams':{'L':3}", "/streams/L", "is a number");
  expect_error("'tags':{'0':[]}", "/tags/0", "is an array");
  expect_error(car_with("'cuboid':{}"), std::string(kFrameObject) + "/cuboid", "is an object");
  expect_error(car_with("'cuboid':['b']"), std::string(kFrameObject) + "/cuboid/0", "is a string");
  expect_error(car_with("'cuboid':[{'val':[1,2,3]}]"), std::string(kFrameObject) + "/cuboid/0/val", "has 3 values");
  expect_error(car_with("'cuboid':[{'val':[1,2,3,0,0,0,1,1,1,1,1]}]"), std::string(kFrameObject) + "/cuboid/0/val",
               "is too long");
  expect_error(car_with("'cuboid':[{'val':[1,'2',3,0,0,0,1,1,1]}]"), std::string(kFrameObject) + "/cuboid/0/val/1",
               "is a string");
  expect_error(car_with("'cuboid':[{'val':[1,'NaN',3,0,0,0,1,1,1]}]"), std::string(kFrameObject) + "/cuboid/0/val/1",
               "is a string");
  expect_error(car_with("'cuboid':[{'val':null}]"), std::string(kFrameObject) + "/cuboid/0", "has no val");
  expect_error(car_with("'cuboid':[{'val':[1,2,3,0,0,0,0,1,1,1]}]"), std::string(kFrameObject) + "/cuboid/0/val",
               "the quaternion is no rotation");
  expect_error(car_with("'bbox':[{'val':[1,2,3]}]"), std::string(kFrameObject) + "/bbox/0/val", "has 3 values");
  expect_error(
      car_with("'cuboid':[{'val':[1,2,3,0,0,0,1,1,1],'attributes':{'num':[{'name':'lidar_points','val':-7}]}}]"),
      std::string(kFrameObject) + "/cuboid/0/attributes/num/0/val", "is out of range");
  const std::string pinhole =
      "'streams':{'C':{'type':'camera','stream_properties':{'intrinsics_pinhole':{'camera_matrix':";
  const std::string at = "/streams/C/stream_properties/intrinsics_pinhole";
  expect_error(pinhole + "[1,2]}}}}", at + "/camera_matrix", "has 2 values");
  expect_error(pinhole + "[0,0,500,0,0,1000,400,0,0,0,1,0]}}}}", at + "/camera_matrix", "is no camera matrix");
  expect_error(pinhole + "[9,0,5,0,0,9,4,0,0,0,1,0],'width_px':1e300}}}}", at + "/width_px", "is no image side");
}

TEST_F(OpenLabelHostile, NumbersBeyondDoubleAreRefused) {
  EXPECT_FALSE(read(car_with("'cuboid':[{'val':[1e400,2,3,0,0,0,1,1,1]}]")).ok());
  EXPECT_FALSE(read(car_with("'cuboid':[{'val':[NaN,2,3,0,0,0,1,1,1]}]")).ok());
  EXPECT_FALSE(read(car_with("'cuboid':[{'val':[Infinity,2,3,0,0,0,1,1,1]}]")).ok());
  // Finite, but without sense: kept for the checks.
  EXPECT_TRUE(read(car_with("'cuboid':[{'val':[1e308,2,3,0,0,0,1e308,1,1]}]")).ok());
}

TEST_F(OpenLabelHostile, NamesGivenTwiceAreRefused) {
  expect_text_error(quoted("{'openlabel':{},'openlabel':{}}"), "#", "has two members 'openlabel'");
  expect_error("'frames':{},'frames':{}", "", "has two members 'frames'");
  expect_error("'frames':{'0':{},'0':{}}", "/frames/0", "used before");
  expect_error("'frames':{'7':{},'07':{}}", "/frames/07", "used before");
  expect_error("'objects':{'1':{},'1':{}}", "/objects/1", "is defined twice");
  expect_error("'streams':{'a':{},'a':{}}", "/streams/a", "is defined twice");
  expect_error("'coordinate_systems':{'a':{},'a':{}}", "/coordinate_systems/a", "is defined twice");
  expect_error("'contexts':{'a':{},'a':{}},'frames':{'0':{}}", "/contexts/a", "is defined twice");
  expect_error("'objects':{'1':{}},'frames':{'0':{'objects':{'1':{},'1':{}}}}", "/frames/0/objects/1",
               "in the frame twice");
  expect_error(car_with("'cuboid':[],'cuboid':[]"), kFrameObject, "has two members 'cuboid'");
  expect_error(car_with("'cuboid':[{'val':[1,2,3,0,0,0,1,1,1],'val':[9,2,3,0,0,0,1,1,1]}]"),
               std::string(kFrameObject) + "/cuboid/0", "has two members 'val'");
  std::string many = "'objects':{'1':{";
  for (int i = 0; i < 100; ++i) many += "'k" + std::to_string(i) + "':0,";
  expect_error(many + "'k50':1}}", "/objects/1", "has two members 'k50'");
  expect_error(car_with("'cuboid':[{'val':[1,2,3,0,0,0,1,1,1],'attributes':{'text':[{'name':'label_id','val':'x'}]}},"
                        "{'val':[1,2,3,0,0,0,1,1,1],'attributes':{'text':[{'name':'label_id','val':'x'}]}}]"),
               std::string(kFrameObject) + "/cuboid/1", "label id 'x' is used twice");
}

TEST_F(OpenLabelHostile, DanglingReferencesAreRefused) {
  expect_error("'frames':{'0':{'objects':{'9':{}}}}", "/frames/0/objects/9", "is no object");
  expect_error("'frames':{'0':{'contexts':{'9':{}}}}", "/frames/0/contexts/9", "is no context");
  expect_error("'frames':{'0':{'frame_properties':{'streams':{'L':{}}}}}", "/frames/0/frame_properties/streams/L",
               "is no stream");
  expect_error("'coordinate_systems':{'a':{'type':'local_cs','parent':'b'}}", "/coordinate_systems/a",
               "parent 'b' is not defined");
  expect_error(car_with("'cuboid':[{'val':[1,2,3,0,0,0,1,1,1],'coordinate_system':'nowhere'}]"),
               std::string(kFrameObject) + "/cuboid/0", "coordinate system 'nowhere' is not defined");
  expect_error("'coordinate_systems':{'a':{'type':'local_cs','parent':''},'b':{'type':'sensor_cs','parent':''}}," +
                   car_with("'cuboid':[{'val':[1,2,3,0,0,0,1,1,1],'coordinate_system':'b'}]"),
               std::string(kFrameObject) + "/cuboid/0", "no transforms lead from coordinate system 'b' to 'a'");
  expect_error(
      "'coordinate_systems':{'a':{'type':'local_cs','parent':''}},'frames':{'0':{'frame_properties':{"
      "'transforms':{'t':{'src':'a','dst':'z','transform_src_to_dst':{'quaternion':[0,0,0,1]}}}}}}",
      "/frames/0/frame_properties/transforms/t", "'z' is not defined");
  expect_error("'objects':{'1':{'frame_intervals':[{'frame_start':5,'frame_end':4}]}}", "/objects/1/frame_intervals/0",
               "ends before it begins");
}

TEST_F(OpenLabelHostile, CyclesOfCoordinateSystemsEnd) {
  const std::string pose = "'pose_wrt_parent':{'quaternion':[0,0,0,1],'translation':[1,0,0]}";
  const Drive drive = drive_of("'coordinate_systems':{'a':{'type':'local_cs','parent':'b'," + pose +
                               "},'b':{'type':'x','parent':'c'," + pose + "},'c':{'type':'x','parent':'a'," + pose +
                               "},'me':{'type':'x','parent':'me'," + pose + "}},'streams':{'c':{'type':'lidar'}}");
  EXPECT_TRUE(drive.sensors.at(0).T_ego_sensor.has_value());
  // Without a root or a local_cs nothing is ego, and boxes have no place.
  expect_error("'coordinate_systems':{'a':{'type':'x','parent':'b'},'b':{'type':'x','parent':'a'}}," +
                   car_with("'cuboid':[{'val':[1,2,3,0,0,0,1,1,1],'coordinate_system':'a'}]"),
               std::string(kFrameObject) + "/cuboid/0", "to ego: there is none");
}

TEST_F(OpenLabelHostile, TransformsThatAreNone) {
  const auto pose = [](const std::string& value) {
    return "'coordinate_systems':{'a':{'type':'local_cs','parent':''},'b':{'type':'x','parent':'a','pose_wrt_parent':" +
           value + "}}";
  };
  const std::string at = "/coordinate_systems/b/pose_wrt_parent";
  expect_error(pose("{}"), at, "holds no rotation");
  expect_error(pose("{'matrix4x4':[1,0,0]}"), at + "/matrix4x4", "has 3 values");
  expect_error(pose("{'matrix4x4':[2,0,0,0,0,2,0,0,0,0,2,0,0,0,0,1]}"), at + "/matrix4x4", "is no rigid transform");
  expect_error(pose("{'matrix4x4':[-1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1]}"), at + "/matrix4x4", "is no rigid transform");
  expect_error(pose("{'matrix4x4':[1,0,0,0,0,1,0,0,0,0,1,0,5,0,0,1]}"), at + "/matrix4x4", "is no rigid transform");
  expect_error(pose("{'quaternion':[0,0,0,0]}"), at + "/quaternion", "is no rotation");
  expect_error(pose("{'euler_angles':[0,0,0],'sequence':'ZYQ'}"), at, "is no Euler sequence");
  expect_error(pose("{'euler_angles':[0,0,0],'sequence':'ZYXZ'}"), at, "is no Euler sequence");
}

TEST_F(OpenLabelHostile, HugeIntervalsAndNumbersCostNothing) {
  const auto start = std::chrono::steady_clock::now();
  std::string intervals;
  for (int i = 0; i < 1000; ++i) {
    intervals += std::string(i == 0 ? "" : ",") + "{'frame_start':0,'frame_end':9223372036854775807}";
  }
  const Drive drive = drive_of("'objects':{'1':{'name':'s','type':'Car','frame_intervals':[" + intervals +
                               "],'object_data':{'cuboid':[{'val':[1,2,3,0,0,0,1,1,1]}]}}},'frames':{'0':{},"
                               "'9223372036854775807':{}},'tags':{'0':{'type':'t','frame_intervals':[{'frame_start':"
                               "-9223372036854775808,'frame_end':4000000000}]}}");
  EXPECT_EQ(drive.frames.size(), 2U);
  EXPECT_EQ(drive.label_sets[0].size(), 2U);
  ASSERT_EQ(drive.tags.size(), 1U);
  EXPECT_EQ(drive.tags[0].frame_end, 0U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(OpenLabelHostile, SmallFilesThatAskForMuchAreRefused) {
  // 200,000 frames x 100 static boxes.
  std::string text = "'objects':{'1':{'name':'s','type':'Car','object_data':{'cuboid':[{'val':[1,2,3,0,0,0,1,1,1]}";
  for (int i = 1; i < 100; ++i) text += ",{'val':[1,2,3,0,0,0,1,1,1]}";
  text += "]}}},'frames':{'0':{}";
  for (int i = 1; i < 200'000; ++i) text += ",'" + std::to_string(i) + "':{}";
  auto drive = read(text + "}");
  ASSERT_FALSE(drive.ok());
  EXPECT_EQ(drive.error().code, ErrorCode::limit_exceeded);
  // 5,000 coordinate systems, and a transform in each of 1,000 frames.
  text = "'coordinate_systems':{'c0':{'type':'local_cs','parent':''}";
  for (int i = 1; i < 5000; ++i) text += ",'c" + std::to_string(i) + "':{'type':'x','parent':'c0'}";
  text += "},'frames':{";
  for (int i = 0; i < 1000; ++i) {
    text += std::string(i == 0 ? "'" : ",'") + std::to_string(i) +
            "':{'frame_properties':{'transforms':{'t':{'src':'c0','dst':'c1','transform_src_to_dst':{'quaternion':"
            "[0,0,0,1]}}}}}";
  }
  drive = read(text + "}");
  ASSERT_FALSE(drive.ok());
  EXPECT_EQ(drive.error().code, ErrorCode::limit_exceeded);
  EXPECT_THAT(drive.error().text(), HasSubstr("too many coordinate systems in too many frames"));
  // More attribute names than any schema has.
  text = "'num':[";
  for (int i = 0; i < 300; ++i)
    text += std::string(i == 0 ? "" : ",") + "{'name':'n" + std::to_string(i) + "','val':1}";
  drive = read(car_with("'cuboid':[{'val':[1,2,3,0,0,0,1,1,1]}]," + text + "]"));
  ASSERT_FALSE(drive.ok());
  EXPECT_EQ(drive.error().code, ErrorCode::limit_exceeded);
}

TEST_F(OpenLabelHostile, DeepNestingIsRefusedOrSkipped) {
  const std::string deep = std::string(900, '[') + std::string(900, ']');
  EXPECT_TRUE(read("'custom':" + deep).ok());
  expect_error(car_with("'cuboid':[{'val':" + deep + "}]"), std::string(kFrameObject) + "/cuboid/0/val/0",
               "is an array");
  for (const std::string& text : {std::string(200'000, '['), std::string(200'000, '[') + std::string(200'000, ']')}) {
    const auto drive = read("'custom':" + text);
    ASSERT_FALSE(drive.ok());
  }
}

TEST_F(OpenLabelHostile, MissingFilesAndFolders) {
  EXPECT_EQ(open_dataset(folder_.path() / "absent.json", "openlabel", {}).error().code, ErrorCode::not_found);
  EXPECT_FALSE(open_dataset(folder_.path(), "openlabel", {}).ok());
  write_bytes(path(), file_of(""));
  auto dataset = open_dataset(path(), "openlabel", {}).value();
  fs::remove(path());
  const auto drive = dataset->read(0);  // gone since
  ASSERT_FALSE(drive.ok());
  EXPECT_EQ(drive.error().code, ErrorCode::not_found);
}

TEST_F(OpenLabelHostile, ReferencesOutOfTheLinkLists) {
  expect_error(car_with("'cuboid':[{'val':[1,2,3,0,0,0,1,1,1]}],'bbox':[{'val':[1,2,3,4],'concord':{'cuboid':5}}]"),
               std::string(kFrameObject) + "/bbox/0/concord/cuboid", "is no cuboid");
  expect_text_error(quoted("{'openlabel':{'metadata':{'schema_version':'1.0.0','concord':{'classes':{'a':'no such "
                           "class'}}}}}"),
                    "#/openlabel/metadata/concord/classes/a", "is no class");
}

}  // namespace
}  // namespace concord::tests
