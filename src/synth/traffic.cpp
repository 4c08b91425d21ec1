#include "src/synth/traffic.hpp"

#include <algorithm>
#include <cmath>

#include "src/synth/rectangle.hpp"

namespace concord::synth {
namespace {

constexpr std::int32_t kWarmUpSteps = 400;
constexpr double kTopSpeed_mps = 36;
constexpr double kComfortable_mps2 = 2.0;
constexpr double kHardest_mps2 = 6.5;
constexpr double kJerkUp_mps3 = 4, kJerkDown_mps3 = 14;
constexpr double kTurnSpeed_mps = 4.5;
constexpr double kEgoCentre_m = 1.4;  ///< middle of the ego's body ahead of its rear axle

/// Intelligent Driver Model.
double follow(double v, double wanted, double gap, double leader, double time_gap, double min_gap,
              double acceleration) {
  const double ratio = v / std::max(wanted, 0.1);
  const double free = std::max(1 - ratio * ratio * ratio * ratio, -2.2 / acceleration);
  const double approach = v * (v - leader) / (2 * std::sqrt(acceleration * kComfortable_mps2));
  const double wish = min_gap + std::max(0.0, v * time_gap + approach);
  const double pressure = wish / std::max(gap, 0.3);
  return acceleration * (free - pressure * pressure);
}

}  // namespace

Traffic::Traffic(const Road& road, const Setting& setting, std::uint64_t seed)
    : road_(road), setting_(setting), random_(seed), seed_(seed) {}

double Traffic::road_length_m(std::int32_t steps, double window_m) {
  return 4 * window_m + (steps + kWarmUpSteps) * kStep_s * kTopSpeed_mps;
}

void Traffic::run(std::int32_t steps) {
  now_ = -kWarmUpSteps;
  now_s_ = now_ * kStep_s;
  spawn_ego();
  locate();
  spawn_first();
  for (; now_ <= steps; ++now_) step(now_);
  remove_collisions(steps);
}

void Traffic::step(std::int32_t index) {
  now_s_ = index * kStep_s;
  locate();
  spawn_roadside();
  if (index % 2 == 0) spawn_moving();
  locate();
  control_signals();
  begin_turns();
  if (index % 10 == 0) change_lanes();
  locate();
  log_situations();
  for (std::size_t i = 0; i < drivers_.size(); ++i) drivers_[i].a_mps2 = acceleration_of(i);
  for (Driver& driver : drivers_) {
    Agent& agent = agents_[driver.agent];
    agent.u_m.push_back(driver.u_m);
    agent.v_mps.push_back(driver.v_mps);
    const double v = std::max(0.0, driver.v_mps + driver.a_mps2 * kStep_s);
    driver.u_m += 0.5 * (driver.v_mps + v) * kStep_s;
    driver.v_mps = v;
  }
  remove_far();
}

void Traffic::locate() {
  places_.clear();
  for (const Driver& driver : drivers_) places_.push_back(place_of(driver));
}

Traffic::Place Traffic::place_of(const Driver& driver) const {
  const Route::Point point = driver.route.at(driver.u_m);
  const Vec3& size = agents_[driver.agent].size_m;
  Place place;
  place.cos_yaw = std::cos(point.heading_rad);
  place.sin_yaw = std::sin(point.heading_rad);
  const double ahead = driver.agent == 0 ? kEgoCentre_m : 0;
  place.x_m = point.x_m + ahead * place.cos_yaw;
  place.y_m = point.y_m + ahead * place.sin_yaw;
  double road_heading = 0;
  if (driver.route.path == &road_.centre()) {
    place.s_m = driver.route.path_station_m(driver.u_m) + driver.route.direction * ahead;
    place.d_m = driver.route.offset_m(driver.u_m);
    road_heading = road_.centre().at(place.s_m).heading_rad;
  } else {
    // Around a junction the road is straight.
    const PathPoint centre = road_.centre().at(*driver.junction);
    road_heading = centre.heading_rad;
    const double dx = place.x_m - centre.x_m;
    const double dy = place.y_m - centre.y_m;
    place.s_m = *driver.junction + dx * std::cos(road_heading) + dy * std::sin(road_heading);
    place.d_m = -dx * std::sin(road_heading) + dy * std::cos(road_heading);
  }
  place.cos_to_road = std::cos(point.heading_rad - road_heading);
  const double sin_to_road = std::abs(std::sin(point.heading_rad - road_heading));
  const double cosine = std::abs(place.cos_to_road);
  place.half_s_m = 0.5 * (size.x() * cosine + size.y() * sin_to_road);
  place.half_d_m = 0.5 * (size.x() * sin_to_road + size.y() * cosine);
  place.low_d_m = place.high_d_m = place.d_m;
  if (driver.role == Role::main && driver.u_m < driver.shift_end_u_m) {
    place.low_d_m = std::min(place.low_d_m, driver.target_d_m);
    place.high_d_m = std::max(place.high_d_m, driver.target_d_m);
  }
  place.low_d_m -= place.half_d_m;
  place.high_d_m += place.half_d_m;
  place.vs_mps = driver.v_mps * place.cos_to_road;
  return place;
}

Traffic::Leader Traffic::leader_in_lane(std::size_t i) const {
  const Place& own = places_[i];
  const double direction = own.cos_to_road < 0 ? -1 : 1;
  const double margin_m = is_motor(agents_[drivers_[i].agent].kind) ? 0.25 : 0.1;
  Leader leader;
  for (std::size_t j = 0; j < places_.size(); ++j) {
    const Place& other = places_[j];
    const double ahead_m = direction * (other.s_m - own.s_m);
    if (j == i || ahead_m <= 0 || ahead_m > 250) continue;
    if (other.low_d_m > own.high_d_m + margin_m || other.high_d_m < own.low_d_m - margin_m) continue;
    const double gap_m = ahead_m - own.half_s_m - other.half_s_m;
    if (gap_m < leader.gap_m) leader = {gap_m, std::max(0.0, direction * other.vs_mps)};
  }
  return leader;
}

Traffic::Leader Traffic::leader_on_route(std::size_t i) const {
  constexpr double kLook_m = 20;
  constexpr double kStride_m = 1;
  const Driver& driver = drivers_[i];
  const Vec3& size = agents_[driver.agent].size_m;
  Leader leader;
  for (std::size_t j = 0; j < places_.size(); ++j) {
    const Place& other = places_[j];
    const Vec3& other_size = agents_[drivers_[j].agent].size_m;
    const double reach_m = kLook_m + 0.5 * (size.x() + other_size.x() + other_size.y());
    if (j == i || std::hypot(other.x_m - places_[i].x_m, other.y_m - places_[i].y_m) > reach_m) continue;
    const double half_length = 0.5 * other_size.x() + 0.5 * size.y() + 0.3;
    const double half_width = 0.5 * other_size.y() + 0.5 * size.y() + 0.3;
    for (double q = 0.5 * size.x(); q < 0.5 * size.x() + kLook_m; q += kStride_m) {
      const Route::Point at = driver.route.at(driver.u_m + q);
      const double dx = at.x_m - other.x_m;
      const double dy = at.y_m - other.y_m;
      if (std::abs(dx * other.cos_yaw + dy * other.sin_yaw) > half_length) continue;
      if (std::abs(-dx * other.sin_yaw + dy * other.cos_yaw) > half_width) continue;
      const double gap_m = std::max(0.1, q - 0.5 * size.x() - kStride_m);
      if (gap_m >= leader.gap_m) break;
      const double along = std::cos(at.heading_rad) * other.cos_yaw + std::sin(at.heading_rad) * other.sin_yaw;
      leader = {gap_m, std::max(0.0, drivers_[j].v_mps * along)};
      break;
    }
  }
  return leader;
}

double Traffic::stop_gap(std::size_t i) const {
  constexpr double kNone_m = 1e9;
  const Driver& driver = drivers_[i];
  const Place& place = places_[i];
  const double direction = place.cos_to_road < 0 ? -1 : 1;
  switch (driver.role) {
    case Role::side:
      if (driver.released) return kNone_m;
      return std::abs(place.d_m) - place.half_d_m - kSideStop_m + driver.min_gap_m - 0.6;
    case Role::crosser:
      return driver.route.path->length_m() - driver.u_m + driver.min_gap_m;
    case Role::walker: {
      double gap_m = kNone_m;
      if (const double* junction = road_.nearest_junction(place.s_m)) {
        const double ahead_m = direction * (*junction - place.s_m);
        if (ahead_m > 0) gap_m = ahead_m - kJunctionCorner_m;
      }
      const Section& section = road_.section_at(place.s_m);
      return std::min(gap_m, direction > 0 ? section.end_m - place.s_m : place.s_m - section.begin_m);
    }
    case Role::cyclist:
    case Role::main:
    case Role::turning:
      break;
    case Role::parked:
      return kNone_m;
  }
  double gap_m = kNone_m;
  if (driver.stop != nullptr) {
    gap_m = direction * (*driver.stop - place.s_m) - kStopLine_m - place.half_s_m + driver.min_gap_m - 0.6;
  }
  if (driver.role == Role::cyclist) {
    const Section& section = road_.section_at(place.s_m);
    const Section& next = road_.section_at(direction > 0 ? section.end_m + 1 : section.begin_m - 1);
    const double end_m = direction > 0 ? section.end_m - place.s_m : place.s_m - section.begin_m;
    if (next.type == SynthRoad::highway) gap_m = std::min(gap_m, end_m);
  }
  return gap_m;
}

double Traffic::wanted_mps(std::size_t i) const {
  const Driver& driver = drivers_[i];
  const double allowed = road_.allowed_mps(places_[i].s_m);
  switch (driver.role) {
    case Role::main:
      return allowed * driver.desired;
    case Role::turning: {
      const double q = driver.route.path_station_m(driver.u_m);
      constexpr double kArc_m = 17;
      if (q > driver.turn_m + kArc_m) return 8;
      const double slow = std::max(0.0, driver.turn_m - q);
      return std::min(allowed * driver.desired, std::sqrt(kTurnSpeed_mps * kTurnSpeed_mps + 2 * 1.2 * slow));
    }
    case Role::side:
      return 8.3 * driver.desired;
    case Role::crosser:
      return driver.released && now_s_ >= driver.start_s ? driver.desired : 0;
    case Role::cyclist:
      return std::min(allowed, driver.desired);
    case Role::walker:
      return driver.desired;
    case Role::parked:
      break;
  }
  return 0;
}

double Traffic::acceleration_of(std::size_t i) const {
  const Driver& driver = drivers_[i];
  const double wanted = wanted_mps(i);
  if (driver.role == Role::parked || (wanted <= 0 && driver.v_mps <= 0)) return 0;
  Leader leader;
  if (driver.role == Role::side || driver.role == Role::turning) leader = leader_on_route(i);
  const bool along_road = std::abs(places_[i].cos_to_road) > 0.7;
  if (driver.role != Role::side && driver.role != Role::crosser && along_road) {
    const Leader in_lane = leader_in_lane(i);
    if (in_lane.gap_m < leader.gap_m) leader = in_lane;
  }
  const auto toward = [&](double gap_m, double speed) {
    return follow(driver.v_mps, wanted, gap_m, speed, driver.time_gap_s, driver.min_gap_m,
                  driver.max_acceleration_mps2);
  };
  const double a = std::min(toward(leader.gap_m, leader.speed_mps), toward(stop_gap(i), 0));
  const double smooth = std::clamp(a, driver.a_mps2 - kJerkDown_mps3 * kStep_s, driver.a_mps2 + kJerkUp_mps3 * kStep_s);
  return std::clamp(smooth, -kHardest_mps2, driver.max_acceleration_mps2);
}

Traffic::Driver& Traffic::start(Kind kind, const Vec3& size_m, Role role, const Route& route, double v_mps,
                                const double* junction) {
  Agent agent;
  agent.id = static_cast<std::uint32_t>(agents_.size());
  agent.kind = kind;
  agent.size_m = size_m;
  agent.parked = role == Role::parked;
  agent.first_step = now_;
  agent.legs.push_back({now_, route});
  agents_.push_back(std::move(agent));
  Driver driver;
  driver.agent = agents_.size() - 1;
  driver.role = role;
  driver.route = route;
  driver.v_mps = v_mps;
  driver.junction = junction;
  drivers_.push_back(driver);
  places_.push_back(place_of(driver));
  return drivers_.back();
}

void Traffic::log(std::string_view kind, const Driver& actor, double begin_s, double end_s) {
  manoeuvres_.push_back({kind, agents_[actor.agent].id, begin_s, end_s});
}

void Traffic::remove_collisions(std::int32_t steps) {
  constexpr double kMargin_m = 0.1;
  const auto rectangle_of = [&](const Agent& agent, double time_s) {
    const Motion motion = agent.at(time_s);
    const double ahead = agent.id == 0 ? kEgoCentre_m : 0;
    return Rectangle{motion.x_m + ahead * std::cos(motion.yaw_rad),
                     motion.y_m + ahead * std::sin(motion.yaw_rad),
                     std::cos(motion.yaw_rad),
                     std::sin(motion.yaw_rad),
                     0.5 * agent.size_m.x() + kMargin_m,
                     0.5 * agent.size_m.y() + kMargin_m};
  };
  std::vector<std::size_t> alive;
  std::vector<Rectangle> rectangles;
  std::vector<std::uint8_t> removed(agents_.size(), 0);
  std::size_t next = 0;
  for (std::int32_t step = -kWarmUpSteps; step <= steps; step += 2) {
    std::erase_if(alive, [&](std::size_t i) { return agents_[i].last_step() < step || removed[i] != 0; });
    while (next < agents_.size() && agents_[next].first_step <= step) alive.push_back(next++);
    rectangles.clear();
    for (const std::size_t i : alive) rectangles.push_back(rectangle_of(agents_[i], step * kStep_s));
    for (std::size_t a = 0; a < alive.size(); ++a) {
      for (std::size_t b = a + 1; b < alive.size(); ++b) {
        // The later one of the two, which is never the ego.
        if (removed[alive[a]] == 0 && overlap(rectangles[a], rectangles[b])) removed[alive[b]] = 1;
      }
    }
  }
  std::erase_if(manoeuvres_, [&](const Manoeuvre& m) { return removed[m.actor] != 0; });
  std::erase_if(agents_, [&](const Agent& agent) { return removed[agent.id] != 0; });
}

}  // namespace concord::synth
