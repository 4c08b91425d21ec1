// However the work is cut - by memory, frames, rows or threads - the table of pairs is the same to the byte.

#include <cmath>
#include <random>

#include "tests/support/devices.hpp"

namespace concord::tests {
namespace {

constexpr std::size_t kPlenty = std::size_t{1} << 30U;

/// Two label sets whose frames hold that many labels (the second one fewer), densely enough that many overlap. Every
/// fifth label is tilted, one in 16 equals its predecessor, one in 31 is no box at all.
Drive crowd(const std::vector<std::size_t>& labels_a_frame, double extent_m) {
  std::mt19937_64 engine(labels_a_frame.size());
  std::uniform_real_distribution<double> unit(-1, 1);
  Drive drive;
  drive.label_sets.resize(2);
  std::uint32_t next = 0;
  for (std::uint32_t f = 0; f < labels_a_frame.size(); ++f) {
    drive.frames.push_back(std::to_string(f), static_cast<TimeNs>(f) * 100'000'000, SE3::Identity());
    for (std::size_t s = 0; s < 2; ++s) {
      Cuboid box;
      for (std::size_t i = s; i < labels_a_frame[f]; ++i, ++next) {
        if (next % 16 != 15) {
          const double tilt = next % 5 == 0 ? 0.1 : 0.0;
          box = {Vec3(extent_m * unit(engine), extent_m * unit(engine), unit(engine)),
                 Vec3(4 + unit(engine), next % 31 == 30 ? -1 : 2, 1.5),
                 quat_from_ypr(3 * unit(engine), tilt * unit(engine), tilt * unit(engine))};
        }
        drive.label_sets[s].push_back(f, std::to_string(next), kNone, 0, "Car", box);
      }
    }
  }
  for (LabelSet& set : drive.label_sets) set.finish(labels_a_frame.size());
  return drive;
}

void expect_equal(const PairTable& a, const PairTable& b) {
  EXPECT_EQ(a.frame, b.frame);
  EXPECT_EQ(a.row_a, b.row_a);
  EXPECT_EQ(a.row_b, b.row_b);
  EXPECT_EQ(a.iou_bev, b.iou_bev);
  EXPECT_EQ(a.iou_3d, b.iou_3d);
  EXPECT_EQ(a.overlap_smaller, b.overlap_smaller);
  EXPECT_EQ(a.overlap_smaller_bev, b.overlap_smaller_bev);
}

class BoxBatches : public DeviceTest {};

TEST_P(BoxBatches, CutsAndThreadsDoNotChangeABit) {
  const Drive drive = crowd({0, 1, 2, 63, 64, 65, 66, 0, 200, 129, 1, 300, 0}, 12);
  const auto reference = measurer_on(GetParam(), 1, kPlenty);
  const PairTable within = reference->measure(drive).value().at(0).pairs;
  const PairTable between = reference->measure_between(drive, 0, 1).value();
  ASSERT_GT(within.size(), 2000U);
  for (const std::size_t memory : {std::size_t{1}, std::size_t{100'000}, std::size_t{1'000'000}, kPlenty}) {
    for (const int threads : {1, 2, 3}) {
      const auto other = measurer_on(GetParam(), threads, memory);
      expect_equal(other->measure(drive).value().at(0).pairs, within);
      expect_equal(other->measure_between(drive, 0, 1).value(), between);
    }
  }
}

/// Boxes on one another have pairs without number: one pair more than allowed ends the search with an error.
TEST_P(BoxBatches, EndsAtTheGreatestNumberOfPairs) {
  Drive drive;
  drive.name = "heap";
  drive.label_sets.resize(1);
  constexpr std::size_t kBoxes = 200, kPairs = kBoxes * (kBoxes - 1) / 2;
  for (const char* frame : {"0", "1"}) drive.frames.push_back(frame, 0, SE3::Identity());
  const Cuboid box{Vec3(1, 2, 3), Vec3(4, 2, 1.5), Quat::Identity()};
  for (std::size_t i = 0; i < kBoxes; ++i) drive.label_sets[0].push_back(1, "", kNone, 0, "Car", box);
  drive.label_sets[0].finish(2);
  for (const std::size_t memory : {std::size_t{1}, kPlenty}) {
    DeviceOptions options{.device = GetParam(), .threads = 2, .memory_bytes = memory, .most_pairs = kPairs};
    const auto all = Measurer::create(options).value()->measure(drive);
    ASSERT_TRUE(all);
    EXPECT_EQ(all.value().at(0).pairs.size(), kPairs);
    options.most_pairs = kPairs - 1;
    const auto measurer = Measurer::create(options).value();
    const auto ended = measurer->measure(drive);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, ErrorCode::limit_exceeded);
    EXPECT_NE(ended.error().where.find("heap"), std::string::npos);
    EXPECT_FALSE(measurer->measure_between(drive, 0, 0));
    EXPECT_FALSE(measurer->iou_all(drive.label_sets[0].cuboid, drive.label_sets[0].cuboid));
  }
}

/// A row of the table equals what the same two boxes give alone, and no other pair overlaps.
TEST_P(BoxBatches, TableAndSinglePairsAgreeToTheBit) {
  const Drive drive = crowd({400}, 12);
  const CuboidColumns &a = drive.label_sets[0].cuboid, &b = drive.label_sets[1].cuboid;
  CuboidColumns left, right;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      left.push_back(a.at(i));
      right.push_back(b.at(j));
    }
  }
  const std::vector<double> iou = measurer_->iou_pairwise(left, right).value();
  const PairTable pairs = measurer_->measure_between(drive, 0, 1).value();
  std::size_t next = 0, overlapping = 0;
  for (std::size_t k = 0; k < iou.size(); ++k) {
    while (next < pairs.size() && pairs.row_a[next] * b.size() + pairs.row_b[next] < k) ++next;
    const bool listed = next < pairs.size() && pairs.row_a[next] * b.size() + pairs.row_b[next] == k;
    if (std::isnan(iou[k])) {
      EXPECT_FALSE(listed);
      continue;
    }
    overlapping += iou[k] > 0 ? 1 : 0;
    EXPECT_EQ(listed ? pairs.iou_3d[next] : 0.0, iou[k]);
  }
  EXPECT_GT(overlapping, 1000U);
}

/// Rows are exchanged with their pairs, and nothing else changes.
TEST_P(BoxBatches, ExchangedSetsGiveTheSameNumbers) {
  const Drive drive = crowd({150, 90}, 10);
  const PairTable forward = measurer_->measure_between(drive, 0, 1).value();
  const PairTable backward = measurer_->measure_between(drive, 1, 0).value();
  ASSERT_EQ(forward.size(), backward.size());
  using Row = std::tuple<std::uint32_t, std::uint32_t, double, double, double, double>;
  std::vector<Row> left, right;
  for (std::size_t i = 0; i < forward.size(); ++i) {
    left.emplace_back(forward.row_a[i], forward.row_b[i], forward.iou_bev[i], forward.iou_3d[i],
                      forward.overlap_smaller[i], forward.overlap_smaller_bev[i]);
    right.emplace_back(backward.row_b[i], backward.row_a[i], backward.iou_bev[i], backward.iou_3d[i],
                       backward.overlap_smaller[i], backward.overlap_smaller_bev[i]);
  }
  std::sort(right.begin(), right.end());
  EXPECT_EQ(left, right);
}

/// 20,000 boxes in one frame are 2e8 pairs: a table of all of them would be 9 GB.
TEST_P(BoxBatches, FramesOfManyBoxesNeedLittleMemory) {
  const Drive drive = crowd({20'000}, 400);
  const PairTable pairs = measurer_->measure(drive).value().at(0).pairs;
  EXPECT_GT(pairs.size(), 5'000U);
  expect_equal(measurer_on(GetParam(), 2, std::size_t{1} << 20U)->measure(drive).value().at(0).pairs, pairs);
}

INSTANTIATE_TEST_SUITE_P(Devices, BoxBatches, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
