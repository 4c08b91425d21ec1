#include "src/seeding/random.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "concord/hash.hpp"

namespace concord::seeding {

Random::Random(std::string_view key) : engine_(std::stoull(short_hash(key), nullptr, 16)) {}

std::uint64_t Random::below(std::uint64_t count) {
  if (count == 0) return 0;
  // The engine's last, incomplete block would favour small numbers.
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t end = kMax - kMax % count;
  std::uint64_t number = engine_();
  while (number >= end) number = engine_();
  return number % count;
}

double Random::uniform() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }

double Random::gauss() {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += uniform();
  return sum;
}

Vec3 Random::direction() {
  for (;;) {
    const double x = 2 * uniform() - 1;
    const double y = 2 * uniform() - 1;
    const double squares = x * x + y * y;
    if (squares > 1 || squares < 0.01) continue;
    const double length = std::sqrt(squares);
    return {x / length, y / length, 0};
  }
}

}  // namespace concord::seeding
