#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "src/checks/check.hpp"
#include "src/checks/score.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double has_heading = 0;
  double min_turn_rad = 2.6;
  double min_speed_mps = 2;
  double max_dt_s = 1.1;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::has_heading, "has_heading", "1", 0, 1,
             "1 where the class has a heading that can be judged, else 0"},
            {&Parameters::min_turn_rad, "min_turn_rad", "rad", 1.6, 3.14,
             "a turn between two labels from which it is a flip"},
            {&Parameters::min_speed_mps, "min_speed_mps", "m/s", 0, 50,
             "from this speed on, the motion tells which side of a flip is wrong"},
            {&Parameters::max_dt_s, "max_dt_s", "s", 0.01, 10, "labels further apart in time are not compared"}};
  }
};

/// Labels first .. last of a stretch between two flips.
struct Segment {
  std::size_t first = 0, last = 0;
  double turn_rad = 0;  ///< the larger of the flips at its ends
};

std::vector<Segment> split_at_flips(const Stretch& stretch, const MotionTable& motion, double min_turn_rad) {
  std::vector<Segment> segments{{0, stretch.size() - 1, 0}};
  for (std::size_t i = 0; i + 1 < stretch.size(); ++i) {
    const double turn_rad = std::abs(motion.heading_change_rad[stretch.first_step + i]);
    if (!(turn_rad >= min_turn_rad)) continue;
    segments.back().last = i;
    segments.back().turn_rad = std::max(segments.back().turn_rad, turn_rad);
    segments.push_back({i + 1, stretch.size() - 1, turn_rad});
  }
  return segments;
}

// Every second segment points the other way. Which of the two ways is wrong: the one that the motion contradicts,
// unless that are but a few steps of many labels, as jumps make them; else the one with fewer labels; else the later
// one. Returns 0 for segments 0, 2, 4 ..., 1 for the others.
std::size_t wrong_parity(const std::vector<Segment>& segments, const Stretch& stretch, const MotionTable& motion,
                         double min_speed_mps) {
  std::array<std::ptrdiff_t, 2> labels{};
  std::array<std::ptrdiff_t, 2> against_motion{};  // steps against minus steps with the heading
  for (std::size_t s = 0; s < segments.size(); ++s) {
    labels[s % 2] += static_cast<std::ptrdiff_t>(segments[s].last - segments[s].first + 1);
    for (std::size_t i = segments[s].first; i < segments[s].last; ++i) {
      const std::size_t step = stretch.first_step + i;
      if (!motion.world || !(motion.speed_mps[step] >= min_speed_mps)) continue;
      const double angle_rad = motion.heading_to_motion_rad[step];
      if (angle_rad > 0.75 * std::numbers::pi) ++against_motion[s % 2];
      if (angle_rad < 0.25 * std::numbers::pi) --against_motion[s % 2];
    }
  }
  constexpr std::ptrdiff_t kFewestSteps = 3, kLabelsAStep = 5;
  const std::ptrdiff_t difference = against_motion[0] - against_motion[1];
  const std::ptrdiff_t least = std::max(kFewestSteps, std::max(labels[0], labels[1]) / kLabelsAStep);
  if (std::abs(difference) >= std::min(least, std::max<std::ptrdiff_t>(labels[0] + labels[1] - 2, 1))) {
    return difference > 0 ? 0 : 1;
  }
  return labels[0] < labels[1] ? 0 : 1;
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  const MotionTable& motion = context.measured().motion;
  for_each_stretch(context, parameters[kUnknownClass].max_dt_s, [&](const Stretch& stretch) {
    const Parameters& p = parameters[context.class_of(stretch.rows.front())];
    if (p.has_heading == 0) return;
    for (const std::uint32_t row : stretch.rows) context.examine(row);
    const std::vector<Segment> segments = split_at_flips(stretch, motion, p.min_turn_rad);
    if (segments.size() == 1) return;
    for (std::size_t s = wrong_parity(segments, stretch, motion, p.min_speed_mps); s < segments.size(); s += 2) {
      const std::uint32_t row = stretch.rows[segments[s].first];
      Draft& draft = context.add_span(row, stretch.rows[segments[s].last], segments[s].turn_rad, p.min_turn_rad);
      // A flip is half a turn, so the way from the limit to half a turn is the scale on which it becomes certain.
      draft.finding.score =
          score_of_excess(segments[s].turn_rad - p.min_turn_rad, (std::numbers::pi - p.min_turn_rad) / 4);
      draft.propose("yaw_rad", wrap_angle(yaw_of(labels.cuboid.at(row).rotation) + std::numbers::pi), "rad");
    }
  });
}

}  // namespace

Check temporal_heading_flip() {
  return define<Parameters>({.id = "temporal.heading_flip",
                             .title = "An object points the other way than before",
                             .error_type = error_type::kBoundingBox,
                             .severity = Severity::error,
                             .fault = Fault::heading,
                             .scope = Scope::span,
                             .unit = "rad",
                             .message = "{object} is turned round by {value_deg} {frames}",
                             .inputs = {kTracks}},
                            judge_rows);
}

}  // namespace concord::judging
