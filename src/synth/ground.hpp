#pragma once

#include <cstddef>
#include <vector>

#include "src/synth/road.hpp"
#include "src/synth/terrain.hpp"

namespace concord::synth {

/// The ground around one place, sampled every two metres: fast to look up. Within 1 mm of the terrain; where the road
/// has curbs, the sidewalk is a step above it.
class Ground {
 public:
  Ground(const Road& road, const Terrain& terrain, bool curbs, double x_m, double y_m, double s_m, double reach_m);
  [[nodiscard]] double height_m(double x_m, double y_m) const;

  /// Where a ray meets the ground, as horizontal distance from its origin. `dx`, `dy` is the ray's horizontal unit
  /// direction, `slope` its rise per horizontal metre, `from_m` a distance at which it is still above the ground.
  /// Negative when it does not reach the ground before `to_m`.
  [[nodiscard]] double meet_m(double x_m, double y_m, double z_m, double dx, double dy, double slope, double from_m,
                              double to_m) const;

 private:
  struct Node {
    double height_m = 0;
    double inside_m = -1;  ///< how far inside a sidewalk; negative outside
  };
  void add_sidewalks(const Road& road, double s_m);

  double x0_m_ = 0, y0_m_ = 0;
  std::size_t side_ = 0;  ///< nodes a row
  std::vector<Node> nodes_;
};

}  // namespace concord::synth
