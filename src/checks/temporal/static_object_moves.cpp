#include <algorithm>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/residuals.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double is_static = 0;
  double max_moved_m = 1;
  double max_moved_per_range = 0.02;
  double min_labels = 4;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::is_static, "is_static", "1", 0, 1,
             "1 where objects of the class never move by themselves, else 0"},
            {&Parameters::max_moved_m, "max_moved_m", "m", 0, 100, "way that is no movement, near the ego"},
            {&Parameters::max_moved_per_range, "max_moved_per_range", "1", 0, 1, "metres more for each metre of range"},
            {&Parameters::min_labels, "min_labels", "labels", 4, 1000, "shorter runs are not judged"}};
  }
};

/// Residual rows [first, last) of labels that say their object stands.
struct Run {
  std::size_t first = 0, last = 0;
};

/// Horizontal way from the middle of the first to the middle of the last quarter of the run.
double way_m(const Residuals& residuals, const Run& run) {
  const std::size_t quarter = std::max<std::size_t>(1, (run.last - run.first) / 4);
  double squares = 0;
  std::vector<double> values(quarter);
  for (int axis = 0; axis < 2; ++axis) {
    for (std::size_t i = 0; i < quarter; ++i) values[i] = residuals.position_m(run.first + i)[axis];
    const double from = median_of(values);
    for (std::size_t i = 0; i < quarter; ++i) values[i] = residuals.position_m(run.last - 1 - i)[axis];
    const double to = median_of(values);
    squares += (to - from) * (to - from);
  }
  return std::sqrt(squares);
}

/// Whether any label could be one of an object that stands.
bool has_input(const CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  if (labels.moving_state.present()) return true;
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    if (context.is_object(row) && parameters[context.class_of(row)].is_static != 0) return true;
  }
  return false;
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  if (!has_input(context, parameters)) {
    context.skip("labels have no moving state, and none is of a class that cannot move");
    return;
  }
  const Residuals residuals(context);
  const auto stands = [&](std::size_t i) {
    const std::uint32_t row = residuals.label(i);
    const MovingState state = labels.moving_state.get(row).value_or(MovingState::unknown);
    const bool said = state == MovingState::parked || state == MovingState::stopped;
    return context.is_valid_object(row) && (said || parameters[context.class_of(row)].is_static != 0);
  };
  for (std::size_t track = 0; track < residuals.tracks(); ++track) {
    const std::size_t begin = residuals.first(track);
    for_each_run(
        residuals.last(track) - begin, [&](std::size_t k) { return stands(begin + k); },
        [&](std::size_t first, std::size_t last) {
          const Run run{begin + first, begin + last + 1};
          const Parameters& p = parameters[context.class_of(residuals.label(run.first))];
          if (static_cast<double>(run.last - run.first) < p.min_labels) return;
          double range_m = 0;
          for (std::size_t i = run.first; i < run.last; ++i) {
            context.examine(residuals.label(i));
            range_m = std::max(range_m, context.range_m(residuals.label(i)));
          }
          const double limit_m = p.max_moved_m + p.max_moved_per_range * range_m;
          const double moved_m = way_m(residuals, run);
          if (moved_m > limit_m) {
            context.add_span(residuals.label(run.first), residuals.label(run.last - 1), moved_m, limit_m);
          }
        });
  }
}

}  // namespace

Check temporal_static_object_moves() {
  return define<Parameters>({.id = "temporal.static_object_moves",
                             .title = "An object that stands changes its place",
                             .error_type = error_type::kBoundingBox,
                             .severity = Severity::warning,
                             .fault = Fault::position,
                             .scope = Scope::span,
                             .unit = "m",
                             .message = "{object} stands, but moves by {value} m {frames}, limit {limit} m",
                             .inputs = {kTracks, kEgoPoses}},
                            judge_rows);
}

}  // namespace concord::judging
