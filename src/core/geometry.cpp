#include "concord/geometry.hpp"

#include <cmath>
#include <numbers>

namespace concord {

SE3 make_se3(const Vec3& translation_m, const Quat& rotation) {
  SE3 transform = SE3::Identity();
  transform.linear() = rotation.normalized().toRotationMatrix();
  transform.translation() = translation_m;
  return transform;
}

Quat quat_from_ypr(double yaw_rad, double pitch_rad, double roll_rad) {
  return Quat(Eigen::AngleAxisd(yaw_rad, Vec3::UnitZ()) * Eigen::AngleAxisd(pitch_rad, Vec3::UnitY()) *
              Eigen::AngleAxisd(roll_rad, Vec3::UnitX()));
}

double yaw_of(const Quat& q) {
  return std::atan2(2.0 * (q.w() * q.z() + q.x() * q.y()), 1.0 - 2.0 * (q.y() * q.y() + q.z() * q.z()));
}

double wrap_angle(double angle_rad) {
  constexpr double kTurn = 2.0 * std::numbers::pi;
  const double wrapped = std::remainder(angle_rad, kTurn);
  return wrapped <= -std::numbers::pi ? wrapped + kTurn : wrapped;
}

Cuboid transformed(const SE3& T_to_from, const Cuboid& box) {
  return {T_to_from * box.center_m, box.size_m, (Quat(T_to_from.linear()) * box.rotation).normalized()};
}

void CuboidColumns::reserve(std::size_t rows) {
  for (auto* column : {&x_m, &y_m, &z_m, &length_m, &width_m, &height_m, &qw, &qx, &qy, &qz}) column->reserve(rows);
}

void CuboidColumns::push_back(const Cuboid& box) {
  const std::size_t row = size();
  for (auto* column : {&x_m, &y_m, &z_m, &length_m, &width_m, &height_m, &qw, &qx, &qy, &qz}) column->push_back(0.0);
  set(row, box);
}

void CuboidColumns::set(std::size_t row, const Cuboid& box) {
  x_m[row] = box.center_m.x();
  y_m[row] = box.center_m.y();
  z_m[row] = box.center_m.z();
  length_m[row] = box.size_m.x();
  width_m[row] = box.size_m.y();
  height_m[row] = box.size_m.z();
  qw[row] = box.rotation.w();
  qx[row] = box.rotation.x();
  qy[row] = box.rotation.y();
  qz[row] = box.rotation.z();
}

Cuboid CuboidColumns::at(std::size_t row) const {
  return {Vec3(x_m[row], y_m[row], z_m[row]), Vec3(length_m[row], width_m[row], height_m[row]),
          Quat(qw[row], qx[row], qy[row], qz[row])};
}

}  // namespace concord
