// The second look: which labels it chooses, how points are laid over each other, and what becomes of the rows.

#include <gmock/gmock.h>
#include <algorithm>
#include <cmath>
#include <random>

#include "src/measure/registration/icp.hpp"
#include "src/measure/registration_plan.hpp"
#include "src/measure/track_order.hpp"
#include "tests/support/devices.hpp"
#include "tests/support/scene.hpp"

namespace concord::tests {
namespace {

/// Two sides and the rear of a car, as a LiDAR sees them.
std::vector<Vec3> corner(int count, unsigned seed) {
  std::mt19937 random(seed);
  const auto share = [&] { return static_cast<double>(random() % 10000) / 10000.0; };
  std::vector<Vec3> points;
  for (int i = 0; i < count; ++i) {
    if (i % 3 == 0) {
      points.emplace_back(-2.2, 1.8 * share() - 0.9, 1.2 * share());
    } else {
      points.emplace_back(4.4 * share() - 2.2, -0.9, 1.2 * share());
    }
  }
  return points;
}

class Registration : public testing::Test {
 protected:
  void SetUp() override {
    if (!measure::can_register()) GTEST_SKIP() << "built without Open3D";
  }
};

TEST_F(Registration, FindsAShiftAndATurn) {
  const std::vector<Vec3> from = corner(300, 1);
  for (const double yaw_rad : {0.0, 0.12, -0.2}) {
    const SE3 T = make_se3(Vec3(0.3, -0.2, 0.05), quat_from_ypr(yaw_rad, 0, 0));
    std::vector<Vec3> to;
    for (const Vec3& point : corner(300, 1)) to.push_back(T * point);
    const auto found = measure::align(from, to, SE3::Identity());
    ASSERT_TRUE(found);
    EXPECT_LT((found->T_to_from.matrix() - T.matrix()).norm(), 0.02) << yaw_rad;
    EXPECT_GT(found->matched, 0.95);
    EXPECT_LT(found->rms_m, 0.02);
  }
}

TEST_F(Registration, PointsOfAnotherSamplingTellTheShiftToCentimetres) {
  const std::vector<Vec3> from = corner(300, 1);
  std::vector<Vec3> to = corner(300, 2);
  for (Vec3& point : to) point += Vec3(0.35, 0.1, 0);
  const auto found = measure::align(from, to, SE3::Identity());
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->T_to_from.translation().x(), 0.35, 0.06);
  EXPECT_NEAR(found->T_to_from.translation().y(), 0.1, 0.04);
}

TEST_F(Registration, SaysNothingOfPointsThatDoNotMeet) {
  const std::vector<Vec3> from = corner(60, 1);
  std::vector<Vec3> far = from;
  for (Vec3& point : far) point += Vec3(50, 0, 0);
  EXPECT_FALSE(measure::align(from, far, SE3::Identity()));
  EXPECT_FALSE(measure::align(from, {}, SE3::Identity()));
  EXPECT_FALSE(measure::align({}, from, SE3::Identity()));
  // One point, and all points the same, leave the turn open; they must not harm.
  const std::vector<Vec3> one(1, Vec3(1, 2, 0.5)), same(40, Vec3(1, 2, 0.5));
  EXPECT_NO_THROW((void)measure::align(one, one, SE3::Identity()));
  EXPECT_NO_THROW((void)measure::align(same, same, SE3::Identity()));
}

TEST_F(Registration, IsTheSameEveryTime) {
  const std::vector<Vec3> from = corner(200, 3), to = corner(250, 4);
  const auto first = measure::align(from, to, SE3::Identity());
  ASSERT_TRUE(first);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(measure::align(from, to, SE3::Identity())->T_to_from.matrix(), first->T_to_from.matrix());
  }
}

Scene scene_of(const std::string& text) {
  auto scenes = parse_scenes("```yaml\n" + text + "\nexpect: []\n```\n", "test", "points.motion_mismatch");
  return std::move(scenes.value().front());
}

struct Looked {
  Scene scene;
  std::vector<LabelSetMeasurements> measured;
  RegistrationWork work;
};

Looked look_at(const std::string& text, int threads = 0) {
  DeviceOptions options;
  options.device = "cpu";
  options.threads = threads;
  const auto measurer = Measurer::create(options).value();
  Looked looked{scene_of(text), {}, {}};
  looked.measured = measurer->measure(looked.scene.drive).value();
  EXPECT_TRUE(measurer->measure_points(looked.scene.drive, *looked.scene.clouds, false, looked.measured).ok());
  looked.work = measurer->registration_work();
  return looked;
}

constexpr const char* kLoneLabel = R"(scene: one label lies aside
frames: 20
lidar: true
tracks:
  - {id: A, class: car, start: [4, 6, 0.75], velocity: [3, 0, 0], at: {9: {shift_m: [0, 0.45, 0]}}}
  - {id: B, class: car, start: [8, -6, 0.75]})";

TEST_F(Registration, ALoneLabelIsHeldAgainstThoseBesideIt) {
  const Looked looked = look_at(kLoneLabel);
  const RegistrationTable& table = looked.measured[0].registrations;
  const LabelSet& set = looked.scene.drive.label_sets[0];
  EXPECT_TRUE(table.available);
  const std::uint32_t row_9 = set.frame_offset[9];
  EXPECT_EQ(looked.work.pairs, table.size());
  int ins = 0, outs = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table.row_to[i] == row_9) EXPECT_NEAR(table.across_m[i], 0.45, 0.05);
    if (table.row_from[i] == row_9) EXPECT_NEAR(table.across_m[i], -0.45, 0.05);
    EXPECT_NEAR(table.along_m[i], 0, 0.06);
    EXPECT_LT(table.apart_m[i], 0.05);
    ins += set.frame[table.row_to[i]] == 9 ? 1 : 0;
    outs += set.frame[table.row_from[i]] == 9 ? 1 : 0;
  }
  EXPECT_GE(ins, 1);
  EXPECT_GE(outs, 1);
}

TEST_F(Registration, ACreepingTrackIsHeldAgainstItself) {
  const Looked looked = look_at(R"(scene: labels creep
frames: 20
lidar: true
ego: {speed_mps: 1}
tracks:
  - {id: A, class: car, start: [9.6, 5, 0.75], velocity: [0.4, 0, 0], phantom: true}
  - {id: car, class: car, start: [10, 5, 0.75], unlabelled: true})");
  const RegistrationTable& table = looked.measured[0].registrations;
  ASSERT_GE(table.size(), 2U);
  for (std::size_t i = 0; i < table.size(); ++i) {
    // Labels are at 10 Hz, one a frame.
    EXPECT_NEAR(table.along_m[i], 0.04 * (table.row_to[i] - table.row_from[i]), 0.05);
    EXPECT_NEAR(table.across_m[i], 0, 0.03);
    EXPECT_NEAR(table.turn_rad[i], 0, 0.03);
  }
}

TEST_F(Registration, TheNumberOfThreadsDoesNotMatter) {
  const Looked one = look_at(kLoneLabel, 1), many = look_at(kLoneLabel, 4);
  const RegistrationTable &a = one.measured[0].registrations, &b = many.measured[0].registrations;
  EXPECT_EQ(a.row_to, b.row_to);
  EXPECT_EQ(a.along_m, b.along_m);
  EXPECT_EQ(a.turn_rad, b.turn_rad);
  EXPECT_EQ(a.rms_m, b.rms_m);
}

TEST_F(Registration, CloudsThatWereNotReadLeaveTheirPairsOut) {
  DeviceOptions options;
  options.device = "cpu";
  const auto measurer = Measurer::create(options).value();
  Scene scene = scene_of(kLoneLabel);
  std::erase_if(scene.clouds->sweeps, [](const CloudBatch::Sweep& sweep) { return sweep.frame == 9; });
  scene.clouds->state[9] = frame_cloud::kFailed;
  auto measured = measurer->measure(scene.drive).value();
  EXPECT_TRUE(measurer->measure_points(scene.drive, *scene.clouds, false, measured).ok());
  for (const auto* rows : {&measured[0].registrations.row_from, &measured[0].registrations.row_to}) {
    for (const std::uint32_t row : *rows) EXPECT_NE(scene.drive.label_sets[0].frame[row], 9U);
  }
}

TEST(RegistrationPlan, LeavesQuietDrivesAloneAndKeepsToItsBound) {
  const auto plan = [](const std::string& text) {
    const Scene scene = scene_of(text);
    const auto measured = measurer_on("cpu")->measure(scene.drive).value();
    const LabelSet& set = scene.drive.label_sets[0];
    return measure::plan_registrations(scene.drive, set, measured[0], measure::order_by_track(scene.drive, set));
  };
  EXPECT_THAT(plan(R"(scene: a car drives, another one stands
frames: 40
tracks:
  - {id: A, class: car, start: [4, 6, 0.75], velocity: [5, 0, 0]}
  - {id: B, class: car, start: [20, -6, 0.75]})"),
              testing::IsEmpty());
  std::string many = "scene: tracks without rest\nframes: 60\ntracks:\n";
  for (int i = 0; i < 12; ++i) {
    many += "  - {id: T" + std::to_string(i) + ", class: car, start: [20, " + std::to_string(5 * i) +
            ", 0.75], velocity: [0.4, 0, 0], at: {";
    for (int f = 3; f < 57; f += 4) {
      many += (f > 3 ? ", " : "") + std::to_string(f) + ": {shift_m: [0, 0.8, 0]}";
    }
    many += "}}\n";
  }
  const auto pairs = plan(many);
  EXPECT_EQ(pairs.size(), 72U);  // one in ten of 720 labels
  EXPECT_TRUE(std::is_sorted(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
    return std::pair(a.row_to, a.row_from) < std::pair(b.row_to, b.row_from);
  }));
}

}  // namespace
}  // namespace concord::tests
