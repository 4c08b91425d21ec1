#include "src/synth/structure.hpp"

#include <algorithm>
#include <cmath>

#include "src/synth/random.hpp"

namespace concord::synth {
namespace {

constexpr double kCell_m = 20;
constexpr double kFoundation_m = 1;  ///< below the ground in the middle, so that nothing floats on a slope
constexpr double kPole_m = 11.45;    ///< |d| of poles and trees: between curb and walk

}  // namespace

Structure::Structure(const Road& road, const Terrain& terrain, double begin_m, double end_m, std::uint64_t seed)
    : road_(road), terrain_(terrain), first_cell_(static_cast<std::int64_t>(std::floor(begin_m / kCell_m))) {
  const auto last = static_cast<std::int64_t>(std::floor(end_m / kCell_m));
  cell_offset_.push_back(0);
  for (std::int64_t cell = first_cell_; cell <= last; ++cell) {
    add_cell(cell, hash(seed, cell));
    cell_offset_.push_back(fixtures_.size());
  }
}

std::span<const Fixture> Structure::around(double s_m, double reach_m) const {
  const auto cells = static_cast<std::int64_t>(cell_offset_.size()) - 1;
  const auto clamp = [&](double s) {
    return static_cast<std::size_t>(
        std::clamp(static_cast<std::int64_t>(std::floor(s / kCell_m)) - first_cell_, std::int64_t{0}, cells - 1));
  };
  const std::size_t begin = cell_offset_[clamp(s_m - reach_m)];
  const std::size_t end = cell_offset_[clamp(s_m + reach_m) + 1];
  return std::span(fixtures_).subspan(begin, end - begin);
}

bool Structure::near_junction(double s_m, double distance_m) const {
  const double* junction = road_.nearest_junction(s_m);
  return junction != nullptr && std::abs(s_m - *junction) < distance_m;
}

void Structure::add(double s_m, double d_m, Body body, double reflectivity, double turn_rad) {
  const PathPoint at = road_.at(s_m, d_m);
  body.reflectivity = reflectivity;
  fixtures_.push_back({at.x_m, at.y_m, terrain_.height_m(at.x_m, at.y_m), at.heading_rad + turn_rad, std::move(body)});
}

void Structure::add_pole(double s_m, double d_m, double height_m) {
  add(s_m, d_m, make_block(Vec3(0.2, 0.2, height_m), -kFoundation_m, 0.05), 0.4);
}

void Structure::add_bush(double s_m, double d_m, const Vec3& size_m, double bottom_m) {
  Body body = make_block(size_m, bottom_m, 0.29 * std::min(size_m.x(), size_m.y()));
  body.free_path_m = 0.35;
  add(s_m, d_m, std::move(body), 0.25);
}

void Structure::add_urban(double begin_m, double side, std::uint64_t seed) {
  Random random(seed);
  const double middle_m = begin_m + 0.5 * kCell_m;
  if (!near_junction(middle_m, kSideHouses_m + 0.5 * kCell_m)) {
    if (random.chance(0.8)) {
      const Vec3 size_m(random.uniform(13, kCell_m), random.uniform(8, 13), random.uniform(5, 16));
      const double set_back_m = random.chance(0.3) ? random.uniform(1, 4) : 0;
      add(middle_m, side * (kHouses_m + set_back_m + 0.5 * size_m.y()), make_block(size_m, -kFoundation_m, 0.02),
          random.uniform(0.2, 0.6));
    } else if (random.chance(0.5)) {
      add(middle_m, side * kHouses_m, make_block(Vec3(kCell_m - 1, 0.25, random.uniform(1, 2.2)), -kFoundation_m, 0.02),
          0.35);
    } else {
      for (double s_m = begin_m + 2; s_m < begin_m + kCell_m - 2; s_m += random.uniform(2.2, 4)) {
        add_bush(s_m, side * random.uniform(kHouses_m + 0.8, kHouses_m + 2),
                 Vec3(random.uniform(1, 2), random.uniform(1, 1.6), random.uniform(0.8, 1.8)), 0);
      }
    }
  }
  const double pole_s_m = begin_m + random.uniform(2, 18);
  if (near_junction(pole_s_m, kJunctionCorner_m)) return;
  if (random.chance(0.55)) {
    add_pole(pole_s_m, side * kPole_m, random.uniform(5, 7));
  } else if (random.chance(0.6)) {
    add_pole(pole_s_m, side * kPole_m, 2.4);  // the trunk
    add_bush(pole_s_m, side * (kPole_m + 0.3), Vec3(random.uniform(2.4, 3.6), random.uniform(2.4, 3.4), 5.5), 2.3);
  }
}

void Structure::add_rural(double begin_m, double side, std::uint64_t seed) {
  Random random(seed);
  if (random.chance(0.5)) add_pole(begin_m + random.uniform(2, 18), side * 9.6, random.chance(0.5) ? 1.1 : 6.5);
  const int plants = random.below(4);
  for (int i = 0; i < plants; ++i) {
    const double s_m = begin_m + random.uniform(0, kCell_m);
    const double d_m = side * random.uniform(12.5, 28);
    if (near_junction(s_m, kSideHouses_m)) continue;
    if (random.chance(0.5)) {
      add_bush(s_m, d_m, Vec3(random.uniform(1, 3.5), random.uniform(1, 2.5), random.uniform(0.8, 2.4)), 0);
    } else {
      add_pole(s_m, d_m, 2.5);
      add_bush(s_m, d_m, Vec3(random.uniform(2.5, 4.5), random.uniform(2.5, 4.5), random.uniform(5, 8)), 2.2);
    }
  }
  const double house_s_m = begin_m + 0.5 * kCell_m;
  if (random.chance(0.08) && !near_junction(house_s_m, kSideHouses_m + 8)) {
    add(house_s_m, side * random.uniform(24, 32), make_block(Vec3(12, 9, random.uniform(4, 8)), -kFoundation_m, 0.02),
        0.4, random.uniform(-0.5, 0.5));
  }
}

void Structure::add_rails(double begin_m) {
  for (const double d_m : {-9.7, 0.0, 9.7}) {
    for (const double s_m : {begin_m + 0.25 * kCell_m, begin_m + 0.75 * kCell_m}) {
      add(s_m, d_m,
          make_block(Vec3(0.5 * kCell_m, d_m == 0 ? 0.4 : 0.15, 0.85), d_m == 0 ? -kFoundation_m : 0.35, 0.02), 0.5);
    }
  }
}

void Structure::add_cell(std::int64_t cell, std::uint64_t seed) {
  const double begin_m = static_cast<double>(cell) * kCell_m;
  const Section& section = road_.section_at(begin_m);
  // The cell in which the section changes stays empty.
  if (begin_m + kCell_m > section.end_m) return;
  if (section.type == SynthRoad::highway) {
    add_rails(begin_m);
    return;
  }
  for (const double side : {-1.0, 1.0}) {
    const std::uint64_t own = hash(seed, side < 0 ? 1 : 2);
    section.type == SynthRoad::urban ? add_urban(begin_m, side, own) : add_rural(begin_m, side, own);
  }
  for (const double junction : road_.junctions()) {
    if (junction < begin_m || junction >= begin_m + kCell_m) continue;
    for (const double side : {-1.0, 1.0}) add_pole(junction + side * kStopLine_m, side * kPole_m, 3.6);
  }
}

}  // namespace concord::synth
