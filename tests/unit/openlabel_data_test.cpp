#include <gmock/gmock.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/support/openlabel_file.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::Contains;

std::vector<fs::path> example_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(test_data_dir() / "openlabel/vicomtech_vcd_examples")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Cuboids and boxes of a file, counted on the parsed JSON alone.
struct Counts {
  std::size_t frames = 0, cuboids = 0, boxes = 0, ignored = 0;
};

bool holds(const json& object, const std::string& frame) {
  if (!object.contains("frame_intervals") || object["frame_intervals"].empty() || frame.empty()) return true;
  return std::any_of(object["frame_intervals"].begin(), object["frame_intervals"].end(), [&](const json& interval) {
    return interval["frame_start"] <= std::stoi(frame) && std::stoi(frame) <= interval["frame_end"];
  });
}

void count_data(const json& data, const std::string& type, Counts& counts) {
  for (const json& cuboid : data.value("cuboid", json::array())) {
    const bool placeholder = type == "DontCare" && cuboid["val"].size() == 9 && cuboid["val"][6] < 0;
    ++(placeholder ? counts.ignored : counts.cuboids);
  }
  for (const json& box : data.value("bbox", json::array())) {
    if (box["val"][2] > 0 && box["val"][3] > 0) ++counts.boxes;
  }
}

Counts counts_of(const fs::path& path) {
  const json root = json::parse(std::ifstream(path))["openlabel"];
  const json none = json::object();
  const auto member = [&none](const json& owner, const char* key) -> const json& {
    const auto found = owner.find(key);
    return found == owner.end() ? none : *found;
  };
  const json& objects = member(root, "objects");
  Counts counts;
  json frames = member(root, "frames");
  if (frames.empty()) frames[""] = json::object();
  for (const auto& [frame, content] : frames.items()) {
    ++counts.frames;
    for (const auto& [uid, object] : objects.items()) {
      const std::string type = object["type"];
      if (object.contains("object_data") && holds(object, frame)) count_data(object["object_data"], type, counts);
    }
    for (const auto& [uid, object] : member(content, "objects").items()) {
      if (object.contains("object_data")) count_data(object["object_data"], objects[uid]["type"], counts);
    }
  }
  return counts;
}

TEST(OpenLabelData, EveryExampleFileIsReadWhole) {
  CONCORD_NEEDS_DATA("openlabel");
  const std::vector<fs::path> files = example_files();
  ASSERT_EQ(files.size(), 50U);
  std::size_t with_cuboids = 0;
  for (const fs::path& file : files) {
    SCOPED_TRACE(file.filename().string());
    const auto drive = open_dataset(file, "openlabel", {}).value()->read(0);
    ASSERT_TRUE(drive.ok()) << drive.error().text();
    const Counts counts = counts_of(file);
    EXPECT_EQ(drive->frames.size(), counts.frames);
    EXPECT_EQ(drive->label_sets.at(0).size(), counts.cuboids);
    EXPECT_EQ(drive->label_sets[0].boxes_2d.size(), counts.boxes);
    if (counts.cuboids > 0) ++with_cuboids;
  }
  EXPECT_EQ(with_cuboids, 2U);
}

TEST(OpenLabelData, ExampleFilesRoundTripThroughPatch) {
  CONCORD_NEEDS_DATA("openlabel");
  const TemporaryFolder folder;
  const fs::path source = test_data_dir() / "openlabel/kitti_tracking_as_openlabel";
  const auto dataset = open_dataset(source, "openlabel", {}).value();
  const Drive drive = dataset->read(0).value();
  const LabelSet& set = drive.label_sets.at(0);
  // One box moved in ego comes back where it was put, though the file states it in a camera; no other byte differs.
  const std::uint32_t row = 100;
  Cuboid moved = set.cuboid.at(row);
  moved.center_m += Vec3(0.5, -0.25, 0.125);
  LabelEdit edit{.frame = std::string(drive.frames.name[set.frame[row]]), .label = std::string(set.label_id[row])};
  edit.cuboid = moved;
  const auto patched = dataset->patch({{drive.name, {edit}}}, folder.path() / "out");
  ASSERT_TRUE(patched.ok()) << patched.error().text();
  const Drive again = open_dataset(folder.path() / "out", "openlabel", {}).value()->read(0).value();
  const LabelSet& after = again.label_sets.at(0);
  ASSERT_EQ(after.size(), set.size());
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    const Cuboid expected = i == row ? moved : set.cuboid.at(i);
    const double tolerance = i == row ? 1e-9 : 0.0;
    EXPECT_LE((after.cuboid.at(i).center_m - expected.center_m).norm(), tolerance) << i;
    EXPECT_LE((after.cuboid.at(i).size_m - expected.size_m).norm(), tolerance) << i;
  }
  const std::string before_text = read_bytes(source / "openlabel100_kitti_tracking_0003.json");
  const std::string after_text = read_bytes(folder.path() / "out/openlabel100_kitti_tracking_0003.json");
  const std::size_t front = static_cast<std::size_t>(
      std::mismatch(before_text.begin(), before_text.end(), after_text.begin()).first - before_text.begin());
  const std::size_t back = static_cast<std::size_t>(
      std::mismatch(before_text.rbegin(), before_text.rend(), after_text.rbegin()).first - before_text.rbegin());
  EXPECT_LT(before_text.size() - front - back, 120U) << "more than one val changed";
}

// ------------------------------------------------ KITTI 0003 in both formats

class Kitti0003 : public ::testing::Test {
 protected:
  void SetUp() override {
    CONCORD_NEEDS_DATA("kitti_tracking");
    CONCORD_NEEDS_DATA("openlabel");
    const auto tracking = open_dataset(test_data_dir() / "kitti_tracking", "kitti_tracking", {}).value();
    for (std::size_t i = 0; i < tracking->drives().size(); ++i) {
      if (tracking->drives()[i].name == "0003") kitti_ = tracking->read(i).value();
    }
    openlabel_ = open_dataset(test_data_dir() / "openlabel/kitti_tracking_as_openlabel", "openlabel", {})
                     .value()
                     ->read(0)
                     .value();
  }
  /// The pose of a sensor: both files know the LiDAR, while their ego frames differ (the IMU, the vehicle on the road).
  static SE3 T_lidar_ego(const Drive& drive, const char* lidar) {
    return drive.sensors.at(drive.find_sensor(lidar)).T_ego_sensor.value().inverse();
  }
  Drive kitti_, openlabel_;
};

using ByFrameAndTrack = std::map<std::pair<std::uint32_t, std::string>, std::uint32_t>;

ByFrameAndTrack rows_of(const Drive& drive) {
  const LabelSet& set = drive.label_sets.at(0);
  ByFrameAndTrack rows;
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    // The converter adds the ego vehicle itself, once and for all frames.
    if (set.raw_classes.at(set.raw_class[row]) == "Egocar") continue;
    EXPECT_TRUE(rows.emplace(std::pair(set.frame[row], std::string(set.tracks.at(set.track[row]))), row).second);
  }
  return rows;
}

TEST_F(Kitti0003, FramesLabelsAndCuboidsAgree) {
  ASSERT_EQ(kitti_.frames.size(), 144U);
  ASSERT_EQ(openlabel_.frames.size(), 144U);
  for (std::size_t i = 0; i < 144; ++i) EXPECT_EQ(kitti_.frames.name[i], openlabel_.frames.name[i]);
  EXPECT_THAT(openlabel_.notes, Contains("144 cuboids of ignore regions without a size are left out"));
  const ByFrameAndTrack a = rows_of(kitti_);
  const ByFrameAndTrack b = rows_of(openlabel_);
  ASSERT_EQ(a.size(), 388U);
  ASSERT_EQ(b.size(), 388U);
  EXPECT_EQ(openlabel_.label_sets[0].size(), 388U + 144U);  // and the ego vehicle
  const SE3 T_lidar_kitti = T_lidar_ego(kitti_, "velodyne");
  const SE3 T_lidar_openlabel = T_lidar_ego(openlabel_, "VELO_TOP");
  const LabelSet& p = kitti_.label_sets[0];
  const LabelSet& q = openlabel_.label_sets[0];
  double center_m = 0;
  double rotation_rad = 0;
  double size_m = 0;
  for (const auto& [key, row] : a) {
    const auto other = b.find(key);
    ASSERT_NE(other, b.end()) << key.first << " " << key.second;
    const Cuboid x = transformed(T_lidar_kitti, p.cuboid.at(row));
    const Cuboid y = transformed(T_lidar_openlabel, q.cuboid.at(other->second));
    center_m = std::max(center_m, (x.center_m - y.center_m).norm());
    rotation_rad = std::max(rotation_rad, x.rotation.angularDistance(y.rotation));
    size_m = std::max(size_m, (x.size_m - y.size_m).cwiseAbs().maxCoeff());
    EXPECT_EQ(kitti_.taxonomy->at(p.class_code[row]).name, openlabel_.taxonomy->at(q.class_code[other->second]).name);
    EXPECT_EQ(p.occlusion_level.get(row), q.occlusion_level.get(other->second)) << key.first << " " << key.second;
  }
  // The converter cut its values down to 0.01 m and 0.01 rad, some of them twice.
  EXPECT_LT(center_m, 0.02 * std::sqrt(3.0));
  EXPECT_LT(rotation_rad, 0.01);
  EXPECT_LT(size_m, 0.02);
}

TEST_F(Kitti0003, CamerasStandAndLookAlike) {
  const Sensor& a = kitti_.sensors.at(kitti_.find_sensor("image_02"));
  const Sensor& b = openlabel_.sensors.at(openlabel_.find_sensor("CAM_LEFT"));
  const SE3 T_lidar_a = T_lidar_ego(kitti_, "velodyne") * a.T_ego_sensor.value();
  const SE3 T_lidar_b = T_lidar_ego(openlabel_, "VELO_TOP") * b.T_ego_sensor.value();
  EXPECT_LT((T_lidar_a.matrix() - T_lidar_b.matrix()).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_NEAR(a.camera.value().fx_px, b.camera.value().fx_px, 1e-9);
  EXPECT_NEAR(a.camera->cx_px, b.camera->cx_px, 1e-9);
  EXPECT_NEAR(a.camera->cy_px, b.camera->cy_px, 1e-9);
}

TEST_F(Kitti0003, BoxesOfTheLeftCameraAgree) {
  // The converter cut the edges down to 0.01 px.
  using Box = std::array<double, 4>;
  const auto boxes_of = [](const Drive& drive, const char* camera) {
    std::map<std::uint32_t, std::vector<Box>> boxes;
    const Box2dTable& table = drive.label_sets.at(0).boxes_2d;
    for (std::size_t row = 0; row < table.size(); ++row) {
      if (drive.sensors[table.sensor[row]].name != camera) continue;
      boxes[table.frame[row]].push_back(
          {table.left_px[row], table.top_px[row], table.right_px[row], table.bottom_px[row]});
    }
    return boxes;
  };
  auto ours = boxes_of(openlabel_, "CAM_LEFT");
  std::size_t count = 0;
  for (const auto& [frame, boxes] : boxes_of(kitti_, "image_02")) {
    EXPECT_EQ(boxes.size(), ours[frame].size()) << frame;
    for (const Box& box : boxes) {
      const auto same = std::find_if(ours[frame].begin(), ours[frame].end(), [&box](const Box& other) {
        return std::equal(box.begin(), box.end(), other.begin(),
                          [](double a, double b) { return std::abs(a - b) <= 0.0101; });
      });
      ASSERT_NE(same, ours[frame].end()) << frame << " " << box[0];
      ours[frame].erase(same);
      ++count;
    }
  }
  EXPECT_EQ(count, kitti_.label_sets[0].boxes_2d.size());
}

TEST_F(Kitti0003, EgoMovesAlike) {
  // How the LiDAR moves from the first frame: the converter took the IMU's axes for the vehicle's.
  const auto motion = [](const Drive& drive, std::size_t frame) {
    return drive.frames.T_world_ego[0].inverse() * drive.frames.T_world_ego[frame];
  };
  for (std::size_t frame = 0; frame < 144; ++frame) {
    ASSERT_TRUE(kitti_.frames.has_pose(frame) && openlabel_.frames.has_pose(frame));
    const SE3 a = motion(kitti_, frame);
    const SE3 b = motion(openlabel_, frame);
    EXPECT_LT((a.translation() - b.translation()).norm(), 0.01 + 0.01 * a.translation().norm()) << frame;
    EXPECT_LT(Quat(a.linear()).angularDistance(Quat(b.linear())), 1e-3) << frame;
  }
}

}  // namespace
}  // namespace concord::tests
