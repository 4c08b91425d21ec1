#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/support/devices.hpp"

namespace concord::tests {
namespace {

double number(int low, int high) { return 0.001 * *rc::gen::inRange(low * 1000, high * 1000); }

Cuboid any_box(bool tilted) {
  const double tilt = tilted ? 1.0 : 0.0;
  return {Vec3(number(-3, 3), number(-3, 3), number(-2, 2)), Vec3(number(0, 6), number(0, 3), number(0, 3)),
          quat_from_ypr(number(-4, 4), tilt * number(-2, 2), tilt * number(-2, 2))};
}

double iou(Measurer& measurer, const Cuboid& a, const Cuboid& b) {
  CuboidColumns ca, cb;
  ca.push_back(a);
  cb.push_back(b);
  return measurer.iou_pairwise(ca, cb).value().at(0);
}

RC_GTEST_PROP(BoxProperties, SymmetricAndBounded, (bool tilted)) {
  static const auto measurer = measurer_on("cpu");
  const Cuboid a = any_box(tilted), b = any_box(tilted);
  const double value = iou(*measurer, a, b);
  RC_ASSERT(value >= 0.0 && value <= 1.0);
  RC_ASSERT(value == iou(*measurer, b, a));
}

RC_GTEST_PROP(BoxProperties, InvariantUnderRigidMotion, (bool tilted)) {
  static const auto measurer = measurer_on("cpu");
  const Cuboid a = any_box(tilted), b = any_box(tilted);
  const SE3 T_other_here = make_se3(Vec3(number(-1000, 1000), number(-1000, 1000), number(-50, 50)),
                                    quat_from_ypr(number(-4, 4), tilted ? number(-2, 2) : 0.0, 0));
  const double moved = iou(*measurer, transformed(T_other_here, a), transformed(T_other_here, b));
  RC_ASSERT(std::abs(moved - iou(*measurer, a, b)) < 1e-9);
}

RC_GTEST_PROP(BoxProperties, ContainedBoxGivesTheRatioOfVolumes, ()) {
  static const auto measurer = measurer_on("cpu");
  Cuboid outer = any_box(true);
  outer.size_m += Vec3::Constant(0.1);
  Cuboid inner = outer;
  const double share = 0.001 * *rc::gen::inRange(1, 999);
  inner.size_m *= share;
  RC_ASSERT(std::abs(iou(*measurer, outer, inner) - share * share * share) < 1e-9);
}

}  // namespace
}  // namespace concord::tests
