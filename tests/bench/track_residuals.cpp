#include <memory>
#include <vector>

#include "src/measure/track_samples.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/boxes.hpp"

namespace concord::bench {

/// The residual kernel alone: each label against a parabola through its neighbours, and against a step. An item is a
/// label.
Work track_residuals(const Target& target) {
  struct State {
    Drive drive = drive_of_tracks(1000, 100);
    measure::TrackSamples samples;
    std::unique_ptr<kernels::ExecutionContext> context;
    std::vector<kernels::ResidualRow> rows;
  };
  const auto state = std::make_shared<State>();
  const LabelSet& set = state->drive.label_sets[0];
  const measure::TrackOrder order = measure::order_by_track(state->drive, set);
  state->samples = measure::TrackSampler(state->drive, set, order, set.size() + 1).next();
  state->context = make_context(target.device, target.threads);
  state->rows.resize(state->samples.size());
  const auto labels = static_cast<double>(state->samples.size());
  // Sums of eight neighbours for the prediction and of ten labels for the step, of place and heading: four of time a
  // curve, three more a quantity, two operations each.
  const Floor floor{(8 + 10) * (4 + 4 * 3) * 2.0 * labels, (10 * 8 + 2 * 4 + sizeof(kernels::ResidualRow)) * labels};
  return {"track_residuals",
          [state] { state->context->track_residuals(state->samples.request(), state->rows.data()); },
          labels,
          floor,
          {}};
}

}  // namespace concord::bench
