#include "src/synth/terrain.hpp"

#include <cmath>
#include <numbers>

#include "src/synth/random.hpp"

namespace concord::synth {

Terrain::Terrain(double scale, std::uint64_t seed) {
  constexpr std::array<double, 3> kAmplitudes_m{0.9, 0.6, 0.25};
  constexpr std::array<double, 3> kWavelengths_m{420, 260, 170};
  Random random(seed);
  for (std::size_t i = 0; i < waves_.size(); ++i) {
    const double direction_rad = random.uniform(0, 2 * std::numbers::pi);
    const double k = 2 * std::numbers::pi / kWavelengths_m[i];
    waves_[i] = {scale * kAmplitudes_m[i], k * std::cos(direction_rad), k * std::sin(direction_rad),
                 random.uniform(0, 2 * std::numbers::pi)};
  }
}

double Terrain::height_m(double x_m, double y_m) const {
  double height = 0;
  for (const Wave& w : waves_) height += w.amplitude_m * std::sin(w.kx_per_m * x_m + w.ky_per_m * y_m + w.phase_rad);
  return height;
}

std::array<double, 2> Terrain::gradient(double x_m, double y_m) const {
  std::array<double, 2> gradient{};
  for (const Wave& w : waves_) {
    const double slope = w.amplitude_m * std::cos(w.kx_per_m * x_m + w.ky_per_m * y_m + w.phase_rad);
    gradient[0] += slope * w.kx_per_m;
    gradient[1] += slope * w.ky_per_m;
  }
  return gradient;
}

}  // namespace concord::synth
