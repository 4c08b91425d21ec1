#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/support/points_oracle.hpp"

namespace concord::tests {
namespace {

double number(int low, int high) { return 0.001 * *rc::gen::inRange(low * 1000, high * 1000); }

PointScene any_scene(bool tilted) {
  PointScene scene;
  const double far = *rc::gen::element(0.0, 1000.0, 500000.0);
  const int boxes = *rc::gen::inRange(0, 12), points = *rc::gen::inRange(0, 200);
  for (int i = 0; i < boxes; ++i) {
    const double tilt = tilted ? 1.0 : 0.0;
    scene.add_box({Vec3(far + number(-20, 20), number(-20, 20), number(-2, 2)),
                   Vec3(number(0, 12), number(0, 4), number(0, 4)),
                   quat_from_ypr(number(-4, 4), tilt * number(-2, 2), tilt * number(-2, 2))});
  }
  for (int i = 0; i < points; ++i) scene.add_point(far + number(-22, 22), number(-22, 22), number(-3, 3));
  scene.end_frame();
  return scene;
}

kernels::ExecutionContext& cpu() {
  static const auto context = kernels::make_cpu_context(2);
  return *context;
}

RC_GTEST_PROP(PointProperties, CountsAreThoseOfThePlainLoop, (bool tilted)) {
  const PointScene scene = any_scene(tilted);
  std::vector<std::uint32_t> counts(scene.boxes.size());
  cpu().points_in_boxes({scene.box_columns(), scene.box_offset.data(), scene.points()}, counts.data());
  RC_ASSERT(counts == oracle_points_in_boxes(scene));
}

RC_GTEST_PROP(PointProperties, ALargerBoxHoldsNoFewerPoints, (bool tilted)) {
  PointScene scene = any_scene(tilted);
  std::vector<std::uint32_t> before(scene.boxes.size()), after(scene.boxes.size());
  cpu().points_in_boxes({scene.box_columns(), scene.box_offset.data(), scene.points()}, before.data());
  for (double& length : scene.boxes.length_m) length *= 1.5;
  cpu().points_in_boxes({scene.box_columns(), scene.box_offset.data(), scene.points()}, after.data());
  for (std::size_t i = 0; i < before.size(); ++i) RC_ASSERT(after[i] >= before[i]);
}

RC_GTEST_PROP(PointProperties, ClustersAreThoseOfTheFlood, ()) {
  const PointScene scene = any_scene(false);
  const double distance_m = 0.001 * *rc::gen::inRange(300, 4000);
  std::vector<std::uint32_t> labels(scene.x_m.size());
  cpu().clusters({scene.points(), nullptr, distance_m}, labels.data());
  RC_ASSERT(labels == oracle_clusters(scene, {}, distance_m));
}

RC_GTEST_PROP(PointProperties, RaysAreThoseOfThePlainLoop, (bool tilted)) {
  const PointScene scene = any_scene(tilted);
  const std::uint32_t frame = 0;
  const double x = number(-30, 30), y = number(-30, 30), z = number(-3, 6);
  const kernels::OcclusionRequest request{
      scene.box_columns(), scene.box_offset.data(), 1, scene.points(), &frame, &x, &y, &z, 0.9, 0.3};
  std::vector<kernels::OcclusionRow> rows(scene.boxes.size());
  cpu().occlusion(request, rows.data());
  const auto expected = oracle_occlusion(request);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RC_ASSERT(rows[i].front == expected[i].front);
    RC_ASSERT(rows[i].inside == expected[i].inside);
    RC_ASSERT(rows[i].behind == expected[i].behind);
    RC_ASSERT(rows[i].silent <= rows[i].directions);
  }
}

}  // namespace
}  // namespace concord::tests
