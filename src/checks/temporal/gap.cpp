#include <array>

#include "src/checks/check.hpp"
#include "src/checks/score.hpp"
#include "src/checks/track_probes.hpp"
#include "src/checks/tracks.hpp"
#include "src/checks/visible.hpp"
#include "src/model/interpolate.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_range_m = 120;
  double max_gap_s = 2.2;
  double max_seen_gap_s = 3.2;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::max_range_m, "max_range_m", "m", 0, 1000,
             "objects further away at either end may be out of sight"},
            {&Parameters::max_gap_s, "max_gap_s", "s", 0, 1000,
             "longer gaps are occlusions, or a track that was used twice"},
            {&Parameters::max_seen_gap_s, "max_seen_gap_s", "s", 0, 3.2,
             "the same where the points show the object in at least half of the frames"}};
  }
};

/// What the points say in the frames of a gap.
struct GapSights {
  std::size_t frames = 0, there = 0, hidden = 0;
};

GapSights look_into_gap(const CheckContext& context, const TrackProbes& probes, std::uint32_t before,
                        std::uint32_t after) {
  GapSights sights;
  const std::array<std::uint32_t, 2> beside{before, after};
  for (const std::uint32_t probe : probes.gap_after(before)) {
    if (context.measured().probes.row_after[probe] != after) continue;
    const Sight sight = probes.sight(probe, beside, SightLimits());
    ++sights.frames;
    sights.there += sight == Sight::there ? 1 : 0;
    sights.hidden += sight == Sight::hidden ? 1 : 0;
  }
  return sights;
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  const MotionTable& motion = context.measured().motion;
  const TrackProbes probes(context);
  for (std::size_t step = 0; step < motion.size(); ++step) {
    const std::uint32_t before = motion.row_from[step];
    const std::uint32_t after = motion.row_to[step];
    const std::uint32_t first_missing = labels.frame[before] + 1;
    const Parameters& p = parameters[context.class_of(before)];
    if (!context.is_valid_object(before) || !context.is_valid_object(after)) continue;
    if (!is_in_sight(context, before, p.max_range_m) || !is_in_sight(context, after, p.max_range_m)) continue;
    context.examine(after);
    if (motion.frame_step[step] < 2 || labels.frame[after] <= first_missing) continue;
    const GapSights sights = look_into_gap(context, probes, before, after);
    if (sights.frames > 0 && sights.hidden == sights.frames) continue;
    const bool is_seen = sights.there > 0 && 2 * sights.there >= sights.frames;
    if (seconds_between(context.drive().frames, labels.frame[before], labels.frame[after]) >
        (is_seen ? p.max_seen_gap_s : p.max_gap_s)) {
      continue;
    }
    Draft& draft = context.add_span(before, after, motion.frame_step[step] - 1, 0);
    context.set_frames(draft, first_missing, labels.frame[after] - 1);
    // The nearer the object, the less can hide it.
    const double range_m = std::max(context.range_m(before), context.range_m(after));
    const double by_range = score_of_excess(p.max_range_m - range_m, p.max_range_m / 2);
    draft.finding.score = is_seen ? 0.5 + 0.5 * by_range : by_range;
    const Cuboid missing = interpolated(context.drive(), labels, before, after, first_missing);
    draft.propose_center(missing);
    draft.propose("yaw_rad", yaw_of(missing.rotation), "rad");
  }
}

}  // namespace

Check temporal_gap() {
  return define<Parameters>(
      {.id = "temporal.gap",
       .title = "A track is missing in frames between its labels",
       .error_type = error_type::kEdgeCaseOmission,
       .severity = Severity::warning,
       .fault = Fault::missing,
       .scope = Scope::span,
       .unit = "frames",
       .message = "{object} has no label {frames} ({value} frames), though it is in sight before and after",
       .inputs = {kTracks}},
      judge_rows);
}

}  // namespace concord::judging
