#include "src/stats/replicates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concord::stats {
namespace {

/// SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t mixed(std::uint64_t state) {
  state += 0x9E3779B97F4A7C15ULL;
  state = (state ^ (state >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  state = (state ^ (state >> 27U)) * 0x94D049BB133111EBULL;
  return state ^ (state >> 31U);
}

/// FNV-1a; the text's length keeps "a" + "bc" from "ab" + "c".
std::uint64_t text_hash(std::string_view text, std::uint64_t start) {
  std::uint64_t hash = start ^ text.size();
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return mixed(hash);
}

/// Poisson(1): P(X <= k) as multiples of 2^-64, for k from 0; what is beyond the last is 9.
constexpr std::array<double, 9> kCumulative{0.36787944117144233, 0.7357588823428847, 0.9196986029286058,
                                            0.9810118431238462,  0.9963401531726563, 0.9994058151824183,
                                            0.9999167588507119,  0.9999897508033253, 0.999998874797402};

}  // namespace

std::uint64_t cluster_of(std::string_view drive, std::string_view track) {
  return text_hash(track, text_hash(drive, 0xCBF29CE484222325ULL));
}

std::array<std::uint8_t, kReplicates> replicate_weights(std::uint64_t cluster, std::uint64_t seed) {
  std::array<std::uint8_t, kReplicates> weights{};
  const std::uint64_t start = mixed(cluster ^ mixed(seed));
  for (std::size_t i = 0; i < kReplicates; ++i) {
    const double uniform = static_cast<double>(mixed(start + i) >> 11U) * 0x1p-53;
    while (weights[i] < kCumulative.size() && uniform >= kCumulative[weights[i]]) ++weights[i];
  }
  return weights;
}

Estimate estimate(double value, std::vector<double> replicates, std::int64_t clusters) {
  constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
  Estimate result{value, kUndefined, kUndefined};
  std::erase_if(replicates, [](double replicate) { return !std::isfinite(replicate); });
  if (!std::isfinite(value) || clusters < 2 || replicates.size() < kReplicates / 2) return result;
  std::sort(replicates.begin(), replicates.end());
  const auto last = static_cast<double>(replicates.size() - 1);
  result.low = replicates[static_cast<std::size_t>(std::floor(0.025 * last))];
  result.high = replicates[static_cast<std::size_t>(std::ceil(0.975 * last))];
  return result;
}

}  // namespace concord::stats
