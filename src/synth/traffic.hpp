#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "src/synth/agent.hpp"
#include "src/synth/random.hpp"
#include "src/synth/road.hpp"

namespace concord::synth {

/// Something that the simulator made happen, over an interval of time.
struct Manoeuvre {
  std::string_view kind;    ///< "cut_in", "cut_out", "lane_change", "ego_lane_change", "stop_at_signal" ...
  std::uint32_t actor = 0;  ///< agent id; 0 is the ego
  double begin_s = 0, end_s = 0;
};

/// Simulates everything that moves: vehicles follow each other by the Intelligent Driver Model (Treiber, Hennecke,
/// Helbing 2000), change lanes, cut in, stop at signals, turn off; cyclists and pedestrians keep to their lanes;
/// pedestrians and side traffic cross while the main road waits. Steps of kStep_s; a pure function of its arguments.
class Traffic {
 public:
  struct Setting {
    double objects = 30;        ///< road users within `label_range_m`, about
    double label_range_m = 80;  ///< along the road, each way
    double window_m = 130;      ///< the world exists this far along the road, each way
  };
  Traffic(const Road& road, const Setting& setting, std::uint64_t seed);
  /// Simulates `steps` steps after a warm-up; step 0 is the first after it.
  void run(std::int32_t steps);

  /// [0] is the ego, whose reference point is the middle of its rear axle; of all others the middle of the box.
  [[nodiscard]] const std::vector<Agent>& agents() const { return agents_; }
  [[nodiscard]] const std::vector<Manoeuvre>& manoeuvres() const { return manoeuvres_; }
  /// Longest stretch of road that a run of that many steps can need.
  [[nodiscard]] static double road_length_m(std::int32_t steps, double window_m);

 private:
  enum class Role : std::uint8_t { main, side, turning, cyclist, walker, crosser, parked };
  /// What drives an agent while it lives.
  struct Driver {
    std::size_t agent = 0;
    Role role = Role::main;
    double u_m = 0, v_mps = 0, a_mps2 = 0;
    Route route;
    double desired = 1;       ///< share of the allowed speed, or speed itself for cyclists and people
    double time_gap_s = 1.3;  ///< and the other parameters of the Intelligent Driver Model
    double min_gap_m = 2.5, max_acceleration_mps2 = 1.6;
    double target_d_m = 0;             ///< lane, as distance from the road's centre line
    double shift_end_u_m = -1;         ///< a lane change goes on until here
    double ready_s = 0;                ///< no lane change before
    const double* stop = nullptr;      ///< junction whose signal it obeys
    bool released = false;             ///< of side traffic and crossing pedestrians: may go
    double start_s = 0;                ///< when it goes after that
    double turn_m = 0;                 ///< where the arc of a turn begins
    const double* junction = nullptr;  ///< of side traffic, crossing pedestrians and turns
    bool gone = false;
  };
  /// A driver's place in the world and in road coordinates, with its extents.
  struct Place {
    double x_m = 0, y_m = 0, cos_yaw = 1, sin_yaw = 0;
    double s_m = 0, d_m = 0;
    double half_s_m = 0, half_d_m = 0;
    double low_d_m = 0, high_d_m = 0;  ///< with the lane that it is going to
    double vs_mps = 0;                 ///< speed along growing stations
    double cos_to_road = 1;            ///< of its heading
  };
  enum class Phase : std::uint8_t { undecided, main_green, clearing, crossing, closing, done };
  struct Signal {
    Phase phase = Phase::undecided;
    double since_s = 0;
    double length_s = 0;  ///< of the crossing phase
  };

  // traffic.cpp: the step, and how fast everybody goes
  void step(std::int32_t index);
  void locate();
  [[nodiscard]] double acceleration_of(std::size_t i) const;
  [[nodiscard]] double wanted_mps(std::size_t i) const;
  struct Leader {
    double gap_m = 1e9;
    double speed_mps = 0;
  };
  [[nodiscard]] Leader leader_in_lane(std::size_t i) const;
  [[nodiscard]] Leader leader_on_route(std::size_t i) const;
  [[nodiscard]] double stop_gap(std::size_t i) const;
  [[nodiscard]] Place place_of(const Driver& driver) const;
  [[nodiscard]] double direction_of(const Driver& driver) const { return driver.target_d_m < 0 ? 1 : -1; }
  [[nodiscard]] double ego_s_m() const { return places_.front().s_m; }
  Driver& start(Kind kind, const Vec3& size_m, Role role, const Route& route, double v_mps,
                const double* junction = nullptr);
  void log(std::string_view kind, const Driver& actor, double begin_s, double end_s);
  /// Takes out what touches something else although everybody paid attention.
  void remove_collisions(std::int32_t steps);

  // traffic_spawn.cpp: who comes and goes
  void spawn_ego();
  void spawn_first();
  void spawn_moving();
  [[nodiscard]] double wanted_moving() const;
  void spawn_roadside();
  void spawn_parked(double s_m, double side);
  void spawn_walker(double s_m, std::size_t walk, double side);
  void spawn_cyclist(double s_m, double side);
  bool spawn_vehicle(double s_m, double lane_d_m, double v_mps);
  [[nodiscard]] bool is_free(const Route& route, const Vec3& size_m, double margin_m) const;
  [[nodiscard]] Route along_road(double s_m, double d_m, double direction) const;
  void remove_far();

  // traffic_lanes.cpp: lane changes
  void change_lanes();
  [[nodiscard]] bool lane_is_free(std::size_t i, double lane_d_m, double lag_need_m) const;
  void change_lane(std::size_t i, double lane_d_m, std::string_view manoeuvre);
  void log_situations();

  // traffic_junctions.cpp: signals, and who crosses or turns off
  void control_signals();
  void control_signal(const double& junction, Signal& signal);
  void spawn_junction(const double& junction);
  void spawn_side_queue(const double& junction, double side);
  void spawn_crossers(const double& junction);
  void begin_turns();
  [[nodiscard]] bool box_is_clear(double junction) const;
  [[nodiscard]] bool crossing_is_over(const double* junction) const;
  [[nodiscard]] const Path* add_path(const PathPoint& start, const std::vector<Clothoid>& stretches);

  const Road& road_;
  Setting setting_;
  Random random_;
  std::uint64_t seed_;
  std::deque<Path> paths_;  ///< of side streets, turns and crossings
  std::vector<Agent> agents_;
  std::vector<Driver> drivers_;  ///< [0] is the ego's
  std::vector<Place> places_;    ///< of drivers_, at the current step
  std::map<double, Signal> signals_;
  std::vector<Manoeuvre> manoeuvres_;
  std::unordered_set<std::int64_t> cells_;  ///< of the roadside that came into the window
  std::int32_t now_ = 0;
  double now_s_ = 0;
  double last_cut_in_s_ = -100;
  double following_since_s_ = -1;
  std::uint32_t followed_ = 0;
  double stopped_since_s_ = -1e9;
};

}  // namespace concord::synth
