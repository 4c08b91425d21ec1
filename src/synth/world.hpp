#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "concord/drive.hpp"
#include "concord/synth.hpp"
#include "src/synth/agent.hpp"
#include "src/synth/body.hpp"
#include "src/synth/road.hpp"
#include "src/synth/structure.hpp"
#include "src/synth/terrain.hpp"
#include "src/synth/traffic.hpp"

namespace concord::synth {

enum class Weather : std::uint8_t { clear, rain, heavy_rain, fog };
enum class Light : std::uint8_t { day, dusk, night };

/// Everything that was simulated for one drive. After construction it only answers questions; from any thread.
class World {
 public:
  World(const SynthOptions& options, int drive);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] const SynthOptions& options() const { return options_; }
  [[nodiscard]] int drive() const { return drive_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] const Road& road() const { return road_; }
  [[nodiscard]] const Terrain& terrain() const { return terrain_; }
  [[nodiscard]] const Structure& structure() const { return *structure_; }
  [[nodiscard]] const std::vector<Agent>& agents() const { return traffic_.agents(); }
  [[nodiscard]] const Body& body(std::size_t agent) const { return bodies_[agent]; }
  [[nodiscard]] const std::vector<Manoeuvre>& manoeuvres() const { return traffic_.manoeuvres(); }
  [[nodiscard]] Weather weather(double time_s) const;
  [[nodiscard]] Light light() const { return light_; }

  /// Frames that differ; more than these repeat them.
  [[nodiscard]] int frames() const { return frames_; }
  /// Simulation time of a frame; the same instant in seconds is what everything below takes.
  [[nodiscard]] TimeNs frame_time_ns(int frame) const;
  /// From one lap of the frames to the next: time, and the ego's way.
  [[nodiscard]] TimeNs lap_time_ns() const;
  [[nodiscard]] SE3 T_next_lap() const;

  [[nodiscard]] SE3 T_world_ego(double time_s) const;
  struct EgoMotion {
    Vec3 velocity_mps;  ///< of the ego's origin, world axes
    Vec3 rate_radps;    ///< angular velocity, world axes
    double speed_mps = 0;
    double s_m = 0;  ///< station
  };
  [[nodiscard]] EgoMotion ego_motion(double time_s) const;

  /// Agents (not the ego) that exist at `time_s` within `reach_m` of the ego, in order of their ids.
  [[nodiscard]] std::vector<std::size_t> agents_near(double time_s, double reach_m) const;
  /// The agent's box at `time_s`, world frame: upright, standing on the ground.
  [[nodiscard]] Cuboid box(std::size_t agent, double time_s) const;
  [[nodiscard]] Vec3 velocity_mps(std::size_t agent, double time_s) const;
  /// Height of the ground below the agent, a sidewalk included.
  [[nodiscard]] double ground_m(std::size_t agent, double time_s) const;

 private:
  [[nodiscard]] std::int32_t steps() const;
  void choose_start();
  void index_agents();

  SynthOptions options_;
  int drive_;
  std::uint64_t seed_;
  int frames_;
  TimeNs period_ns_;
  Road road_;
  Terrain terrain_;
  Traffic traffic_;
  std::optional<Structure> structure_;
  std::vector<Body> bodies_;
  std::vector<std::vector<std::uint32_t>> by_second_;  ///< agents that exist in that second
  int start_ = 0;                                      ///< first frame of the lap, in periods
  Weather weather_ = Weather::clear, weather_later_ = Weather::clear;
  double weather_change_s_ = 1e18;
  Light light_ = Light::day;
};

}  // namespace concord::synth
