#include <algorithm>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/residuals.hpp"
#include "src/checks/score.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_lag_frames = 0.7;
  double min_speed_mps = 0.8;
  double max_across = 0.35;
  double max_disagreement = 0.4;
  double max_span_s = 5;
  double noise_m = 0.06;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::min_lag_frames, "min_lag_frames", "frames", 0, 1000, "smaller lags are noise"},
            {&Parameters::min_speed_mps, "min_speed_mps", "m/s", 0, 50, "slower objects show no lag"},
            {&Parameters::max_across, "max_across", "1", 0, 10,
             "a lag moves a box along its path; largest share of the step beside it"},
            {&Parameters::max_disagreement, "max_disagreement", "1", 0, 10,
             "largest difference of the lags at both ends of the span, over their mean"},
            {&Parameters::max_span_s, "max_span_s", "s", 0, 1000, "longest span that is looked for"},
            {&Parameters::noise_m, "noise_m", "m", 0, 10, "ordinary scatter of a label's centre, near the ego"}};
  }
};

/// Lag that a step shows if the object goes on with `velocity_mps`: positive when the later labels are late.
struct Lag {
  double lag_s = 0;
  double across = 0;  ///< share of the step that a lag does not explain
};

Lag lag_of(const Step& step, const Vec3& velocity_mps, bool into_span) {
  const double speed = velocity_mps.head<2>().norm();
  const Eigen::Vector2d way = velocity_mps.head<2>() / speed;
  const double along = step.step_m.head<2>().dot(way);
  const double across = std::abs(step.step_m.x() * way.y() - step.step_m.y() * way.x());
  // Late labels lie behind: the way into the span leads backwards, the way out of it forwards.
  return {(into_span ? -along : along) / speed, across / step.size_m()};
}

class SpanFinder {
 public:
  SpanFinder(CheckContext& context, const PerClass<Parameters>& parameters)
      : context_(context), parameters_(parameters), residuals_(context) {}

  void judge_track(std::size_t track) {
    const std::size_t begin = residuals_.first(track), end = residuals_.last(track);
    if (end - begin < 8) return;
    const Parameters& p = parameters_[context_.class_of(residuals_.label(begin))];
    for (std::size_t i = begin; i < end; ++i) {
      if (std::isfinite(residuals_.table().step_gain[i]) && context_.is_valid_object(residuals_.label(i))) {
        context_.examine(residuals_.label(i));
      }
    }
    StepLimits limits;
    limits.noise_m = p.noise_m;
    const std::vector<Step> steps = residuals_.steps_of(track, limits);
    for (std::size_t a = 0; a < steps.size(); ++a) {
      for (std::size_t b = a + 1; b < std::min(steps.size(), a + 4); ++b) {
        if (!is_span(steps[a], steps[b], p)) continue;
        a = b;
        break;
      }
    }
  }
  [[nodiscard]] std::size_t tracks() const { return residuals_.tracks(); }

 private:
  bool is_span(const Step& enter, const Step& leave, const Parameters& p) {
    const ResidualTable& table = residuals_.table();
    const std::size_t a = enter.index, b = leave.index;  // the span is [a, b)
    if (table.time_s[b] - table.time_s[a] > p.max_span_s) return false;
    const std::size_t track = table.track[a];
    // The way that a late label lacks was made between its own time and the time it shows: half of the velocities there
    // are those of the labels before the step, half those of the labels behind it.
    const std::size_t before = a - std::min<std::size_t>(4, a - residuals_.first(track));
    const std::size_t after = std::min(residuals_.last(track) - 1, b + 3);
    const std::size_t inner = std::min<std::size_t>(3, b - 1 - a);
    if (inner == 0) return false;
    const Vec3 entered_mps =
        (residuals_.mean_velocity_mps(before, a - 1) + residuals_.mean_velocity_mps(a, a + inner)) / 2;
    const Vec3 left_mps =
        (residuals_.mean_velocity_mps(b - 1 - inner, b - 1) + residuals_.mean_velocity_mps(b, after)) / 2;
    if (!(entered_mps.head<2>().norm() >= p.min_speed_mps) || !(left_mps.head<2>().norm() >= p.min_speed_mps))
      return false;
    const Lag in = lag_of(enter, entered_mps, true), out = lag_of(leave, left_mps, false);
    const double lag_s = (in.lag_s + out.lag_s) / 2;
    if (in.lag_s * out.lag_s <= 0 || in.across > p.max_across || out.across > p.max_across) return false;
    const double frame_s = frame_time_s(a);
    const double tolerance_s = (enter.limit_m / entered_mps.norm() + leave.limit_m / left_mps.norm()) / 4;
    if (std::abs(in.lag_s - out.lag_s) > p.max_disagreement * std::abs(lag_s) + tolerance_s) return false;
    const double lag_frames = lag_s / frame_s;
    if (!(std::abs(lag_frames) >= p.min_lag_frames)) return false;
    // A shift by no whole number of frames has another cause.
    constexpr double kWhole = 0.3;
    const double off_whole = std::abs(lag_frames - std::round(lag_frames));
    if (off_whole > kWhole + std::min(0.15, tolerance_s / frame_s / 2)) return false;
    Draft& draft = context_.add_span(table.row[a], table.row[b - 1], lag_frames, p.min_lag_frames);
    draft.finding.score = score_of_excess((enter.size_m() - enter.limit_m) + (leave.size_m() - leave.limit_m),
                                          enter.limit_m + leave.limit_m);
    for (std::size_t i = a; i < b; ++i) {
      const std::uint32_t row = table.row[i];
      // The velocities at the steps, in the share in which the label lies between them.
      const double share = static_cast<double>(i - a) / static_cast<double>(std::max<std::size_t>(b - 1 - a, 1));
      Cuboid box = context_.labels().cuboid.at(row);
      box.center_m += residuals_.to_ego_axes(row, ((1 - share) * entered_mps + share * left_mps) * lag_s);
      const std::size_t proposed = draft.proposals.size();
      draft.propose_center(box);
      draft.only_for(context_.labels().label_id[row], proposed);
    }
    return true;
  }

  /// Time of one step of the track around row `index`: the smallest of its neighbours'.
  [[nodiscard]] double frame_time_s(std::size_t index) const {
    const std::vector<double>& time_s = residuals_.table().time_s;
    const double before = time_s[index] - time_s[index - 1], after = time_s[index + 1] - time_s[index];
    return before > 0 && after > 0 ? std::min(before, after) : std::max(before, after);
  }

  CheckContext& context_;
  const PerClass<Parameters>& parameters_;
  Residuals residuals_;
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  SpanFinder finder(context, parameters);
  for (std::size_t track = 0; track < finder.tracks(); ++track) finder.judge_track(track);
  context.remark("a lag of a whole track is not checked: labels alone do not show it");
}

}  // namespace

Check temporal_time_lag() {
  return define<Parameters>({.id = "temporal.time_lag",
                             .title = "A span of a track is placed late or early",
                             .error_type = error_type::kSensorSynchronisation,
                             .severity = Severity::warning,
                             .fault = Fault::timing,
                             .scope = Scope::span,
                             .unit = "frames",
                             .message = "{object} is placed {value} frames late (negative: early) {frames}",
                             .inputs = {kTracks, kEgoPoses}},
                            judge_rows);
}

}  // namespace concord::judging
