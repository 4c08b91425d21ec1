#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "tests/support/kernel_device.hpp"
#include "tests/support/projection_oracle.hpp"
#include "tests/support/projection_scene.hpp"

namespace concord::tests {
namespace {

using kernels::ProjectionRow;

CameraModel pinhole() {
  CameraModel model;
  model.fx_px = model.fy_px = 1000;
  model.cx_px = 500;
  model.cy_px = 300;
  model.width_px = 1001;
  model.height_px = 601;
  return model;
}
CameraModel barrel() {
  CameraModel model = pinhole();
  model.kind = CameraModel::Kind::brown_conrady;
  model.distortion = {-0.4, 0.05, 0.002, 0.0006, 0, 0, 0, 0};
  return model;
}
CameraModel fisheye() {
  CameraModel model = pinhole();
  model.kind = CameraModel::Kind::kannala_brandt;
  model.fx_px = model.fy_px = 320;
  model.distortion = {-0.02, 0.006, -0.003, 0.0004, 0, 0, 0, 0};
  return model;
}

class ProjectBoxes : public KernelTest {
 protected:
  ProjectionRow one(const CameraModel& camera, const Cuboid& box, double near_m = 0.1) {
    ProjectionScene scene(camera);
    scene.add(box);
    return scene.project(*context_, near_m).front();
  }
};

TEST_P(ProjectBoxes, AUnitBoxAheadByHand) {
  // Faces at z = 9 and 11; the near one, 2 m wide and high, spans 2 * 1000 / 9 px around the principal point.
  const ProjectionRow row = one(pinhole(), {Vec3(0, 0, 10), Vec3(2, 2, 2), Quat::Identity()});
  EXPECT_EQ(row.flags, ProjectionRow::kSeen);
  EXPECT_NEAR(row.left_px, 500 - 1000.0 / 9, 1e-9);
  EXPECT_NEAR(row.right_px, 500 + 1000.0 / 9, 1e-9);
  EXPECT_NEAR(row.top_px, 300 - 1000.0 / 9, 1e-9);
  EXPECT_NEAR(row.bottom_px, 300 + 1000.0 / 9, 1e-9);
  EXPECT_NEAR(row.hull_px2, 4 * 1000.0 / 9 * 1000.0 / 9, 1e-6);
  EXPECT_EQ(row.image_px2, row.hull_px2);
  EXPECT_DOUBLE_EQ(row.distance_m, 10);
  EXPECT_NEAR(row.nearest_m, std::sqrt(81 + 1 + 1), 1e-12);
  EXPECT_EQ(row.samples, 256U);
  EXPECT_EQ(row.hidden, 0U);
}

TEST_P(ProjectBoxes, TheImageBorderCutsTheAreaByHand) {
  // The near face spans x from 0 to 4 at z = 10: 500 to 900 px; the far one, at z = 20, 500 to 700. Moved right by 3 m
  // the near face begins at 800 and is cut at 1000, where it holds half of its 400 px.
  const ProjectionRow row = one(pinhole(), {Vec3(5, 0, 10), Vec3(4, 2, 1e-9), Quat::Identity()});
  EXPECT_NEAR(row.left_px, 800, 1e-6);
  EXPECT_NEAR(row.right_px, 1200, 1e-6);
  EXPECT_NEAR(row.hull_px2, 400 * 200, 1e-3);
  EXPECT_NEAR(row.image_px2, 200 * 200, 1e-3);
  const ProjectionRow outside = one(pinhole(), {Vec3(20, 0, 10), Vec3(4, 2, 2), Quat::Identity()});
  EXPECT_EQ(outside.flags, ProjectionRow::kSeen);
  EXPECT_EQ(outside.image_px2, 0);
  EXPECT_EQ(outside.samples, 0U);
}

TEST_P(ProjectBoxes, TheNearPlaneCutsEdgesByHand) {
  // From z = -3 to 5, x from 1 to 3: cut at z = 0.5, where x = 1 lies at 500 + 2000 and x = 3 at 500 + 6000 px.
  const ProjectionRow row = one(pinhole(), {Vec3(2, 0, 1), Vec3(2, 2, 8), Quat::Identity()}, 0.5);
  EXPECT_EQ(row.flags, ProjectionRow::kSeen | ProjectionRow::kCutNear);
  EXPECT_NEAR(row.left_px, 500 + 1000.0 / 5, 1e-9);
  EXPECT_NEAR(row.right_px, 500 + 6000, 1e-6);
  EXPECT_NEAR(row.bottom_px, 300 + 2000, 1e-6);
  const ProjectionRow behind = one(pinhole(), {Vec3(0, 0, -5), Vec3(2, 2, 2), Quat::Identity()});
  EXPECT_EQ(behind.flags, ProjectionRow::kCutNear);
  EXPECT_TRUE(std::isnan(behind.left_px));
  // Around the camera itself.
  const ProjectionRow around = one(pinhole(), {Vec3(0, 0, 0), Vec3(4, 4, 4), Quat::Identity()});
  EXPECT_EQ(around.flags, ProjectionRow::kSeen | ProjectionRow::kCutNear);
  EXPECT_NEAR(around.image_px2, 1000.0 * 600, 1e-6);
}

TEST_P(ProjectBoxes, NearerBoxesHideByHand) {
  ProjectionScene scene(pinhole());
  scene.add({Vec3(0, 0, 20), Vec3(2, 2, 1e-9), Quat::Identity()});   // 450..550
  scene.add({Vec3(-1, 0, 10), Vec3(2, 2, 1e-9), Quat::Identity()});  // 300..500: hides the left half
  scene.add({Vec3(0, 0, 30), Vec3(9, 9, 1e-9), Quat::Identity()});   // behind it: hides nothing
  const auto rows = scene.project(*context_);
  EXPECT_EQ(rows[0].samples, 256U);
  EXPECT_EQ(rows[0].hidden, 128U);
  EXPECT_EQ(rows[1].hidden, 0U);
  EXPECT_GT(rows[2].hidden, 0U);
  // Of the same box twice neither is nearer.
  ProjectionScene twice(pinhole());
  for (int i = 0; i < 2; ++i) twice.add({Vec3(0, 0, 20), Vec3(2, 2, 2), Quat::Identity()});
  for (const ProjectionRow& row : twice.project(*context_)) EXPECT_EQ(row.hidden, 0U);
}

TEST_P(ProjectBoxes, ABoxMovesOnUntilTheExposure) {
  ProjectionScene scene(pinhole());
  scene.view().dt_s = 0.05;
  scene.add({Vec3(0, 0, 10), Vec3(2, 2, 2), Quat::Identity()}, Vec3(20, 0, 0));
  scene.add({Vec3(1, 0, 10), Vec3(2, 2, 2), Quat::Identity()});
  const auto rows = scene.project(*context_);
  EXPECT_DOUBLE_EQ(rows[0].left_px, rows[1].left_px);
  EXPECT_DOUBLE_EQ(rows[0].right_px, rows[1].right_px);
}

TEST_P(ProjectBoxes, ABoxAcrossTheLimitOfTheDistortionEndsThere) {
  for (const CameraModel& camera : {barrel(), fisheye()}) {
    ProjectionScene scene(camera);
    // A wall to the right, from straight ahead to far beyond what the lens can show.
    const Cuboid wall{Vec3(30, 0, 4), Vec3(60, 1, 0.1), Quat::Identity()};
    scene.add(wall);
    const ProjectionRow row = scene.project(*context_).front();
    EXPECT_NE(row.flags & ProjectionRow::kSeen, 0U);
    const OracleImage image = oracle_image(scene.model(), wall, 0.1, 50'000);
    EXPECT_NEAR(row.right_px, image.right_px, 0.05);
    EXPECT_NEAR(row.left_px, image.left_px, 0.05);
    if (camera.kind == CameraModel::Kind::brown_conrady) {
      EXPECT_NE(row.flags & ProjectionRow::kCutLimit, 0U);
    }
  }
}

TEST_P(ProjectBoxes, BrokenBoxesHaveNoImage) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  for (const Cuboid& box : {Cuboid{Vec3(nan, 0, 10), Vec3(1, 1, 1), Quat::Identity()},
                            Cuboid{Vec3(0, 0, inf), Vec3(1, 1, 1), Quat::Identity()},
                            Cuboid{Vec3(0, 0, 10), Vec3(-1, 1, 1), Quat::Identity()},
                            Cuboid{Vec3(0, 0, 10), Vec3(1, 1, 1), Quat(0, 0, 0, 0)}}) {
    const ProjectionRow row = one(pinhole(), box);
    EXPECT_EQ(row.flags, 0U);
    EXPECT_TRUE(std::isnan(row.left_px));
    EXPECT_EQ(row.samples, 0U);
  }
  // 1e6 m away, a millimetre thin.
  const ProjectionRow far = one(pinhole(), {Vec3(0, 0, 1e6), Vec3(1e-3, 1, 1), Quat::Identity()});
  EXPECT_EQ(far.flags, ProjectionRow::kSeen);
  EXPECT_NEAR(far.right_px, 500, 1e-3);
}

TEST_P(ProjectBoxes, AgreesWithThePlainLoop) {
  for (const CameraModel& camera : {pinhole(), barrel(), fisheye()}) {
    std::mt19937_64 engine(3);
    std::uniform_real_distribution<double> unit(-1, 1);
    ProjectionScene scene(camera);
    std::vector<Cuboid> boxes;
    for (int i = 0; i < 100; ++i) {
      boxes.push_back({Vec3(20 * unit(engine), 3 * unit(engine), 5 + 40 * std::abs(unit(engine))),
                       Vec3(4 + unit(engine), 2, 1.5),
                       quat_from_ypr(3 * unit(engine), 3 * unit(engine), unit(engine))});
      scene.add(boxes.back());
    }
    const auto rows = scene.project(*context_);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      const OracleImage image = oracle_image(scene.model(), boxes[i], 0.1, 1000);
      ASSERT_EQ((rows[i].flags & ProjectionRow::kSeen) != 0, image.seen) << i;
      if (!image.seen || (rows[i].flags & ProjectionRow::kCutNear) != 0) continue;
      // Between 16 pieces of an edge of a near box its bend hides less than half a pixel.
      const double tolerance_px = camera.kind == CameraModel::Kind::pinhole ? 1e-6 : 0.5;
      EXPECT_NEAR(rows[i].left_px, image.left_px, tolerance_px) << i;
      EXPECT_NEAR(rows[i].right_px, image.right_px, tolerance_px) << i;
      EXPECT_NEAR(rows[i].top_px, image.top_px, tolerance_px) << i;
      EXPECT_NEAR(rows[i].bottom_px, image.bottom_px, tolerance_px) << i;
    }
  }
}

TEST_P(ProjectBoxes, HullAndOcclusionAgreeWithRays) {
  std::mt19937_64 engine(5);
  std::uniform_real_distribution<double> unit(-1, 1);
  for (int round = 0; round < 40; ++round) {
    ProjectionScene scene(pinhole());
    std::vector<Cuboid> boxes;
    for (int i = 0; i < 4; ++i) {
      boxes.push_back({Vec3(2 * unit(engine), unit(engine), 8.0 + 6 * i), Vec3(3, 2, 1.5),
                       quat_from_ypr(3 * unit(engine), 0.3 * unit(engine), 0)});
      scene.add(boxes.back());
    }
    const auto rows = scene.project(*context_);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      // The same grid, asked ray by ray.
      const double left = rows[i].left_px, right = rows[i].right_px, top = rows[i].top_px, bottom = rows[i].bottom_px;
      if (left < 0 || top < 0 || right > 1000 || bottom > 600) continue;
      int inside = 0, hidden = 0;
      for (int r = 0; r < 16; ++r) {
        for (int c = 0; c < 16; ++c) {
          const double u = left + (c + 0.5) * (right - left) / 16, v = top + (r + 0.5) * (bottom - top) / 16;
          if (!oracle_covers(scene.model(), boxes[i], u, v)) continue;
          ++inside;
          bool is_hidden = false;
          for (std::size_t j = 0; j < i; ++j) is_hidden = is_hidden || oracle_covers(scene.model(), boxes[j], u, v);
          hidden += is_hidden ? 1 : 0;
        }
      }
      EXPECT_NEAR(rows[i].samples, inside, 3);
      EXPECT_NEAR(rows[i].hidden, hidden, 3);
    }
  }
}

/// Shares are shares, and a box cannot grow by being cut.
RC_GTEST_PROP(ProjectBoxesProperty, AreasAndSamplesAreShares, ()) {
  const auto number = [](int low, int high) { return *rc::gen::inRange(low, high) / 100.0; };
  const auto context = kernels::make_cpu_context(1);
  const int kind = *rc::gen::inRange(0, 3);
  ProjectionScene scene(kind == 0 ? pinhole() : kind == 1 ? barrel() : fisheye());
  const int count = *rc::gen::inRange(1, 8);
  for (int i = 0; i < count; ++i) {
    scene.add({Vec3(number(-3000, 3000), number(-500, 500), number(-1000, 5000)),
               Vec3(number(0, 1500), number(0, 400), number(0, 400)),
               quat_from_ypr(number(-314, 314), number(-314, 314), number(-314, 314))});
  }
  for (const ProjectionRow& row : scene.project(*context)) {
    RC_ASSERT(row.hidden <= row.samples);
    RC_ASSERT(row.samples <= 256U);
    if ((row.flags & ProjectionRow::kSeen) == 0) continue;
    RC_ASSERT(row.left_px <= row.right_px);
    RC_ASSERT(row.top_px <= row.bottom_px);
    RC_ASSERT(row.image_px2 >= 0.0);
    RC_ASSERT(row.image_px2 <= row.hull_px2 * (1 + 1e-9) + 1e-9);
    RC_ASSERT(row.hull_px2 <= (row.right_px - row.left_px) * (row.bottom_px - row.top_px) * (1 + 1e-9) + 1e-9);
    RC_ASSERT(row.nearest_m >= 0.0);
  }
}

TEST(ProjectBoxesDevices, GiveTheSameBytes) {
  if (kernels::probe_cuda().devices == 0) GTEST_SKIP() << "no usable cuda device";
  for (const CameraModel& camera : {pinhole(), barrel(), fisheye()}) {
    std::mt19937_64 engine(11);
    std::uniform_real_distribution<double> unit(-1, 1);
    ProjectionScene scene(camera);
    for (int i = 0; i < 300; ++i) {
      scene.add({Vec3(20 * unit(engine), 3 * unit(engine), 30 * unit(engine)), Vec3(4, 2, 1.5),
                 quat_from_ypr(3 * unit(engine), 3 * unit(engine), unit(engine))});
    }
    const auto cpu = scene.project(*kernels::make_cpu_context(2)), gpu = scene.project(*kernels::make_cuda_context(0));
    EXPECT_EQ(std::memcmp(cpu.data(), gpu.data(), cpu.size() * sizeof(ProjectionRow)), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, ProjectBoxes, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
