#pragma once

#include <array>
#include <cmath>

namespace concord::synth {

/// A rectangle on the ground, from above.
struct Rectangle {
  double x_m = 0, y_m = 0;
  double cos_yaw = 1, sin_yaw = 0;
  double half_length_m = 0, half_width_m = 0;
};

/// The rectangles share area (separating axes of both).
[[nodiscard]] inline bool overlap(const Rectangle& a, const Rectangle& b) {
  const double dx = b.x_m - a.x_m;
  const double dy = b.y_m - a.y_m;
  const double reach = a.half_length_m + a.half_width_m + b.half_length_m + b.half_width_m;
  if (dx * dx + dy * dy > reach * reach) return false;
  const double cosine = std::abs(a.cos_yaw * b.cos_yaw + a.sin_yaw * b.sin_yaw);
  const double sine = std::abs(a.cos_yaw * b.sin_yaw - a.sin_yaw * b.cos_yaw);
  const auto apart = [&](const Rectangle& r, const Rectangle& other) {
    const double along = std::abs(dx * r.cos_yaw + dy * r.sin_yaw);
    const double across = std::abs(-dx * r.sin_yaw + dy * r.cos_yaw);
    return along >= r.half_length_m + other.half_length_m * cosine + other.half_width_m * sine ||
           across >= r.half_width_m + other.half_length_m * sine + other.half_width_m * cosine;
  };
  return !apart(a, b) && !apart(b, a);
}

}  // namespace concord::synth
