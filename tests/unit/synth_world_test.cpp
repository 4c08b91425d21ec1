// What moves in a synthetic drive moves as things on roads do.

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "src/synth/rectangle.hpp"
#include "src/synth/world.hpp"

namespace concord::synth {
namespace {

/// The limits that src/readers/synthetic/README.md states.
struct Limits {
  double speed_mps, acceleration_mps2, yaw_rate_radps;
};
Limits limits_of(Kind kind) {
  if (kind == Kind::pedestrian) return {2.0, 6.6, 0.6};
  if (kind == Kind::cyclist) return {6.6, 6.6, 0.5};
  return {40.0, 7.2, 0.8};
}

class SynthWorlds : public ::testing::TestWithParam<int> {
 protected:
  static SynthOptions options(int seed) {
    return *parse_synth_options("frames=150,seed=" + std::to_string(seed) +
                                (seed % 3 == 0 ? ",road=urban,objects=80" : ""));
  }
};
INSTANTIATE_TEST_SUITE_P(Seeds, SynthWorlds, ::testing::Range(1, 11));

TEST_P(SynthWorlds, SpeedsAndAccelerationsStayWithinTheirBounds) {
  const World world(options(GetParam()), 0);
  std::map<Kind, double> fastest;
  for (const Agent& agent : world.agents()) {
    const Limits limits = limits_of(agent.kind);
    constexpr double kDt_s = 0.1;
    const double end_s = std::min(agent.last_step() * kStep_s, 16.0);
    for (double t = std::max(agent.first_step * kStep_s, 0.0); t + 2 * kDt_s < end_s; t += kDt_s) {
      const Motion a = agent.at(t);
      const Motion b = agent.at(t + kDt_s);
      const double speed = std::hypot(b.x_m - a.x_m, b.y_m - a.y_m) / kDt_s;
      const double acceleration = std::hypot(b.vx_mps - a.vx_mps, b.vy_mps - a.vy_mps) / kDt_s;
      EXPECT_LE(speed, limits.speed_mps) << agent.id << " at " << t;
      EXPECT_LE(acceleration, limits.acceleration_mps2) << agent.id << " at " << t;
      EXPECT_LE(std::abs(wrap_angle(b.yaw_rad - a.yaw_rad)) / kDt_s, limits.yaw_rate_radps) << agent.id << " at " << t;
      // Nothing slides sideways or backwards.
      const double sideways = -std::sin(a.yaw_rad) * a.vx_mps + std::cos(a.yaw_rad) * a.vy_mps;
      EXPECT_NEAR(sideways, 0, 1e-9);
      EXPECT_GE(std::cos(a.yaw_rad) * a.vx_mps + std::sin(a.yaw_rad) * a.vy_mps, -1e-9);
      fastest[agent.kind] = std::max(fastest[agent.kind], speed);
    }
  }
  EXPECT_GT(fastest[Kind::car], 5);
}

TEST_P(SynthWorlds, VelocityAndYawRateAreTheDerivativesOfThePose) {
  const World world(options(GetParam()), 0);
  constexpr double kHalf_s = 1e-3;
  for (std::size_t i = 1; i < world.agents().size(); ++i) {
    const Agent& agent = world.agents()[i];
    for (double t = 1.0123; t < 14; t += 1.7) {
      if (!agent.exists_at(t - 0.1) || !agent.exists_at(t + 0.1)) continue;
      const Motion motion = agent.at(t);
      const Cuboid before = world.box(i, t - kHalf_s);
      const Cuboid after = world.box(i, t + kHalf_s);
      const Vec3 moved = (after.center_m - before.center_m) / (2 * kHalf_s);
      // A step of the simulation may lie in between: its acceleration changes there, its speed does not.
      EXPECT_NEAR(moved.x(), motion.vx_mps, 0.02);
      EXPECT_NEAR(moved.y(), motion.vy_mps, 0.02);
      EXPECT_NEAR(wrap_angle(yaw_of(after.rotation) - yaw_of(before.rotation)) / (2 * kHalf_s), motion.yaw_rate_radps,
                  0.03);
    }
  }
}

TEST_P(SynthWorlds, NothingTouchesAnythingElse) {
  const World world(options(GetParam()), 0);
  for (int frame = 0; frame < world.frames(); frame += 2) {
    const double t = static_cast<double>(world.frame_time_ns(frame)) * 1e-9;
    std::vector<Rectangle> rectangles;
    const auto add = [&](const Cuboid& box) {
      const double yaw = yaw_of(box.rotation);
      rectangles.push_back({box.center_m.x(), box.center_m.y(), std::cos(yaw), std::sin(yaw), 0.5 * box.size_m.x(),
                            0.5 * box.size_m.y()});
    };
    Cuboid ego = world.box(0, t);
    ego.center_m += ego.rotation * Vec3(1.4, 0, 0);
    add(ego);
    for (const std::size_t i : world.agents_near(t, 120)) add(world.box(i, t));
    for (std::size_t a = 0; a < rectangles.size(); ++a) {
      for (std::size_t b = a + 1; b < rectangles.size(); ++b) EXPECT_FALSE(overlap(rectangles[a], rectangles[b]));
    }
  }
}

TEST_P(SynthWorlds, TheEgoDrivesSmoothly) {
  const World world(options(GetParam()), 0);
  for (double t = 0.5; t < 15; t += 0.05) {
    const World::EgoMotion a = world.ego_motion(t);
    const World::EgoMotion b = world.ego_motion(t + 0.1);
    EXPECT_LE((b.velocity_mps - a.velocity_mps).norm() / 0.1, 7.2) << t;
    EXPECT_LE(a.rate_radps.norm(), 0.5) << t;
    // The car points where it goes, and its nose follows the ground.
    const Vec3 own = world.T_world_ego(t).linear().transpose() * a.velocity_mps;
    EXPECT_NEAR(own.y(), 0, 0.02 * (1 + a.speed_mps));
    EXPECT_NEAR(own.z(), 0, 0.02 * (1 + a.speed_mps));
  }
}

TEST(SynthWorld, HasEveryKindOfRoadUserAndManoeuvreInAFewDrives) {
  std::map<Kind, int> kinds;
  std::map<std::string_view, int> manoeuvres;
  bool stopped = false;
  for (int seed = 1; seed <= 12; ++seed) {
    const World world(*parse_synth_options("frames=200,seed=" + std::to_string(seed)), 0);
    for (const Agent& agent : world.agents()) ++kinds[agent.kind];
    for (const Manoeuvre& manoeuvre : world.manoeuvres()) {
      if (manoeuvre.begin_s > 0.5) ++manoeuvres[manoeuvre.kind];
    }
    for (double t = 1; t < 20; t += 0.5) stopped = stopped || world.ego_motion(t).speed_mps < 0.05;
  }
  EXPECT_EQ(kinds.size(), kKinds);
  for (const char* kind : {"cut_in", "following", "lane_change", "pedestrian_crossing", "side_traffic", "turn_off"}) {
    EXPECT_GT(manoeuvres[kind], 0) << kind;
  }
  EXPECT_TRUE(stopped);
}

TEST(SynthWorld, ALapEndsWhereTheNextBegins) {
  const World world(*parse_synth_options("frames=400,cycle=80,seed=4"), 0);
  ASSERT_EQ(world.frames(), 80);
  const double begin_s = static_cast<double>(world.frame_time_ns(0)) * 1e-9;
  const double end_s = begin_s + static_cast<double>(world.lap_time_ns()) * 1e-9;
  const SE3 across = world.T_next_lap() * world.T_world_ego(begin_s);
  EXPECT_TRUE(across.isApprox(world.T_world_ego(end_s), 1e-9));
  EXPECT_NEAR(world.ego_motion(begin_s).speed_mps, world.ego_motion(end_s).speed_mps, 0.3);
}

}  // namespace
}  // namespace concord::synth
