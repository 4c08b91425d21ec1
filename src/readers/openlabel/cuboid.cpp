#include "src/readers/openlabel/cuboid.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace concord::readers::openlabel {
namespace {

/// A quaternion that is a rotation to float64 is kept bit by bit; others are normalised.
Result<Quat> rotation_of(double x, double y, double z, double w, const Node& node) {
  const Quat rotation(w, x, y, z);
  const double norm = rotation.norm();
  if (!(norm > 1e-6 && norm < 1e6)) return node.error("the quaternion is no rotation", "a unit quaternion x y z w");
  return std::abs(norm - 1.0) <= 1e-12 ? rotation : rotation.normalized();
}

Result<Cuboid> read_members(const Node& element) {
  const auto rotation = element.find("quaternion");
  auto position = element.find("translation");
  if (!position) position = element.find("traslation");
  const auto size = element.find("size");
  if (!rotation || !position || !size) return element.error("has no val", "9 or 10 values");
  CONCORD_ASSIGN_OR_RETURN(const auto q, rotation->numbers<4>());
  CONCORD_ASSIGN_OR_RETURN(const auto p, position->numbers<3>());
  CONCORD_ASSIGN_OR_RETURN(const auto s, size->numbers<3>());
  CONCORD_ASSIGN_OR_RETURN(const Quat quaternion, rotation_of(q[0], q[1], q[2], q[3], *rotation));
  return Cuboid{Vec3(p[0], p[1], p[2]), Vec3(s[0], s[1], s[2]), quaternion};
}

}  // namespace

Result<Cuboid> read_cuboid(const Node& element) {
  if (!element.is_object()) return element.type_error("an object with name and val");
  const auto member = element.find("val");
  if (!member) return read_members(element);
  CONCORD_ASSIGN_OR_RETURN(const std::vector<double> v, member->numbers(10));
  if (v.size() == 9) {
    return Cuboid{Vec3(v[0], v[1], v[2]), Vec3(v[6], v[7], v[8]), quat_from_ypr(v[5], v[4], v[3])};
  }
  if (v.size() != 10) return member->error("has " + std::to_string(v.size()) + " values", "9 or 10 values");
  CONCORD_ASSIGN_OR_RETURN(const Quat rotation, rotation_of(v[3], v[4], v[5], v[6], *member));
  return Cuboid{Vec3(v[0], v[1], v[2]), Vec3(v[7], v[8], v[9]), rotation};
}

AxisChange axes_with_up(const SE3& T_ego_cs, const Cuboid& stated) {
  const Eigen::Matrix3d R_ego_stated = T_ego_cs.linear() * stated.rotation.toRotationMatrix();
  int vertical = 2;
  for (const int axis : {1, 0}) {
    if (std::abs(R_ego_stated(2, axis)) > std::abs(R_ego_stated(2, vertical))) vertical = axis;
  }
  const Vec3 up = (R_ego_stated(2, vertical) < 0 ? -1.0 : 1.0) * Vec3::Unit(vertical);
  const Vec3 forward = Vec3::Unit(vertical == 0 ? 2 : 0);
  AxisChange change;
  change.col(0) = forward;
  change.col(1) = up.cross(forward);
  change.col(2) = up;
  return change;
}

Cuboid to_ego(const SE3& T_ego_cs, const AxisChange& R_stated_box, const Cuboid& stated) {
  Cuboid box = stated;
  if (!R_stated_box.isIdentity(0)) {
    box.size_m = R_stated_box.transpose().cwiseAbs() * stated.size_m;
    box.rotation = stated.rotation * Quat(R_stated_box);
  }
  if (T_ego_cs.matrix() == Eigen::Matrix4d::Identity()) return box;
  return transformed(T_ego_cs, box);
}

Cuboid from_ego(const SE3& T_ego_cs, const AxisChange& R_stated_box, const Cuboid& box) {
  const bool still = T_ego_cs.matrix() == Eigen::Matrix4d::Identity();
  Cuboid stated = still ? box : transformed(T_ego_cs.inverse(), box);
  if (!R_stated_box.isIdentity(0)) {
    stated.size_m = R_stated_box.cwiseAbs() * box.size_m;
    stated.rotation = stated.rotation * Quat(R_stated_box).conjugate();
  }
  return stated;
}

}  // namespace concord::readers::openlabel
