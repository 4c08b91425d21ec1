#include <algorithm>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double has_heading = 0;
  double max_angle_rad = 0.45;
  double min_speed_mps = 2;
  double window_m = 4;
  double min_steps = 5;
  double max_dt_s = 1.1;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::has_heading, "has_heading", "1", 0, 1,
             "1 where the class has a heading that can be judged, else 0"},
            {&Parameters::max_angle_rad, "max_angle_rad", "rad", 0, 3.14,
             "largest median angle between heading and motion"},
            {&Parameters::min_speed_mps, "min_speed_mps", "m/s", 0, 50,
             "slower steps are not judged: they are noise or manoeuvres"},
            {&Parameters::window_m, "window_m", "m", 0.1, 100, "distance over which the median is taken"},
            {&Parameters::min_steps, "min_steps", "steps", 1, 1000, "steps that such a path must have"},
            {&Parameters::max_dt_s, "max_dt_s", "s", 0.01, 10, "labels further apart in time are not compared"}};
  }
};

struct Window {
  std::size_t first = 0, last = 0;  ///< steps of the stretch
  double angle_rad = 0;  ///< lower median over the steps: two wrong steps, as one wrong label makes, do not move it
};

// The shortest windows of judged steps that lead far enough away, one for each step they can end at. The net way
// counts, not the path: the labels of a parked object scatter, but lead nowhere.
std::vector<Window> windows_of(const Stretch& stretch, const MotionTable& motion, const Parameters& p) {
  std::vector<Window> windows;
  std::vector<double> angles_rad;
  const auto way_m = [&](std::size_t first, std::size_t last) {
    return (stretch.offset_m[last + 1] - stretch.offset_m[first]).head<2>().norm();
  };
  const auto angle_rad = [&](std::size_t i) { return motion.heading_to_motion_rad[stretch.first_step + i]; };
  std::size_t first = 0;
  for (std::size_t i = 0; i + 1 < stretch.size(); ++i) {
    if (!(motion.speed_mps[stretch.first_step + i] >= p.min_speed_mps) || !std::isfinite(angle_rad(i))) {
      first = i + 1;
      continue;
    }
    while (static_cast<double>(i - first) >= p.min_steps && way_m(first + 1, i) >= p.window_m) ++first;
    if (static_cast<double>(i - first + 1) < p.min_steps || way_m(first, i) < p.window_m) continue;
    angles_rad.clear();
    for (std::size_t k = first; k <= i; ++k) angles_rad.push_back(angle_rad(k));
    const auto middle = angles_rad.begin() + static_cast<std::ptrdiff_t>((angles_rad.size() - 1) / 2);
    std::nth_element(angles_rad.begin(), middle, angles_rad.end());
    windows.push_back({first, i, *middle});
  }
  return windows;
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const MotionTable& motion = context.measured().motion;
  for_each_stretch(context, parameters[kUnknownClass].max_dt_s, [&](const Stretch& stretch) {
    const Parameters& p = parameters[context.class_of(stretch.rows.front())];
    if (p.has_heading == 0) return;
    const std::vector<Window> windows = windows_of(stretch, motion, p);
    std::size_t examined = 0;  // labels below this index are counted
    for (const Window& window : windows) {
      for (std::size_t i = std::max(examined, window.first); i <= window.last + 1; ++i)
        context.examine(stretch.rows[i]);
      examined = window.last + 2;
    }
    for_each_run(
        windows.size(), [&](std::size_t w) { return windows[w].angle_rad > p.max_angle_rad; },
        [&](std::size_t first, std::size_t last) {
          double worst_rad = 0;
          for (std::size_t w = first; w <= last; ++w) worst_rad = std::max(worst_rad, windows[w].angle_rad);
          context.add_span(stretch.rows[windows[first].first], stretch.rows[windows[last].last + 1], worst_rad,
                           p.max_angle_rad);
        });
  });
}

}  // namespace

Check temporal_heading_against_motion() {
  return define<Parameters>({.id = "temporal.heading_against_motion",
                             .title = "An object moves in another direction than it points",
                             .error_type = error_type::kBoundingBox,
                             .severity = Severity::warning,
                             .fault = Fault::heading,
                             .scope = Scope::span,
                             .unit = "rad",
                             .message = "{object} moves at {value_deg} to its heading {frames}, limit {limit_deg}",
                             .inputs = {kTracks, kTimestamps, kEgoPoses}},
                            judge_rows);
}

}  // namespace concord::judging
