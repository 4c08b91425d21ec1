#include <memory>

#include "concord/measure.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/boxes.hpp"

namespace concord::bench {

/// All that is measured of a drive's labels, by the public interface: boxes, pairs within each frame, motion, tracks,
/// residuals. An item is a label.
Work measure_drive(const Target& target) {
  struct State {
    Drive drive = drive_of_tracks(1000, 100);
    std::unique_ptr<Measurer> measurer;
    std::vector<LabelSetMeasurements> tables;
  };
  const auto state = std::make_shared<State>();
  state->measurer = std::move(Measurer::create({.device = target.device, .threads = target.threads})).value();
  const auto run = [state] { state->tables = std::move(state->measurer->measure(state->drive)).value(); };
  run();
  const auto labels = static_cast<double>(state->drive.label_sets[0].size());
  const auto overlaps = static_cast<double>(state->tables[0].pairs.size());
  // The floors of track_motion and track_residuals, half of the pairs of 100 boxes, and a row of 17 bytes for each box.
  const Floor floor{(600 + 576 + 50 * 8) * labels + 260 * overlaps,
                    (2 * 80 + 8 + 15 * 8 + 4 * 4 + 40 * 8 + 17) * labels + 44 * overlaps};
  return {"measure_drive", run, labels, floor, {}};
}

}  // namespace concord::bench
