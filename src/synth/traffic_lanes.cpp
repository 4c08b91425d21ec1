#include <algorithm>
#include <cmath>

#include "src/synth/traffic.hpp"

namespace concord::synth {

bool Traffic::lane_is_free(std::size_t i, double lane_d_m, double lag_need_m) const {
  const Driver& driver = drivers_[i];
  const Place& own = places_[i];
  const double direction = direction_of(driver);
  const double half_width = 0.5 * agents_[driver.agent].size_m.y() + 0.3;
  for (std::size_t j = 0; j < places_.size(); ++j) {
    const Place& other = places_[j];
    if (j == i || other.low_d_m > lane_d_m + half_width || other.high_d_m < lane_d_m - half_width) continue;
    const double ahead_m = direction * (other.s_m - own.s_m);
    if (std::abs(ahead_m) > 200) continue;
    const double gap_m = std::abs(ahead_m) - own.half_s_m - other.half_s_m;
    const double other_v = direction * other.vs_mps;
    const double closing = ahead_m > 0 ? driver.v_mps - other_v : other_v - driver.v_mps;
    const double need_m =
        (ahead_m > 0 ? std::max(5.0, 0.6 * driver.v_mps) : lag_need_m) + (closing > 0 ? closing * closing / 3 : 0);
    if (gap_m < need_m) return false;
  }
  return true;
}

void Traffic::change_lane(std::size_t i, double lane_d_m, std::string_view manoeuvre) {
  Driver& driver = drivers_[i];
  const double length_m = std::clamp(driver.v_mps * random_.uniform(3.4, 4.6), 20.0, 130.0);
  // The route's distance is counted to the left of the path, as d is.
  const double change_m = lane_d_m - driver.route.offset_m(driver.u_m);
  const Route::Shift shift{driver.u_m, length_m, change_m};
  driver.route.shifts.push_back(shift);
  agents_[driver.agent].legs.back().route.shifts.push_back(shift);
  driver.target_d_m = lane_d_m;
  driver.shift_end_u_m = driver.u_m + length_m;
  driver.ready_s = now_s_ + length_m / std::max(driver.v_mps, 3.0) + 5;
  log(manoeuvre, driver, now_s_, now_s_ + length_m / std::max(driver.v_mps, 3.0));
}

void Traffic::change_lanes() {
  const Driver& ego = drivers_.front();
  const double ego_s = ego_s_m();
  for (std::size_t i = 0; i < drivers_.size(); ++i) {
    const Driver& driver = drivers_[i];
    if (driver.role != Role::main || now_s_ < driver.ready_s || driver.u_m < driver.shift_end_u_m) continue;
    if (driver.v_mps < 5 || driver.stop != nullptr) continue;
    const double direction = direction_of(driver);
    const bool inner = std::abs(driver.target_d_m) < 3;
    const double lane_d_m = (inner ? kLanes_m[1] : kLanes_m[0]) * (driver.target_d_m < 0 ? -1 : 1);
    const bool heavy = agents_[driver.agent].kind == Kind::truck || agents_[driver.agent].kind == Kind::bus;
    if (heavy) continue;
    const bool with_ego = direction > 0 && i != 0;
    const double before_ego_m = places_[i].s_m - places_[i].half_s_m - ego_s - places_[0].half_s_m;
    const bool into_ego_lane = with_ego && std::abs(lane_d_m - ego.target_d_m) < 1;
    if (into_ego_lane && before_ego_m > 0.35 * ego.v_mps + 4 && before_ego_m < 1.3 * ego.v_mps + 8 && ego.v_mps > 4) {
      const bool apt = driver.v_mps > ego.v_mps - 1.5 && now_s_ > last_cut_in_s_ + 9 && random_.chance(0.4);
      if (apt && lane_is_free(i, lane_d_m, 0.3 * ego.v_mps + 4)) {
        change_lane(i, lane_d_m, "cut_in");
        last_cut_in_s_ = now_s_;
      }
      continue;
    }
    const Leader leader = leader_in_lane(i);
    const bool held_up = leader.gap_m < 3 * driver.v_mps + 5 && leader.speed_mps < 0.85 * wanted_mps(i);
    if (!random_.chance(i == 0 ? (held_up ? 0.1 : 0.012) : (held_up ? 0.15 : 0.015))) continue;
    if (!lane_is_free(i, lane_d_m, 0.7 * driver.v_mps + 5)) continue;
    const bool leads_ego =
        with_ego && std::abs(driver.target_d_m - ego.target_d_m) < 1 && before_ego_m > 0 && before_ego_m < 60;
    change_lane(i, lane_d_m, i == 0 ? "ego_lane_change" : leads_ego ? "cut_out" : "lane_change");
  }
}

void Traffic::log_situations() {
  constexpr double kLeast_s = 2;
  const Driver& ego = drivers_.front();
  // Who is followed: the nearest in the ego's lane, at less than three seconds.
  std::uint32_t followed = 0;
  double nearest_m = 3 * ego.v_mps;
  for (std::size_t j = 1; j < drivers_.size() && ego.v_mps > 2; ++j) {
    const Place& other = places_[j];
    if (drivers_[j].role != Role::main || other.cos_to_road < 0.9) continue;
    const double gap_m = other.s_m - ego_s_m() - other.half_s_m - places_[0].half_s_m;
    if (gap_m <= 0 || gap_m > nearest_m || std::abs(other.d_m - places_[0].d_m) > 1) continue;
    nearest_m = gap_m;
    followed = agents_[drivers_[j].agent].id;
  }
  if (followed != followed_) {
    if (followed_ != 0 && now_s_ - following_since_s_ >= kLeast_s) {
      manoeuvres_.push_back({"following", followed_, following_since_s_, now_s_});
    }
    followed_ = followed;
    following_since_s_ = now_s_;
  }
  if (ego.v_mps < 0.1 && stopped_since_s_ < -1e8) stopped_since_s_ = now_s_;
  if (ego.v_mps >= 0.1 && stopped_since_s_ > -1e8) {
    if (now_s_ - stopped_since_s_ >= 0.5) log("ego_stop", ego, stopped_since_s_, now_s_);
    stopped_since_s_ = -1e9;
  }
}

}  // namespace concord::synth
