#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "tests/support/box_oracle.hpp"
#include "tests/support/devices.hpp"

namespace concord::tests {
namespace {

constexpr double kTolerance = 1e-6;

Cuboid box(double x, double y, double z, double l, double w, double h, double yaw, double pitch = 0, double roll = 0) {
  return {Vec3(x, y, z), Vec3(l, w, h), quat_from_ypr(yaw, pitch, roll)};
}

class BoxPairs : public DeviceTest {
 protected:
  double iou(const Cuboid& a, const Cuboid& b) {
    CuboidColumns ca, cb;
    ca.push_back(a);
    cb.push_back(b);
    return measurer_->iou_pairwise(ca, cb).value().at(0);
  }
};

TEST_P(BoxPairs, IdenticalBoxesGiveExactlyOne) {
  for (const double tilt : {0.0, 0.3}) {
    const Cuboid a = box(1e6 + 0.1, -2e6, 3, 4.3, 1.9, 1.6, 0.7, tilt, -tilt);
    EXPECT_EQ(iou(a, a), 1.0);
  }
}

TEST_P(BoxPairs, HandComputedCases) {
  EXPECT_NEAR(iou(box(0, 0, 0, 2, 2, 2, 0), box(1, 0, 0, 2, 2, 2, 0)), 1.0 / 3.0, 1e-15);
  // A square turned by 45 degrees in an equal square: a regular octagon of area 8 (sqrt 2 - 1) for side 2.
  const double octagon = 8.0 * (std::numbers::sqrt2 - 1.0);
  EXPECT_NEAR(iou(box(0, 0, 0, 2, 2, 2, 0), box(0, 0, 0, 2, 2, 2, std::numbers::pi / 4)), octagon / (8.0 - octagon),
              1e-14);
  // Contained: the ratio of the volumes.
  EXPECT_NEAR(iou(box(0, 0, 0, 4, 2, 2, 0.3), box(0.1, 0.1, 0, 1, 1, 1, 1.1)), 1.0 / 16.0, 1e-15);
  // The general path: a cube tipped over by 90 degrees is the same cube.
  EXPECT_NEAR(iou(box(0, 0, 0, 2, 2, 2, 0), box(0, 0, 0, 2, 2, 2, 0, std::numbers::pi / 2)), 1.0, 1e-14);
}

TEST_P(BoxPairs, TouchingBoxesDoNotOverlap) {
  EXPECT_LE(iou(box(0, 0, 0, 4, 2, 1, 0), box(4, 0, 0, 4, 2, 1, 0)), 1e-12);
  EXPECT_LE(iou(box(0, 0, 0, 4, 2, 1, 0), box(0, 0, 1, 4, 2, 1, 0)), 1e-12);
  const double yaw = 0.4;
  EXPECT_LE(iou(box(1e5, 1e5, 0, 4, 2, 1, yaw), box(1e5 + 4 * std::cos(yaw), 1e5 + 4 * std::sin(yaw), 0, 4, 2, 1, yaw)),
            1e-10);
  EXPECT_LE(iou(box(0, 0, 0, 4, 2, 1, 0.4, 0.2), box(0, 0, 8, 4, 2, 1, 0.4, 0.1)), 1e-12);
}

/// Boxes near each other that one of their faces separates leave no trace in the table, not even a rounding error.
TEST_P(BoxPairs, SeparatedBoxesGiveExactlyZero) {
  std::mt19937_64 engine(3);
  std::uniform_real_distribution<double> unit(-1, 1);
  for (int i = 0; i < 2000; ++i) {
    const double yaw = 4 * unit(engine), gap = 1e-9 + std::abs(unit(engine)),
                 tilt = i % 2 == 0 ? 0.0 : 0.3 * unit(engine);
    const Cuboid a = box(10 * unit(engine), 10 * unit(engine), unit(engine), 4, 2, 1.5, yaw, tilt);
    // b's corner nearest to a's front face lies `gap` in front of it.
    Cuboid b = box(0, 0, 0, 3 + unit(engine), 2 + unit(engine), 1.5, 4 * unit(engine), tilt * unit(engine));
    const Vec3 ahead = a.rotation * Vec3::UnitX();
    const double reach = (b.rotation.inverse() * ahead).cwiseAbs().dot(b.size_m) / 2;
    b.center_m = a.center_m + ahead * (2 + gap + reach) + a.rotation * Vec3(0, unit(engine), 0.2 * unit(engine));
    EXPECT_EQ(iou(a, b), 0.0) << i;
    EXPECT_EQ(iou(b, a), 0.0) << i;
  }
}

TEST_P(BoxPairs, NearlyIdenticalBoxesAreNearOne) {
  for (const double yaw : {0.0, 0.5, -3.0}) {
    EXPECT_NEAR(iou(box(10, 5, 1, 4, 2, 1.5, yaw), box(10, 5, 1, 4, 2, 1.5, yaw + 1e-7)), 1.0, kTolerance);
    EXPECT_NEAR(iou(box(10, 5, 1, 4, 2, 1.5, yaw), box(10, 5, 1, 4, 2, 1.5, yaw, 1e-7)), 1.0, kTolerance);
    EXPECT_NEAR(iou(box(10, 5, 1, 4, 2, 1.5, yaw), box(10, 5, 1, 4, 2, 1.5, yaw + std::numbers::pi)), 1.0, 1e-12);
  }
}

TEST_P(BoxPairs, ThinAndFarBoxesAreRight) {
  const Cuboid thin_a = box(0, 0, 0, 4, 0.001, 1.5, 0.2), thin_b = box(0.5, 0.1, 0, 4, 0.001, 1.5, 0.2 + 1e-4);
  EXPECT_NEAR(iou(thin_a, thin_b), oracle_iou_3d(thin_a, thin_b), kTolerance);
  for (const double tilt : {0.0, 0.05}) {
    const Cuboid far_a = box(1e6, -1e6, 100, 4.5, 1.8, 1.5, 1.0, tilt),
                 far_b = box(1e6 + 1.25, -1e6 + 0.5, 100.25, 4.0, 2, 1.5, 1.3);
    EXPECT_NEAR(iou(far_a, far_b), oracle_iou_3d(far_a, far_b), kTolerance);
  }
}

TEST_P(BoxPairs, InvalidBoxesAreNanAndNeverPair) {
  const Cuboid good = box(0, 0, 0, 4, 2, 1.5, 0);
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (const Cuboid& bad : {box(nan, 0, 0, 4, 2, 1.5, 0), box(0, 0, infinity, 4, 2, 1.5, 0),
                            box(0, 0, 0, -4, 2, 1.5, 0), Cuboid{Vec3::Zero(), Vec3(4, 2, 1), Quat(0, 0, 0, 0)}}) {
    EXPECT_TRUE(std::isnan(iou(good, bad)));
    EXPECT_TRUE(std::isnan(iou(bad, bad)));
    CuboidColumns a, b;
    a.push_back(good);
    b.push_back(bad);
    EXPECT_TRUE(measurer_->iou_all(a, b).value().empty());
  }
}

TEST_P(BoxPairs, BoxesWithoutVolumeGiveZero) {
  EXPECT_EQ(iou(box(0, 0, 0, 4, 2, 0, 0), box(0, 0, 0, 4, 2, 1.5, 0)), 0.0);
  EXPECT_EQ(iou(box(0, 0, 0, 0, 0, 0, 0), box(0, 0, 0, 0, 0, 0, 0)), 0.0);
}

TEST_P(BoxPairs, RandomBoxesAgreeWithTheOracleAndAreSymmetric) {
  std::mt19937_64 engine(7);
  std::uniform_real_distribution<double> unit(-1, 1);
  double worst = 0;
  for (int i = 0; i < 3000; ++i) {
    const double tilt = i % 3 == 0 ? 0.0 : (i % 3 == 1 ? 0.05 : 1.5);
    const auto random_box = [&] {
      return box(2 * unit(engine), 2 * unit(engine), unit(engine), 3 + 2 * unit(engine), 2 + unit(engine),
                 1.5 + unit(engine), 4 * unit(engine), tilt * unit(engine), tilt * unit(engine));
    };
    const Cuboid a = random_box(), b = random_box();
    const double value = iou(a, b);
    EXPECT_GE(value, 0.0);
    EXPECT_LE(value, 1.0);
    EXPECT_EQ(value, iou(b, a));
    worst = std::max(worst, std::abs(value - oracle_iou_3d(a, b)));
  }
  EXPECT_LE(worst, 1e-12);
}

/// A drive whose labels lie densely enough that many pairs overlap.
Drive crowd(std::size_t frames, std::size_t labels) {
  std::mt19937_64 engine(frames * 1000 + labels);
  std::uniform_real_distribution<double> unit(-1, 1);
  Drive drive;
  LabelSet set;
  for (std::size_t f = 0; f < frames; ++f) {
    drive.frames.push_back(std::to_string(f), static_cast<TimeNs>(f) * 100'000'000, SE3::Identity());
    for (std::size_t i = 0; i < labels; ++i) {
      set.push_back(static_cast<std::uint32_t>(f), std::to_string(f) + ":" + std::to_string(i),
                    set.tracks.intern(std::to_string(i)), 0, "Car",
                    box(8 * unit(engine), 8 * unit(engine), unit(engine), 4, 2, 1.5, 3 * unit(engine)));
    }
  }
  set.finish(frames);
  drive.label_sets.push_back(set);
  drive.label_sets.push_back(set);
  return drive;
}

TEST_P(BoxPairs, EveryOverlappingPairIsFoundOnceAndSorted) {
  for (const std::size_t labels : {0UL, 1UL, 31UL, 32UL, 33UL}) {
    const Drive drive = crowd(3, labels);
    const LabelSet& set = drive.label_sets[0];
    const PairTable pairs = measurer_->measure(drive).value().at(0).pairs;
    std::size_t next = 0;
    for (std::uint32_t f = 0; f < 3; ++f) {
      for (std::uint32_t a = set.frame_offset[f]; a < set.frame_offset[f + 1]; ++a) {
        for (std::uint32_t b = a + 1; b < set.frame_offset[f + 1]; ++b) {
          const double expected = oracle_iou_3d(set.cuboid.at(a), set.cuboid.at(b));
          const bool listed = next < pairs.size() && pairs.row_a[next] == a && pairs.row_b[next] == b;
          if (expected > 1e-9) {
            ASSERT_TRUE(listed) << a << " " << b;
          }
          if (listed) {
            EXPECT_NEAR(pairs.iou_3d[next], expected, kTolerance);
            EXPECT_EQ(pairs.frame[next], f);
            ++next;
          }
        }
      }
    }
    EXPECT_EQ(next, pairs.size());
  }
}

TEST_P(BoxPairs, PairsBetweenSetsHoldTheDiagonal) {
  const Drive drive = crowd(2, 257);
  const PairTable pairs = measurer_->measure_between(drive, 0, 1).value();
  std::size_t diagonal = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs.row_a[i] == pairs.row_b[i]) {
      EXPECT_EQ(pairs.iou_3d[i], 1.0);
      ++diagonal;
    }
  }
  EXPECT_EQ(diagonal, 2U * 257U);
}

TEST_P(BoxPairs, StackedBoxesOverlapSeenFromAboveOnly) {
  Drive drive = crowd(1, 0);
  LabelSet set;
  set.push_back(0, "a", kNone, 0, "Car", box(0, 0, 0, 4, 2, 1, 0));
  set.push_back(0, "b", kNone, 0, "Car", box(0, 0, 5, 2, 2, 1, 0));
  set.finish(1);
  drive.label_sets = {set};
  const PairTable pairs = measurer_->measure(drive).value().at(0).pairs;
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(pairs.iou_3d[0], 0.0);
  EXPECT_NEAR(pairs.iou_bev[0], 0.5, 1e-15);
  EXPECT_NEAR(pairs.overlap_smaller_bev[0], 1.0, 1e-15);
}

INSTANTIATE_TEST_SUITE_P(Devices, BoxPairs, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
