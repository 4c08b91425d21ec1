// Clouds from files to tables: batches, memory bound, and clouds that cannot be read.

#include <gmock/gmock.h>
#include <cmath>
#include <cstring>
#include <fstream>
#include <utility>

#include "concord/dataset.hpp"
#include "src/pipeline/clouds.hpp"
#include "tests/support/devices.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t kPlenty = std::size_t{1} << 30U;

/// A flat road with a car-sized block of points on it, 12 m ahead of a LiDAR 1.7 m above the ego origin.
std::vector<float> road_with_block(double ahead_m) {
  std::vector<float> xyzi;
  const auto add = [&](double x, double y, double z) {
    for (const double value : {x, y, z, 0.5}) xyzi.push_back(static_cast<float>(value));
  };
  for (double x = 3; x < 30; x += 0.3) {
    for (double y = -9; y < 9; y += 0.3) add(x, y, 0);
  }
  for (double u = -0.9; u <= 0.9; u += 0.05) {
    for (double z = 0.05; z <= 1.5; z += 0.05) add(ahead_m - 2.2, u, z);
  }
  return xyzi;
}

class PointTables : public testing::Test {
 protected:
  PointTables() {
    drive_.name = "drive";
    drive_.taxonomy = std::make_shared<const Taxonomy>(Taxonomy::builtin("").value());
    drive_.sensors.push_back({"lidar", SensorKind::lidar, make_se3(Vec3(0, 0, 1.7), Quat::Identity()), {}});
    drive_.label_sets.resize(1);
    drive_.label_sets[0].name = "labels";
  }

  void add_frame() {
    const auto frame = static_cast<std::uint32_t>(drive_.frames.size());
    drive_.frames.push_back(std::to_string(frame), frame * TimeNs{100'000'000}, std::nullopt);
    const Cuboid car{Vec3(12, 0, 0.8), Vec3(4.4, 1.8, 1.6), Quat::Identity()};
    drive_.label_sets[0].push_back(frame, std::to_string(frame), kNone, *drive_.taxonomy->find("car"), "car", car);
  }
  /// The file's points lie in the sensor's frame.
  void add_cloud(const std::vector<float>& xyzi, std::size_t missing_bytes = 0) {
    std::vector<float> moved = xyzi;
    for (std::size_t i = 2; i < moved.size(); i += 4) moved[i] -= 1.7F;
    const auto path = folder_.path() / (std::to_string(drive_.records.size()) + ".bin");
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(moved.data()),
               static_cast<std::streamsize>(moved.size() * sizeof(float) - missing_bytes));
    SensorRecord record;
    record.frame = static_cast<std::uint32_t>(drive_.frames.size() - 1);
    record.format = PayloadFormat::raw_xyzi_f32;
    record.path = path;
    drive_.records.push_back(record);
  }
  std::vector<std::string> measure(std::size_t memory_bytes = kPlenty) {
    drive_.label_sets[0].finish(drive_.frames.size());
    const auto measurer = measurer_on("cpu");
    tables_ = measurer->measure(drive_).value();
    const std::atomic<bool> cancel{false};
    return pipeline::measure_clouds(drive_, *measurer, {memory_bytes, true}, cancel, tables_).value();
  }

  TemporaryFolder folder_;
  Drive drive_;
  std::vector<LabelSetMeasurements> tables_;
};

TEST_F(PointTables, DescribeALabelAgainstItsCloud) {
  add_frame();
  add_cloud(road_with_block(12));
  EXPECT_THAT(measure(), IsEmpty());
  const PointTable& points = tables_[0].points;
  EXPECT_THAT(tables_[0].clouds.state, ElementsAre(frame_cloud::kMeasured));
  // The rear wall, 36 x 29 or 30 points, and the ground below the box.
  EXPECT_GT(points.inside[0], 1040U);
  EXPECT_NEAR(points.inside_object[0], 36 * 26, 40);
  EXPECT_NEAR(points.edge_m[static_cast<std::size_t>(Face::rear)][0], 0, 0.06);
  EXPECT_LT(points.edge_m[static_cast<std::size_t>(Face::front)][0], -4);
  EXPECT_NEAR(points.bottom_above_ground_m[0], 0, 0.02);
  EXPECT_EQ(points.seen[0], (1U << static_cast<unsigned>(Face::rear)) | (1U << static_cast<unsigned>(Face::top)));
  EXPECT_GT(points.rays_inside[0], 500U);
  EXPECT_EQ(points.rays_front[0], 0U);
  EXPECT_THAT(tables_[0].clusters.frame, IsEmpty());
}

TEST_F(PointTables, FramesWithoutOrWithBadCloudsAreNotMeasured) {
  for (int i = 0; i < 4; ++i) add_frame(), (i == 1 ? void() : add_cloud(road_with_block(12), i == 2 ? 5 : 0));
  // Of two clouds of one frame one is missing: half a count would be wrong.
  add_cloud(road_with_block(12));
  std::filesystem::remove(drive_.records.back().path);
  const auto lines = measure();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr("1.bin"));
  EXPECT_THAT(lines[1], HasSubstr("3.bin"));
  EXPECT_THAT(tables_[0].clouds.state,
              ElementsAre(frame_cloud::kMeasured, frame_cloud::kNone, frame_cloud::kFailed, frame_cloud::kFailed));
  EXPECT_GT(tables_[0].points.inside[0], 0U);
  for (const std::size_t row : {1, 2, 3}) EXPECT_EQ(tables_[0].points.inside[row], kNone);
}

TEST_F(PointTables, DrivesWithoutCloudsHaveNoTables) {
  add_frame();
  EXPECT_THAT(measure(), IsEmpty());
  EXPECT_FALSE(tables_[0].clouds.present());
  EXPECT_EQ(tables_[0].points.size(), 0U);
}

TEST_F(PointTables, SmallMemoryMakesMoreBatchesAndNoOtherTables) {
  for (int i = 0; i < 40; ++i) add_frame(), add_cloud(road_with_block(11 + 0.05 * i));
  EXPECT_THAT(measure(), IsEmpty());
  const auto whole = tables_;
  const std::size_t one_cloud = std::filesystem::file_size(drive_.records[0].path) * 8;
  EXPECT_THAT(measure(one_cloud + 1), IsEmpty());
  EXPECT_EQ(tables_[0].points.inside, whole[0].points.inside);
  EXPECT_EQ(tables_[0].points.beyond, whole[0].points.beyond);
  EXPECT_EQ(tables_[0].points.rays_inside, whole[0].points.rays_inside);
  const auto& edges = tables_[0].points.edge_m[3];
  EXPECT_EQ(std::memcmp(edges.data(), whole[0].points.edge_m[3].data(), edges.size() * sizeof(float)), 0);
  // Less than one frame needs: not measured, and said so once with the count of the others.
  const auto lines = measure(one_cloud / 2);
  EXPECT_EQ(lines.size(), 13U);
  EXPECT_THAT(lines[0], HasSubstr("--memory"));
  EXPECT_THAT(lines.back(), HasSubstr("28 further"));
  EXPECT_EQ(tables_[0].points.inside[0], kNone);
}

TEST_F(PointTables, ClustersAreWhatNoLabelExplains) {
  add_frame();
  add_cloud(road_with_block(20));  // the labelled place at 12 m is empty
  EXPECT_THAT(measure(), IsEmpty());
  const ClusterTable& clusters = tables_[0].clusters;
  ASSERT_EQ(clusters.size(), 1U);
  EXPECT_NEAR(clusters.x_m[0], 17.8, 0.05);
  EXPECT_NEAR(clusters.length_m[0], 1.8, 0.1);
  EXPECT_NEAR(clusters.width_m[0], 0, 0.05);
  EXPECT_NEAR(clusters.height_m[0], 1.2, 0.1);
  EXPECT_EQ(tables_[0].points.inside_object[0], 0U);
  EXPECT_GT(tables_[0].points.rays_behind[0], 100U);
}

/// The boxes of real frames stand on the ground that was found, and their points reach to the faces that the LiDAR
/// sees.
TEST_F(PointTables, RealLabelsStandOnTheGround) {
  CONCORD_NEEDS_DATA("kitti_object");
  const auto dataset = open_dataset(test_data_dir() / "kitti_object", "kitti_object", {}).value();
  const auto measurer = measurer_on("cpu");
  int near = 0;
  for (std::size_t i = 0; i < dataset->drives().size(); ++i) {
    const Drive drive = dataset->read(i).value();
    auto tables = measurer->measure(drive).value();
    const std::atomic<bool> cancel{false};
    EXPECT_THAT(pipeline::measure_clouds(drive, *measurer, {kPlenty, true}, cancel, tables).value(), IsEmpty());
    const LabelSetMeasurements& measured = tables[0];
    for (std::size_t row = 0; row < measured.points.size(); ++row) {
      if (measured.cuboids.min_size_m[row] <= 0 || measured.cuboids.range_m[row] > 40) continue;
      ++near;
      EXPECT_GT(measured.points.inside[row], 40U);
      EXPECT_NEAR(measured.points.bottom_above_ground_m[row], 0, 0.2);
    }
  }
  EXPECT_GE(near, 7);
}

/// Labels of the first label set whose frames have clouds, and how many of their stored point counts are counted again.
std::pair<std::size_t, std::size_t> recounted(const std::filesystem::path& input, const std::string& format) {
  const auto dataset = open_dataset(input, format, {}).value();
  const auto measurer = measurer_on("cpu");
  std::size_t stored = 0, equal = 0;
  for (std::size_t d = 0; d < dataset->drives().size(); ++d) {
    const Drive drive = dataset->read(d).value();
    auto tables = measurer->measure(drive).value();
    const std::atomic<bool> cancel{false};
    EXPECT_THAT(pipeline::measure_clouds(drive, *measurer, {kPlenty, false}, cancel, tables).value(), IsEmpty());
    const LabelSet& set = drive.label_sets[0];
    for (std::uint32_t row = 0; row < set.size(); ++row) {
      const auto count = set.lidar_points.get(row);
      if (!count || !tables[0].clouds.measured(set.frame[row])) continue;
      ++stored;
      equal += static_cast<std::uint32_t>(*count) == tables[0].points.inside[row] ? 1 : 0;
    }
  }
  return {stored, equal};
}

// From the files to the table: every shared label of Argoverse 2 that has a cloud.
TEST(StoredPointCounts, OfArgoverse2AreAllReproduced) {
  CONCORD_NEEDS_DATA("argoverse2");
  EXPECT_EQ(recounted(test_data_dir() / "argoverse2", "argoverse2"), std::pair(std::size_t{162}, std::size_t{162}));
}

}  // namespace
}  // namespace concord::tests
