#include <memory>

#include "concord/judge.hpp"
#include "concord/measure.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/boxes.hpp"

namespace concord::bench {

/// All checks of a drive's labels, on one thread; its measurements are made before. An item is a label.
Work judge_drive(const Target& target) {
  struct State {
    Drive drive = drive_of_tracks(1000, 100);
    std::vector<LabelSetMeasurements> tables;
    Profile profile;
  };
  const auto state = std::make_shared<State>();
  const auto measurer = std::move(Measurer::create({.device = target.device, .threads = target.threads})).value();
  state->tables = std::move(measurer->measure(state->drive)).value();
  const auto labels = static_cast<double>(state->drive.label_sets[0].size());
  // Every table is read once.
  const Floor floor{0, (10 * 8 + 15 * 8 + 4 * 4 + 40 * 8) * labels};
  return {"judge_drive",
          [state] { std::move(judge(state->drive, state->tables, state->profile, {})).value(); },
          labels,
          floor,
          {}};
}

}  // namespace concord::bench
