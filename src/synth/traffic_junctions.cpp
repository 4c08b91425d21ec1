#include <algorithm>
#include <cmath>
#include <numbers>

#include "src/synth/traffic.hpp"

namespace concord::synth {
namespace {

constexpr double kQuarter_rad = 0.5 * std::numbers::pi;
constexpr double kApproach_m = 58;  ///< straight part of a turn's path before its arc
constexpr double kRamp_m = 4;       ///< over which the turn's curvature grows and falls
constexpr double kTurnRadius_m = 8;
constexpr double kSideLength_m = 400;
constexpr double kWalkEnd_m = 12.4;  ///< |d| where crossing pedestrians wait

std::vector<Clothoid> right_turn(double before_m, double after_m) {
  const double curvature = -1 / kTurnRadius_m;
  const double arc_m = kTurnRadius_m * kQuarter_rad - kRamp_m;
  return {{before_m, 0, 0},
          {kRamp_m, 0, curvature},
          {arc_m, curvature, curvature},
          {kRamp_m, curvature, 0},
          {after_m, 0, 0}};
}

/// Way forward between the begin of the turn and the line that it ends on.
double turn_forward_m() {
  static const double forward = Path({}, right_turn(0.5, 20)).at(60).x_m - 0.5;
  return forward;
}

}  // namespace

const Path* Traffic::add_path(const PathPoint& start, const std::vector<Clothoid>& stretches) {
  paths_.emplace_back(start, stretches);
  return &paths_.back();
}

void Traffic::spawn_junction(const double& junction) {
  signals_.emplace(junction, Signal{});
  if (setting_.objects < 4) return;
  for (const double side : {-1.0, 1.0}) spawn_side_queue(junction, side);
  if (road_.section_at(junction).type == SynthRoad::urban) spawn_crossers(junction);
}

void Traffic::spawn_side_queue(const double& junction, double side) {
  // Who comes from the right (side -1) drives towards growing d, in the lane at s = junction + kSideLane_m.
  const double lane_s_m = junction - side * kSideLane_m;
  PathPoint start_point = road_.at(lane_s_m, side * kSideLength_m);
  start_point.heading_rad += side < 0 ? kQuarter_rad : -kQuarter_rad;
  const Path* path = add_path(start_point, {{2 * kSideLength_m, 0, 0}});
  double front_m = kSideStop_m + 1;
  const int count = random_.below(3);
  for (int i = 0; i < count; ++i) {
    const bool van = random_.chance(0.2);
    const Vec3 size_m = van ? Vec3(random_.uniform(4.9, 5.6), 2.0, random_.uniform(2.0, 2.5))
                            : Vec3(random_.uniform(3.8, 4.8), random_.uniform(1.72, 1.9), random_.uniform(1.42, 1.7));
    const Route route{.path = path, .station_m = kSideLength_m - front_m - 0.5 * size_m.x()};
    Driver& driver = start(van ? Kind::van : Kind::car, size_m, Role::side, route, 0, &junction);
    driver.desired = random_.uniform(0.85, 1.1);
    driver.min_gap_m = 2.2;
    driver.max_acceleration_mps2 = random_.uniform(1.3, 1.9);
    front_m += size_m.x() + random_.uniform(2, 3.5);
  }
}

void Traffic::spawn_crossers(const double& junction) {
  constexpr double kFirst_m = 9.3;
  constexpr double kApart_m = 0.9;
  for (const double side_of_junction : {-1.0, 1.0}) {
    for (int i = 0; i < 4; ++i) {
      if (!random_.chance(std::min(0.6, 0.012 * setting_.objects))) continue;
      const double side = random_.chance(0.5) ? -1 : 1;
      PathPoint start_point = road_.at(junction + side_of_junction * (kFirst_m + kApart_m * i), side * kWalkEnd_m);
      start_point.heading_rad += side < 0 ? kQuarter_rad : -kQuarter_rad;
      const Route route{.path = add_path(start_point, {{2 * kWalkEnd_m, 0, 0}})};
      const Vec3 size_m(random_.uniform(0.45, 0.62), random_.uniform(0.5, 0.62), random_.uniform(1.55, 1.9));
      Driver& driver = start(Kind::pedestrian, size_m, Role::crosser, route, 0, &junction);
      driver.desired = random_.uniform(1.25, 1.7);
      driver.time_gap_s = 0.5;
      driver.min_gap_m = 0.3;
      driver.max_acceleration_mps2 = 0.9;
    }
  }
}

bool Traffic::box_is_clear(double junction) const {
  for (std::size_t i = 0; i < drivers_.size(); ++i) {
    const Driver& driver = drivers_[i];
    if (driver.role != Role::main && driver.role != Role::turning && driver.role != Role::cyclist) continue;
    const Place& place = places_[i];
    if (std::abs(place.d_m) > 16) continue;  // turned off
    const double direction = place.cos_to_road < 0 ? -1 : 1;
    const double to_line_m = direction * (junction - place.s_m) - kStopLine_m - place.half_s_m;
    const bool inside = std::abs(place.s_m - junction) < kStopLine_m - 0.5 + place.half_s_m && to_line_m < 0;
    const bool will_pass = to_line_m >= 0 && to_line_m < 60 && driver.stop == nullptr;
    if (inside || will_pass) return false;
  }
  return true;
}

bool Traffic::crossing_is_over(const double* junction) const {
  for (std::size_t i = 0; i < drivers_.size(); ++i) {
    const Driver& driver = drivers_[i];
    if (driver.junction != junction) continue;
    if (driver.role == Role::crosser && driver.released && driver.u_m < 2 * kWalkEnd_m - 1.2) return false;
    if (driver.role == Role::side && driver.released && std::abs(places_[i].d_m) < kSideStop_m + 3) return false;
  }
  return true;
}

void Traffic::control_signals() {
  for (const double& junction : road_.junctions()) {
    const auto signal = signals_.find(junction);
    if (signal != signals_.end()) control_signal(junction, signal->second);
  }
}

void Traffic::control_signal(const double& junction, Signal& signal) {
  const auto enter = [&](Phase phase) {
    signal.phase = phase;
    signal.since_s = now_s_;
  };
  const double to_ego_m = junction - ego_s_m();
  if (signal.phase == Phase::undecided) {
    if (to_ego_m < 0) return enter(Phase::done);
    if (to_ego_m > std::max(45.0, 5.2 * drivers_.front().v_mps)) return;
    enter(random_.chance(0.45) ? Phase::clearing : Phase::main_green);
    signal.length_s = random_.uniform(3, 6);
  }
  if (signal.phase == Phase::main_green || signal.phase == Phase::done) return;

  const double age_s = now_s_ - signal.since_s;
  for (std::size_t i = 0; i < drivers_.size(); ++i) {
    Driver& driver = drivers_[i];
    const bool obeys = driver.role == Role::main || driver.role == Role::turning || driver.role == Role::cyclist;
    const Place& place = places_[i];
    if (!obeys || driver.stop != nullptr || std::abs(place.cos_to_road) < 0.9 || std::abs(place.d_m) > 16) continue;
    const double direction = place.cos_to_road < 0 ? -1 : 1;
    const double to_line_m = direction * (junction - place.s_m) - kStopLine_m - place.half_s_m;
    // Who cannot stop with a firm braking drives on; the crossing waits for it.
    if (to_line_m > 0.3 && to_line_m < 110 && driver.v_mps * driver.v_mps < 2 * 3.2 * to_line_m)
      driver.stop = &junction;
  }
  switch (signal.phase) {
    case Phase::clearing:
      if (age_s < 2.5 || !box_is_clear(junction)) break;
      for (Driver& driver : drivers_) {
        if (driver.junction != &junction || driver.role != Role::crosser || driver.released) continue;
        driver.released = true;
        driver.start_s = now_s_ + random_.uniform(0.2, 1.8);
        const double way_s = 2 * kWalkEnd_m / driver.desired + 1;
        log("pedestrian_crossing", driver, driver.start_s, driver.start_s + way_s);
      }
      enter(Phase::crossing);
      break;
    case Phase::crossing:
      for (std::size_t i = 0; i < drivers_.size(); ++i) {
        Driver& driver = drivers_[i];
        if (driver.junction != &junction || driver.role != Role::side || driver.released) continue;
        // Once through the pedestrians' band nobody is in the way of the side traffic: it crosses between the bands.
        if (std::abs(places_[i].d_m) < kSideStop_m + 7) {
          driver.released = true;
          log("side_traffic", driver, now_s_, now_s_ + 6);
        }
      }
      if (age_s > signal.length_s) enter(Phase::closing);
      break;
    case Phase::closing:
      if (!crossing_is_over(&junction)) break;
      for (Driver& driver : drivers_) {
        if (driver.stop == &junction) driver.stop = nullptr;
      }
      enter(Phase::done);
      break;
    case Phase::undecided:
    case Phase::main_green:
    case Phase::done:
      break;
  }
}

void Traffic::begin_turns() {
  for (std::size_t i = 1; i < drivers_.size(); ++i) {
    Driver& driver = drivers_[i];
    const Agent& agent = agents_[driver.agent];
    if (driver.role != Role::main || std::abs(driver.target_d_m) < 3 || driver.u_m < driver.shift_end_u_m) continue;
    if ((agent.kind != Kind::car && agent.kind != Kind::van) || driver.stop != nullptr) continue;
    const double direction = direction_of(driver);
    const double* junction = road_.nearest_junction(places_[i].s_m);
    if (junction == nullptr || driver.junction == junction) continue;
    const double exit_s_m = *junction - direction * kSideLane_m;
    const double begin_s_m = exit_s_m - direction * turn_forward_m();
    const double ahead_m = direction * (begin_s_m - places_[i].s_m);
    if (ahead_m < kApproach_m - 12 || ahead_m > kApproach_m - 2) continue;
    driver.junction = junction;  // decided once
    if (!random_.chance(0.25)) continue;
    PathPoint start_point = road_.at(begin_s_m - direction * kApproach_m, driver.target_d_m);
    if (direction < 0) start_point.heading_rad += std::numbers::pi;
    const Path* path = add_path(start_point, right_turn(kApproach_m, kSideLength_m));
    driver.role = Role::turning;
    driver.turn_m = kApproach_m;
    driver.route = {.path = path, .station_m = kApproach_m - ahead_m - driver.u_m};
    agents_[driver.agent].legs.push_back({now_, driver.route});
    log("turn_off", driver, now_s_, now_s_ + (ahead_m + 20) / 7);
  }
}

}  // namespace concord::synth
