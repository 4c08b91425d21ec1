#include <algorithm>

#include "src/checks/check.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_speed_mps = 70;
  double noise_m = 0.3;
  double noise_per_range = 0.01;
  double window_s = 0.5;
  double max_dt_s = 1.1;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::max_speed_mps,
         "max_speed_mps",
         "m/s",
         0,
         1000,
         "largest plausible speed over ground",
         {quantity::kSpeed}},
        {&Parameters::noise_m, "noise_m", "m", 0, 10, "ordinary scatter of a label's centre, near the ego"},
        {&Parameters::noise_per_range, "noise_per_range", "1", 0, 1, "metres of scatter more for each metre of range"},
        {&Parameters::window_s, "window_s", "s", 0, 10, "time over which the speed is taken, at least two steps"},
        {&Parameters::max_dt_s, "max_dt_s", "s", 0.01, 10, "labels further apart in time are not compared"}};
  }
};

struct Window {
  std::size_t first = 0, last = 0;  ///< labels of the stretch
  double speed_mps = 0, limit_mps = 0;
  [[nodiscard]] bool is_too_fast() const { return speed_mps > limit_mps; }
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  std::vector<Window> windows;
  for_each_stretch(context, parameters[kUnknownClass].max_dt_s, [&](const Stretch& stretch) {
    windows.clear();
    std::size_t last = 0;
    for (std::size_t first = 0; first < stretch.size(); ++first) {
      const std::uint32_t row = stretch.rows[first];
      const Parameters& p = parameters[context.class_of(row)];
      // Over two steps at least, so that one misplaced label, which leaves and comes back, makes no speed.
      last = std::max(last, first + 2);
      while (last < stretch.size() && stretch.time_s[last] - stretch.time_s[first] < p.window_s) ++last;
      if (last >= stretch.size()) break;
      const double time_s = stretch.time_s[last] - stretch.time_s[first];
      const double moved_m = (stretch.offset_m[last] - stretch.offset_m[first]).norm();
      const double noise_m = p.noise_m + p.noise_per_range * context.range_m(row);
      windows.push_back({first, last, moved_m / time_s, p.max_speed_mps + 2 * noise_m / time_s});
    }
    if (windows.empty()) return;
    for (const std::uint32_t row : stretch.rows) context.examine(row);
    for_each_run(
        windows.size(), [&](std::size_t w) { return windows[w].is_too_fast(); },
        [&](std::size_t first_window, std::size_t last_window) {
          const auto begin = windows.begin();
          const Window& worst = *std::max_element(
              begin + static_cast<std::ptrdiff_t>(first_window), begin + static_cast<std::ptrdiff_t>(last_window) + 1,
              [](const Window& a, const Window& b) { return a.speed_mps * b.limit_mps < b.speed_mps * a.limit_mps; });
          context
              .add_span(stretch.rows[windows[first_window].first], stretch.rows[windows[last_window].last],
                        worst.speed_mps, worst.limit_mps)
              .rare_as(quantity::kSpeed);
        });
  });
}

}  // namespace

Check temporal_speed_implausible() {
  return define<Parameters>({.id = "temporal.speed_implausible",
                             .title = "An object is faster than its class can be",
                             .error_type = error_type::kBoundingBox,
                             .severity = Severity::warning,
                             .fault = Fault::position,
                             .scope = Scope::span,
                             .unit = "m/s",
                             .message = "{object} moves at {value} m/s {frames}, limit {limit} m/s",
                             .inputs = {kTracks, kTimestamps, kEgoPoses}},
                            judge_rows);
}

}  // namespace concord::judging
