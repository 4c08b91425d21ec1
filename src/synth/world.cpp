#include "src/synth/world.hpp"

#include <algorithm>
#include <cmath>

#include "src/synth/random.hpp"

namespace concord::synth {
namespace {

// What is drawn for one purpose never moves what is drawn for another.
enum Purpose : std::uint64_t { kRoad = 1, kTerrain, kTraffic, kStructure, kSky, kJitter, kPaint };

/// Frames that the start of a cycle may be moved by, in search of a seamless lap.
constexpr int kLapSearch = 400;
constexpr double kBeforeFirst_s = 0.5;  ///< sweeps and exposures begin before their frame

double window_m(const SynthOptions& options) {
  // Nothing appears or vanishes within reach of the LiDAR or of the labels.
  const double lidar_m = options.lidar_beams > 0 ? options.lidar_range_m : 0;
  return std::max(lidar_m, options.range_m + 25) + 12;
}

}  // namespace

World::World(const SynthOptions& options, int drive)
    : options_(options),
      drive_(drive),
      seed_(hash(options.seed, drive)),
      frames_(options.cycle > 0 ? std::min(options.cycle, options.frames) : options.frames),
      period_ns_(static_cast<TimeNs>(std::llround(1e9 / options.rate_hz))),
      road_(options.road, Traffic::road_length_m(steps(), window_m(options)), hash(seed_, kRoad)),
      terrain_(options.slope, hash(seed_, kTerrain)),
      traffic_(road_,
               {.objects = static_cast<double>(options.objects),
                .label_range_m = options.range_m,
                .window_m = window_m(options)},
               hash(seed_, kTraffic)) {
  traffic_.run(steps());
  const Agent& ego = agents().front();
  structure_.emplace(road_, terrain_, ego.route_at(0).path_station_m(ego.u_m.front()) - 300,
                     ego.route_at(0).path_station_m(ego.u_m.back()) + 300, hash(seed_, kStructure));
  for (const Agent& agent : agents()) {
    bodies_.push_back(make_body(agent.kind, agent.size_m));
    bodies_.back().reflectivity = 0.12 + 0.6 * uniform_of(hash(seed_, kPaint, agent.id));
  }
  index_agents();
  Random sky(hash(seed_, kSky));
  const auto draw = [&] {
    const double u = sky.uniform(0, 1);
    return u < 0.6 ? Weather::clear : u < 0.8 ? Weather::rain : u < 0.9 ? Weather::heavy_rain : Weather::fog;
  };
  weather_ = weather_later_ = draw();
  if (sky.chance(0.5)) {
    weather_later_ = draw();
    weather_change_s_ = sky.uniform(0.2, 0.8) * frames_ / options_.rate_hz;
  }
  const double light = sky.uniform(0, 1);
  light_ = light < 0.6 ? Light::day : light < 0.8 ? Light::dusk : Light::night;
  if (options_.cycle > 0 && options_.frames > frames_) choose_start();
}

std::int32_t World::steps() const {
  const int frames = frames_ + (options_.cycle > 0 ? kLapSearch : 0);
  return static_cast<std::int32_t>(std::ceil((frames / options_.rate_hz + 3 * kBeforeFirst_s) / kStep_s));
}

void World::choose_start() {
  // A lap ends as it began: the ego's speed and its turning are the same.
  double least = 1e18;
  int best = 0;
  for (int start = 0; start < kLapSearch; ++start) {
    start_ = start;
    const double begin_s = static_cast<double>(frame_time_ns(0)) * 1e-9;
    const Motion begin = agents().front().at(begin_s);
    const Motion end = agents().front().at(begin_s + static_cast<double>(lap_time_ns()) * 1e-9);
    const double jump = std::abs(std::hypot(end.vx_mps, end.vy_mps) - std::hypot(begin.vx_mps, begin.vy_mps)) +
                        8 * std::abs(end.yaw_rate_radps - begin.yaw_rate_radps);
    if (jump < least) {
      least = jump;
      best = start;
    }
  }
  start_ = best;
}

void World::index_agents() {
  by_second_.resize(static_cast<std::size_t>(steps() * kStep_s) + 2);
  for (std::size_t i = 1; i < agents().size(); ++i) {
    const Agent& agent = agents()[i];
    const double first_s = std::max(0.0, agent.first_step * kStep_s);
    for (auto s = static_cast<std::size_t>(first_s);
         s < by_second_.size() && static_cast<double>(s) <= agent.last_step() * kStep_s; ++s) {
      by_second_[s].push_back(static_cast<std::uint32_t>(i));
    }
  }
}

Weather World::weather(double time_s) const {
  return time_s - kBeforeFirst_s < weather_change_s_ ? weather_ : weather_later_;
}

TimeNs World::frame_time_ns(int frame) const {
  const double jitter = 2 * uniform_of(hash(seed_, kJitter, frame)) - 1;
  return static_cast<TimeNs>(kBeforeFirst_s * 1e9) + (start_ + frame) * period_ns_ +
         static_cast<TimeNs>(std::llround(jitter * options_.time_jitter_ms * 1e6));
}

TimeNs World::lap_time_ns() const { return frames_ * period_ns_; }

SE3 World::T_next_lap() const {
  const double begin_s = static_cast<double>(frame_time_ns(0)) * 1e-9;
  return T_world_ego(begin_s + static_cast<double>(lap_time_ns()) * 1e-9) * T_world_ego(begin_s).inverse();
}

SE3 World::T_world_ego(double time_s) const {
  const Motion motion = agents().front().at(time_s);
  const auto [gx, gy] = terrain_.gradient(motion.x_m, motion.y_m);
  const double cosine = std::cos(motion.yaw_rad);
  const double sine = std::sin(motion.yaw_rad);
  // Nose up is a negative pitch, left side up a positive roll.
  const double pitch = -std::atan(gx * cosine + gy * sine);
  const double roll = std::atan(-gx * sine + gy * cosine);
  return make_se3(Vec3(motion.x_m, motion.y_m, terrain_.height_m(motion.x_m, motion.y_m)),
                  quat_from_ypr(motion.yaw_rad, pitch, roll));
}

World::EgoMotion World::ego_motion(double time_s) const {
  constexpr double kHalf_s = 1e-3;
  const SE3 before = T_world_ego(time_s - kHalf_s);
  const SE3 after = T_world_ego(time_s + kHalf_s);
  const Eigen::AngleAxisd turn(after.linear() * before.linear().transpose());
  const Agent& ego = agents().front();
  EgoMotion motion;
  motion.velocity_mps = (after.translation() - before.translation()) / (2 * kHalf_s);
  motion.rate_radps = turn.axis() * (turn.angle() / (2 * kHalf_s));
  motion.speed_mps = motion.velocity_mps.norm();
  const auto step = static_cast<std::size_t>(
      std::clamp(time_s / kStep_s - ego.first_step, 0.0, static_cast<double>(ego.u_m.size() - 1)));
  motion.s_m = ego.legs.front().route.path_station_m(ego.u_m[step]);
  return motion;
}

std::vector<std::size_t> World::agents_near(double time_s, double reach_m) const {
  std::vector<std::size_t> near;
  const Motion ego = agents().front().at(time_s);
  const auto second = std::min(static_cast<std::size_t>(std::max(0.0, time_s)), by_second_.size() - 1);
  for (const std::uint32_t i : by_second_[second]) {
    const Agent& agent = agents()[i];
    if (!agent.exists_at(time_s)) continue;
    const Motion motion = agent.at(time_s);
    if (std::hypot(motion.x_m - ego.x_m, motion.y_m - ego.y_m) <= reach_m) near.push_back(i);
  }
  return near;
}

double World::ground_m(std::size_t agent_index, double time_s) const {
  const Agent& agent = agents()[agent_index];
  const Motion motion = agent.at(time_s);
  const double height_m = terrain_.height_m(motion.x_m, motion.y_m);
  if (agent.kind != Kind::pedestrian || !options_.curbs) return height_m;
  // Pedestrians walk along the road, or straight across it on a path from walk to walk.
  const Route& route = agent.legs.front().route;
  const double steps = std::clamp(time_s / kStep_s - agent.first_step, 0.0, static_cast<double>(agent.u_m.size() - 1));
  const auto k = static_cast<std::size_t>(steps);
  const double u = k + 1 < agent.u_m.size()
                       ? agent.u_m[k] + (steps - static_cast<double>(k)) * (agent.u_m[k + 1] - agent.u_m[k])
                       : agent.u_m[k];
  const bool along = route.path == &road_.centre();
  const double d_m = std::abs(along ? route.offset_m(u) : route.path_station_m(u) - 0.5 * route.path->length_m());
  // A step up takes the time of a step.
  const double r = std::clamp((d_m - (kCurb_m - 0.4)) / 0.7, 0.0, 1.0);
  return height_m + kCurbHeight_m * r * r * (3 - 2 * r);
}

Cuboid World::box(std::size_t agent_index, double time_s) const {
  const Agent& agent = agents()[agent_index];
  const Motion motion = agent.at(time_s);
  const double z_m = ground_m(agent_index, time_s) + 0.5 * agent.size_m.z();
  return {Vec3(motion.x_m, motion.y_m, z_m), agent.size_m, quat_from_ypr(motion.yaw_rad, 0, 0)};
}

Vec3 World::velocity_mps(std::size_t agent_index, double time_s) const {
  const Motion motion = agents()[agent_index].at(time_s);
  const auto [gx, gy] = terrain_.gradient(motion.x_m, motion.y_m);
  return {motion.vx_mps, motion.vy_mps, gx * motion.vx_mps + gy * motion.vy_mps};
}

}  // namespace concord::synth
