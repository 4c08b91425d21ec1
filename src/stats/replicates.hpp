#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace concord::stats {

/// How often each bootstrap replicate draws a cluster of labels: independent Poisson(1) numbers (Chamandy et al.,
/// "Estimating uncertainty for massive data streams", 2012), a hash of seed, cluster and replicate. So labels of one
/// track stay together, no list of clusters is kept, and any partition of the drives has the same replicates.
inline constexpr std::size_t kReplicates = 200;

/// A name for a cluster: the drive's and the track's, or the label's where it has no track.
[[nodiscard]] std::uint64_t cluster_of(std::string_view drive, std::string_view track);

[[nodiscard]] std::array<std::uint8_t, kReplicates> replicate_weights(std::uint64_t cluster, std::uint64_t seed);

/// A count, [0], and what each replicate makes of it.
using ReplicatedCount = std::vector<std::int64_t>;

/// The value of the whole and a 95 % interval: the 2.5 and 97.5 % percentiles of the replicates. The interval is NaN
/// where fewer than half of the replicates have a value, the whole of `clusters` is less than two, or the value is NaN.
struct Estimate {
  double value, low, high;
};
[[nodiscard]] Estimate estimate(double value, std::vector<double> replicates, std::int64_t clusters);

}  // namespace concord::stats
