#pragma once

#include "concord/geometry.hpp"

namespace concord::report {

/// The ten columns of cuboids, in the table that `t` describes.
template <class Visitor>
void describe_cuboids(Visitor& t, CuboidColumns& cuboid) {
  t.column("x_m", cuboid.x_m, "m", "centre, ego frame");
  t.column("y_m", cuboid.y_m, "m", "centre, ego frame");
  t.column("z_m", cuboid.z_m, "m", "centre, ego frame");
  t.column("length_m", cuboid.length_m, "m", "size along the box's x axis");
  t.column("width_m", cuboid.width_m, "m", "size along the box's y axis");
  t.column("height_m", cuboid.height_m, "m", "size along the box's z axis");
  t.column("qw", cuboid.qw, "1", "orientation, ego frame");
  t.column("qx", cuboid.qx, "1", "orientation, ego frame");
  t.column("qy", cuboid.qy, "1", "orientation, ego frame");
  t.column("qz", cuboid.qz, "1", "orientation, ego frame");
}

}  // namespace concord::report
