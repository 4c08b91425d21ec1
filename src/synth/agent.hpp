#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "concord/geometry.hpp"
#include "src/synth/path.hpp"

namespace concord::synth {

/// Time between two simulated states; between them acceleration is constant.
inline constexpr double kStep_s = 0.05;

enum class Kind : std::uint8_t { car, van, truck, bus, motorcyclist, cyclist, pedestrian };
inline constexpr std::size_t kKinds = 7;
/// Concord's class name.
[[nodiscard]] std::string_view class_name(Kind kind);
[[nodiscard]] constexpr bool is_motor(Kind kind) { return kind <= Kind::motorcyclist; }

/// A way that something moves along: a path (forwards or backwards), a constant distance beside it, and smooth shifts
/// from one distance to another. The position along it is the way travelled, u.
struct Route {
  struct Shift {
    double begin_m = 0;  ///< u
    double length_m = 1;
    double change_m = 0;
  };
  const Path* path = nullptr;
  double station_m = 0;   ///< of the path at u = 0
  double direction = 1;   ///< +1 or -1 along the path
  double distance_m = 0;  ///< left of the path, seen along the path
  std::vector<Shift> shifts;

  struct Point {
    double x_m = 0, y_m = 0;
    double heading_rad = 0;
    double stretch = 1;  ///< way over ground for each metre of u
  };
  [[nodiscard]] double path_station_m(double u_m) const { return station_m + direction * u_m; }
  /// Distance from the path and its derivative by u.
  [[nodiscard]] double offset_m(double u_m, double* slope = nullptr) const;
  [[nodiscard]] Point at(double u_m) const;
};

/// Position and motion of one thing at one time, in the world; upright (gravity along -z).
struct Motion {
  double x_m = 0, y_m = 0;
  double yaw_rad = 0;
  double vx_mps = 0, vy_mps = 0;
  double yaw_rate_radps = 0;
};

/// Anything that was simulated: what it is and where it was at every step of its life.
struct Agent {
  struct Leg {
    std::int32_t first_step = 0;
    Route route;
  };
  std::uint32_t id = 0;
  Kind kind = Kind::car;
  bool parked = false;
  Vec3 size_m = Vec3::Zero();
  std::vector<Leg> legs;        ///< way travelled goes on without a jump from leg to leg
  std::int32_t first_step = 0;  ///< of `u_m` and `v_mps`
  std::vector<double> u_m, v_mps;

  [[nodiscard]] std::int32_t last_step() const { return first_step + static_cast<std::int32_t>(u_m.size()) - 1; }
  [[nodiscard]] bool exists_at(double time_s) const;
  /// Clamped to the agent's life.
  [[nodiscard]] Motion at(double time_s) const;
  [[nodiscard]] const Route& route_at(std::int32_t step) const;
};

}  // namespace concord::synth
