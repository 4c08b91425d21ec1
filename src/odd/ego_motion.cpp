#include "src/odd/ego_motion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace concord::odd {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr TimeNs kMinute = 60'000'000'000;

/// Time from `a` to `b` where both are known, it is positive and at most a minute.
std::optional<TimeNs> step_ns(TimeNs a, TimeNs b) {
  if (a == kNoTime || b == kNoTime || b <= a) return std::nullopt;
  const std::uint64_t step = static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a);
  if (step > static_cast<std::uint64_t>(kMinute)) return std::nullopt;
  return static_cast<TimeNs>(step);
}

/// The frames before and after `frame` that differences are taken between.
struct Window {
  std::size_t first, last;
  double dt_s;
};

class Differences {
 public:
  explicit Differences(const Frames& frames) : frames_(frames) {}

  [[nodiscard]] std::optional<Window> window(std::size_t frame, double reach_s) const {
    constexpr double kFarthest_s = 3;
    if (!frames_.has_pose(frame) || frames_.time_ns[frame] == kNoTime) return std::nullopt;
    Window window{frame, frame, 0};
    for (std::size_t step = 1; step <= std::min(kMostFrames, frame) && reaches(frame - step, frame, step, reach_s);
         ++step) {
      window.first = frame - step;
    }
    for (std::size_t step = 1;
         step <= kMostFrames && frame + step < frames_.size() && reaches(frame, frame + step, step, reach_s); ++step) {
      window.last = frame + step;
    }
    const auto dt_ns = step_ns(frames_.time_ns[window.first], frames_.time_ns[window.last]);
    if (!dt_ns) return std::nullopt;
    window.dt_s = static_cast<double>(*dt_ns) * 1e-9;
    if (window.dt_s > kFarthest_s) return std::nullopt;
    return window;
  }
  [[nodiscard]] double distance_m(const Window& window) const {
    return (frames_.T_world_ego[window.last].translation() - frames_.T_world_ego[window.first].translation()).norm();
  }
  [[nodiscard]] double turn_rad(const Window& window) const {
    const auto yaw = [&](std::size_t frame) { return yaw_of(Quat(frames_.T_world_ego[frame].rotation())); };
    return wrap_angle(yaw(window.last) - yaw(window.first));
  }

 private:
  static constexpr std::size_t kMostFrames = 50;  // hostile times may all be equal

  [[nodiscard]] bool reaches(std::size_t from, std::size_t to, std::size_t step, double reach_s) const {
    if (!frames_.has_pose(from) || !frames_.has_pose(to)) return false;
    const auto dt_ns = step_ns(frames_.time_ns[from], frames_.time_ns[to]);
    return dt_ns && (step == 1 || static_cast<double>(*dt_ns) * 1e-9 <= reach_s + 1e-6);
  }
  const Frames& frames_;
};

}  // namespace

EgoMotion ego_motion_of(const Frames& frames) {
  constexpr double kSpeedReach_s = 0.25, kReach_s = 0.5, kLeast_m = 1;
  const std::size_t count = frames.size();
  EgoMotion motion{std::vector<double>(count, kNaN), std::vector<double>(count, kNaN),
                   std::vector<double>(count, kNaN)};
  const Differences differences(frames);
  for (std::size_t frame = 0; frame < count; ++frame) {
    if (const auto near = differences.window(frame, kSpeedReach_s)) {
      motion.speed_mps[frame] = differences.distance_m(*near) / near->dt_s;
    }
    const auto wide = differences.window(frame, kReach_s);
    if (!wide) continue;
    const double distance_m = differences.distance_m(*wide);
    if (distance_m >= kLeast_m) motion.curvature_1pm[frame] = std::abs(differences.turn_rad(*wide)) / distance_m;
  }
  for (std::size_t frame = 0; frame < count; ++frame) {
    const auto wide = differences.window(frame, kReach_s);
    if (!wide) continue;
    motion.acceleration_mps2[frame] = (motion.speed_mps[wide->last] - motion.speed_mps[wide->first]) / wide->dt_s;
  }
  for (auto* values : {&motion.speed_mps, &motion.acceleration_mps2, &motion.curvature_1pm}) {
    for (double& value : *values) {
      if (!std::isfinite(value)) value = kNaN;
    }
  }
  return motion;
}

std::vector<FrameExposure> exposure_of(const Drive& drive) {
  constexpr TimeNs kGap = 10;
  constexpr double kFarthest_m = 10'000;
  const Frames& frames = drive.frames;
  std::vector<FrameExposure> exposure(frames.size(), FrameExposure{.drive = drive.name});
  std::vector<TimeNs> steps;
  for (std::size_t f = 0; f + 1 < frames.size(); ++f) {
    if (const auto step = step_ns(frames.time_ns[f], frames.time_ns[f + 1])) steps.push_back(*step);
  }
  if (steps.empty()) return exposure;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  const TimeNs median = *middle;
  for (std::size_t f = 0; f + 1 < frames.size(); ++f) {
    const auto step = step_ns(frames.time_ns[f], frames.time_ns[f + 1]);
    if (!step) continue;
    const bool is_gap = *step > kGap * median;
    exposure[f].duration_ns = is_gap ? median : *step;
    if (is_gap || !frames.has_pose(f) || !frames.has_pose(f + 1)) continue;
    const double distance_m = (frames.T_world_ego[f + 1].translation() - frames.T_world_ego[f].translation()).norm();
    if (distance_m <= kFarthest_m) exposure[f].distance_mm = std::llround(distance_m * 1e3);
  }
  if (frames.size() >= 2 && frames.time_ns.back() != kNoTime) {
    exposure.back().duration_ns = median;
    exposure.back().distance_mm = exposure[frames.size() - 2].distance_mm;
  }
  return exposure;
}

}  // namespace concord::odd
