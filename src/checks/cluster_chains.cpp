#include "src/checks/cluster_chains.hpp"

#include <algorithm>
#include <tuple>

#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

constexpr double kFirstReach_m = 2.5;
constexpr double kReach_m = 1.0, kReachPerLength = 0.3;
constexpr double kMostLengthRatio = 2.0, kLengthFloor_m = 0.5;

class Follower {
 public:
  Follower(const ClusterTable& table, const Frames& frames, double max_speed_mps)
      : table_(table), frames_(frames), max_speed_mps_(max_speed_mps) {}

  std::vector<ClusterChain> chains() {
    std::uint32_t begin = 0;
    while (begin < table_.size()) {
      std::uint32_t end = begin;
      while (end < table_.size() && table_.frame[end] == table_.frame[begin]) ++end;
      advance(begin, end);
      begin = end;
    }
    for (auto& chain : open_) done_.push_back(std::move(chain));
    return std::move(done_);
  }

 private:
  struct Pair {
    double distance_m;
    std::size_t chain;
    std::uint32_t cluster;
  };

  [[nodiscard]] Vec3 place_of(std::uint32_t cluster) const {
    const Vec3 place(table_.x_m[cluster], table_.y_m[cluster], table_.z_m[cluster]);
    const std::uint32_t frame = table_.frame[cluster];
    return frames_.has_pose(frame) ? Vec3(frames_.T_world_ego[frame] * place) : place;
  }

  /// Possible successors of an open chain among the clusters [begin, end) of the frame after its last.
  void add_pairs(std::size_t chain, std::uint32_t begin, std::uint32_t end, std::vector<Pair>& pairs) const {
    const ClusterChain& open = open_[chain];
    const std::uint32_t last = open.clusters.back();
    if (table_.frame[last] + 1 != table_.frame[begin]) return;
    const bool has_way = open.place_m.size() > 1;
    const double dt_s = seconds_between(frames_, table_.frame[last], table_.frame[begin]);
    const Vec3 step = has_way ? Vec3(open.place_m.back() - open.place_m[open.place_m.size() - 2]) : Vec3(Vec3::Zero());
    const double reach_m =
        has_way ? kReach_m + kReachPerLength * table_.length_m[last] : std::min(max_speed_mps_ * dt_s, kFirstReach_m);
    for (std::uint32_t cluster = begin; cluster < end; ++cluster) {
      const double ratio = (table_.length_m[cluster] + kLengthFloor_m) / (table_.length_m[last] + kLengthFloor_m);
      const double distance_m = (place_of(cluster) - open.place_m.back() - step).head<2>().norm();
      if (distance_m <= reach_m && ratio * kMostLengthRatio > 1 && ratio < kMostLengthRatio) {
        pairs.push_back({distance_m, chain, cluster});
      }
    }
  }

  /// Joins the clusters [begin, end) of one frame to the chains that end in the frame before.
  void advance(std::uint32_t begin, std::uint32_t end) {
    std::vector<Pair> pairs;
    for (std::size_t chain = 0; chain < open_.size(); ++chain) add_pairs(chain, begin, end, pairs);
    std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
      return std::tie(a.distance_m, a.chain, a.cluster) < std::tie(b.distance_m, b.chain, b.cluster);
    });
    std::vector<std::uint8_t> taken(end - begin, 0), continued(open_.size(), 0);
    for (const Pair& pair : pairs) {
      if (taken[pair.cluster - begin] != 0 || continued[pair.chain] != 0) continue;
      taken[pair.cluster - begin] = continued[pair.chain] = 1;
      open_[pair.chain].clusters.push_back(pair.cluster);
      open_[pair.chain].place_m.push_back(place_of(pair.cluster));
    }
    std::vector<ClusterChain> next;
    for (std::size_t c = 0; c < open_.size(); ++c) (continued[c] != 0 ? next : done_).push_back(std::move(open_[c]));
    for (std::uint32_t cluster = begin; cluster < end; ++cluster) {
      if (taken[cluster - begin] == 0) next.push_back({{cluster}, {place_of(cluster)}});
    }
    open_ = std::move(next);
  }

  const ClusterTable& table_;
  const Frames& frames_;
  double max_speed_mps_;
  std::vector<ClusterChain> open_, done_;
};

}  // namespace

std::vector<ClusterChain> follow_clusters(const ClusterTable& table, const Frames& frames, double max_speed_mps) {
  return Follower(table, frames, max_speed_mps).chains();
}

}  // namespace concord::judging
