#include <gtest/gtest.h>
#include <cmath>
#include <numbers>
#include <set>

#include "concord/dataset.hpp"
#include "tests/support/files.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;

constexpr const char* kDefaultLabels =
    "frame,time_ns,track,class,x_m,y_m,z_m,length_m,width_m,height_m,yaw_rad\n"
    "10,1000000000,a,car,20,1,0.75,4,2,1.5,0.5\n"
    "9,900000000,a,car,19,1,0.75,4,2,1.5,0.5\n"
    "10,1000000000,,pedestrian,5,-2,0.9,0.6,0.6,1.8,nan\n";

class CsvTest : public ::testing::Test {
 protected:
  [[nodiscard]] const fs::path& root() const { return folder_.path(); }
  [[nodiscard]] static Result<std::unique_ptr<Dataset>> open(const fs::path& input, const OpenOptions& options = {}) {
    return open_dataset(input, "", options);
  }
  [[nodiscard]] static Result<Drive> read(const fs::path& input, std::size_t index = 0) {
    auto dataset = open(input);
    if (!dataset) return dataset.error();
    return dataset.value()->read(index);
  }
  /// The error of reading `labels` with `mapping`, where there must be one.
  [[nodiscard]] std::string error_of(const std::string& mapping, const std::string& labels) {
    write_bytes(root() / "bad/concord_csv.yaml", mapping);
    write_bytes(root() / "bad/a.csv", labels);
    const auto drive = read(root() / "bad");
    return drive ? "no error" : drive.error().text();
  }
  TemporaryFolder folder_;
};

TEST_F(CsvTest, AFileWhoseDriveColumnNamesNoneIsADriveThatFails) {
  EXPECT_NE(
      error_of("{}", "frame,drive,class,x_m,y_m,z_m,length_m,width_m,height_m,yaw_rad\n").find("a.csv:1: has no row"),
      std::string::npos);
}

TEST_F(CsvTest, DefaultColumnsNeedNoMapping) {
  write_bytes(root() / "drive_7.csv", kDefaultLabels);
  const Drive drive = read(root() / "drive_7.csv").value();
  EXPECT_EQ(drive.format, "csv");
  EXPECT_EQ(drive.name, "drive_7");
  ASSERT_EQ(drive.frames.size(), 2U);
  EXPECT_EQ(drive.frames.name[0], "9");  // whole numbers are put in order
  EXPECT_EQ(drive.frames.time_ns[1], 1'000'000'000);
  const LabelSet& set = drive.label_sets.at(0);
  ASSERT_EQ(set.size(), 3U);
  EXPECT_EQ(set.label_id[0], "9:a");
  EXPECT_EQ(set.label_id[1], "10:a");
  EXPECT_EQ(set.track[2], kNone);
  EXPECT_EQ(set.cuboid.at(1).center_m, Vec3(20, 1, 0.75));
  EXPECT_EQ(set.cuboid.at(1).size_m, Vec3(4, 2, 1.5));
  EXPECT_NEAR(yaw_of(set.cuboid.at(1).rotation), 0.5, 1e-15);
  EXPECT_TRUE(std::isnan(set.cuboid.qw[2]));
  EXPECT_EQ(drive.taxonomy->at(set.class_code[2]).name, "pedestrian");
}

TEST_F(CsvTest, MappingGivesNamesUnitsFramesAndClasses) {
  write_bytes(root() / "concord_csv.yaml",
              "delimiter: tab\nfiles: 'l_*.txt'\n"
              "columns:\n  frame: id\n  time: {column: t, unit: s}\n  label: name\n  class: kind\n"
              "  x: {column: x, unit: cm}\n  y: {column: y, unit: cm}\n  z: {column: z, unit: cm}\n"
              "  length: l\n  width: w\n  height: h\n  yaw: {column: yaw, unit: deg}\n"
              "  velocity_x: {column: vx, unit: km/h}\n  velocity_y: {column: vy, unit: km/h}\n"
              "  visibility: {column: seen, unit: '%'}\n  annotator: who\n  moving: state\n"
              "boxes: {frame: world, origin: bottom, sizes: half}\n"
              "poses: {file: '{drive}.poses', columns: {frame: id, x: x, y: y, z: z, yaw: {column: yaw, unit: deg}}}\n"
              "classes: {Voiture: car}\nscope: {classes: [car], max_range_m: 80, extent: amodal}\n");
  write_bytes(root() / "l_1.txt",
              "id\tt\tname\tkind\tx\ty\tz\tl\tw\th\tyaw\tvx\tvy\tseen\twho\tstate\n"
              "k\t1600000000.1234567\t\"the "
              "\"\"one\"\"\"\tVoiture\t10000\t5000\t100\t2\t1\t0.75\t90\t36\t0\t80\tanne\tmoving\n");
  write_bytes(root() / "l_1.poses", "id\tx\ty\tz\tyaw\nj\t0\t0\t0\t0\nk\t100\t40\t0\t90\n");
  const Drive drive = read(root()).value();
  ASSERT_EQ(drive.frames.size(), 2U);
  EXPECT_EQ(drive.frames.name[0], "j");
  EXPECT_EQ(drive.frames.time_ns[1], 1'600'000'000'123'456'700);
  const LabelSet& set = drive.label_sets.at(0);
  ASSERT_EQ(set.size(), 1U);
  EXPECT_EQ(set.label_id[0], "the \"one\"");
  EXPECT_EQ(set.frame[0], 1U);
  // 10 m ahead of an ego that looks along the world's y axis; bottom 1 m up, height 1.5 m.
  EXPECT_LT((set.cuboid.at(0).center_m - Vec3(10, 0, 1.75)).norm(), 1e-12);
  EXPECT_EQ(set.cuboid.at(0).size_m, Vec3(4, 2, 1.5));
  EXPECT_NEAR(yaw_of(set.cuboid.at(0).rotation), 0, 1e-12);
  EXPECT_NEAR(set.velocity_x_mps.get(0).value(), 0, 1e-12);
  EXPECT_NEAR(set.velocity_y_mps.get(0).value(), -10, 1e-12);
  EXPECT_NEAR(set.visibility.get(0).value(), 0.8, 1e-12);
  EXPECT_EQ(set.provenance.at(set.annotator.get(0).value()), "anne");
  EXPECT_EQ(set.moving_state.get(0), MovingState::moving);
  EXPECT_EQ(drive.taxonomy->at(set.class_code[0]).name, "car");
  EXPECT_EQ(set.scope.max_range_m, 80);
  EXPECT_EQ(set.scope.extent, LabelScope::Extent::amodal);
}

TEST_F(CsvTest, ADriveColumnGivesSeveralDrives) {
  write_bytes(root() / "all.csv",
              "drive,frame,track,class,x_m,y_m,z_m,length_m,width_m,height_m,yaw_rad\r\n"
              "b,1,t,car,1,0,0,4,2,1,0\r\n\r\na,1,t,car,2,0,0,4,2,1,0\r\nb,2,t,car,3,0,0,4,2,1,0\r\n");
  const auto dataset = open(root() / "all.csv").value();
  ASSERT_EQ(dataset->drives().size(), 2U);
  EXPECT_EQ(dataset->drives()[0].name, "b");
  EXPECT_EQ(dataset->read(0)->label_sets[0].size(), 2U);
  EXPECT_EQ(dataset->read(1)->label_sets[0].cuboid.x_m[0], 2);
}

TEST_F(CsvTest, FrameRateGivesAssumedTimes) {
  write_bytes(root() / "concord_csv.yaml", "frame_rate_hz: 4\n");
  write_bytes(root() / "a.csv",
              "frame,class,x_m,y_m,z_m,length_m,width_m,height_m,yaw_rad\n3,car,1,0,0,4,2,1,0\n5,car,1,0,0,4,2,1,0\n");
  const Drive drive = read(root()).value();
  EXPECT_TRUE(drive.frames.time_assumed);
  EXPECT_EQ(drive.frames.time_ns[1] - drive.frames.time_ns[0], 500'000'000);
}

TEST_F(CsvTest, FurtherLabelSetsJoinByFrame) {
  write_bytes(root() / "a.csv", kDefaultLabels);
  write_bytes(
      root() / "vendor.csv",
      "frame,class,x_m,y_m,z_m,length_m,width_m,height_m,yaw_rad,score\n10,car,1,0,0,4,2,1,0,0.5\n77,car,1,0,0,4,2,1,"
      "0,\n");
  OpenOptions options;
  options.extra_labels.push_back({"vendor", root() / "vendor.csv"});
  const Drive drive = open(root() / "a.csv", options).value()->read(0).value();
  ASSERT_EQ(drive.label_sets.size(), 2U);
  EXPECT_EQ(drive.label_sets[1].size(), 1U);
  EXPECT_EQ(drive.label_sets[1].score.get(0), 0.5);
  EXPECT_NE(drive.notes.back().find("1 labels in frames"), std::string::npos);
}

TEST_F(CsvTest, MalformedFilesNameTheLine) {
  const std::string head = "frame,time_ns,class,x_m,y_m,z_m,length_m,width_m,height_m,yaw_rad\n";
  const auto has = [&](const std::string& mapping, const std::string& labels, const std::string& text) {
    const std::string error = error_of(mapping, labels);
    EXPECT_NE(error.find(text), std::string::npos) << error;
  };
  has("{}", head + "1,5,car,1,0,0,4,2,1\n", "a.csv:2: has 9 fields");
  has("{}", head + "1,5,car,1,0,0,4,2,1,0\n1,5,car,wide,0,0,4,2,1,0\n", "a.csv:3: x 'wide' is no number");
  has("{}", head + "1,5,car,,0,0,4,2,1,0\n", "a.csv:2: x '' is no number");
  has("{}", head + "1,5,\"car,1,0,0,4,2,1,0\n", "a quote is not closed");
  has("{}", head + ",5,car,1,0,0,4,2,1,0\n", "frame '' is empty");
  has("{}", head + "1,5,car,1,0,0,4,2,1,0\n1,6,car,1,0,0,4,2,1,0\n", "a.csv:3: frame '1' has another time");
  has("{}", head + "1,1e30,car,1,0,0,4,2,1,0\n", "is no time");
  has("{}", "frame,frame\n", "is there twice");
  has("{}", "frame,class,x_m,y_m,z_m,length_m,width_m,height_m\n", "has no yaw");
  has("{}", "", "has no frame");
  has("boxes: {frame: world}", head + "1,5,car,1,0,0,4,2,1,0\n", "without a pose");
  has("columns: {frame: nothing}", head, "has no column 'nothing'");
  has("colums: {}", head, "concord_csv.yaml:1: unknown key 'colums'");
  has("\ncolumns: {yaw: {column: a, unit: grad}}", head, "concord_csv.yaml:2: unknown unit (expected rad, deg)");
  has("columns: {speed: a}", head, "unknown field 'speed'");
  has("frame_rate_hz: 0", head, "'frame_rate_hz' is no number in its range");
  has("poses: {file: ../../secret.csv}", head, "leaves the dataset");
  has("classes: {A: spaceship}", head + "1,5,car,1,0,0,4,2,1,0\n", "unknown Concord class 'spaceship'");
  has("scope: {classes: [spaceship]}", head + "1,5,car,1,0,0,4,2,1,0\n", "unknown class 'spaceship'");
  has("columns: [", head, "concord_csv.yaml:");
}

TEST_F(CsvTest, BinaryGarbageIsAnError) {
  std::string garbage;
  for (int i = 0; i < 5000; ++i) garbage += static_cast<char>((i * 7919) % 256);
  EXPECT_NE(error_of("{}", garbage), "no error");
}

TEST_F(CsvTest, OneBadFileIsOneBadDrive) {
  write_bytes(root() / "concord_csv.yaml", "{}");
  write_bytes(root() / "a.csv", "nothing\n");
  write_bytes(root() / "b.csv", kDefaultLabels);
  const auto dataset = open(root()).value();
  ASSERT_EQ(dataset->drives().size(), 2U);
  EXPECT_FALSE(dataset->read(0).ok());
  EXPECT_EQ(dataset->read(1)->label_sets[0].size(), 3U);
}

TEST_F(CsvTest, PatchWithoutEditsCopiesEveryByte) {
  write_bytes(root() / "in/concord_csv.yaml", "{}");
  write_bytes(root() / "in/a.csv", kDefaultLabels);
  ASSERT_TRUE(open(root() / "in").value()->patch({}, root() / "out").ok());
  EXPECT_EQ(read_bytes(root() / "out/a.csv"), kDefaultLabels);
  EXPECT_EQ(read_bytes(root() / "out/concord_csv.yaml"), "{}");
}

TEST_F(CsvTest, PatchChangesOnlyWhatWasAsked) {
  write_bytes(root() / "in/concord_csv.yaml",
              "boxes: {frame: world, origin: bottom, sizes: half}\nposes: {file: poses.csv}\nfiles: a.csv\n");
  write_bytes(root() / "in/a.csv", kDefaultLabels);
  write_bytes(root() / "in/poses.csv", "frame,x_m,y_m,z_m,yaw_rad\n9,1,2,0,0.3\n10,2,3,0,0.4\n11,3,4,0,0.5\n");
  const auto dataset = open(root() / "in").value();
  const Drive before = dataset->read(0).value();
  Cuboid moved = before.label_sets[0].cuboid.at(1);
  moved.center_m += Vec3(0.5, -0.25, 0.125);
  moved.size_m *= 1.1;
  moved.rotation = quat_from_ypr(-1, 0, 0);
  Cuboid copied = moved;
  copied.center_m.x() += 1;
  const DatasetEdits edits{{"a",
                            {{.op = LabelEdit::Op::modify,
                              .frame = "10",
                              .label = "10:a",
                              .from_frame = "",
                              .cuboid = moved,
                              .track = "b,c",
                              .raw_class = "van"},
                             {.op = LabelEdit::Op::drop,
                              .frame = "10",
                              .label = "10:",
                              .from_frame = "",
                              .cuboid = {},
                              .track = {},
                              .raw_class = {}},
                             {.op = LabelEdit::Op::copy,
                              .frame = "11",
                              .label = "9:a",
                              .from_frame = "9",
                              .cuboid = copied,
                              .track = {},
                              .raw_class = {}}}}};
  const auto patched = dataset->patch(edits, root() / "out");
  ASSERT_TRUE(patched.ok()) << patched.error().text();
  const Drive after = read(root() / "out").value();
  const LabelSet& set = after.label_sets[0];
  ASSERT_EQ(set.size(), 3U);
  EXPECT_EQ(set.cuboid.at(0).center_m, before.label_sets[0].cuboid.at(0).center_m);
  EXPECT_EQ(set.label_id[1], "10:b,c");
  EXPECT_LT((set.cuboid.at(1).center_m - moved.center_m).norm(), 1e-12);
  EXPECT_LT((set.cuboid.at(1).size_m - moved.size_m).norm(), 1e-12);
  EXPECT_NEAR(yaw_of(set.cuboid.at(1).rotation), -1, 1e-12);
  EXPECT_EQ(set.raw_classes.at(set.raw_class[1]), "van");
  EXPECT_EQ(set.label_id[2], "11:a");
  EXPECT_LT((set.cuboid.at(2).center_m - copied.center_m).norm(), 1e-12);
  const std::string text = read_bytes(root() / "out/a.csv");
  EXPECT_NE(text.find("\n9,900000000,a,car,19,1,0.75,4,2,1.5,0.5\n"), std::string::npos);
  EXPECT_EQ(text.find("pedestrian"), std::string::npos);
}

TEST_F(CsvTest, PatchOfAnUnknownLabelKeepsNothing) {
  write_bytes(root() / "in/concord_csv.yaml", "{}");
  write_bytes(root() / "in/a.csv", kDefaultLabels);
  const DatasetEdits edits{{"a",
                            {{.op = LabelEdit::Op::drop,
                              .frame = "10",
                              .label = "10:zz",
                              .from_frame = "",
                              .cuboid = {},
                              .track = {},
                              .raw_class = {}}}}};
  EXPECT_FALSE(open(root() / "in").value()->patch(edits, root() / "out").ok());
  EXPECT_FALSE(fs::exists(root() / "out"));
}

TEST_F(CsvTest, ReadsArgoverse2AnnotationsThroughAMapping) {
  CONCORD_NEEDS_DATA("argoverse2");
  const fs::path folder = test_data_dir() / "argoverse2/sensor/val/7fab2350-7eaf-3b7e-a39d-6937a4c1bede/csv";
  write_bytes(
      root() / "av2.yaml",
      "files: annotations.csv\ncolumns: {time: timestamp_ns, track: track_uuid, class: category, length: length_m,\n"
      "  width: width_m, height: height_m, qw: qw, qx: qx, qy: qy, qz: qz, x: tx_m, y: ty_m, z: tz_m,\n"
      "  lidar_points: num_interior_pts}\n"
      "poses: {file: city_SE3_egovehicle.csv, frames: labelled,\n"
      "  columns: {time: timestamp_ns, qw: qw, qx: qx, qy: qy, qz: qz, x: tx_m, y: ty_m, z: tz_m}}\n"
      "classes: {REGULAR_VEHICLE: car, PEDESTRIAN: pedestrian, BICYCLE: bicycle}\n");
  OpenOptions options;
  options.mapping = root() / "av2.yaml";
  const auto dataset = open_dataset(folder, "csv", options).value();
  const Drive drive = dataset->read(0).value();
  const LabelSet& set = drive.label_sets[0];
  EXPECT_EQ(drive.frames.size(), 156U);
  EXPECT_EQ(set.size(), 11'364U);
  EXPECT_EQ(set.tracks.size(), 114U);
  for (std::size_t f = 0; f < drive.frames.size(); ++f) {
    EXPECT_TRUE(drive.frames.has_pose(f));
    if (f > 0) {
      EXPECT_GT(drive.frames.time_ns[f], drive.frames.time_ns[f - 1]);
    }
  }
}

}  // namespace
}  // namespace concord::tests
