#include <gmock/gmock.h>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "concord/dataset.hpp"
#include "concord/judge.hpp"
#include "concord/measure.hpp"
#include "concord/point_cloud.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// One label, in the order of the release's files.
std::string object_text(int id, const std::string& type, double x, double velocity_x) {
  std::ostringstream text;
  text << R"({"ActorName": "CAR 04", "BoundingBox3D Extent X": 4.5, "BoundingBox3D Extent Y": 1.8,
 "BoundingBox3D Extent Z": 1.5, "BoundingBox3D Orientation Quat W": 1, "BoundingBox3D Orientation Quat X": 0,
 "BoundingBox3D Orientation Quat Y": 0, "BoundingBox3D Orientation Quat Z": 0, "BoundingBox3D Origin X": )"
       << x << R"(, "BoundingBox3D Origin Y": -5, "BoundingBox3D Origin Z": 0.75, "ObjectId": )" << id
       << R"(, "ObjectType": ")" << type << R"(", "Occluded": 0, "Relative Velocity X": )" << velocity_x
       << R"(, "Relative Velocity Y": 0, "Relative Velocity Z": 0, "Truncated": 0})";
  return text.str();
}

std::string file_text(std::int64_t time_ns, const std::string& objects) {
  return "{\"CapturedObjects\": [" + objects + "],\n \"Timestamp\": \"" + std::to_string(time_ns) + "\"}\n";
}

constexpr const char* kCalibration = R"({
 "F_LRR_C": {"RT_body_from_sensor": [[0,-1,0,3.5],[1,0,0,0.5],[0,0,1,0.4],[0,0,0,1]], "sensor_type": "radar"},
 "CAM": {"RT_body_from_sensor": [[0,0,1,2],[-1,0,0,0],[0,-1,0,1.2],[0,0,0,1]], "sensor_type": "camera",
  "model": "opencv_pinhole", "focal_length_px": [1170, 1001], "principal_point_px": [640, 352],
  "distortion_coeffs": [-0.3, 0.08, 0.002, 0.0006, 0.5], "image_resolution_px": [1280, 704]},
 "EYE": {"RT_body_from_sensor": [[1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]], "sensor_type": "camera", "model": "mei"},
 "Imu0": {"sensor_type": "imu_ins"},
 "M_LIDAR_M": {"RT_body_from_sensor": [[1,0,0,1.1],[0,1,0,0],[0,0,1,1.7],[0,0,0,1]], "sensor_type": "lidar"}})";

class Aimotive : public testing::Test {
 protected:
  Aimotive() {
    write("dynamic/box/3d_body/frame_0033644.json", file_text(1066631000, object_text(4, "CAR", 20, -2)));
    write("dynamic/box/3d_body/frame_0033643.json",
          file_text(1000000000, object_text(4, "CAR", 20.2, -2) + ",\n " + object_text(5, "TRUCK", 40, 1)));
    write("sensor/calibration/calibration.json", kCalibration);
    write("sensor/radar/F_LRR_C/F_LRR_C_0033644.json",
          R"({"id": "?", "targets": [{"azimuth": 0.5, "elevation": 0.1, "range": 10, "speed": -3, "rcs": 2}]})");
  }
  void write(const std::string& name, const std::string& text) const {
    const fs::path path = folder_.path() / "train" / "20210901@Yoda" / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  [[nodiscard]] Result<Drive> read() const {
    auto dataset = open_dataset(folder_.path(), "", {});
    if (!dataset) return dataset.error();
    return (*dataset)->read(0);
  }
  static std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  TemporaryFolder folder_;
};

TEST_F(Aimotive, ReadsLabelsRigAndRecordings) {
  const Drive drive = read().value();
  EXPECT_EQ(drive.name, "20210901@Yoda");
  EXPECT_EQ(drive.format, "aimotive");
  ASSERT_EQ(drive.frames.size(), 2U);
  EXPECT_EQ(drive.frames.name[0], "0033643");
  EXPECT_EQ(drive.frames.time_ns[1], 1066631000);
  EXPECT_TRUE(drive.frames.T_world_ego.empty());
  const LabelSet& set = drive.label_sets.at(0);
  ASSERT_EQ(set.size(), 3U);
  EXPECT_EQ(set.label_id[1], "0033643:5");
  EXPECT_EQ(drive.taxonomy->at(set.class_code[1]).name, "truck");
  EXPECT_EQ(set.track[0], set.track[2]);
  EXPECT_EQ(set.cuboid.at(0).center_m, Vec3(20.2, -5, 0.75));
  EXPECT_EQ(set.cuboid.at(0).size_m, Vec3(4.5, 1.8, 1.5));
  EXPECT_TRUE(set.velocity_relative);
  EXPECT_EQ(set.velocity_x_mps.get(0), -2.0);
  const Sensor& camera = drive.sensors.at(drive.find_sensor("CAM"));
  ASSERT_TRUE(camera.camera);
  EXPECT_EQ(camera.camera->distortion[4], 0.5);
  EXPECT_EQ(camera.camera->width_px, 1280);
  EXPECT_FALSE(drive.sensors.at(drive.find_sensor("EYE")).camera);
  EXPECT_THAT(drive.notes, testing::Contains(HasSubstr("EYE is of model 'mei'")));
  EXPECT_EQ(drive.find_sensor("Imu0"), kNone);
}

TEST_F(Aimotive, RadarTargetsLieInTheRadarsOwnFrame) {
  const Drive drive = read().value();
  ASSERT_EQ(drive.records.size(), 1U);
  EXPECT_EQ(drive.records[0].frame, 1U);
  const RadarDetections targets = load_radar(drive, drive.records[0]).value();
  ASSERT_EQ(targets.size(), 1U);
  // The radar looks along the body's +y.
  EXPECT_NEAR(targets.x_m[0], 3.5 - 10 * std::cos(0.1) * std::sin(0.5), 1e-5);
  EXPECT_NEAR(targets.y_m[0], 0.5 + 10 * std::cos(0.1) * std::cos(0.5), 1e-5);
  EXPECT_NEAR(targets.z_m[0], 0.4 + 10 * std::sin(0.1), 1e-5);
  EXPECT_EQ(targets.range_rate_mps.at(0), -3.0F);
  EXPECT_EQ(targets.rcs_dbsm.at(0), 2.0F);
  write("sensor/radar/F_LRR_C/F_LRR_C_0033644.json", R"({"targets": [{"azimuth": 0, "elevation": 0, "range": 10}]})");
  EXPECT_TRUE(load_radar(drive, drive.records[0]).value().range_rate_mps.empty());
  write("sensor/radar/F_LRR_C/F_LRR_C_0033644.json", R"({"targets": [{"azimuth": "x", "elevation": 0, "range": 1}]})");
  EXPECT_THAT(load_radar(drive, drive.records[0]).error().text(), HasSubstr("#/targets/0/azimuth"));
  write("sensor/radar/F_LRR_C/F_LRR_C_0033644.json", R"({"id": "?"})");
  EXPECT_THAT(load_radar(drive, drive.records[0]).error().text(), HasSubstr("has no 'targets'"));
}

TEST_F(Aimotive, MalformedFilesAreErrorsThatNameThePlace) {
  const std::map<std::string, std::string> bad{
      {R"({"CapturedObjects": [{"ObjectId": 1}]})", "#/CapturedObjects/0: has no 'BoundingBox3D Origin X'"},
      {R"({"CapturedObjects": 3})", "#/CapturedObjects: is a number"},
      {R"({"Timestamp": "1"})", "has no 'CapturedObjects'"},
      {R"({"CapturedObjects": [], "Timestamp": "1.5"})", "#/Timestamp: is no time"},
      {"{\"CapturedObjects\": [", "is no JSON from here on"},
      {"", "is empty"}};
  for (const auto& [text, expected] : bad) {
    write("dynamic/box/3d_body/frame_0033643.json", text);
    const auto drive = read();
    ASSERT_FALSE(drive.ok()) << text;
    EXPECT_THAT(drive.error().text(), HasSubstr(expected));
  }
  write("dynamic/box/3d_body/frame_0033643.json", file_text(1, ""));
  write("dynamic/box/3d_body/labels.json", file_text(1, ""));
  EXPECT_THAT(read().error().text(), HasSubstr("is no label file"));
}

TEST_F(Aimotive, AMatrixThatIsNoPoseIsAnError) {
  for (const std::string rows :
       {"[[0,0,0,1],[0,0,0,1],[0,0,0,1],[0,0,0,1]]", "[[1,0,0,0],[0,1,0,0],[0,0,-1,0],[0,0,0,1]]", "[[1,0,0,0]]"}) {
    write("sensor/calibration/calibration.json",
          R"({"A": {"sensor_type": "radar", "RT_body_from_sensor": )" + rows + "}}");
    EXPECT_THAT(read().error().text(), HasSubstr("#/A/RT_body_from_sensor: is no rigid transform"));
  }
  fs::remove(folder_.path() / "train/20210901@Yoda/sensor/calibration/calibration.json");
  const Drive drive = read().value();
  EXPECT_TRUE(drive.sensors.empty());
  EXPECT_TRUE(drive.records.empty());
  EXPECT_THAT(drive.notes, testing::Contains(HasSubstr("no sensors")));
}

TEST_F(Aimotive, PatchChangesTheEditedValuesOnly) {
  const auto dataset = open_dataset(folder_.path(), "aimotive", {}).value();
  std::vector<LabelEdit> edits(4);
  edits[0] = {.op = LabelEdit::Op::modify, .frame = "0033643", .label = "0033643:4", .track = "x"};
  edits[1] = {.op = LabelEdit::Op::modify, .frame = "0033643", .label = "0033643:4", .raw_class = "VAN"};
  edits[1].cuboid = Cuboid{Vec3(21, -5, 0.75), Vec3(4.5, 1.8, 1.5), Quat::Identity()};
  edits[2] = {.op = LabelEdit::Op::drop, .frame = "0033643", .label = "0033643:5"};
  edits[3] = {
      .op = LabelEdit::Op::copy, .frame = "0033644", .label = "0033643:5", .from_frame = "0033643", .track = "9"};
  const fs::path out = folder_.path().string() + "_out";
  ASSERT_TRUE(dataset->patch({{"20210901@Yoda", edits}}, out).ok());
  const fs::path boxes = out / "train/20210901@Yoda/dynamic/box/3d_body";
  std::string changed = object_text(4, "VAN", 21, -2);
  changed.replace(changed.find("\"ObjectId\": 4"), 13, "\"ObjectId\": \"x\"");
  EXPECT_EQ(text_of(boxes / "frame_0033643.json"), file_text(1000000000, changed));
  EXPECT_EQ(text_of(boxes / "frame_0033644.json"),
            file_text(1066631000, object_text(4, "CAR", 20, -2) + "," + object_text(9, "TRUCK", 40, 1)));
  EXPECT_EQ(text_of(out / "train/20210901@Yoda/sensor/calibration/calibration.json"), kCalibration);
  const Drive again = open_dataset(out, "", {}).value()->read(0).value();
  EXPECT_EQ(again.label_sets[0].label_id[0], "0033643:x");
  fs::remove_all(out);
  edits[2].label = "0033643:7";
  EXPECT_THAT(dataset->patch({{"20210901@Yoda", edits}}, out).error().text(), HasSubstr("no label '0033643:7'"));
  edits[2] = {.op = LabelEdit::Op::drop, .frame = "99", .label = "99:1"};
  EXPECT_THAT(dataset->patch({{"20210901@Yoda", edits}}, out).error().text(), HasSubstr("no frame '99'"));
  EXPECT_FALSE(fs::exists(out));
}

class AimotiveData : public testing::Test {
 protected:
  static std::vector<Finding> velocity_findings(const Drive& drive) {
    const auto measured = Measurer::create({.device = "cpu", .threads = 1}).value()->measure(drive).value();
    const Judgement judgement =
        judge(drive, measured, Profile(), {.only = {"temporal.velocity_mismatch"}, .skip = {}}).value();
    for (const StatusRow& status : judgement.statuses) {
      if (status.check == "temporal.velocity_mismatch") EXPECT_EQ(status.state, CheckState::completed) << status.reason;
    }
    return judgement.findings;
  }
};

TEST_F(AimotiveData, ReadsTheRealSegment) {
  CONCORD_NEEDS_DATA("aimotive");
  const auto dataset = open_dataset(test_data_dir() / "aimotive", "", {}).value();
  ASSERT_EQ(dataset->drives().size(), 1U);
  Drive drive = dataset->read(0).value();
  EXPECT_EQ(drive.frames.size(), 50U);
  LabelSet& set = drive.label_sets[0];
  EXPECT_EQ(set.size(), 391U);
  EXPECT_EQ(set.tracks.size(), 8U);
  EXPECT_EQ(std::count(set.class_code.begin(), set.class_code.end(), kUnknownClass), 0);
  std::size_t targets = 0, sweeps = 0;
  for (const SensorRecord& record : drive.records) {
    if (record.format == PayloadFormat::aimotive_radar) targets += load_radar(drive, record).value().size();
    if (record.format == PayloadFormat::raw_xyzi_f32) sweeps += load_points(drive, record).value().size() > 100'000;
  }
  EXPECT_EQ(targets, 3909U);
  EXPECT_EQ(sweeps, 1U);
  // Stored velocities are those of the labels, relative to the ego; with the wrong sign they are not.
  EXPECT_TRUE(velocity_findings(drive).empty());
  for (std::uint32_t row = 0; row < set.size(); ++row) set.velocity_x_mps.set(row, -*set.velocity_x_mps.get(row));
  EXPECT_GE(velocity_findings(drive).size(), 6U);
}

TEST_F(AimotiveData, DopplerIsTheRadialPartOfTheRelativeVelocity) {
  CONCORD_NEEDS_DATA("aimotive");
  const Drive drive = open_dataset(test_data_dir() / "aimotive", "", {}).value()->read(0).value();
  const LabelSet& set = drive.label_sets[0];
  std::vector<double> differences;
  for (const SensorRecord& record : drive.records) {
    if (record.format != PayloadFormat::aimotive_radar) continue;
    const Vec3 radar = drive.sensors[record.sensor].T_ego_sensor->translation();
    const RadarDetections targets = load_radar(drive, record).value();
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const Vec3 point(targets.x_m[i], targets.y_m[i], targets.z_m[i]);
      for (std::uint32_t row = set.frame_offset[record.frame]; row < set.frame_offset[record.frame + 1]; ++row) {
        const Cuboid box = set.cuboid.at(row);
        const Vec3 inside = box.rotation.inverse() * (point - box.center_m);
        if (std::abs(inside.x()) > 0.5 * box.size_m.x() + 0.5 || std::abs(inside.y()) > 0.5 * box.size_m.y() + 0.5) {
          continue;
        }
        const Vec3 velocity(*set.velocity_x_mps.get(row), *set.velocity_y_mps.get(row), 0);
        differences.push_back(std::abs(targets.range_rate_mps[i] - velocity.dot((point - radar).normalized())));
      }
    }
  }
  // 193 targets of the front radar and 179 of the rear one: the convention of both is right.
  ASSERT_GT(differences.size(), 350U);
  std::nth_element(differences.begin(), differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2),
                   differences.end());
  EXPECT_LT(differences[differences.size() / 2], 0.1);
}

}  // namespace
}  // namespace concord::tests
