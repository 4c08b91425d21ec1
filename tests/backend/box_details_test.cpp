#include <cmath>
#include <cstring>
#include <numbers>

#include "tests/support/kernel_device.hpp"
#include "tests/support/points_oracle.hpp"

namespace concord::tests {
namespace {

enum Face { kFront, kLeft, kTop, kRear, kRight, kBottom };

class BoxDetails : public KernelTest {
 protected:
  static kernels::BoxDetailRequest request_of(const PointScene& scene) {
    kernels::BoxDetailRequest request;
    request.boxes = scene.box_columns();
    request.box_offset = scene.box_offset.data();
    request.points = scene.points();
    return request;
  }
  std::vector<kernels::BoxDetailRow> measure(const kernels::BoxDetailRequest& request) {
    std::vector<kernels::BoxDetailRow> rows(request.boxes.count);
    context_->box_details(request, rows.data());
    return rows;
  }
};

/// A block of points every 4 cm, from `low` to `high`.
void add_block(PointScene& scene, const Vec3& low, const Vec3& high) {
  for (double x = low.x(); x <= high.x(); x += 0.04) {
    for (double y = low.y(); y <= high.y(); y += 0.04) {
      for (double z = low.z(); z <= high.z(); z += 0.04) scene.add_point(x, y, z);
    }
  }
}

TEST_P(BoxDetails, EdgesTellWhereTheObjectEnds) {
  PointScene scene;
  // The object spans x 9..11.3, y -0.5..0.5, z 0..1; its box ends at x 11 and begins at 8.6.
  add_block(scene, Vec3(9, -0.5, 0), Vec3(11.3, 0.5, 1));
  add_block(scene, Vec3(9.9, 0.95, 0), Vec3(10.1, 1, 1));  // something else, 0.45 m beside it
  scene.add_box({Vec3(9.8, 0, 0.5), Vec3(2.4, 1, 1.1), Quat::Identity()});
  scene.end_frame();
  const auto row = measure(request_of(scene)).at(0);
  EXPECT_NEAR(row.edge_m[kFront], 0.3, 0.06);
  EXPECT_NEAR(row.edge_m[kRear], -0.4, 0.06);
  EXPECT_NEAR(row.edge_m[kLeft], 0, 0.06);
  EXPECT_NEAR(row.edge_m[kRight], 0, 0.06);
  EXPECT_GT(row.beyond[kFront], 100U);
  EXPECT_GT(row.within[kFront], 100U);
  EXPECT_EQ(row.within[kRear], 0U);
  EXPECT_EQ(row.beyond[kLeft], 0U);
  EXPECT_NEAR(row.nearest_m, 9, 0.1);
  EXPECT_NEAR(row.farthest_m, std::sqrt(11.0 * 11 + 0.25 + 1), 0.1);
}

TEST_P(BoxDetails, GroundAndOtherLabelsAreNotTheObject) {
  PointScene scene;
  scene.add_box({Vec3(10, 0, 0.5), Vec3(2, 1, 1), Quat::Identity()});
  scene.add_box({Vec3(10, 1, 0.5), Vec3(2, 1, 1), Quat::Identity()});
  for (double x = 9; x < 11; x += 0.05) {
    scene.add_point(x, 0.2, 0.05);  // on the ground, in the box
    scene.add_point(x, 0.9, 0.6);   // of the other label, within the margin of the first
  }
  scene.end_frame();
  auto request = request_of(scene);
  const auto unknown_ground = measure(request);
  EXPECT_EQ(unknown_ground[0].inside, 40U);
  EXPECT_EQ(unknown_ground[0].inside_object, 0U);
  EXPECT_EQ(unknown_ground[0].beyond[kLeft], 0U);
  EXPECT_TRUE(std::isnan(unknown_ground[0].edge_m[kFront]));
  EXPECT_EQ(unknown_ground[1].inside_object, 40U);
  const std::vector<float> ground(scene.x_m.size(), -1.0F);
  request.ground_m = ground.data();
  EXPECT_EQ(measure(request)[0].inside_object, 40U);
}

/// Turns from -45 to 45 degrees, 0 first.
struct Turns {
  Turns() {
    for (int i = 0; i <= 30; ++i) {
      const double turn = 3 * (i % 2 == 0 ? i / 2 : -(i + 1) / 2) * std::numbers::pi / 180;
      cos.push_back(std::cos(turn));
      sin.push_back(std::sin(turn));
      rad.push_back(turn);
    }
  }
  std::vector<double> cos, sin, rad;
};

TEST_P(BoxDetails, TheFitTurnsABoxOntoItsPoints) {
  const Turns turns;
  for (const double wrong_rad : {0.0, 0.21, -0.42}) {
    PointScene scene;
    // Two sides of a car, as a sensor sees them.
    const Quat heading = quat_from_ypr(0.5, 0, 0);
    for (double u = -2.2; u <= 2.2; u += 0.05) {
      const Vec3 side = heading * Vec3(u, -0.9, 0), back = heading * Vec3(-2.2, u * 0.4, 0);
      scene.add_point(20 + side.x(), side.y(), 0.9);
      scene.add_point(20 + back.x(), back.y(), 0.9);
    }
    scene.add_box({Vec3(20, 0, 0.8), Vec3(4.4, 1.8, 1.6), quat_from_ypr(0.5 + wrong_rad, 0, 0)});
    scene.end_frame();
    auto request = request_of(scene);
    request.turn_cos = turns.cos.data();
    request.turn_sin = turns.sin.data();
    request.turns = static_cast<std::uint32_t>(turns.rad.size());
    const auto row = measure(request).at(0);
    EXPECT_NEAR(turns.rad.at(row.fit_turn), -wrong_rad, 0.03);
    EXPECT_GT(row.fit_gain, wrong_rad != 0 ? 0.7 : -1.0);
  }
}

TEST_P(BoxDetails, MomentsTellWhereTheObjectPointsLie) {
  PointScene scene;
  add_block(scene, Vec3(9, -0.5, 0.24), Vec3(11, 0.5, 1));
  const auto count = static_cast<double>(scene.x_m.size());
  // The label lies 0.3 m too far to the front and 0.2 m to the right; in another frame it is turned by 30 degrees.
  scene.add_box({Vec3(10.3, -0.2, 0.62), Vec3(2.4, 1.2, 1.2), Quat::Identity()});
  scene.end_frame();
  add_block(scene, Vec3(9, -0.5, 0.24), Vec3(11, 0.5, 1));
  const double turn_rad = std::numbers::pi / 6;
  scene.add_box({Vec3(10, 0, 0.62), Vec3(2.4, 2.4, 1.2), quat_from_ypr(turn_rad, 0, 0)});
  scene.end_frame();
  const auto rows = measure(request_of(scene));
  EXPECT_EQ(static_cast<double>(rows[0].object_points), count);
  EXPECT_NEAR(rows[0].middle_m[0], -0.3, 0.03);
  EXPECT_NEAR(rows[0].middle_m[1], 0.2, 0.03);
  EXPECT_NEAR(rows[0].middle_m[2], 0, 0.03);
  // Of an even spread over a length the variance is a twelfth of its square.
  EXPECT_NEAR(rows[0].variance_m2[0], 4.0 / 12, 0.02);
  EXPECT_NEAR(rows[0].variance_m2[1], 1.0 / 12, 0.01);
  EXPECT_NEAR(rows[0].covariance_xy_m2, 0, 1e-3);
  const double apart = rows[1].variance_m2[0] - rows[1].variance_m2[1];
  EXPECT_NEAR(0.5 * std::atan2(2 * rows[1].covariance_xy_m2, apart), -turn_rad, 0.02);
}

TEST_P(BoxDetails, MomentsOfAdversarialBoxesAreThoseOfTheOracle) {
  PointScene scene;
  const auto frame_of = [&](const Vec3& at, const std::vector<Cuboid>& boxes) {
    for (int i = 0; i < 40; ++i) scene.add_point(at.x(), at.y(), at.z());  // all the same
    for (const double side : {-1.0, 1.0}) {
      scene.add_point(at.x() + side, at.y(), at.z());        // on a face
      scene.add_point(at.x() + 1.5 * side, at.y(), at.z());  // on the end of the margin
      scene.add_point(at.x(), at.y() + 1.4999999 * side, at.z());
    }
    for (const Cuboid& box : boxes) scene.add_box(box);
    scene.end_frame();
  };
  for (const Vec3& at : {Vec3(0, 0, 0), Vec3(5, -3, 0.5), Vec3(1e6, -1e6, 3)}) {
    const Cuboid cube{at, Vec3::Constant(2), Quat::Identity()};
    Cuboid turned = cube, thin = cube, inner = cube, beside = cube, mirrored = cube;
    turned.rotation = quat_from_ypr(1e-7, 0, 0);
    thin.size_m.y() = 1e-3;
    inner.size_m *= 0.5;
    beside.center_m.x() += 2;  // touching
    mirrored.rotation = quat_from_ypr(std::numbers::pi, 0, 0);
    for (const Cuboid& other : {cube, turned, thin, inner, beside, mirrored}) frame_of(at, {cube, other});
    frame_of(at, {{at, Vec3(1e300, 1e-300, 1), Quat::Identity()}});
    frame_of(at, {{at, Vec3(2, std::nan(""), 2), Quat::Identity()}});
    frame_of(at, {{at + Vec3(90, 0, 0), Vec3::Ones(), Quat::Identity()}});  // no point near it
  }
  const auto request = request_of(scene);
  const auto rows = measure(request);
  const auto expected = oracle_box_details(scene, request);
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(std::memcmp(&rows[i], &expected[i], sizeof(rows[i])), 0) << "box " << i;
  }
  EXPECT_EQ(rows.back().object_points, 0U);
  EXPECT_TRUE(std::isnan(rows.back().middle_m[0]));
}

TEST_P(BoxDetails, SameBytesAsTheOracle) {
  std::mt19937_64 engine(3);
  PointScene scene;
  for (const std::size_t boxes : {0, 1, 31, 33, 64}) {
    for (const std::size_t points : {0, 1, 33, 257, 4000})
      add_random_frame(scene, points, boxes, boxes % 2 == 1, engine);
  }
  scene.add_box({Vec3(0, 0, std::nan("")), Vec3::Ones(), Quat::Identity()});
  scene.add_box({Vec3(0, 0, 0), Vec3(300, 300, 3), Quat::Identity()});
  scene.add_box({Vec3(0, 0, 0), Vec3::Zero(), Quat::Identity()});
  scene.add_point(0, 0, 0);
  scene.add_point(std::nan(""), 0, 0);
  scene.end_frame();
  auto request = request_of(scene);
  const Turns turns;
  request.turn_cos = turns.cos.data();
  request.turn_sin = turns.sin.data();
  request.turns = static_cast<std::uint32_t>(turns.rad.size());
  std::vector<float> ground(scene.x_m.size());
  for (std::size_t i = 0; i < ground.size(); ++i) ground[i] = i % 5 == 0 ? NAN : 0.02F * static_cast<float>(i % 7);
  for (const float* known : {static_cast<const float*>(nullptr), static_cast<const float*>(ground.data())}) {
    request.ground_m = known;
    const auto rows = measure(request);
    const auto expected = oracle_box_details(scene, request);
    ASSERT_EQ(rows.size(), expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(std::memcmp(&rows[i], &expected[i], sizeof(rows[i])), 0) << "box " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, BoxDetails, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
