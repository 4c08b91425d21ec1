#include <memory>

#include "src/measure/motion.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/boxes.hpp"

namespace concord::bench {

/// The track part of measuring a drive: labels in the order of their tracks, in the world, and every step between them.
/// An item is a label.
Work track_motion(const Target& target) {
  struct State {
    Drive drive = drive_of_tracks(1000, 100);
    std::unique_ptr<kernels::ExecutionContext> context;
    MotionTable table;
  };
  const auto state = std::make_shared<State>();
  state->context = make_context(target.device, target.threads);
  const std::size_t batch = target.device == "cpu" ? 4096U * static_cast<std::size_t>(target.threads) : 1U << 20U;
  const LabelSet& set = state->drive.label_sets[0];
  const auto labels = static_cast<double>(set.size());
  // Reads the ten numbers of a box, its frame and track; writes 15 numbers and 4 codes. Two boxes prepared, one
  // overlap, the kinematics, two angles.
  const Floor floor{600 * labels, (10 * 8 + 2 * 4 + 15 * 8 + 4 * 4) * labels};
  return {"track_motion",
          [state, batch] {
            state->table =
                measure::measure_motion(*state->context, state->drive, state->drive.label_sets[0],
                                        measure::order_by_track(state->drive, state->drive.label_sets[0]), batch);
          },
          labels,
          floor,
          {}};
}

}  // namespace concord::bench
