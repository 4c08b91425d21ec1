#include "src/synth/radar.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "src/synth/random.hpp"

namespace concord::synth {
namespace {

constexpr double kReach_m = 110;
constexpr double kField_rad = 60 * std::numbers::pi / 180;
constexpr double kLeastRange_m = 0.6;
constexpr double kRangeNoise_m = 0.12;
constexpr double kAzimuthNoise_rad = 0.006;
constexpr double kRateNoise_mps = 0.08;
constexpr double kLeastVisible = 0.12;

double rcs_dbsm(Kind kind) {
  constexpr std::array<double, kKinds> kRcs{8, 11, 18, 20, 3, 0, -6};
  return kRcs[static_cast<std::size_t>(kind)];
}

class Scanner {
 public:
  Scanner(const World& world, const RigSensor& radar, int frame)
      : world_(world),
        time_s_(static_cast<double>(world.frame_time_ns(frame) + radar.offset_ns) * 1e-9),
        scene_(world, time_s_, kReach_m, false),
        seed_(hash(world.seed(), 0x4ADA4, frame, radar.offset_ns)),
        noise_(world.options().radar_noise) {
    const SE3 T_world_ego = world.T_world_ego(time_s_);
    T_sensor_world_ = (T_world_ego * *radar.sensor.T_ego_sensor).inverse();
    origin_ = T_world_ego * radar.sensor.T_ego_sensor->translation();
    const World::EgoMotion ego = world.ego_motion(time_s_);
    velocity_ = ego.velocity_mps + ego.rate_radps.cross(origin_ - T_world_ego.translation());
  }

  RadarScan run() {
    for (std::size_t i = 0; i < scene_.solids().size(); ++i) {
      const Solid& solid = scene_.solids()[i];
      Random random(hash(seed_, i, solid.agent));
      if (!in_field(solid)) continue;
      if (solid.agent == kFixture) {
        add_fixture(solid, random);
      } else if (visible_share(scene_, i, origin_, hash(seed_, i)) >= kLeastVisible) {
        add_agent(solid, random);
      }
    }
    if (noise_ > 0) add_ghosts();
    return std::move(scan_);
  }

 private:
  [[nodiscard]] bool in_field(const Solid& solid) const {
    const Vec3 p = T_sensor_world_ * Vec3(solid.x_m, solid.y_m, origin_.z());
    const double range = std::hypot(p.x(), p.y());
    return range > kLeastRange_m && range < kReach_m && std::abs(std::atan2(p.y(), p.x())) < kField_rad;
  }

  /// Places on the outline from which waves come back, in the body's own frame.
  void add_agent(const Solid& solid, Random& random) {
    const Agent& agent = world_.agents()[solid.agent];
    const double c = std::cos(solid.yaw_rad);
    const double s = std::sin(solid.yaw_rad);
    const double dx = origin_.x() - solid.x_m;
    const double dy = origin_.y() - solid.y_m;
    const double x = c * dx + s * dy;
    const double y = c * dy - s * dx;
    const double a = 0.48 * agent.size_m.x();
    const double b = 0.47 * agent.size_m.y();
    std::vector<std::array<double, 2>> points;
    if (!is_motor(agent.kind)) {
      points.push_back({0, 0});
    } else {
      if (std::abs(x) > a) {
        for (const double share : {-0.55, 0.0, 0.6}) points.push_back({x > 0 ? a : -a, share * b});
      }
      if (std::abs(y) > b) {
        for (const double share : {-0.62, 0.1, 0.6}) points.push_back({share * a, y > 0 ? b : -b});
      }
      points.push_back({x > 0 ? a : -a, y > 0 ? b : -b});
    }
    const double range_m = std::hypot(dx, dy);
    // Strong, near things give several detections, weak ones now and then none.
    const double likely = std::clamp(0.25 + 0.02 * rcs_dbsm(agent.kind) + 8 / range_m, 0.1, 0.75);
    const auto first = static_cast<std::size_t>(random.below(static_cast<int>(points.size())));
    const bool seen = is_motor(agent.kind) ? random.chance(0.95) : random.chance(std::clamp(25 / range_m, 0.1, 0.9));
    const double climb_mps = world_.velocity_mps(solid.agent, time_s_).z();
    for (std::size_t k = 0; k < points.size(); ++k) {
      if (!(k == first ? seen : random.chance(likely))) continue;
      const Vec3 arm(c * points[k][0] - s * points[k][1], s * points[k][0] + c * points[k][1], 0);
      const Vec3 point(solid.x_m + arm.x(), solid.y_m + arm.y(), solid.z_m + 0.5);
      const Vec3 velocity(solid.vx_mps - solid.yaw_rate_radps * arm.y(), solid.vy_mps + solid.yaw_rate_radps * arm.x(),
                          climb_mps);
      const double share = k == first ? 0 : 4;
      add(point, velocity, rcs_dbsm(agent.kind) - share + 2 * random.normal(), solid.agent, random);
    }
  }

  void add_fixture(const Solid& solid, Random& random) {
    if (!random.chance(solid.body->free_path_m > 0 ? 0.2 : 0.5)) return;
    const double c = std::cos(solid.yaw_rad);
    const double s = std::sin(solid.yaw_rad);
    const double dx = origin_.x() - solid.x_m;
    const double dy = origin_.y() - solid.y_m;
    const double a = 0.5 * solid.body->size_m.x();
    const double b = 0.5 * solid.body->size_m.y();
    // Near the point of the footprint that is nearest to the sensor.
    const double x = std::clamp(c * dx + s * dy + 0.3 * a * random.normal(), -a, a);
    const double y = std::clamp(c * dy - s * dx, -b, b);
    add(Vec3(solid.x_m + c * x - s * y, solid.y_m + s * x + c * y, solid.z_m + 0.6), Vec3::Zero(),
        random.uniform(-6, 12), kFixture, random);
  }

  /// Waves that went by way of a wall: further away, at another bearing, twice as fast.
  void add_ghosts() {
    Random random(hash(seed_, 0x6057));
    const std::size_t real = scan_.source.size();
    for (std::size_t i = 0; i < real; ++i) {
      if (scan_.source[i] >= kGhost || !random.chance(0.02)) continue;
      RadarDetections& d = scan_.detections;
      const double stretch = random.uniform(1.3, 1.9);
      const double turn = random.uniform(-0.15, 0.15);
      const double x = stretch * (d.x_m[i] * std::cos(turn) - d.y_m[i] * std::sin(turn));
      const double y = stretch * (d.x_m[i] * std::sin(turn) + d.y_m[i] * std::cos(turn));
      store(x, y, 1.6 * static_cast<double>(d.range_rate_mps[i]), static_cast<double>(d.rcs_dbsm[i]) - 9, kGhost);
    }
  }

  void add(const Vec3& point, const Vec3& velocity, double rcs, std::uint32_t source, Random& random) {
    const Vec3 p = T_sensor_world_ * point;
    const double range_m = p.norm() + noise_ * kRangeNoise_m * random.normal();
    const double azimuth = std::atan2(p.y(), p.x()) + noise_ * kAzimuthNoise_rad * random.normal();
    const double rate = range_rate_mps(point, velocity, origin_, velocity_) + noise_ * kRateNoise_mps * random.normal();
    if (range_m < kLeastRange_m || range_m > kReach_m || std::abs(azimuth) > kField_rad) return;
    store(range_m * std::cos(azimuth), range_m * std::sin(azimuth), rate, rcs, source);
  }

  void store(double x, double y, double rate, double rcs, std::uint32_t source) {
    RadarDetections& d = scan_.detections;
    d.x_m.push_back(static_cast<float>(x));
    d.y_m.push_back(static_cast<float>(y));
    d.z_m.push_back(0);
    d.range_rate_mps.push_back(static_cast<float>(rate));
    d.rcs_dbsm.push_back(static_cast<float>(rcs));
    scan_.source.push_back(source);
  }

  const World& world_;
  double time_s_;
  Scene scene_;
  std::uint64_t seed_;
  double noise_;
  SE3 T_sensor_world_;
  Vec3 origin_, velocity_;
  RadarScan scan_;
};

}  // namespace

RadarScan scan(const World& world, const RigSensor& radar, int frame) { return Scanner(world, radar, frame).run(); }

double range_rate_mps(const Vec3& point_m, const Vec3& velocity_mps, const Vec3& sensor_m, const Vec3& sensor_mps) {
  return (point_m - sensor_m).normalized().dot(velocity_mps - sensor_mps);
}

}  // namespace concord::synth
