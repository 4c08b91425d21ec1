#pragma once

#include "concord/geometry.hpp"
#include "src/readers/common/json.hpp"

namespace concord::readers::openlabel {

/// The box of a `cuboid` element in its own coordinate system, with the axes and sizes as stated: 9 values (x y z rx ry
/// rz sx sy sz, rotation Rz(rz) Ry(ry) Rx(rx)), 10 values (x y z qx qy qz qw sx sy sz), or the members quaternion (x y
/// z w), translation (also spelt "traslation") and size where `val` is null or absent.
[[nodiscard]] Result<Cuboid> read_cuboid(const Node& element);

/// A renaming of a box's axes: R_stated_box, a rotation by quarter turns. The identity keeps the stated axes.
using AxisChange = Eigen::Matrix3d;

/// The change after which the box's z axis is the one nearest to ego's z, pointing up, and x is the first of its stated
/// axes x, z, y that is not vertical: in a camera's axes, y (down) turns to -z and x stays forward.
[[nodiscard]] AxisChange axes_with_up(const SE3& T_ego_cs, const Cuboid& stated);

/// `stated` moved into ego with its axes renamed.
[[nodiscard]] Cuboid to_ego(const SE3& T_ego_cs, const AxisChange& R_stated_box, const Cuboid& stated);
/// The inverse of to_ego.
[[nodiscard]] Cuboid from_ego(const SE3& T_ego_cs, const AxisChange& R_stated_box, const Cuboid& box);

}  // namespace concord::readers::openlabel
