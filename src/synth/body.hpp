#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "concord/geometry.hpp"
#include "src/synth/agent.hpp"

namespace concord::synth {

/// A ray from outside or inside a solid: point `origin` + t * `direction`.
struct Ray {
  double ox = 0, oy = 0, oz = 0;
  double dx = 1, dy = 0, dz = 0;
};

struct Hit {
  double enter = 0, leave = 0;  ///< t
  double cosine = 0;            ///< of the angle between ray and surface normal where it enters
};

/// A convex solid between two horizontal octagons (rectangles with cut corners) whose edges are parallel in pairs.
class Part {
 public:
  struct Face {
    double x0_m, x1_m, half_width_m;
  };
  Part(double z0_m, double z1_m, const Face& bottom, const Face& top, double chamfer_m);

  /// Entry at t > 0 (a ray that starts inside enters at 0). False when the ray misses.
  [[nodiscard]] bool intersect(const Ray& ray, Hit& hit) const;
  [[nodiscard]] const std::array<Vec3, 16>& vertices() const { return vertices_; }

 private:
  struct Plane {
    double nx, ny, nz, offset;
  };
  std::array<Plane, 10> planes_{};
  std::array<Vec3, 16> vertices_;  ///< bottom octagon, then top, both counter-clockwise
};

/// What a thing looks like: a few convex parts that touch the six faces of a box of `size_m`, but do not fill it. The
/// body's own frame: x forward, y left, z up, origin on the ground below the middle.
struct Body {
  Vec3 size_m = Vec3::Zero();
  std::vector<Part> parts;
  double reflectivity = 0.3;
  double free_path_m = 0;  ///< mean depth that a ray reaches inside, of vegetation; 0: solid
};

[[nodiscard]] Body make_body(Kind kind, const Vec3& size_m);
/// One part: a block, with corners cut by `chamfer_m`.
[[nodiscard]] Body make_block(const Vec3& size_m, double bottom_m, double chamfer_m);

}  // namespace concord::synth
