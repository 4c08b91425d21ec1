#include <memory>

#include "tests/bench/bench.hpp"
#include "tests/bench/boxes.hpp"
#include "tests/bench/lidar_frame.hpp"

namespace concord::bench {

/// Points in each of 100 boxes; an item is one of the frame's 120,000 points.
Work points_in_boxes(const Target& target) {
  struct State {
    LidarFrame frame = make_lidar_frame(120'000, 100, true);
    std::unique_ptr<kernels::ExecutionContext> context;
    std::vector<std::uint32_t> counts = std::vector<std::uint32_t>(100);
  };
  const auto state = std::make_shared<State>();
  state->context = make_context(target.device, target.threads);
  const auto points = static_cast<double>(state->frame.x.size());
  // Reads every point once and looks up its cell.
  const Floor floor{4 * points, 12 * points};
  Work work{"points_in_boxes",
            [state] {
              state->context->points_in_boxes(
                  {view(state->frame.boxes), state->frame.box_offset.data(), state->frame.points()},
                  state->counts.data());
            },
            points,
            floor,
            {}};
  if (target.device != "cpu") return work;
  // Peers keep a reference to the frame, which `state` owns.
  const auto add = [&](const char* name, std::function<void()> run) {
    if (run) work.peers.push_back({name, [state, run = std::move(run)] { run(); }, points});
  };
  add("open3d", open3d_points_in_boxes(state->frame, target.threads));
  add("pcl", pcl_points_in_boxes(state->frame, target.threads));
  return work;
}

}  // namespace concord::bench
