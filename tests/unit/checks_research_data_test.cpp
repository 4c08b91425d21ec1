// The default limits on real labels: few findings on untouched drives, and errors seeded into them are found.

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <numbers>

#include "concord/dataset.hpp"
#include "concord/judge.hpp"
#include "concord/measure.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {

std::vector<Drive> kitti_drives() {
  const auto dataset = open_dataset(test_data_dir() / "kitti_tracking", "kitti_tracking", {});
  std::vector<Drive> drives;
  for (std::size_t i = 0; i < (*dataset)->drives().size(); ++i) drives.push_back((*dataset)->read(i).value());
  return drives;
}

Judgement judged(const Drive& drive) {
  static const std::unique_ptr<Measurer> kMeasurer = [] {
    DeviceOptions device;
    device.device = "cpu";
    return Measurer::create(device).value();
  }();
  const auto measured = kMeasurer->measure(drive).value();
  return judge(drive, measured, Profile(), {}).value();
}

/// Changes one label; `way` differs from label to label.
using Fault = std::function<void(Cuboid& box, std::size_t way)>;

struct Seeding {
  std::string check;
  std::string error;
  Fault fault;
  double least_recall;
};

class SeededErrors : public testing::TestWithParam<Seeding> {};

// One label in the middle of every longer track of a vehicle is changed; a hit is a finding of the check on that label.
TEST_P(SeededErrors, AreFound) {
  CONCORD_NEEDS_DATA("kitti_tracking");
  int seeded = 0;
  int found = 0;
  for (Drive& drive : kitti_drives()) {
    LabelSet& labels = drive.label_sets[0];
    std::map<std::uint32_t, std::vector<std::uint32_t>> tracks;
    for (std::uint32_t row = 0; row < labels.size(); ++row) {
      const bool is_vehicle = drive.taxonomy->is_a(labels.class_code[row], *drive.taxonomy->find("vehicle"));
      if (labels.track[row] != kNone && is_vehicle) tracks[labels.track[row]].push_back(row);
    }
    std::vector<std::string> changed;
    for (const auto& [track, rows] : tracks) {
      if (rows.size() < 8) continue;
      const std::uint32_t row = rows[rows.size() / 2];
      Cuboid box = labels.cuboid.at(row);
      GetParam().fault(box, track);
      labels.cuboid.set(row, box);
      changed.emplace_back(labels.label_id[row]);
    }
    const Judgement judgement = judged(drive);
    for (const std::string& label : changed) {
      ++seeded;
      for (const Finding& finding : judgement.findings) {
        if (finding.check == GetParam().check && finding.label == label) {
          ++found;
          break;
        }
      }
    }
  }
  ASSERT_GT(seeded, 50);
  EXPECT_GE(found, GetParam().least_recall * seeded) << found << " of " << seeded;
}

void shift(Cuboid& box, double by_m, std::size_t way) {
  const double angle = static_cast<double>(way);
  box.center_m += by_m * Vec3(std::cos(angle), std::sin(angle), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Kitti, SeededErrors,
    testing::Values(Seeding{"temporal.position_jump", "shift_1_m",
                            [](Cuboid& box, std::size_t way) { shift(box, 1.0, way); }, 0.95},
                    Seeding{"temporal.position_jump", "shift_half_m",
                            [](Cuboid& box, std::size_t way) { shift(box, 0.5, way); }, 0.9},
                    Seeding{"temporal.heading_flip", "flip",
                            [](Cuboid& box, std::size_t) {
                              box.rotation = quat_from_ypr(std::numbers::pi, 0, 0) * box.rotation;
                            },
                            0.95},
                    Seeding{"temporal.heading_jump", "turn_30_deg",
                            [](Cuboid& box, std::size_t way) {
                              box.rotation =
                                  quat_from_ypr((way % 2 == 0 ? 1 : -1) * std::numbers::pi / 6, 0, 0) * box.rotation;
                            },
                            0.9},
                    Seeding{"temporal.size_change", "resize_20_percent",
                            [](Cuboid& box, std::size_t way) { box.size_m *= way % 2 == 0 ? 1.2 : 1 / 1.2; }, 0.95}),
    [](const auto& instance) { return instance.param.error; });

TEST(UntouchedKitti, HasFewFindingsAndHardlyAnyErrors) {
  CONCORD_NEEDS_DATA("kitti_tracking");
  std::size_t labels = 0;
  std::size_t warnings = 0;
  std::size_t errors = 0;
  for (const Drive& drive : kitti_drives()) {
    const Judgement judgement = judged(drive);
    labels += drive.label_sets[0].size();
    for (const Finding& finding : judgement.findings) {
      warnings += finding.severity == Severity::warning ? 1 : 0;
      errors += finding.severity == Severity::error ? 1 : 0;
    }
    for (const StatusRow& status : judgement.statuses) EXPECT_NE(status.state, CheckState::failed) << status.reason;
  }
  ASSERT_GT(labels, 7000);
  EXPECT_LT(static_cast<double>(warnings + errors), 3e-3 * static_cast<double>(labels));
  EXPECT_LT(static_cast<double>(errors), 0.3e-3 * static_cast<double>(labels));
}

}  // namespace
}  // namespace concord::tests
