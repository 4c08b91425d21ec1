#pragma once

#include <cstdint>
#include <vector>

#include "concord/point_cloud.hpp"
#include "src/synth/rig.hpp"
#include "src/synth/scene.hpp"

namespace concord::synth {

/// `RadarScan::source` of reflections by something else than road users.
inline constexpr std::uint32_t kGhost = kFixture - 2;

struct RadarScan {
  RadarDetections detections;         ///< in the sensor's frame, in the plane z = 0
  std::vector<std::uint32_t> source;  ///< per detection: index into World::agents, or kFixture, kGhost
};

/// One cycle of `radar` for `frame`; depends on the world, frame and sensor alone. Reflections at corners, wheels and
/// faces that look at the sensor; range rates from the rigid motion of the reflection point and of the sensor.
[[nodiscard]] RadarScan scan(const World& world, const RigSensor& radar, int frame);

/// Range rate of a point that moves with `velocity_mps`, seen from a sensor that moves with `sensor_mps`: positive when
/// the range grows.
[[nodiscard]] double range_rate_mps(const Vec3& point_m, const Vec3& velocity_mps, const Vec3& sensor_m,
                                    const Vec3& sensor_mps);

}  // namespace concord::synth
