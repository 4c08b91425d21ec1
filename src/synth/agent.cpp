#include "src/synth/agent.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace concord::synth {

std::string_view class_name(Kind kind) {
  constexpr std::array<std::string_view, kKinds> kNames{"car",          "van",     "truck",     "bus",
                                                        "motorcyclist", "cyclist", "pedestrian"};
  return kNames[static_cast<std::size_t>(kind)];
}

double Route::offset_m(double u_m, double* slope) const {
  double offset = distance_m;
  double derivative = 0;
  for (const Shift& shift : shifts) {
    const double r = std::clamp((u_m - shift.begin_m) / shift.length_m, 0.0, 1.0);
    // Quintic from 0 to 1 with no slope and no curvature at its ends.
    offset += shift.change_m * r * r * r * (10 + r * (6 * r - 15));
    derivative += shift.change_m / shift.length_m * 30 * r * r * (1 - r) * (1 - r);
  }
  if (slope != nullptr) *slope = derivative;
  return offset;
}

Route::Point Route::at(double u_m) const {
  double slope = 0;
  const double d = offset_m(u_m, &slope);
  const PathPoint p = path->at(path_station_m(u_m));
  const double along = direction * (1 - p.curvature_per_m * d);
  return {p.x_m - d * std::sin(p.heading_rad), p.y_m + d * std::cos(p.heading_rad),
          p.heading_rad + std::atan2(slope, along), std::hypot(slope, along)};
}

bool Agent::exists_at(double time_s) const { return time_s >= first_step * kStep_s && time_s <= last_step() * kStep_s; }

const Route& Agent::route_at(std::int32_t step) const {
  auto leg = legs.rbegin();
  while (leg + 1 != legs.rend() && leg->first_step > step) ++leg;
  return leg->route;
}

Motion Agent::at(double time_s) const {
  const double steps = std::clamp(time_s / kStep_s - first_step, 0.0, static_cast<double>(u_m.size() - 1));
  const auto k = std::min(static_cast<std::size_t>(steps), u_m.size() > 1 ? u_m.size() - 2 : 0);
  double u = u_m[k];
  double v = v_mps[k];
  if (u_m.size() > 1) {
    const double t = (steps - static_cast<double>(k)) * kStep_s;
    const double acceleration = (v_mps[k + 1] - v) / kStep_s;
    u += v * t + 0.5 * acceleration * t * t;
    v += acceleration * t;
  }
  const Route& route = route_at(first_step + static_cast<std::int32_t>(k));
  const Route::Point point = route.at(u);
  constexpr double kHalf_m = 0.02;
  const double turn = wrap_angle(route.at(u + kHalf_m).heading_rad - route.at(u - kHalf_m).heading_rad);
  return {point.x_m,
          point.y_m,
          wrap_angle(point.heading_rad),
          v * point.stretch * std::cos(point.heading_rad),
          v * point.stretch * std::sin(point.heading_rad),
          v * turn / (2 * kHalf_m)};
}

}  // namespace concord::synth
