#include <algorithm>
#include <cmath>
#include <cstddef>

#include "concord/attributes.hpp"
#include "src/checks/check.hpp"
#include "src/checks/score.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_excess_mps = 3;
  double min_duration_s = 1;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::min_excess_mps, "min_excess_mps", "m/s", 2, 100, "least distance of the speed from the tag's"},
        {&Parameters::min_duration_s, "min_duration_s", "s", 0, 1000, "least time for which they contradict"}};
  }
};

/// Frames in which a tag and the poses contradict each other about the ego's speed.
struct Conflict {
  std::uint32_t first = 0, last = 0;
  double value_mps = 0, limit_mps = 0;  ///< where they are furthest apart

  [[nodiscard]] double excess_mps() const { return std::abs(value_mps - limit_mps); }
};

/// The conflict of two rows of the same frames, one tagged and one derived.
Conflict conflict_of(const AttributeSpan& tagged, const AttributeSpan& derived) {
  Conflict conflict{.first = derived.frame_index, .last = derived.frame_index_end};
  const bool too_fast = derived.low > tagged.high;
  conflict.value_mps = too_fast ? derived.high : derived.low;
  conflict.limit_mps = too_fast ? tagged.high : tagged.low;
  return conflict;
}

double seconds_of(const Frames& frames, const Conflict& conflict) {
  const TimeNs first = frames.time_ns[conflict.first], last = frames.time_ns[conflict.last];
  return first == kNoTime || last == kNoTime ? 0.0 : (static_cast<double>(last) - static_cast<double>(first)) * 1e-9;
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const Drive& drive = context.drive();
  const Parameters& p = parameters[kUnknownClass];
  if (&context.labels() != &drive.label_sets.front())
    return context.skip("is about the drive, not about its label sets");
  if (drive.tags.empty()) return context.skip("the drive has no tags");
  const DriveAttributes attributes = attributes_of(drive, {});
  std::vector<Conflict> conflicts;
  const auto is_speed = [](const AttributeSpan& row) {
    return row.attribute == "ego_speed" && row.is_number() && row.state == ValueState::conflicting;
  };
  const std::vector<AttributeSpan>& rows = attributes.attributes;
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    const AttributeSpan &a = rows[i], &b = rows[i + 1];
    if (!is_speed(a) || !is_speed(b) || a.frame_index != b.frame_index || a.source == b.source) continue;
    const Conflict next = a.source == ValueSource::tagged ? conflict_of(a, b) : conflict_of(b, a);
    if (next.excess_mps() < p.min_excess_mps) continue;
    if (!conflicts.empty() && conflicts.back().last + 1 == next.first) {
      conflicts.back().last = next.last;
      if (next.excess_mps() <= conflicts.back().excess_mps()) continue;
      conflicts.back().value_mps = next.value_mps;
      conflicts.back().limit_mps = next.limit_mps;
    } else {
      conflicts.push_back(next);
    }
  }
  for (const Conflict& conflict : conflicts) {
    if (seconds_of(drive.frames, conflict) < p.min_duration_s) continue;
    Draft& draft = context.add_frame(conflict.first, conflict.value_mps, conflict.limit_mps);
    context.set_frames(draft, conflict.first, conflict.last);
    draft.finding.score = score_of_excess(conflict.excess_mps() - p.min_excess_mps, p.min_excess_mps);
  }
}

}  // namespace

Check dataset_tag_conflict() {
  return define<Parameters>({.id = "dataset.tag_conflict",
                             .title = "A tag says another speed than the poses",
                             .error_type = error_type::kCrossModality,
                             .severity = Severity::warning,
                             .fault = Fault::attribute,
                             .scope = Scope::frame,
                             .unit = "m/s",
                             .message = "the ego drives {value} m/s {frames}, its tag says {limit} m/s",
                             .inputs = {kEgoPoses, kTimestamps}},
                            judge_rows);
}

}  // namespace concord::judging
