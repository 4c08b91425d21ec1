#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "src/checks/check.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double has_heading = 0;
  double max_angle_rad = 0.45;
  double min_speed_mps = 2;
  double chord_m = 1.5;
  double window_m = 4;
  double min_chords = 5;
  double max_dt_s = 1.1;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::has_heading, "has_heading", "1", 0, 1,
             "1 where the class has a heading that can be judged, else 0"},
            {&Parameters::max_angle_rad, "max_angle_rad", "rad", 0, 3.14,
             "largest median angle between heading and motion"},
            {&Parameters::min_speed_mps, "min_speed_mps", "m/s", 0.01, 50,
             "slower motion is not judged: it is noise or manoeuvres"},
            {&Parameters::chord_m, "chord_m", "m", 0.01, 100,
             "least distance between two labels whose direction counts; several times the labels' scatter"},
            {&Parameters::window_m, "window_m", "m", 0.1, 100, "distance over which the median is taken"},
            {&Parameters::min_chords, "min_chords", "chords", 1, 1000, "directions that such a path must have"},
            {&Parameters::max_dt_s, "max_dt_s", "s", 0.01, 10, "labels further apart in time are not compared"}};
  }
};

/// The way from a label to a later one that is far enough away for its direction to count.
struct Chord {
  std::size_t end = 0;   ///< label of the stretch; 0: the object does not get there fast enough
  double angle_rad = 0;  ///< between the way and the mean heading on it
};

std::vector<Vec3> headings_of(const CheckContext& context, const Stretch& stretch) {
  const Frames& frames = context.drive().frames;
  const LabelSet& labels = context.labels();
  std::vector<Vec3> headings;
  for (const std::uint32_t row : stretch.rows) {
    Vec3 heading = labels.cuboid.at(row).rotation * Vec3::UnitX();
    if (context.measured().motion.world) heading = frames.T_world_ego[labels.frame[row]].linear() * heading;
    heading.z() = 0;
    headings.push_back(heading);
  }
  return headings;
}

double angle_between(const Vec3& a, const Vec3& b) {
  return std::abs(std::atan2(a.x() * b.y() - a.y() * b.x(), a.x() * b.x() + a.y() * b.y()));
}

// Lower median length of the ways over `lag` steps that begin within four labels of label i: how far the object gets in
// that time, whatever a single wrong label says.
double usual_way_m(const Stretch& stretch, std::size_t i, std::size_t lag) {
  constexpr std::size_t kAround = 4;
  std::array<double, 2 * kAround + 1> ways_m{};
  std::size_t count = 0;
  for (std::size_t k = i - std::min(i, kAround); k <= i + kAround && k + lag < stretch.size(); ++k) {
    ways_m[count++] = (stretch.offset_m[k + lag] - stretch.offset_m[k]).head<2>().norm();
  }
  const auto middle = ways_m.begin() + static_cast<std::ptrdiff_t>((count - 1) / 2);
  std::nth_element(ways_m.begin(), middle, ways_m.begin() + static_cast<std::ptrdiff_t>(count));
  return *middle;
}

std::vector<Chord> chords_of(const Stretch& stretch, const std::vector<Vec3>& headings, const Parameters& p) {
  constexpr std::size_t kMaxLag = 64;  // bounds the work where times are dense
  std::vector<Chord> chords(stretch.size());
  for (std::size_t i = 0; i < stretch.size(); ++i) {
    Vec3 heading = headings[i];
    for (std::size_t k = i + 1; k < stretch.size() && k - i <= kMaxLag; ++k) {
      heading += headings[k];
      const double least_m = p.min_speed_mps * (stretch.time_s[k] - stretch.time_s[i]);
      const double usual_m = usual_way_m(stretch, i, k - i);
      if (usual_m >= p.chord_m && usual_m >= least_m) {
        chords[i] = {k, angle_between(heading, stretch.offset_m[k] - stretch.offset_m[i])};
      }
      if (usual_m >= p.chord_m || least_m >= p.chord_m) break;
    }
  }
  return chords;
}

struct Window {
  std::size_t first = 0, last = 0;  ///< labels of the stretch
  double angle_rad = 0;  ///< lower median over the chords: two wrong ones, as one wrong label makes, do not move it
};

// The shortest windows of chords that lead far enough away, one for each chord they can end with. The net way counts,
// not the path: the labels of a parked object scatter, but lead nowhere.
std::vector<Window> windows_of(const Stretch& stretch, const std::vector<Chord>& chords, const Parameters& p) {
  std::vector<Window> windows;
  std::vector<double> angles_rad;
  const auto way_m = [&](std::size_t first, std::size_t last) {
    return (stretch.offset_m[chords[last].end] - stretch.offset_m[first]).head<2>().norm();
  };
  std::size_t first = 0;
  for (std::size_t i = 0; i < chords.size(); ++i) {
    if (chords[i].end == 0) {
      first = i + 1;
      continue;
    }
    while (static_cast<double>(i - first) >= p.min_chords && way_m(first + 1, i) >= p.window_m) ++first;
    if (static_cast<double>(i - first + 1) < p.min_chords || way_m(first, i) < p.window_m) continue;
    angles_rad.clear();
    for (std::size_t k = first; k <= i; ++k) angles_rad.push_back(chords[k].angle_rad);
    windows.push_back({first, chords[i].end, median_of(angles_rad)});
  }
  return windows;
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  for_each_stretch(context, parameters[kUnknownClass].max_dt_s, [&](const Stretch& stretch) {
    const Parameters& p = parameters[context.class_of(stretch.rows.front())];
    if (p.has_heading == 0) return;
    const std::vector<Window> windows = windows_of(stretch, chords_of(stretch, headings_of(context, stretch), p), p);
    std::size_t examined = 0;  // labels below this index are counted
    for (const Window& window : windows) {
      for (std::size_t i = std::max(examined, window.first); i <= window.last; ++i) context.examine(stretch.rows[i]);
      examined = window.last + 1;
    }
    for_each_run(
        windows.size(), [&](std::size_t w) { return windows[w].angle_rad > p.max_angle_rad; },
        [&](std::size_t first, std::size_t last) {
          double worst_rad = 0;
          for (std::size_t w = first; w <= last; ++w) worst_rad = std::max(worst_rad, windows[w].angle_rad);
          context.add_span(stretch.rows[windows[first].first], stretch.rows[windows[last].last], worst_rad,
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
