#pragma once

#include <cstdint>

namespace concord::synth {

/// Output function of splitmix64 (Steele, Lea, Flood 2014): every input bit moves every output bit.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

/// 64 random bits that depend on nothing but the given numbers: what is drawn for one thing never moves what is drawn
/// for another, whatever the order or the thread.
template <class... Parts>
[[nodiscard]] constexpr std::uint64_t hash(std::uint64_t first, Parts... rest) {
  std::uint64_t h = mix(first);
  ((h = mix(h ^ static_cast<std::uint64_t>(rest))), ...);
  return h;
}

/// [0, 1), on a grid of 2^-53.
[[nodiscard]] constexpr double uniform_of(std::uint64_t bits) { return static_cast<double>(bits >> 11U) * 0x1p-53; }

/// Standard normal to the eye, of mean 0 and variance 1, but never beyond 3.47: the sum of four uniform numbers, 16
/// bits each. Bounded, so that no drive holds an outlier by chance.
[[nodiscard]] constexpr double normal_of(std::uint64_t bits) {
  const auto sum =
      static_cast<double>((bits & 0xFFFFU) + ((bits >> 16U) & 0xFFFFU) + ((bits >> 32U) & 0xFFFFU) + (bits >> 48U));
  constexpr double kScale = 1.7320508075688772 / 65535.0;  // sqrt(12 / 4) for a uniform number on [0, 1]
  return (sum - 2 * 65535.0) * kScale;
}

/// A sequence of random numbers; the same on every platform.
class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : state_(seed) {}
  constexpr std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    return mix(state_);
  }
  constexpr double uniform(double low, double high) { return low + (high - low) * uniform_of(next()); }
  constexpr bool chance(double probability) { return uniform_of(next()) < probability; }
  /// 0 .. count - 1.
  constexpr int below(int count) { return static_cast<int>(uniform_of(next()) * count); }
  constexpr double normal() { return normal_of(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace concord::synth
