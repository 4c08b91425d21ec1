#include <gtest/gtest.h>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <numbers>
#include <set>
#include <sstream>

#include "concord/dataset.hpp"
#include "tests/support/files.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;

// Axes alone: the LiDAR looks along the camera's z, the IMU lies 1 m behind the LiDAR and 0.5 m below.
constexpr const char* kCalibration =
    "P0: 700 0 600 0 0 700 180 0 0 0 1 0\nP2: 700 0 600 70 0 700 180 0 0 0 1 0\n"
    "R_rect 1 0 0 0 1 0 0 0 1\nTr_velo_cam 0 -1 0 0 0 0 -1 0 1 0 0 0\nTr_imu_velo 1 0 0 -1 0 1 0 0 0 0 1 -0.5\n";

std::string oxts_line(double latitude, double longitude, double altitude, double yaw) {
  std::ostringstream line;
  line.precision(15);
  line << latitude << ' ' << longitude << ' ' << altitude << " 0 0 " << yaw;
  for (int i = 6; i < 30; ++i) line << " 0";
  return line.str() + "\n";
}

class KittiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write_bytes(root() / "training/calib/0007.txt", kCalibration);
    write_bytes(root() / "training/oxts/0007.txt",
                oxts_line(0, 8, 100, 0) + oxts_line(0, 8.0001, 100, 0.1) + oxts_line(0, 8.0002, 100, 0));
    write_labels(
        "0 3 Car 0 1 -1.5 100 100 200 150 1.5 2 4 2 1 20 -1.5707963267948966\n"
        "0 -1 DontCare -1 -1 -10 5 5 10 10 -1000 -1000 -1000 -10 -1 -1 -1\n"
        "1 3 Car 0 0 -1.5 100 100 200 150 1.5 2 4 2 1 19 0\n");
  }
  void write_labels(const std::string& text) { write_bytes(root() / "training/label_02/0007.txt", text); }
  [[nodiscard]] const fs::path& root() const { return folder_.path(); }
  [[nodiscard]] static Result<Drive> read(const fs::path& input, const OpenOptions& options = {}) {
    auto dataset = open_dataset(input, "", options);
    if (!dataset) return dataset.error();
    return dataset.value()->read(0);
  }
  TemporaryFolder folder_;
};

TEST_F(KittiTest, BoxAheadStandsWhereItShould) {
  const Drive drive = read(root()).value();
  EXPECT_EQ(drive.format, "kitti_tracking");
  EXPECT_EQ(drive.name, "0007");
  const LabelSet& set = drive.label_sets.at(0);
  ASSERT_EQ(set.size(), 2U);
  // 20 m ahead of and 2 m right of the LiDAR, whose origin is 1 m ahead of and 0.5 m above the IMU; bottom 1 m below.
  const Cuboid box = set.cuboid.at(0);
  EXPECT_NEAR(box.center_m.x(), 21.0, 1e-9);
  EXPECT_NEAR(box.center_m.y(), -2.0, 1e-9);
  EXPECT_NEAR(box.center_m.z(), 0.5 - 1.0 + 0.75, 1e-9);
  EXPECT_EQ(box.size_m, Vec3(4, 2, 1.5));
  EXPECT_NEAR(yaw_of(box.rotation), 0.0, 1e-9);  // rotation_y -90 degrees: along the camera's z, ahead
  EXPECT_NEAR(yaw_of(set.cuboid.at(1).rotation), -std::numbers::pi / 2, 1e-9);
  EXPECT_EQ(set.label_id[0], "0:3");
  EXPECT_EQ(set.tracks.at(set.track[0]), "3");
  EXPECT_EQ(set.occlusion_level.get(0), 1);
  EXPECT_EQ(drive.taxonomy->at(set.class_code[0]).name, "car");
  ASSERT_EQ(set.boxes_2d.size(), 3U);
  EXPECT_EQ(set.boxes_2d.cuboid_row[1], kNone);
  EXPECT_TRUE(drive.taxonomy->at(set.boxes_2d.class_code[1]).ignore);
}

TEST_F(KittiTest, PosesFollowMercator) {
  const Drive drive = read(root()).value();
  ASSERT_EQ(drive.frames.size(), 3U);
  EXPECT_TRUE(drive.frames.time_assumed);
  EXPECT_LT((drive.frames.T_world_ego[0].matrix() - Eigen::Matrix4d::Identity()).norm(), 1e-9);
  // At the equator 1e-4 degrees of longitude are 6378137 * 1e-4 * pi / 180 m.
  const SE3& second = drive.frames.T_world_ego[1];
  EXPECT_NEAR(second.translation().x(), 6378137.0 * 1e-4 * std::numbers::pi / 180, 1e-4);
  EXPECT_NEAR(yaw_of(Quat(second.linear())), 0.1, 1e-9);
}

TEST_F(KittiTest, FramesBeyondTheRecordingAreMarked) {
  write_labels("5 3 Car 0 0 0 1 1 2 2 1 1 1 0 0 9 0\n");
  const Drive drive = read(root()).value();
  ASSERT_EQ(drive.frames.size(), 6U);
  EXPECT_EQ(drive.frames.recorded[2], 1);
  EXPECT_EQ(drive.frames.recorded[5], 0);
  EXPECT_FALSE(drive.frames.has_pose(5));
}

TEST_F(KittiTest, NotANumberAndNegativeSizesAreKeptForTheChecks) {
  write_labels("0 3 Car 0 0 0 1 1 2 2 -1.5 2 nan 2 1 20 0\n");
  const LabelSet set = read(root()).value().label_sets.at(0);
  EXPECT_TRUE(std::isnan(set.cuboid.length_m[0]));
  EXPECT_EQ(set.cuboid.height_m[0], -1.5);
}

TEST_F(KittiTest, MalformedInputNamesFileAndLine) {
  const std::string good = "0 3 Car 0 0 0 1 1 2 2 1.5 2 4 2 1 20 0\n";
  for (const std::string bad :
       {"0 3 Car 0 0\n", "x 3 Car 0 0 0 1 1 2 2 1.5 2 4 2 1 20 0\n", "0 3 Car 0 0 0 1 1 2 2 1.5 2 4m 2 1 20 0\n",
        "1000000000 3 Car 0 0 0 1 1 2 2 1.5 2 4 2 1 20 0\n", "-4 3 Car 0 0 0 1 1 2 2 1.5 2 4 2 1 20 0\n"}) {
    write_labels(good + bad);
    const auto drive = read(root());
    ASSERT_FALSE(drive.ok()) << bad;
    EXPECT_NE(drive.error().where.find("0007.txt:2"), std::string::npos) << drive.error().text();
    EXPECT_FALSE(drive.error().expected.empty());
  }
  write_labels(std::string("\x00\xff\x1b binary", 10));
  EXPECT_FALSE(read(root()).ok());
}

TEST_F(KittiTest, BrokenRigsAreErrorsNotCrashes) {
  write_bytes(root() / "training/calib/0007.txt", "R_rect 1 0 0 0 1 0 0 0 1\n");
  EXPECT_FALSE(read(root()).ok());
  write_bytes(root() / "training/calib/0007.txt", "R_rect 0 0 0 0 0 0 0 0 0\nTr_velo_cam 0 0 0 0 0 0 0 0 0 0 0 0\n");
  EXPECT_FALSE(read(root()).ok());
  fs::remove(root() / "training/calib/0007.txt");
  const auto drive = read(root());
  ASSERT_FALSE(drive.ok());
  EXPECT_EQ(drive.error().code, ErrorCode::not_found);
}

TEST_F(KittiTest, EmptyFoldersAndLoopsAreRefused) {
  const TemporaryFolder empty;
  EXPECT_FALSE(open_dataset(empty.path(), "", {}).ok());
  EXPECT_FALSE(open_dataset(empty.path() / "absent", "", {}).ok());
  fs::create_directory_symlink(empty.path(), empty.path() / "loop");
  EXPECT_FALSE(open_dataset(empty.path() / "loop", "", {}).ok());
  EXPECT_FALSE(open_dataset(root(), "no_such_format", {}).ok());
}

TEST_F(KittiTest, PatchChangesOnlyTheEditedFields) {
  const std::string before =
      "0 3 Car 0 1 -1.5 100 100 200 150 1.5 2 4 2 1 20 -1.5  \r\n1 4  Van 0 0 0 1 1 2 2 1.5 2 4 2 1 19 0\r\n"
      "1 5 Car 0 0 0 1 1 2 2 1.5 2 4 9 1 19 0";
  write_labels(before);
  auto dataset = open_dataset(root(), "", {}).value();
  const Drive drive = dataset->read(0).value();
  Cuboid moved = drive.label_sets[0].cuboid.at(1);
  moved.center_m += Vec3(0.5, -0.25, 0.125);
  DatasetEdits edits;
  edits["0007"] = {{.op = LabelEdit::Op::modify, .frame = "0", .label = "0:3", .track = "9"},
                   {.op = LabelEdit::Op::modify, .frame = "1", .label = "1:4", .cuboid = moved},
                   {.op = LabelEdit::Op::copy, .frame = "1", .label = "1:5", .track = "77", .raw_class = "Truck"}};
  const TemporaryFolder out;
  const auto patched = dataset->patch(edits, out.path() / "copy");
  ASSERT_TRUE(patched.ok()) << patched.error().text();
  const std::string after = read_bytes(out.path() / "copy/training/label_02/0007.txt");
  EXPECT_TRUE(after.starts_with("0 9 Car 0 1 -1.5 100 100 200 150 1.5 2 4 2 1 20 -1.5  \r\n1 4  Van 0 0 0 1 1 2 2 "));
  EXPECT_NE(after.find("1 77 Truck 0 0 0 1 1 2 2 1.5 2 4 9 1 19 0"), std::string::npos);
  EXPECT_EQ(read_bytes(out.path() / "copy/training/oxts/0007.txt"), read_bytes(root() / "training/oxts/0007.txt"));
  const Drive again = read(out.path() / "copy").value();
  ASSERT_EQ(again.label_sets[0].size(), 4U);
  EXPECT_LT((again.label_sets[0].cuboid.at(1).center_m - moved.center_m).norm(), 1e-6);
  EXPECT_LT(again.label_sets[0].cuboid.at(1).rotation.angularDistance(moved.rotation), 1e-6);

  edits["0007"] = {{.op = LabelEdit::Op::drop, .frame = "1", .label = "1:4"}};
  ASSERT_TRUE(dataset->patch(edits, out.path() / "dropped").ok());
  std::string expected = before;
  const std::size_t begin = expected.find("1 4"), end = expected.find("1 5");
  expected.erase(begin, end - begin);
  EXPECT_EQ(read_bytes(out.path() / "dropped/training/label_02/0007.txt"), expected);
}

TEST_F(KittiTest, PatchRefusesUnknownLabelsAndKeepsNothing) {
  auto dataset = open_dataset(root(), "", {}).value();
  const TemporaryFolder out;
  for (const DatasetEdits& edits :
       {DatasetEdits{{"0007", {{.op = LabelEdit::Op::drop, .frame = "0", .label = "0:99"}}}},
        DatasetEdits{{"0009", {{.op = LabelEdit::Op::drop, .frame = "0", .label = "0:3"}}}},
        DatasetEdits{{"0007", {{.op = LabelEdit::Op::drop, .frame = "1", .label = "0:3"}}}}}) {
    EXPECT_FALSE(dataset->patch(edits, out.path() / "copy").ok());
    EXPECT_FALSE(fs::exists(out.path() / "copy"));
  }
  EXPECT_FALSE(dataset->patch({}, root() / "inside").ok());
}

TEST(KittiRealData, CountsEqualTheRawFiles) {
  CONCORD_NEEDS_DATA("kitti_tracking");
  const fs::path input = test_data_dir() / "kitti_tracking";
  auto dataset = open_dataset(input, "", {}).value();
  ASSERT_EQ(dataset->drives().size(), 7U);
  for (std::size_t i = 0; i < dataset->drives().size(); ++i) {
    const Drive drive = dataset->read(i).value();
    std::ifstream labels(input / "training/label_02" / (drive.name + ".txt"));
    std::size_t objects = 0, regions = 0;
    std::set<std::string> tracks;
    for (std::string line; std::getline(labels, line);) {
      std::istringstream fields(line);
      std::string frame, track, type;
      fields >> frame >> track >> type;
      if (type == "DontCare") {
        ++regions;
      } else {
        ++objects;
        tracks.insert(track);
      }
    }
    std::ifstream oxts(input / "training/oxts" / (drive.name + ".txt"));
    std::size_t frames = 0;
    for (std::string line; std::getline(oxts, line);) ++frames;
    EXPECT_EQ(drive.frames.size(), frames) << drive.name;
    EXPECT_EQ(drive.label_sets[0].size(), objects) << drive.name;
    EXPECT_EQ(drive.label_sets[0].tracks.size(), tracks.size()) << drive.name;
    EXPECT_EQ(drive.label_sets[0].boxes_2d.size(), objects + regions) << drive.name;
  }
}

TEST(KittiRealData, OneAnnotationInTwoFormatsAgrees) {
  CONCORD_NEEDS_DATA("kitti_object/of_tracking");
  auto tracking = open_dataset(test_data_dir() / "kitti_tracking", "", {}).value();
  std::map<std::string, Drive> sequences;
  for (std::size_t i = 0; i < tracking->drives().size(); ++i)
    sequences[tracking->drives()[i].name] = tracking->read(i).value();
  std::map<std::string, std::pair<std::string, std::uint32_t>> origin;
  std::ifstream frames(test_data_dir() / "kitti_object/of_tracking/frames.csv");
  std::string line;
  std::getline(frames, line);
  while (std::getline(frames, line)) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream fields(line);
    std::string object, sequence;
    std::uint32_t frame = 0;
    fields >> object >> sequence >> frame;
    origin[object] = {sequence, frame};
  }
  ASSERT_EQ(origin.size(), 33U);
  auto objects = open_dataset(test_data_dir() / "kitti_object/of_tracking", "", {}).value();
  std::size_t matched = 0;
  for (std::size_t i = 0; i < objects->drives().size(); ++i) {
    const Drive drive = objects->read(i).value();
    const auto& [sequence, frame] = origin.at(drive.name);
    const LabelSet& other = sequences.at(sequence).label_sets[0];
    const LabelSet& set = drive.label_sets[0];
    for (std::size_t row = 0; row < set.size(); ++row) {
      double nearest = 1e9;
      for (std::uint32_t k = other.frame_offset[frame]; k < other.frame_offset[frame + 1]; ++k) {
        nearest = std::min(nearest, (other.cuboid.at(k).center_m - set.cuboid.at(row).center_m).norm());
      }
      EXPECT_LT(nearest, 0.02) << drive.name << " row " << row;  // printed with two decimals
      ++matched;
    }
  }
  EXPECT_GT(matched, 100U);
}

TEST(KittiRealData, ParkedCarsStandStillInTheWorld) {
  CONCORD_NEEDS_DATA("kitti_tracking");
  auto dataset = open_dataset(test_data_dir() / "kitti_tracking", "", {}).value();
  std::size_t parked = 0;
  for (std::size_t i = 0; i < dataset->drives().size(); ++i) {
    const Drive drive = dataset->read(i).value();
    const LabelSet& set = drive.label_sets[0];
    std::map<std::uint32_t, std::vector<Vec3>> places;
    for (std::size_t row = 0; row < set.size(); ++row) {
      places[set.track[row]].push_back(drive.frames.T_world_ego[set.frame[row]] * set.cuboid.at(row).center_m);
    }
    for (const auto& [track, path] : places) {
      const double drift = (path.back() - path.front()).head<2>().norm();
      const double ego =
          (drive.frames.T_world_ego.back().translation() - drive.frames.T_world_ego.front().translation()).norm();
      if (path.size() > 20 && ego > 50 && drift < 0.5) ++parked;
    }
  }
  // With a wrong pose or calibration nothing would stand still while the ego drives.
  EXPECT_GT(parked, 20U);
}

TEST(KittiRealData, ResultFilesAreReadAsFurtherLabelSets) {
  CONCORD_NEEDS_DATA("kitti_tracking/results");
  const fs::path results = test_data_dir() / "kitti_tracking/results";
  OpenOptions options;
  for (const char* name : {"pointrcnn_det", "rrc_2d_det", "hailanyi_mot_tracks"})
    options.extra_labels.push_back({name, results / name});
  auto dataset = open_dataset(test_data_dir() / "kitti_tracking", "", options).value();
  for (std::size_t i = 0; i < dataset->drives().size(); ++i) {
    const Drive drive = dataset->read(i).value();
    ASSERT_EQ(drive.label_sets.size(), 4U);
    if (drive.name != "0006") continue;
    EXPECT_GT(drive.label_sets[1].size(), 100U);
    EXPECT_EQ(drive.label_sets[1].tracks.size(), 0U);
    EXPECT_EQ(drive.label_sets[2].size(), 0U);
    EXPECT_GT(drive.label_sets[2].boxes_2d.size(), 100U);
    EXPECT_GT(drive.label_sets[3].tracks.size(), 1U);
  }
}

}  // namespace
}  // namespace concord::tests
