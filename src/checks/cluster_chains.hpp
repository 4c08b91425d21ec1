#pragma once

#include <cstdint>
#include <vector>

#include "concord/drive.hpp"
#include "concord/measurements.hpp"

namespace concord::judging {

/// Clusters of consecutive frames, one a frame, that are taken for one object.
struct ClusterChain {
  std::vector<std::uint32_t> clusters;  ///< rows of the cluster table
  std::vector<Vec3> place_m;  ///< middle of each, in the world where its frame has a pose, else in the ego frame
};

/// Follows the clusters from frame to frame. The middle of a cluster must lie near where the last two of its chain lead
/// (within 1 m and 0.3 of its length, since the middle of what is seen jumps when another side comes into view); a
/// first step may be any of at most `max_speed_mps` and 2.5 m. Lengths of successors are within a factor of two (0.5 m
/// added to both). Nearest pairs are joined first; a cluster is in exactly one chain. Chains end where a frame has no
/// successor.
[[nodiscard]] std::vector<ClusterChain> follow_clusters(const ClusterTable& table, const Frames& frames,
                                                        double max_speed_mps);

}  // namespace concord::judging
