#include "src/checks/check.hpp"
#include "src/checks/tracks.hpp"
#include "src/checks/visible.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_labels = 5;
  double min_duration_s = 0.45;
  double max_range_m = 50;
  double margin_s = 1;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::min_labels,
             "min_labels",
             "labels",
             0,
             1000,
             "a track with fewer labels is short ...",
             {quantity::kTrackLabels, PriorSide::lower, 1e-3}},
            {&Parameters::min_duration_s, "min_duration_s", "s", 0, 100, "... if it also lasts less than this"},
            {&Parameters::max_range_m, "max_range_m", "m", 0, 1000,
             "tracks that never come this near may come into sight briefly"},
            {&Parameters::margin_s, "margin_s", "s", 0, 100,
             "tracks this near to an end of the drive may be cut off by it"}};
  }
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  const Frames& frames = context.drive().frames;
  const TrackRows tracks(labels);
  for (std::size_t code = 0; code < tracks.size(); ++code) {
    const auto rows = tracks.of(code);
    if (rows.empty()) continue;
    const std::uint32_t first = labels.frame[rows.front()];
    const std::uint32_t last = labels.frame[rows.back()];
    const Parameters& p = parameters[context.class_of(rows.front())];
    if (seconds_between(frames, 0, first) < p.margin_s) continue;
    if (seconds_between(frames, last, static_cast<std::uint32_t>(frames.size() - 1)) < p.margin_s) continue;
    bool all_in_sight = true;
    for (const std::uint32_t row : rows) {
      all_in_sight = all_in_sight && context.is_valid_object(row) && is_in_sight(context, row, p.max_range_m);
    }
    if (!all_in_sight) continue;
    for (const std::uint32_t row : rows) context.examine(row);
    const auto count = static_cast<double>(rows.size());
    context.observe(rows.front(), quantity::kTrackLabels, count);
    if (count >= p.min_labels || seconds_between(frames, first, last) >= p.min_duration_s) continue;
    context.add_span(rows.front(), rows.back(), count, p.min_labels).rare_as(quantity::kTrackLabels, PriorSide::lower);
  }
}

}  // namespace

Check temporal_short_track() {
  return define<Parameters>({.id = "temporal.short_track",
                             .title = "A track exists for a moment only",
                             .error_type = error_type::kBoundingBox,
                             .severity = Severity::warning,
                             .fault = Fault::spurious,
                             .scope = Scope::span,
                             .unit = "labels",
                             .message = "{object} has only {value} labels {frames}, though it is near and in sight",
                             .inputs = {kTracks}},
                            judge_rows);
}

}  // namespace concord::judging
