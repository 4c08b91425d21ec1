#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "src/synth/ground.hpp"
#include "src/synth/world.hpp"

namespace concord::synth {

/// `Solid::agent` of what is no road user.
inline constexpr std::uint32_t kFixture = std::numeric_limits<std::uint32_t>::max();

/// A body in the world at a scene's time, and how it moves on around that time.
struct Solid {
  const Body* body = nullptr;
  std::uint32_t agent = kFixture;  ///< index into World::agents
  double x_m = 0, y_m = 0, z_m = 0, yaw_rad = 0;
  double vx_mps = 0, vy_mps = 0, yaw_rate_radps = 0;
};

/// The surroundings of the ego at one instant.
class Scene {
 public:
  /// Without ground where rays are not to meet it: that is most of the work.
  Scene(const World& world, double time_s, double reach_m, bool with_ground = true);

  [[nodiscard]] const std::vector<Solid>& solids() const { return solids_; }  ///< road users by id, then fixtures
  [[nodiscard]] const Ground& ground() const { return *ground_; }

 private:
  std::vector<Solid> solids_;
  std::optional<Ground> ground_;
};

/// The share of the solid `target` of `scene` that can be seen from `origin`: of rays to a grid over its outline that
/// meet it, those that meet nothing else before.
[[nodiscard]] double visible_share(const Scene& scene, std::size_t target, const Vec3& origin, std::uint64_t seed);

/// Entry of `ray` (world axes) into `solid` as it is `after_s` later. `noise` are random bits for vegetation.
[[nodiscard]] bool intersect(const Solid& solid, double after_s, const Ray& ray, std::uint64_t noise, Hit& hit);

}  // namespace concord::synth
