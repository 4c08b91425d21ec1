// Each kind of error changes exactly what the key says, read back from the corrupted files; quotas, guards and seeds.

#include "concord/seeding.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>

#include "tests/support/files.hpp"
#include "tests/support/key_check.hpp"
#include "tests/support/kitti_folder.hpp"
#include "tests/support/seeding_run.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using testing::IsEmpty;

SeedingSpec spec_of(const std::string& entries, const std::string& head = "prevalence: 0.05") {
  auto spec = SeedingSpec::parse(head + "\nerrors:\n" + entries, "test.yaml");
  EXPECT_TRUE(spec.ok()) << (spec.ok() ? "" : spec.error().text());
  return spec.ok() ? spec.value() : SeedingSpec();
}

class SeedingTest : public testing::Test {
 protected:
  void SetUp() override {
    write_kitti_drive(root(), "0000", 120, busy_street());
    write_kitti_drive(root(), "0001", 120, busy_street(), 0, false);
  }
  [[nodiscard]] fs::path root() const { return folder_.path() / "kitti"; }
  SeededCopy run(const SeedingSpec& spec, const SeedingOptions& options = {}) {
    return seeded_copy(root(), spec, options, folder_.path() / fmt::format("run{}", runs_++));
  }
  TemporaryFolder folder_;
  int runs_ = 0;
};

void expect_true_key(const SeededCopy& copy, int guard_frames = 4) {
  ASSERT_EQ(copy.before.size(), copy.after.size());
  for (std::size_t i = 0; i < copy.before.size(); ++i) {
    EXPECT_THAT(key_problems(copy.before[i], copy.after[i], copy.key, guard_frames), IsEmpty());
  }
}

struct Kind {
  std::string name;
  std::string entry;
  std::size_t least_rows;
};

class EachKind : public SeedingTest, public testing::WithParamInterface<Kind> {};

TEST_P(EachKind, ChangesWhatTheKeySays) {
  std::size_t rows = 0;
  for (const std::uint64_t seed : {1, 2}) {
    SeedingOptions options;
    options.seed = seed;
    const SeededCopy copy = run(spec_of("  - " + GetParam().entry, "prevalence: 0.1"), options);
    expect_true_key(copy);
    for (const KeyRow& row : copy.key) EXPECT_EQ(row.error_type, GetParam().entry.substr(7, row.error_type.size()));
    rows += copy.key.size();
  }
  EXPECT_GE(rows, GetParam().least_rows);
}

TEST_P(EachKind, AlsoOnTopOfNoise) {
  SeedingOptions options;
  options.seed = 5;
  options.noise_m = 0.1;
  expect_true_key(run(spec_of("  - " + GetParam().entry, "prevalence: 0.1"), options));
}

INSTANTIATE_TEST_SUITE_P(
    Kitti, EachKind,
    testing::Values(Kind{"shift", "{type: shift, distance_m: [0.3, 1]}", 180},
                    Kind{"shift_along", "{type: shift, distance_m: 2, direction: along}", 180},
                    Kind{"shift_across", "{type: shift, distance_m: 2, direction: across}", 180},
                    Kind{"rotate", "{type: rotate, angle_deg: [10, 30]}", 180},
                    Kind{"flip", "{type: flip_heading}", 180}, Kind{"resize", "{type: resize, factor: 0.85}", 180},
                    Kind{"resize_any", "{type: resize, factor: [1.2, 0.5], axis: any}", 180},
                    Kind{"lift", "{type: lift, height_m: 0.5}", 180},
                    Kind{"lift_up", "{type: lift, height_m: 0.5, direction: up}", 180},
                    Kind{"drop", "{type: drop, frames: [1, 2, 5]}", 60},
                    Kind{"drop_start", "{type: drop, frames: 2, where: start}", 18},
                    Kind{"drop_end", "{type: drop, frames: 2, where: end}", 18},
                    Kind{"duplicate", "{type: duplicate, offset_m: [0.05, 0.2]}", 180},
                    Kind{"duplicate_run", "{type: duplicate, frames: 4}", 36},
                    Kind{"phantom", "{type: phantom, frames: [1, 3]}", 36}, Kind{"swap_ids", "{type: swap_ids}", 1},
                    Kind{"split", "{type: split}", 2}, Kind{"merge", "{type: merge}", 1},
                    Kind{"swap_class", "{type: swap_class}", 180},
                    Kind{"swap_class_to", "{type: swap_class, to: Truck}", 180},
                    Kind{"swap_class_track", "{type: swap_class, extent: track}", 1},
                    Kind{"flicker", "{type: flicker}", 36},
                    Kind{"delay", "{type: delay, frames: [1, 3], span_frames: 6}", 18},
                    Kind{"delay_track", "{type: delay, extent: track}", 1}, Kind{"freeze", "{type: freeze}", 12},
                    Kind{"shrink", "{type: shrink_batch, classes: [car]}", 3}),
    [](const auto& instance) { return instance.param.name; });

TEST_F(SeedingTest, PrevalenceIsMet) {
  for (const double prevalence : {0.001, 0.01, 0.05}) {
    double rows = 0;
    double labels = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      SeedingOptions options;
      options.seed = seed;
      SeedingSpec spec = spec_of("  - {type: shift}\n  - {type: resize, weight: 2}\n  - {type: swap_class}");
      spec.prevalence = prevalence;
      auto dataset = open_dataset(root(), "", {}).value();
      for (std::size_t i = 0; i < 2; ++i) {
        const SeededDrive seeded = seed_errors(dataset->read(i).value(), spec, options);
        // A drive's own number is within one of its share.
        EXPECT_NEAR(static_cast<double>(seeded.key.size()), prevalence * static_cast<double>(seeded.labels), 1.0);
        rows += static_cast<double>(seeded.key.size());
        labels += static_cast<double>(seeded.labels);
      }
    }
    EXPECT_NEAR(rows / labels, prevalence, 0.25 * prevalence);
  }
}

TEST_F(SeedingTest, DefaultSpecMeetsItsPrevalenceInLabels) {
  double changed = 0;
  double labels = 0;
  SeedingSpec spec = SeedingSpec::builtin("default").value();
  std::erase_if(spec.errors, [](const ErrorEntry& entry) {
    const auto extent = entry.choices.find("extent");
    return entry.kind == ErrorKind::swap_ids || entry.kind == ErrorKind::split || entry.kind == ErrorKind::merge ||
           (extent != entry.choices.end() && extent->second == "track");
  });
  auto dataset = open_dataset(root(), "", {}).value();
  const Drive drive = dataset->read(0).value();
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SeedingOptions options;
    options.seed = seed;
    const SeededDrive seeded = seed_errors(drive, spec, options);
    changed += static_cast<double>(seeded.changed);
    labels += static_cast<double>(seeded.labels);
  }
  EXPECT_NEAR(changed / labels, 0.01, 0.001);
}

TEST_F(SeedingTest, EqualSeedsGiveEqualFilesAndOthersDoNot) {
  const SeedingSpec spec = SeedingSpec::builtin("default").value();
  SeedingOptions options;
  options.seed = 11;
  options.noise_m = 0.05;
  const SeededCopy a = run(spec, options);
  const SeededCopy b = run(spec, options);
  options.seed = 12;
  const SeededCopy c = run(spec, options);
  const auto labels = [](const SeededCopy& copy) { return read_bytes(copy.folder / "training/label_02/0000.txt"); };
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(labels(a), labels(b));
  EXPECT_NE(a.key, c.key);
  EXPECT_NE(labels(a), labels(c));
}

TEST_F(SeedingTest, ADriveDoesNotDependOnTheOthers) {
  SeedingOptions options;
  const SeededCopy both = run(SeedingSpec::builtin("default").value(), options);
  options.drives = {"0001"};
  const SeededCopy one = run(SeedingSpec::builtin("default").value(), options);
  EXPECT_EQ(read_bytes(both.folder / "training/label_02/0001.txt"),
            read_bytes(one.folder / "training/label_02/0001.txt"));
  EXPECT_EQ(read_bytes(root() / "training/label_02/0000.txt"), read_bytes(one.folder / "training/label_02/0000.txt"));
  options.drives = {"0007"};
  auto dataset = open_dataset(root(), "", {}).value();
  EXPECT_FALSE(corrupt(*dataset, SeedingSpec(), options, folder_.path() / "none").ok());
  EXPECT_FALSE(fs::exists(folder_.path() / "none"));
}

// The numbers of one seed, so that another platform or a later version that draws differently is noticed.
TEST_F(SeedingTest, DrawsAreLaidDown) {
  auto dataset = open_dataset(root(), "", {}).value();
  const SeededDrive seeded = seed_errors(dataset->read(0).value(),
                                         spec_of("  - {type: shift, distance_m: [0.3, 1]}", "prevalence: 0.005"), {});
  std::string drawn;
  for (const KeyRow& row : seeded.key) drawn += fmt::format("{} {}; ", row.label, row.magnitude);
  EXPECT_EQ(drawn, "43:1 0.3; 11:7 0.3; 8:5 1; 93:5 1; ");
}

TEST_F(SeedingTest, NoiseHasItsStandardDeviation) {
  SeedingOptions options;
  options.noise_m = 0.2;
  const SeededCopy copy = run(SeedingSpec(), options);
  const Drive untouched = open_dataset(root(), "", {}).value()->read(0).value();
  const LabelSet& a = untouched.label_sets[0];
  const LabelSet& b = copy.after[0].label_sets[0];
  ASSERT_EQ(a.size(), b.size());
  double xy = 0, z = 0, yaw = 0;
  std::map<std::uint32_t, Vec3> size_of_track;
  for (std::size_t row = 0; row < a.size(); ++row) {
    const Cuboid before = a.cuboid.at(row);
    const Cuboid after = b.cuboid.at(row);
    const Vec3 moved = after.center_m - before.center_m;
    xy += 0.5 * moved.head<2>().squaredNorm();
    z += moved.z() * moved.z();
    const double turn = wrap_angle(yaw_of(after.rotation) - yaw_of(before.rotation));
    yaw += turn * turn;
    EXPECT_NE(moved.x(), 0);
    const auto [known, is_new] = size_of_track.try_emplace(a.track[row], after.size_m - before.size_m);
    EXPECT_LT((known->second - (after.size_m - before.size_m)).norm(), 1e-9);
  }
  const auto count = static_cast<double>(a.size());
  EXPECT_NEAR(std::sqrt(xy / count), 0.2, 0.02);
  EXPECT_NEAR(std::sqrt(z / count), 0.1, 0.01);
  EXPECT_NEAR(std::sqrt(yaw / count), 0.04, 0.004);
}

TEST_F(SeedingTest, FreezeAndDelayKeepOffWhatStandsStill) {
  const std::vector<KittiTrack> parked{{.id = 1, .start_m = {20, 5, 0.5}, .last = 119},
                                       {.id = 2, .start_m = {30, 5, 0.5}, .speed_mps = 0.2, .last = 119}};
  write_kitti_drive(root(), "0002", 120, parked);
  auto dataset = open_dataset(root(), "", {}).value();
  const SeedingSpec spec =
      spec_of("  - {type: freeze}\n  - {type: delay}\n  - {type: delay, extent: track}", "prevalence: 0.9");
  const SeededDrive seeded = seed_errors(dataset->read(2).value(), spec, {});
  EXPECT_THAT(seeded.key, IsEmpty());
  EXPECT_GT(seeded.counts[0].asked, 0U);
}

TEST(SeedingOnKitti, KeyTellsTheWholeTruth) {
  CONCORD_NEEDS_DATA("kitti_tracking");
  const TemporaryFolder folder;
  SeedingOptions options;
  options.seed = 7;
  SeedingSpec spec = SeedingSpec::builtin("default").value();
  spec.prevalence = 0.05;
  const SeededCopy copy = seeded_copy(test_data_dir() / "kitti_tracking", spec, options, folder.path());
  ASSERT_EQ(copy.after.size(), 7U);
  EXPECT_GT(copy.key.size(), 150U);
  // KITTI cannot write the tilt that a box brings along from another ego pose.
  for (std::size_t i = 0; i < copy.before.size(); ++i) {
    EXPECT_THAT(key_problems(copy.before[i], copy.after[i], copy.key, spec.guard_frames, 0.06), IsEmpty());
  }
}

TEST(SeedingOnNuscenes, KeyTellsTheWholeTruth) {
  CONCORD_NEEDS_DATA("nuscenes");
  const TemporaryFolder folder;
  SeedingOptions options;
  options.drives = {"scene-0103"};
  SeedingSpec spec = SeedingSpec::builtin("default").value();
  spec.prevalence = 0.05;
  // A class belongs to a whole track there.
  std::erase_if(spec.errors, [](const ErrorEntry& entry) {
    return entry.kind == ErrorKind::swap_class || entry.kind == ErrorKind::flicker;
  });
  const SeededCopy copy = seeded_copy(test_data_dir() / "nuscenes", spec, options, folder.path());
  EXPECT_GT(copy.key.size(), 30U);
  for (std::size_t i = 0; i < copy.before.size(); ++i) {
    EXPECT_THAT(key_problems(copy.before[i], copy.after[i], copy.key, spec.guard_frames, 1e-5), IsEmpty());
  }
}

TEST(SeedingOnNuscenes, LabelsOfAnotherClassBecomeATrackOfTheirOwn) {
  CONCORD_NEEDS_DATA("nuscenes");
  const TemporaryFolder folder;
  SeedingOptions options;
  options.drives = {"scene-0103"};
  const SeededCopy copy = seeded_copy(test_data_dir() / "nuscenes",
                                      spec_of("  - {type: swap_class}", "prevalence: 0.01"), options, folder.path());
  EXPECT_EQ(copy.key.size(), 21U);
  for (const KeyRow& row : copy.key) EXPECT_TRUE(!row.other_track.empty() && row.other_track != row.track);
}

TEST(SeedingHostile, DrivesWithBadLabelsAreLeftAlone) {
  Drive drive;
  drive.name = "bad";
  drive.taxonomy = std::make_shared<const Taxonomy>(Taxonomy::builtin("kitti").value());
  const SeedingSpec spec = SeedingSpec::builtin("default").value();
  EXPECT_THAT(seed_errors(drive, spec, {}).key, IsEmpty());  // no label set at all
  for (int frame = 0; frame < 40; ++frame) drive.frames.push_back(std::to_string(frame), kNoTime, std::nullopt);
  LabelSet set;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (std::uint32_t frame = 0; frame < 40; ++frame) {
    const Cuboid good{Vec3(10 + frame, 0, 0), Vec3(4, 2, 1.5), Quat::Identity()};
    Cuboid broken = good;
    const auto add = [&](const std::string& track, const Cuboid& box, const char* type) {
      set.push_back(frame, fmt::format("{}:{}", frame, track), set.tracks.intern(track), drive.taxonomy->classify(type),
                    type, box);
    };
    broken.center_m.x() = nan;
    add("1", broken, "Car");
    broken = good;
    broken.size_m.y() = -1;
    add("2", broken, "Car");
    broken = good;
    broken.rotation = Quat(0, 0, 0, 0);
    add("3", broken, "Car");
    add("4", good, "DontCare");
    add("5", good, "no such class");
    add("9223372036854775807", good, "Car");
    add("9223372036854775807", good, "Car");  // twice in a frame
  }
  set.finish(40);
  drive.label_sets.push_back(set);
  SeedingOptions options;
  options.noise_m = 0.1;
  SeedingSpec dense = spec;
  dense.prevalence = 1;
  dense.track_prevalence = 1;
  const SeededDrive seeded = seed_errors(drive, dense, options);
  EXPECT_THAT(seeded.key, IsEmpty());
  EXPECT_THAT(seeded.edits, IsEmpty());
}

TEST(SeedingKey, LiesInsideUnlessTheDatasetHasCsvFiles) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "out");
  EXPECT_EQ(key_path(folder.path() / "out"), folder.path() / "out/key.csv");
  ASSERT_TRUE(write_key(folder.path() / "out/key.csv", {}).ok());  // of an earlier corruption
  EXPECT_EQ(key_path(folder.path() / "out"), folder.path() / "out/key.csv");
  std::ofstream(folder.path() / "out/labels.csv") << "frame,x,y\n";
  EXPECT_EQ(key_path(folder.path() / "out"), folder.path() / "out.key.csv");
  EXPECT_EQ(key_path(folder.path() / "out/"), folder.path() / "out.key.csv");
}

TEST(SeedingKey, SurvivesHostileNames) {
  const TemporaryFolder folder;
  const std::vector<KeyRow> key{{"a,b", "shift", "\"quoted\"", "line\nbreak", "", "0", "1", 0.3},
                                {"", "drop", "", "", "", "", "", -1e300}};
  ASSERT_TRUE(write_key(folder.path() / "key.csv", key).ok());
  EXPECT_EQ(read_key(folder.path() / "key.csv").value(), key);
}

TEST(SeedingKey, BrokenKeysNameTheirLine) {
  const TemporaryFolder folder;
  const std::string header = "drive,error_type,track,label,other_track,frame_begin,frame_end,magnitude\n";
  const std::map<std::string, std::string> broken{{"", "key.csv"},
                                                  {"drive,track\n", "key.csv:1"},
                                                  {header + "0,shift,1,0:1,,0,0,x\n", "key.csv:2"},
                                                  {header + "0,shift,1,0:1,,0,0,nan\n", "key.csv:2"},
                                                  {header + "\n0,shift,1\n", "key.csv:3"},
                                                  {header + "0,\"shift,1,0:1,,0,0,1\n", "key.csv:2"},
                                                  {header + "0,\"shift\"x,1,0:1,,0,0,1\n", "key.csv:2"}};
  for (const auto& [text, where] : broken) {
    std::ofstream(folder.path() / "key.csv", std::ios::binary) << text;
    const auto key = read_key(folder.path() / "key.csv");
    ASSERT_FALSE(key.ok()) << text;
    EXPECT_EQ(fs::path(key.error().where).filename(), where) << key.error().text();
  }
  EXPECT_FALSE(read_key(folder.path() / "absent.csv").ok());
}

}  // namespace
}  // namespace concord::tests
