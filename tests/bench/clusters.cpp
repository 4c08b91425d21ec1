#include <memory>

#include "tests/bench/bench.hpp"
#include "tests/bench/boxes.hpp"
#include "tests/bench/lidar_frame.hpp"

namespace concord::bench {

/// Clusters of the points of a frame within 0.5 m of each other; an item is one of 44,600 points above the ground.
Work clusters(const Target& target) {
  struct State {
    LidarFrame frame = make_lidar_frame(44'600, 100, false);
    std::unique_ptr<kernels::ExecutionContext> context;
    std::vector<std::uint32_t> labels;
  };
  const auto state = std::make_shared<State>();
  state->context = make_context(target.device, target.threads);
  state->labels.resize(state->frame.x.size());
  const auto points = static_cast<double>(state->frame.x.size());
  // Reads every point, writes its label, and compares it with the points of a neighbouring cell or two.
  const Floor floor{100 * points, 16 * points};
  Work work{"clusters",
            [state] {
              state->context->clusters({state->frame.points(), nullptr, 0.5}, state->labels.data());
            },
            points,
            floor,
            {}};
  if (target.device != "cpu") return work;
  if (const auto run = pcl_clusters(state->frame)) work.peers.push_back({"pcl", run, points});
  return work;
}

}  // namespace concord::bench
