#include "src/synth/scene.hpp"

#include <algorithm>
#include <cmath>

#include "src/synth/random.hpp"

namespace concord::synth {
namespace {

Ground ground_around(const World& world, double time_s, double reach_m) {
  const Motion ego = world.agents().front().at(time_s);
  return {world.road(), world.terrain(), world.options().curbs, ego.x_m, ego.y_m, world.ego_motion(time_s).s_m,
          reach_m};
}

/// Whether the line of the ray crosses the box around the body; the body's own frame.
bool crosses_box(const Vec3& size, const Ray& ray) {
  double enter = 0;
  double leave = 1e30;
  const auto slab = [&](double origin, double direction, double low, double high) {
    const double inverse = 1 / direction;  // infinite for a ray along the slab: the comparisons still hold
    const double a = (low - origin) * inverse;
    const double b = (high - origin) * inverse;
    enter = std::max(enter, std::min(a, b));
    leave = std::min(leave, std::max(a, b));
  };
  slab(ray.ox, ray.dx, -0.5 * size.x(), 0.5 * size.x());
  slab(ray.oy, ray.dy, -0.5 * size.y(), 0.5 * size.y());
  slab(ray.oz, ray.dz, -1.01, size.z());
  return enter <= leave;
}

}  // namespace

Scene::Scene(const World& world, double time_s, double reach_m, bool with_ground) {
  if (with_ground) ground_ = ground_around(world, time_s, reach_m);
  for (const std::size_t i : world.agents_near(time_s, reach_m + 15)) {
    const Motion motion = world.agents()[i].at(time_s);
    solids_.push_back({&world.body(i), static_cast<std::uint32_t>(i), motion.x_m, motion.y_m, world.ground_m(i, time_s),
                       motion.yaw_rad, motion.vx_mps, motion.vy_mps, motion.yaw_rate_radps});
  }
  const Motion ego = world.agents().front().at(time_s);
  for (const Fixture& fixture : world.structure().around(world.ego_motion(time_s).s_m, reach_m + 20)) {
    if (std::hypot(fixture.x_m - ego.x_m, fixture.y_m - ego.y_m) > reach_m + 15) continue;
    solids_.push_back({&fixture.body, kFixture, fixture.x_m, fixture.y_m, fixture.z_m, fixture.yaw_rad, 0, 0, 0});
  }
}

bool intersect(const Solid& solid, double after_s, const Ray& ray, std::uint64_t noise, Hit& hit) {
  const double yaw = solid.yaw_rad + solid.yaw_rate_radps * after_s;
  const double c = std::cos(yaw);
  const double s = std::sin(yaw);
  const double ox = ray.ox - solid.x_m - solid.vx_mps * after_s;
  const double oy = ray.oy - solid.y_m - solid.vy_mps * after_s;
  const Ray own{c * ox + s * oy,         c * oy - s * ox,         ray.oz - solid.z_m,
                c * ray.dx + s * ray.dy, c * ray.dy - s * ray.dx, ray.dz};
  const Body& body = *solid.body;
  if (!crosses_box(body.size_m, own)) return false;
  bool found = false;
  for (const Part& part : body.parts) {
    Hit at;
    if (!part.intersect(own, at)) continue;
    if (body.free_path_m > 0) {
      at.enter -= body.free_path_m * std::log(1 - uniform_of(noise));
      if (at.enter > at.leave) continue;
    }
    if (!found || at.enter < hit.enter) hit = at;
    found = true;
  }
  return found;
}

double visible_share(const Scene& scene, std::size_t target, const Vec3& origin, std::uint64_t seed) {
  constexpr int kAcross = 7;
  constexpr int kUp = 5;
  const Solid& solid = scene.solids()[target];
  const Vec3& size = solid.body->size_m;
  const double dx = solid.x_m - origin.x();
  const double dy = solid.y_m - origin.y();
  const double distance_m = std::max(0.1, std::hypot(dx, dy));
  const double facing = std::atan2(dy, dx) - solid.yaw_rad;
  const double half_m = 0.5 * (size.x() * std::abs(std::sin(facing)) + size.y() * std::abs(std::cos(facing)));
  std::vector<const Solid*> blockers;
  for (const Solid& other : scene.solids()) {
    const double ox = other.x_m - origin.x();
    const double oy = other.y_m - origin.y();
    const double radius_m = 0.5 * std::hypot(other.body->size_m.x(), other.body->size_m.y());
    const double along_m = (ox * dx + oy * dy) / distance_m;
    const double across_m = std::abs(ox * dy - oy * dx) / distance_m;
    const bool between = along_m > -radius_m && along_m < distance_m + radius_m && across_m < half_m + radius_m + 0.1;
    if (&other != &solid && between) blockers.push_back(&other);
  }
  int hits = 0;
  int seen = 0;
  for (int i = 0; i < kAcross; ++i) {
    for (int k = 0; k < kUp; ++k) {
      const double across_m = half_m * 1.9 * ((i + 0.5) / kAcross - 0.5);
      const double x = solid.x_m - across_m * dy / distance_m;
      const double y = solid.y_m + across_m * dx / distance_m;
      const double z = solid.z_m + size.z() * (k + 0.6) / (kUp + 0.2);
      const Vec3 direction = (Vec3(x, y, z) - origin).normalized();
      const Ray ray{origin.x(), origin.y(), origin.z(), direction.x(), direction.y(), direction.z()};
      Hit own;
      if (!intersect(solid, 0, ray, 0, own)) continue;
      ++hits;
      const bool hidden = std::any_of(blockers.begin(), blockers.end(), [&](const Solid* blocker) {
        Hit hit;
        return intersect(*blocker, 0, ray, hash(seed, i, k), hit) && hit.enter < own.enter;
      });
      if (!hidden) ++seen;
    }
  }
  return hits == 0 ? 0 : static_cast<double>(seen) / hits;
}

}  // namespace concord::synth
