#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "src/synth/body.hpp"
#include "src/synth/road.hpp"
#include "src/synth/terrain.hpp"

namespace concord::synth {

/// Something that stands beside the road for good and is not labelled: a house, wall, pole, tree, bush, guard rail.
struct Fixture {
  double x_m = 0, y_m = 0, z_m = 0;  ///< of the body's origin
  double yaw_rad = 0;
  Body body;
};

/// The fixtures along a stretch of road, each a function of the seed and its own 20 m of road only.
class Structure {
 public:
  Structure(const Road& road, const Terrain& terrain, double begin_m, double end_m, std::uint64_t seed);
  /// Those around station `s_m`, in order along the road.
  [[nodiscard]] std::span<const Fixture> around(double s_m, double reach_m) const;

 private:
  void add_cell(std::int64_t cell, std::uint64_t seed);
  void add_urban(double begin_m, double side, std::uint64_t seed);
  void add_rural(double begin_m, double side, std::uint64_t seed);
  void add_rails(double begin_m);
  void add(double s_m, double d_m, Body body, double reflectivity, double turn_rad = 0);
  void add_pole(double s_m, double d_m, double height_m);
  void add_bush(double s_m, double d_m, const Vec3& size_m, double bottom_m);
  [[nodiscard]] bool near_junction(double s_m, double distance_m) const;

  const Road& road_;
  const Terrain& terrain_;
  std::int64_t first_cell_ = 0;
  std::vector<Fixture> fixtures_;
  std::vector<std::size_t> cell_offset_;
};

}  // namespace concord::synth
