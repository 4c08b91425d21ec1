// Whole synthetic drives: the same bytes everywhere, equal after writing and reading, and clean by every check.

#include <gtest/gtest.h>

#include <tbb/global_control.h>
#include <fstream>
#include <map>
#include <set>

#include "concord/dataset.hpp"
#include "concord/judge.hpp"
#include "concord/point_cloud.hpp"
#include "concord/synth.hpp"
#include "src/synth/lidar.hpp"
#include "src/synth/payloads.hpp"
#include "src/synth/simulate.hpp"
#include "tests/support/devices.hpp"
#include "tests/support/same_drive.hpp"
#include "tests/support/test_data.hpp"

namespace concord {
namespace {
namespace fs = std::filesystem;

constexpr const char* kSmall = "synthetic:seed=3,frames=25,lidar_beams=16,lidar_azimuth_deg=0.8";

Drive read(const std::string& input, std::size_t index = 0) {
  const auto dataset = open_dataset(input, "", {});
  EXPECT_TRUE(dataset.ok()) << dataset.error().text();
  auto drive = (*dataset)->read(index);
  EXPECT_TRUE(drive.ok()) << drive.error().text();
  return std::move(drive).value();
}

TEST(SynthDrive, IsTheSameHoweverManyThreadsMakeIt) {
  const SynthOptions options = *parse_synth_options(kSmall);
  const synth::World world(options, 0);
  Drive one;
  {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, 1);
    one = synth::make_drive(world);
  }
  tests::expect_same_drive(one, synth::make_drive(world));
  tests::expect_same_drive(one, synth::make_drive(synth::World(options, 0)));
  ASSERT_GT(one.label_sets.front().size(), 100U);
}

TEST(SynthDrive, AFramesCloudDependsOnNoOther) {
  const SynthOptions options = *parse_synth_options(kSmall);
  const synth::World world(options, 0);
  const auto late = synth::cast(world, 20);
  const auto early = synth::cast(world, 2);
  const synth::World again(options, 0);
  for (const auto& [frame, expected] : {std::pair{2, &early}, std::pair{20, &late}}) {
    const auto found = synth::cast(again, frame);
    EXPECT_EQ(found.cloud.x_m, expected->cloud.x_m);
    EXPECT_EQ(found.cloud.intensity, expected->cloud.intensity);
    EXPECT_EQ(found.source, expected->source);
  }
  EXPECT_NE(early.cloud.x_m, late.cloud.x_m);
}

TEST(SynthDrive, SeedsAndDrivesDiffer) {
  std::set<double> places;
  for (const char* input :
       {"synthetic:seed=1,drives=2,frames=3,lidar_beams=0", "synthetic:seed=2,drives=2,frames=3,lidar_beams=0"}) {
    for (const std::size_t drive : {0U, 1U}) places.insert(read(input, drive).frames.T_world_ego[2].translation().x());
  }
  EXPECT_EQ(places.size(), 4U);
}

TEST(SynthDrive, IsEqualAfterWritingAndReading) {
  for (const SynthClouds clouds : {SynthClouds::pcd, SynthClouds::none}) {
    const tests::TemporaryFolder folder;
    const SynthOptions options = *parse_synth_options(kSmall);
    const auto written = write_synthetic(options, clouds, folder.path() / "out");
    ASSERT_TRUE(written.ok()) << written.error().text();
    Drive expected = read(kSmall);
    const Drive found = read((folder.path() / "out").string());
    for (std::size_t i = 0; i < expected.records.size() && clouds == SynthClouds::pcd; ++i) {
      // Files instead of simulations; the rest of the record stays.
      if (expected.records[i].format == PayloadFormat::synthetic) {
        expected.records[i].format = PayloadFormat::pcd;
        expected.records[i].path = found.records.at(i).path;
        EXPECT_TRUE(fs::is_regular_file(found.records[i].path));
      }
    }
    tests::expect_same_drive(expected, found);
    const Drive simulated = read(kSmall);
    std::size_t points = 0;
    for (std::size_t i = 0; i < found.records.size(); i += 7) {
      const SensorRecord& record = found.records[i];
      const SensorKind kind = found.sensors[record.sensor].kind;
      if (kind == SensorKind::lidar) {
        const auto a = load_points(simulated, simulated.records[i]);
        const auto b = load_points(found, record);
        ASSERT_TRUE(a.ok() && b.ok());
        EXPECT_EQ(a->x_m, b->x_m);
        EXPECT_EQ(a->y_m, b->y_m);
        EXPECT_EQ(a->z_m, b->z_m);
        EXPECT_EQ(a->intensity, b->intensity);
        EXPECT_EQ(a->time_offset_ns, b->time_offset_ns);
        points += a->size();
      } else if (kind == SensorKind::radar) {
        const auto a = load_radar(simulated, simulated.records[i]);
        const auto b = load_radar(found, record);
        ASSERT_TRUE(a.ok() && b.ok());
        EXPECT_EQ(a->x_m, b->x_m);
        EXPECT_EQ(a->y_m, b->y_m);
        EXPECT_EQ(a->range_rate_mps, b->range_rate_mps);
        EXPECT_EQ(a->rcs_dbsm, b->rcs_dbsm);
        points += a->size();
      } else {
        EXPECT_FALSE(load_points(found, record).ok()) << "there are no images";
      }
    }
    EXPECT_GT(points, 1000U);
  }
}

TEST(SynthDrive, IsNotWrittenOverSomethingElse) {
  const tests::TemporaryFolder folder;
  std::ofstream(folder.path() / "mine") << "data";
  EXPECT_FALSE(write_synthetic(*parse_synth_options("frames=1"), SynthClouds::none, folder.path()).ok());
  EXPECT_FALSE(write_synthetic(*parse_synth_options("frames=1"), SynthClouds::none, folder.path() / "mine" / "x").ok());
}

TEST(SynthDrive, StoredCountsAreThoseOfThePoints) {
  const Drive drive = read("synthetic:seed=6,frames=12,road=urban,objects=60");
  const LabelSet& set = drive.label_sets.front();
  std::size_t with_points = 0;
  std::size_t with_radar = 0;
  for (std::uint32_t frame = 0; frame < drive.frames.size(); ++frame) {
    std::vector<Vec3> points;
    std::vector<Vec3> detections;
    for (const SensorRecord& record : drive.records) {
      if (record.frame != frame) continue;
      const SensorKind kind = drive.sensors[record.sensor].kind;
      if (kind == SensorKind::lidar) {
        const auto cloud = load_points(drive, record);
        ASSERT_TRUE(cloud.ok()) << cloud.error().text();
        for (std::size_t i = 0; i < cloud->size(); ++i)
          points.emplace_back(cloud->x_m[i], cloud->y_m[i], cloud->z_m[i]);
      }
      if (kind == SensorKind::radar) {
        const auto found = load_radar(drive, record);
        ASSERT_TRUE(found.ok()) << found.error().text();
        for (std::size_t i = 0; i < found->size(); ++i)
          detections.emplace_back(found->x_m[i], found->y_m[i], found->z_m[i]);
      }
    }
    for (std::uint32_t row = set.frame_offset[frame]; row < set.frame_offset[frame + 1]; ++row) {
      const Cuboid box = set.cuboid.at(row);
      const auto count = [&](const std::vector<Vec3>& all) {
        return std::count_if(all.begin(), all.end(), [&](const Vec3& p) {
          const Vec3 own = box.rotation.conjugate() * (p - box.center_m);
          return (own.cwiseAbs() - 0.5 * box.size_m).maxCoeff() <= 0;
        });
      };
      EXPECT_EQ(set.lidar_points.get(row), count(points)) << set.label_id[row];
      EXPECT_EQ(set.radar_points.get(row), count(detections)) << set.label_id[row];
      with_points += *set.lidar_points.get(row) > 0 ? 1 : 0;
      with_radar += *set.radar_points.get(row) > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(with_points, 200U);
  EXPECT_GT(with_radar, 30U);
}

TEST(SynthDrive, LabelsKeepToTheirScope) {
  const Drive drive = read("synthetic:seed=6,frames=60,road=urban,objects=60,min_points=5");
  const LabelSet& set = drive.label_sets.front();
  ASSERT_TRUE(set.scope.known);
  EXPECT_EQ(set.scope.min_points, 5);
  std::map<std::uint32_t, std::vector<std::uint32_t>> tracks;
  std::size_t few = 0;
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    tracks[set.track[row]].push_back(row);
    if (*set.lidar_points.get(row) < 5) ++few;
  }
  // Few points only where a track was carried over an occlusion or a glimpse.
  EXPECT_LT(few, set.size() / 10);
  for (const auto& [track, rows] : tracks) {
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [&](std::uint32_t row) {
      return *set.lidar_points.get(row) >= 5 &&
             std::hypot(set.cuboid.x_m[row], set.cuboid.y_m[row]) <= *set.scope.max_range_m;
    })) << set.tracks.at(track);
    for (const std::uint32_t row : rows) {
      // A rigid body keeps the size that its annotator gave it.
      EXPECT_EQ(set.cuboid.length_m[row], set.cuboid.length_m[rows.front()]);
      EXPECT_EQ(set.cuboid.height_m[row], set.cuboid.height_m[rows.front()]);
      EXPECT_EQ(set.class_code[row], set.class_code[rows.front()]);
    }
  }
}

TEST(SynthDrive, CyclesRepeatFramesWithNewTracks) {
  const Drive drive = read("synthetic:seed=4,frames=100,cycle=30,lidar_beams=0");
  const LabelSet& set = drive.label_sets.front();
  ASSERT_EQ(drive.frames.size(), 100U);
  EXPECT_EQ(set.frame_offset[31] - set.frame_offset[30], set.frame_offset[1] - set.frame_offset[0]);
  std::map<std::uint32_t, std::set<std::uint32_t>> laps;
  for (std::uint32_t row = 0; row < set.size(); ++row) laps[set.track[row]].insert(set.frame[row] / 30);
  for (const auto& [track, of_track] : laps) EXPECT_EQ(of_track.size(), 1U);
  for (std::size_t frame = 1; frame < 100; ++frame) {
    EXPECT_GT(drive.frames.time_ns[frame], drive.frames.time_ns[frame - 1]);
    const Vec3 step = drive.frames.T_world_ego[frame].translation() - drive.frames.T_world_ego[frame - 1].translation();
    EXPECT_LT(step.norm(), 4);
  }
}

/// Findings by check and severity, and the labels that were judged, over ten untouched drives.
TEST(SynthDrive, CleanDrivesGiveNoFindings) {
  const auto measurer = tests::measurer_on("cpu");
  ASSERT_NE(measurer, nullptr);
  std::map<std::string, std::size_t> errors, warnings;
  std::size_t labels = 0;
  for (int seed = 1; seed <= 10; ++seed) {
    const Drive drive = read("synthetic:frames=100,lidar_beams=16,lidar_azimuth_deg=0.8,seed=" + std::to_string(seed));
    labels += drive.label_sets.front().size();
    const auto measured = measurer->measure(drive);
    ASSERT_TRUE(measured.ok());
    const auto judged = judge(drive, *measured, Profile(), {});
    ASSERT_TRUE(judged.ok());
    for (const Finding& finding : judged->findings) {
      ++(finding.severity == Severity::error ? errors : warnings)[finding.check];
      if (finding.severity == Severity::error) ADD_FAILURE() << "seed " << seed << ": " << render_message(finding);
    }
  }
  EXPECT_GT(labels, 5000U);
  for (const auto& [check, count] : warnings) {
    RecordProperty(check, std::to_string(count));
    EXPECT_LT(1000.0 * static_cast<double>(count) / static_cast<double>(labels), 0.5) << check;
  }
}

}  // namespace
}  // namespace concord
