#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "concord/geometry.hpp"

namespace concord::seeding {

/// Random numbers that depend on a text alone. The engine's output is laid down by the C++ standard; everything is
/// derived from it with integers, + - * / and sqrt, unlike the standard's distributions, which differ by library.
class Random {
 public:
  explicit Random(std::string_view key);
  /// A whole number in [0, count), each equally likely; 0 when count is 0.
  std::uint64_t below(std::uint64_t count);
  /// A multiple of 2^-53 in [0, 1).
  double uniform();
  /// Mean 0, variance 1, within +-6: the sum of twelve uniform numbers.
  double gauss();
  /// A horizontal unit vector, every direction equally likely.
  Vec3 direction();
  double one_of(std::span<const double> values) { return values[below(values.size())]; }
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace concord::seeding
