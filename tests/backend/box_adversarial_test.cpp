// Boxes made to break an overlap: every one is set against every other, and the oracle is right about all of them.

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "tests/support/box_oracle.hpp"
#include "tests/support/devices.hpp"

namespace concord::tests {
namespace {

struct Case {
  std::string name;
  Cuboid box;
};

/// Boxes around one place that differ from a car by as little, or as much, as matters.
std::vector<Case> boxes_around(const Vec3& place, const Quat& common) {
  const double next = std::nextafter(place.x(), 1e9);
  const auto box = [&](double x, double y, double z, double l, double w, double h, double yaw, double pitch = 0,
                       double roll = 0) {
    return Cuboid{place + common * Vec3(x, y, z), Vec3(l, w, h), common * quat_from_ypr(yaw, pitch, roll)};
  };
  constexpr double kQuarter = std::numbers::pi / 2;
  std::vector<Case> cases{
      {"car", box(0, 0, 0, 4, 2, 1.5, 0.4)},
      {"turned by 1e-7 rad", box(0, 0, 0, 4, 2, 1.5, 0.4 + 1e-7)},
      {"turned by 1e-15 rad", box(0, 0, 0, 4, 2, 1.5, 0.4 + 1e-15)},
      {"turned round", box(0, 0, 0, 4, 2, 1.5, 0.4 + std::numbers::pi)},
      {"turned by a quarter", box(0, 0, 0, 2, 4, 1.5, 0.4 + kQuarter)},
      {"along x", box(0, 0, 0, 4, 2, 1.5, 0)},
      {"pitched by 1e-7 rad", box(0, 0, 0, 4, 2, 1.5, 0.4, 1e-7)},
      {"pitched by 1e-9 rad", box(0, 0, 0, 4, 2, 1.5, 0.4, 1e-9)},
      {"rolled by 0.01 rad", box(0, 0, 0, 4, 2, 1.5, 0.4, 0, 0.01)},
      {"upside down", box(0, 0, 0, 4, 2, 1.5, 0.4, 0, std::numbers::pi)},
      {"on its nose", box(0, 0, 0, 4, 2, 1.5, 0.4, kQuarter)},
      {"contained", box(0.1, 0.05, 0.02, 1, 0.5, 0.7, 1.1)},
      {"contained, tilted", box(0.1, 0.05, 0.02, 1, 0.5, 0.7, 1.1, 0.3, -0.2)},
      {"sharing a corner region", box(1.9, 0.9, 0.7, 4, 2, 1.5, 0.4)},
      {"touching in front", box(4 * std::cos(0.4), 4 * std::sin(0.4), 0, 4, 2, 1.5, 0.4)},
      {"touching above", box(0, 0, 1.5, 4, 2, 1.5, 0.4)},
      {"1 mm wide", box(0, 0, 0, 4, 0.001, 1.5, 0.4)},
      {"1 mm wide, turned by 1e-4 rad", box(0, 0, 0, 4, 0.001, 1.5, 0.4 + 1e-4)},
      {"1 mm long", box(0.2, 0, 0, 0.001, 2, 1.5, 0.7)},
      {"1 mm high", box(0, 0, 0.1, 4, 2, 0.001, 0.4)},
      {"1 mm high, tilted", box(0, 0, 0.1, 4, 2, 0.001, 0.4, 0.01)},
      {"a pole", box(0.3, 0.1, 0, 0.1, 0.1, 12, 0.1)},
      {"a pole, leaning by 1e-6 rad", box(0.3, 0.1, 0, 0.1, 0.1, 12, 0.1, 1e-6)},
      {"a wire", box(0.3, 0.1, 0, 0.001, 0.001, 50, 0.1, 5e-4)},
      {"a wall", box(0, 0.5, 0, 60, 0.3, 3, 0.41)},
      {"huge", box(0, 0, 0, 1000, 1000, 1000, 0.2, 0.1)},
      {"no length", box(0, 0, 0, 0, 2, 1.5, 0.4)},
      {"no height", box(0, 0, 0, 4, 2, 0, 0.4)},
      {"a point", box(0, 0, 0, 0, 0, 0, 0)},
      {"far away", box(30, 30, 0, 4, 2, 1.5, 0.4)},
  };
  Cuboid shifted = cases[0].box;
  shifted.center_m.x() = next + (shifted.center_m.x() - place.x());
  cases.push_back({"shifted by one rounding", shifted});
  return cases;
}

class AdversarialBoxes : public DeviceTest {};

TEST_P(AdversarialBoxes, EveryPairAgreesWithTheOracle) {
  // Upright; in a common frame that is tilted, as a vehicle's is; and far from the origin.
  const std::vector<std::pair<Vec3, Quat>> frames{{Vec3(10, 5, 1), Quat::Identity()},
                                                  {Vec3(10, 5, 1), quat_from_ypr(0.3, 0.046, -0.02)},
                                                  {Vec3(1e6 + 0.125, -1e6, 100), Quat::Identity()},
                                                  {Vec3(1e6 + 0.125, -1e6, 100), quat_from_ypr(0.3, 0.046, -0.02)}};
  double worst = 0;
  for (const auto& [place, common] : frames) {
    const std::vector<Case> cases = boxes_around(place, common);
    CuboidColumns first, second;
    for (const Case& a : cases) {
      for (const Case& b : cases) {
        first.push_back(a.box);
        second.push_back(b.box);
      }
    }
    const std::vector<double> forward = measurer_->iou_pairwise(first, second).value();
    const std::vector<double> backward = measurer_->iou_pairwise(second, first).value();
    ASSERT_EQ(forward, backward);
    for (std::size_t i = 0; i < forward.size(); ++i) {
      const Case &a = cases[i / cases.size()], &b = cases[i % cases.size()];
      const bool equal = i / cases.size() == i % cases.size();
      const double expected = equal && a.box.size_m.minCoeff() > 0 ? 1.0 : oracle_iou_3d(a.box, b.box);
      const double error = std::abs(forward[i] - expected);
      EXPECT_LE(error, 1e-6) << a.name << " / " << b.name << " at " << place.transpose() << ": " << forward[i]
                             << ", expected " << expected;
      // Pairs within the limit up to which a tilt is neglected may be off by that; all others agree to rounding.
      const double tilt = (a.box.rotation * Vec3::UnitZ()).cross(b.box.rotation * Vec3::UnitZ()).norm();
      if (tilt < 1e-12 || tilt > 1e-4) worst = std::max(worst, error);
      EXPECT_GE(forward[i], 0.0);
      EXPECT_LE(forward[i], 1.0);
      if (equal && a.box.size_m.minCoeff() > 0) {
        EXPECT_EQ(forward[i], 1.0) << a.name;
      }
    }
  }
  EXPECT_LE(worst, 1e-12);
}

/// A quaternion names a rotation whatever its length and sign.
TEST_P(AdversarialBoxes, QuaternionsNeedNotBeUnitLength) {
  const std::vector<Case> cases = boxes_around(Vec3(10, 5, 1), Quat::Identity());
  for (const double scale : {-1.0, 1e-3, 1e3, 1e100}) {
    CuboidColumns a, b;
    for (const Case& c : cases) {
      a.push_back(c.box);
      b.push_back({c.box.center_m, c.box.size_m, Quat(scale * c.box.rotation.coeffs())});
    }
    const std::vector<double> iou = measurer_->iou_pairwise(a, b).value();
    for (std::size_t i = 0; i < iou.size(); ++i) {
      EXPECT_NEAR(iou[i], cases[i].box.size_m.minCoeff() > 0 ? 1.0 : 0.0, 1e-11) << cases[i].name;
    }
  }
}

TEST_P(AdversarialBoxes, NumbersOfAnySizeGiveARatioOrNan) {
  std::vector<double> numbers{0.0,
                              -0.0,
                              5e-324,
                              1e-300,
                              1.0,
                              1e17,
                              1e154,
                              1e300,
                              std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN()};
  CuboidColumns a, b;
  for (const double centre : numbers) {
    for (const double size : numbers) {
      for (const double turn : numbers) {
        a.push_back({Vec3(centre, 0, 0), Vec3(4, 2, 1.5), Quat(1, turn, 0, 1)});
        b.push_back({Vec3(0, centre, 0), Vec3(size, 2, size), Quat(1, 0, turn, turn)});
      }
    }
  }
  const std::vector<double> iou = measurer_->iou_pairwise(a, b).value();
  for (std::size_t i = 0; i < iou.size(); ++i) {
    const bool is_nan = std::isnan(iou[i]);
    EXPECT_TRUE(is_nan || (iou[i] >= 0 && iou[i] <= 1)) << i << ": " << iou[i];
  }
  EXPECT_EQ(iou.size(), measurer_->iou_pairwise(b, a).value().size());
}

INSTANTIATE_TEST_SUITE_P(Devices, AdversarialBoxes, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
