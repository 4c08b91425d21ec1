#pragma once

#include <array>
#include <cstdint>

namespace concord::synth {

/// Height of the bare ground, a sum of long waves; the steepest place has 3.7 % of slope at scale 1.
class Terrain {
 public:
  Terrain(double scale, std::uint64_t seed);
  [[nodiscard]] double height_m(double x_m, double y_m) const;
  /// d height / dx and / dy.
  [[nodiscard]] std::array<double, 2> gradient(double x_m, double y_m) const;

 private:
  struct Wave {
    double amplitude_m, kx_per_m, ky_per_m, phase_rad;
  };
  std::array<Wave, 3> waves_;
};

}  // namespace concord::synth
