#include "src/checks/check.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<NoParameters>&) {
  const LabelSet& labels = context.labels();
  const TrackRows tracks(labels);
  for (std::size_t code = 0; code < tracks.size(); ++code) {
    const auto rows = tracks.of(code);
    for (const std::uint32_t row : rows) context.examine(row);
    // Rows whose predecessor in the track lies in the same frame; consecutive frames make one finding.
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (labels.frame[rows[i]] != labels.frame[rows[i - 1]]) continue;
      if (!context.is_object(rows[i])) continue;
      const std::size_t first = i;
      std::size_t last = i;
      double extra = 1;
      for (std::size_t j = i + 1; j < rows.size() && labels.frame[rows[j]] <= labels.frame[rows[last]] + 1; ++j) {
        if (labels.frame[rows[j]] != labels.frame[rows[j - 1]]) continue;
        last = j;
        ++extra;
      }
      context.add_pair(rows[first], rows[first - 1], rows[last], extra, 0);
      i = last;
    }
  }
}

}  // namespace

Check schema_duplicate_track() {
  return define<NoParameters>({.id = "schema.duplicate_track",
                               .title = "Two labels of one frame have the same track",
                               .error_type = error_type::kLackOfStandards,
                               .severity = Severity::error,
                               .fault = Fault::identity,
                               .scope = Scope::pair,
                               .unit = "labels",
                               .message = "track {track} has more than one label {frames}: {label} and {other_label}",
                               .inputs = {kTracks}},
                              judge_rows);
}

}  // namespace concord::judging
