#include <algorithm>
#include <array>
#include <cmath>

#include "src/synth/rectangle.hpp"
#include "src/synth/traffic.hpp"

namespace concord::synth {
namespace {

constexpr double kCell_m = 20;
constexpr double kEgoStart_m = 400;  ///< leaves room behind the ego

struct Range {
  double low, high;
};
struct Sizes {
  Range length_m, width_m, height_m;
};

Vec3 draw_size(Kind kind, Random& random) {
  constexpr std::array<Sizes, kKinds> kSizes{{{{3.8, 4.9}, {1.7, 1.93}, {1.42, 1.72}},
                                              {{4.9, 5.9}, {1.9, 2.05}, {1.95, 2.6}},
                                              {{7.0, 10.0}, {2.35, 2.52}, {3.0, 3.8}},
                                              {{10.5, 12.2}, {2.5, 2.55}, {3.0, 3.3}},
                                              {{2.0, 2.3}, {0.7, 0.9}, {1.45, 1.75}},
                                              {{1.65, 1.85}, {0.55, 0.7}, {1.6, 1.85}},
                                              {{0.45, 0.65}, {0.5, 0.65}, {1.55, 1.92}}}};
  const Sizes& sizes = kSizes[static_cast<std::size_t>(kind)];
  const double share = random.uniform(0, 1);  // long cars are wide
  const auto in = [&](const Range& range, double at) { return range.low + at * (range.high - range.low); };
  return {in(sizes.length_m, share), in(sizes.width_m, 0.6 * share + 0.4 * random.uniform(0, 1)),
          in(sizes.height_m, random.uniform(0, 1))};
}

Kind draw_motor(Random& random, bool outer_lane) {
  const double draw = random.uniform(0, 1);
  if (outer_lane && draw < 0.11) return Kind::truck;
  if (outer_lane && draw < 0.17) return Kind::bus;
  if (draw < 0.3) return Kind::van;
  return draw < 0.38 ? Kind::motorcyclist : Kind::car;
}

bool is_heavy(Kind kind) { return kind == Kind::truck || kind == Kind::bus; }

}  // namespace

Route Traffic::along_road(double s_m, double d_m, double direction) const {
  return {.path = &road_.centre(), .station_m = s_m, .direction = direction, .distance_m = d_m, .shifts = {}};
}

bool Traffic::is_free(const Route& route, const Vec3& size_m, double margin_m) const {
  const Route::Point at = route.at(0);
  const Rectangle wanted{at.x_m,
                         at.y_m,
                         std::cos(at.heading_rad),
                         std::sin(at.heading_rad),
                         0.5 * size_m.x() + margin_m,
                         0.5 * size_m.y() + std::min(margin_m, 0.3)};
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Place& p = places_[i];
    const Vec3& size = agents_[drivers_[i].agent].size_m;
    if (overlap(wanted, {p.x_m, p.y_m, p.cos_yaw, p.sin_yaw, 0.5 * size.x(), 0.5 * size.y()})) return false;
  }
  return true;
}

void Traffic::spawn_ego() {
  const double lane_d_m = random_.chance(0.6) ? -kLanes_m[0] : -kLanes_m[1];
  Driver& ego = start(Kind::car, Vec3(4.6, 1.9, 1.6), Role::main, along_road(kEgoStart_m, lane_d_m, 1),
                      0.8 * road_.allowed_mps(kEgoStart_m));
  ego.target_d_m = lane_d_m;
  ego.desired = 0.97;
  ego.time_gap_s = 1.5;
  ego.max_acceleration_mps2 = 1.5;
}

bool Traffic::spawn_vehicle(double s_m, double lane_d_m, double v_mps) {
  const bool outer = std::abs(lane_d_m) > 3;
  const Kind kind = draw_motor(random_, outer);
  const Vec3 size_m = draw_size(kind, random_);
  const double v = std::min(v_mps, road_.allowed_mps(s_m));
  const Route route = along_road(s_m, lane_d_m, lane_d_m < 0 ? 1 : -1);
  if (!is_free(route, size_m, 7 + 0.9 * v)) return false;
  Driver& driver = start(kind, size_m, Role::main, route, v);
  driver.target_d_m = lane_d_m;
  driver.desired = (is_heavy(kind) ? 0.85 : 0.95) + random_.uniform(-0.08, 0.12) + (outer ? 0 : 0.04);
  driver.time_gap_s = random_.uniform(1.1, 1.6);
  driver.min_gap_m = random_.uniform(2, 3);
  driver.max_acceleration_mps2 = is_heavy(kind) ? 1.0 : random_.uniform(1.4, 2.0);
  driver.ready_s = now_s_ + random_.uniform(1, 4);
  return true;
}

void Traffic::spawn_first() {
  const double wanted = wanted_moving();
  for (int attempt = 0; attempt < static_cast<int>(6 * wanted); ++attempt) {
    const double s_m = kEgoStart_m + random_.uniform(-0.9, 0.9) * setting_.window_m;
    const double lane_d_m = kLanes_m[static_cast<std::size_t>(random_.below(2))] * (random_.chance(0.5) ? 1 : -1);
    const auto moving =
        std::count_if(drivers_.begin(), drivers_.end(), [](const Driver& d) { return d.role == Role::main; });
    if (static_cast<double>(moving) > wanted) return;
    spawn_vehicle(s_m, lane_d_m, 0.8 * road_.allowed_mps(s_m));
  }
}

double Traffic::wanted_moving() const {
  const double share = road_.section_at(ego_s_m()).type == SynthRoad::urban ? 0.35 : 0.9;
  return setting_.objects * share * setting_.window_m / setting_.label_range_m;
}

void Traffic::spawn_moving() {
  const double wanted = wanted_moving();
  const auto moving =
      std::count_if(drivers_.begin(), drivers_.end(), [](const Driver& d) { return d.role == Role::main; });
  if (static_cast<double>(moving - 1) >= wanted) return;
  const double lane_m = kLanes_m[static_cast<std::size_t>(random_.below(2))];
  const double draw = random_.uniform(0, 1);
  const double ahead_m = ego_s_m() + setting_.window_m;
  const double behind_m = ego_s_m() - setting_.window_m;
  if (draw < 0.45) {
    spawn_vehicle(ahead_m, lane_m, road_.allowed_mps(ahead_m));
  } else if (draw < 0.75) {
    spawn_vehicle(behind_m, -lane_m, road_.allowed_mps(behind_m));
  } else {
    // Slower than the ego, so that it is caught up with.
    spawn_vehicle(ahead_m, -lane_m, 0.8 * road_.allowed_mps(ahead_m));
  }
}

void Traffic::spawn_parked(double s_m, double side) {
  const Kind kind = random_.chance(0.2) ? Kind::van : Kind::car;
  Vec3 size_m = draw_size(kind, random_);
  size_m.x() = std::min(size_m.x(), 5.6);
  const double direction = side < 0 ? 1 : -1;
  const Route route = along_road(s_m, side * (kParking_m + random_.uniform(-0.08, 0.08)), direction);
  if (is_free(route, size_m, 0.3)) start(kind, size_m, Role::parked, route, 0);
}

void Traffic::spawn_walker(double s_m, std::size_t walk, double side) {
  const Vec3 size_m = draw_size(Kind::pedestrian, random_);
  // Everybody in one walk goes the same way.
  const double direction = (walk % 2 == 0) == (side < 0) ? 1 : -1;
  const Route route = along_road(s_m, side * (kWalks_m[walk] + random_.uniform(-0.06, 0.06)), direction);
  if (!is_free(route, size_m, 0.5)) return;
  const double v = random_.chance(0.15) ? 0 : random_.uniform(0.9, 1.7);
  Driver& driver = start(Kind::pedestrian, size_m, Role::walker, route, v);
  driver.desired = v;
  driver.time_gap_s = 0.5;
  driver.min_gap_m = 0.4;
  driver.max_acceleration_mps2 = 0.9;
}

void Traffic::spawn_cyclist(double s_m, double side) {
  const Vec3 size_m = draw_size(Kind::cyclist, random_);
  const double v = random_.uniform(3.8, 6.2);
  const Route route = along_road(s_m, side * (kBikeLane_m + random_.uniform(-0.15, 0.15)), side < 0 ? 1 : -1);
  if (!is_free(route, size_m, 4)) return;
  Driver& driver = start(Kind::cyclist, size_m, Role::cyclist, route, v);
  driver.desired = v;
  driver.time_gap_s = 0.9;
  driver.min_gap_m = 0.9;
  driver.max_acceleration_mps2 = 0.9;
}

void Traffic::spawn_roadside() {
  const auto first = static_cast<std::int64_t>(std::floor((ego_s_m() - setting_.window_m) / kCell_m));
  const auto last = static_cast<std::int64_t>(std::floor((ego_s_m() + setting_.window_m) / kCell_m));
  for (std::int64_t cell = first; cell <= last; ++cell) {
    // At run time only the cells that come into view at the far edge; at the start all of them.
    if (!cells_.insert(cell).second) continue;
    const double begin_m = static_cast<double>(cell) * kCell_m;
    for (const double& junction : road_.junctions()) {
      if (junction >= begin_m && junction < begin_m + kCell_m) spawn_junction(junction);
    }
    const Section& section = road_.section_at(begin_m);
    if (section.type == SynthRoad::highway || begin_m + kCell_m > section.end_m) continue;
    const double expected = 0.6 * setting_.objects * kCell_m / (2 * setting_.label_range_m);
    const auto near_junction = [&](double s_m, double distance_m) {
      const double* junction = road_.nearest_junction(s_m);
      return junction != nullptr && std::abs(s_m - *junction) < distance_m;
    };
    for (const double side : {-1.0, 1.0}) {
      const bool urban = section.type == SynthRoad::urban;
      for (int slot = 0; slot < 3 && urban; ++slot) {
        const double s_m = begin_m + 3.3 + 6.67 * slot + random_.uniform(-0.3, 0.3);
        if (random_.chance(std::min(0.9, 0.62 * expected / 6)) && !near_junction(s_m, kNoParking_m)) {
          spawn_parked(s_m, side);
        }
      }
      for (std::size_t walk = 0; walk < kWalks_m.size() && urban; ++walk) {
        // With very many objects a second and third person share the cell's stretch of a walk.
        for (double left = 0.34 * expected / 6; left > 0; left -= 0.5) {
          const double s_m = begin_m + random_.uniform(0.8, kCell_m - 0.8);
          if (random_.chance(std::min(left, 0.5)) && !near_junction(s_m, kJunctionCorner_m + 1)) {
            spawn_walker(s_m, walk, side);
          }
        }
      }
      if (random_.chance(std::min(0.5, expected * (urban ? 0.03 : 0.02)))) {
        spawn_cyclist(begin_m + 0.5 * kCell_m, side);
      }
    }
  }
}

void Traffic::remove_far() {
  const double ego_s = ego_s_m();
  for (std::size_t i = 1; i < drivers_.size(); ++i) {
    const double along_m = std::abs(places_[i].s_m - ego_s);
    if (along_m > setting_.window_m + kCell_m + 12 || std::abs(places_[i].d_m) > setting_.window_m)
      drivers_[i].gone = true;
  }
  std::erase_if(drivers_, [](const Driver& driver) { return driver.gone; });
}

}  // namespace concord::synth
