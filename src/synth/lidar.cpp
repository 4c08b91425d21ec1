#include "src/synth/lidar.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "src/synth/random.hpp"
#include "src/synth/rig.hpp"

namespace concord::synth {
namespace {

constexpr double kLeastRange_m = 1.0;
constexpr double kGroundReflectivity = 0.16;
constexpr double kPi = std::numbers::pi;

/// How much worse the weather makes the LiDAR.
struct Attenuation {
  double dropout = 0;  ///< share of returns lost, more
  double reach = 1;    ///< factor on the range from which returns get weak
};

Attenuation attenuation_of(Weather weather) {
  switch (weather) {
    case Weather::clear:
      break;
    case Weather::rain:
      return {0.02, 0.9};
    case Weather::heavy_rain:
      return {0.06, 0.75};
    case Weather::fog:
      return {0.04, 0.65};
  }
  return {};
}

/// A solid as seen from one firing.
struct Candidate {
  const Solid* solid = nullptr;
  double low = 0, high = 0;  ///< rise per horizontal metre of the rays that can meet it
};

class Caster {
 public:
  Caster(const World& world, const Scene& scene, int frame)
      : world_(world),
        scene_(scene),
        options_(world.options()),
        turn_(make_turn(options_)),
        time_s_(static_cast<double>(world.frame_time_ns(frame)) * 1e-9),
        T_ego_sensor_(*make_rig(options_).front().sensor.T_ego_sensor),
        T_sensor_world_(((world.T_world_ego(time_s_)) * T_ego_sensor_).inverse()),
        seed_(hash(world.seed(), 0x11DA5, frame)),
        weather_(attenuation_of(world.weather(time_s_))) {
    for (const double elevation : beam_elevations_rad(options_.lidar_beams)) {
      cos_.push_back(std::cos(elevation));
      sin_.push_back(std::sin(elevation));
    }
    list_candidates();
  }

  Sweep run() {
    best_.resize(cos_.size());
    for (int column = 0; column < turn_.columns; ++column) fire(column);
    return std::move(sweep_);
  }

 private:
  struct Return {
    double range_m = 0;
    double cosine = 1;
    double reflectivity = 0;
    std::uint32_t source = kOnGround;
  };

  /// Which solids each firing can meet, by their bearing from the sensor.
  void list_candidates();
  void fire(int column);
  void meet_ground(const Vec3& origin, const std::vector<Ray>& rays);
  void store(int column, const std::vector<Ray>& rays);

  const World& world_;
  const Scene& scene_;
  const SynthOptions& options_;
  Turn turn_;
  double time_s_;
  SE3 T_ego_sensor_, T_sensor_world_;
  std::uint64_t seed_;
  Attenuation weather_;
  std::vector<double> cos_, sin_;  ///< of the beams' elevations
  std::vector<std::vector<const Solid*>> by_column_;
  std::vector<Return> best_;
  std::vector<Ray> rays_;
  std::vector<Candidate> candidates_;
  Sweep sweep_;
};

void Caster::list_candidates() {
  by_column_.resize(static_cast<std::size_t>(turn_.columns));
  const SE3 T_world_sensor = T_sensor_world_.inverse();
  const Vec3 origin = T_world_sensor.translation();
  const Vec3 forward = T_world_sensor.linear().col(0);
  const double sensor_yaw = std::atan2(forward.y(), forward.x());
  const double ego_mps = world_.ego_motion(time_s_).speed_mps;
  // Bearings in the tilted sensor frame differ from those on the map.
  constexpr double kTilt_rad = 0.05;
  for (const Solid& solid : scene_.solids()) {
    const double moves_m = (ego_mps + std::hypot(solid.vx_mps, solid.vy_mps) + 4) * turn_.duration_s + 0.05;
    const double dx = solid.x_m - origin.x();
    const double dy = solid.y_m - origin.y();
    const double centre = std::atan2(dy, dx);
    const double c = std::cos(solid.yaw_rad);
    const double s = std::sin(solid.yaw_rad);
    const double a = 0.5 * solid.body->size_m.x();
    const double b = 0.5 * solid.body->size_m.y();
    double low = 0;
    double high = 0;
    // Distance from the sensor to the footprint.
    const double along = std::max(0.0, std::abs(c * dx + s * dy) - a);
    const double across = std::max(0.0, std::abs(c * dy - s * dx) - b);
    const double nearest_m = std::hypot(along, across);
    if (nearest_m > options_.lidar_range_m + moves_m) continue;
    const bool around = nearest_m <= 1.01 * moves_m;
    if (!around) {
      for (const double p : {-a, a}) {
        for (const double q : {-b, b}) {
          const double bearing = wrap_angle(std::atan2(dy + s * p + c * q, dx + c * p - s * q) - centre);
          low = std::min(low, bearing);
          high = std::max(high, bearing);
        }
      }
      const double margin = std::asin(moves_m / nearest_m) + kTilt_rad;
      low -= margin;
      high += margin;
    }
    const double res = 2 * kPi / turn_.columns;
    const auto n = static_cast<std::int64_t>(turn_.columns);
    if (around || high - low >= 2 * kPi - 2 * res) {
      for (auto& list : by_column_) list.push_back(&solid);
      continue;
    }
    // Columns count clockwise from the turn's begin at -90 degrees.
    const double first_way = -0.5 * kPi - (centre + high - sensor_yaw);
    const auto first = static_cast<std::int64_t>(std::floor(first_way / res)) - 1;
    const auto count = static_cast<std::int64_t>(std::ceil((high - low) / res)) + 3;
    for (std::int64_t k = 0; k < std::min(count, n); ++k) {
      by_column_[static_cast<std::size_t>((((first + k) % n) + n) % n)].push_back(&solid);
    }
  }
}

void Caster::fire(int column) {
  const double after_s = turn_.offset_s(column);
  const SE3 T_world_sensor = world_.T_world_ego(time_s_ + after_s) * T_ego_sensor_;
  const Vec3 origin = T_world_sensor.translation();
  const double azimuth = turn_.azimuth_rad(column);
  const Eigen::Matrix3d& R = T_world_sensor.linear();
  const Vec3 level = std::cos(azimuth) * R.col(0) + std::sin(azimuth) * R.col(1);
  const Vec3 up = R.col(2);
  rays_.clear();
  for (std::size_t beam = 0; beam < cos_.size(); ++beam) {
    const Vec3 d = cos_[beam] * level + sin_[beam] * up;
    rays_.push_back({origin.x(), origin.y(), origin.z(), d.x(), d.y(), d.z()});
    best_[beam] = {options_.lidar_range_m, 1, 0, kOnGround};
  }
  candidates_.clear();
  for (const Solid* solid : by_column_[static_cast<std::size_t>(column)]) {
    const Vec3& size = solid->body->size_m;
    const double distance_m = std::hypot(solid->x_m + solid->vx_mps * after_s - origin.x(),
                                         solid->y_m + solid->vy_mps * after_s - origin.y());
    const double radius_m = 0.5 * std::hypot(size.x(), size.y());
    const double near_m = std::max(0.05, distance_m - radius_m);
    const double far_m = distance_m + radius_m;
    const double top_m = solid->z_m + size.z() - origin.z();
    const double bottom_m = solid->z_m - 1.01 - origin.z();
    candidates_.push_back({solid, bottom_m / (bottom_m < 0 ? near_m : far_m), top_m / (top_m > 0 ? near_m : far_m)});
  }
  for (std::size_t beam = 0; beam < rays_.size(); ++beam) {
    const Ray& ray = rays_[beam];
    const double rise = ray.dz / std::hypot(ray.dx, ray.dy);
    for (const Candidate& candidate : candidates_) {
      if (rise < candidate.low || rise > candidate.high) continue;
      Hit hit;
      const std::uint64_t noise = candidate.solid->body->free_path_m > 0 ? hash(seed_, column, beam, 7) : 0;
      if (!intersect(*candidate.solid, after_s, ray, noise, hit) || hit.enter >= best_[beam].range_m) continue;
      const std::uint32_t agent = candidate.solid->agent;
      best_[beam] = {hit.enter, hit.cosine, candidate.solid->body->reflectivity,
                     agent == kFixture ? kOnFixture : agent};
    }
  }
  meet_ground(origin, rays_);
  store(column, rays_);
}

void Caster::meet_ground(const Vec3& origin, const std::vector<Ray>& rays) {
  double from_m = 0.5;
  for (std::size_t beam = 0; beam < rays.size(); ++beam) {
    const Ray& ray = rays[beam];
    const double level = std::hypot(ray.dx, ray.dy);
    const double at_m = scene_.ground().meet_m(origin.x(), origin.y(), origin.z(), ray.dx / level, ray.dy / level,
                                               ray.dz / level, from_m, options_.lidar_range_m);
    if (at_m < 0) break;  // the beams above go further still
    // The next beam is higher and meets the ground further away; its bearing differs a little by the sensor's tilt.
    from_m = std::max(0.5, 0.97 * at_m - 1);
    const double range_m = at_m / level;
    if (range_m >= best_[beam].range_m) continue;
    best_[beam] = {range_m, std::abs(ray.dz), kGroundReflectivity, kOnGround};
  }
}

void Caster::store(int column, const std::vector<Ray>& rays) {
  const double after_s = turn_.offset_s(column);
  for (std::size_t beam = 0; beam < rays.size(); ++beam) {
    const Return& r = best_[beam];
    if (r.range_m >= options_.lidar_range_m || r.range_m < kLeastRange_m) continue;
    const std::uint64_t bits = hash(seed_, column, beam, 1);
    // Weak returns get lost: dark, far, grazing.
    const double share = r.range_m / (options_.lidar_range_m * weather_.reach);
    const double weak = share * share * share * (1.15 - r.reflectivity) * (1.2 - 0.8 * r.cosine);
    if (uniform_of(bits) < options_.lidar_dropout + weather_.dropout + 0.8 * weak) continue;
    const double range_m = r.range_m + options_.lidar_noise_m * normal_of(mix(bits));
    if (range_m < kLeastRange_m) continue;
    const Ray& ray = rays[beam];
    const Vec3 p =
        T_sensor_world_ * Vec3(ray.ox + range_m * ray.dx, ray.oy + range_m * ray.dy, ray.oz + range_m * ray.dz);
    const double brightness = r.reflectivity * std::sqrt(r.cosine) + 0.02 * normal_of(mix(bits + 1));
    sweep_.cloud.x_m.push_back(static_cast<float>(p.x()));
    sweep_.cloud.y_m.push_back(static_cast<float>(p.y()));
    sweep_.cloud.z_m.push_back(static_cast<float>(p.z()));
    sweep_.cloud.intensity.push_back(static_cast<float>(std::clamp(brightness, 0.0, 1.0)));
    sweep_.cloud.time_offset_ns.push_back(static_cast<std::int32_t>(std::llround(after_s * 1e9)));
    sweep_.source.push_back(r.source);
  }
}

}  // namespace

Sweep cast(const World& world, const Scene& scene, int frame) { return Caster(world, scene, frame).run(); }

Sweep cast(const World& world, int frame) {
  const double time_s = static_cast<double>(world.frame_time_ns(frame)) * 1e-9;
  return cast(world, Scene(world, time_s, world.options().lidar_range_m), frame);
}

}  // namespace concord::synth
