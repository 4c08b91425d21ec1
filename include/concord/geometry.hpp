#pragma once

#include <Eigen/Core>
#include <Eigen/Geometry>
#include <vector>

namespace concord {

using Vec3 = Eigen::Vector3d;
using Quat = Eigen::Quaterniond;

/// A rigid transform; variables are named `T_to_from`: `p_world = T_world_ego * p_ego`.
using SE3 = Eigen::Isometry3d;

/// T_to_from from a translation in metres and a rotation (normalised here; a quaternion of length 0 gives no rotation
/// matrix, so readers refuse it).
[[nodiscard]] SE3 make_se3(const Vec3& translation_m, const Quat& rotation);
/// Rotation Rz(yaw) * Ry(pitch) * Rx(roll), angles in rad.
[[nodiscard]] Quat quat_from_ypr(double yaw_rad, double pitch_rad, double roll_rad);
/// Heading of the rotated x axis in the xy plane, in [-pi, pi] as std::atan2 gives it; 0 where that axis is upright.
[[nodiscard]] double yaw_of(const Quat& rotation);
/// `angle_rad` moved by multiples of 2 pi into (-pi, pi]; NaN stays NaN.
[[nodiscard]] double wrap_angle(double angle_rad);

/// A 3D box: centre and orientation in the frame that its owner states (a drive's labels: ego at the frame's reference
/// time). `size_m` is length (x), width (y), height (z), in the box's own axes: x forward, y left, z up.
struct Cuboid {
  Vec3 center_m = Vec3::Zero();
  Vec3 size_m = Vec3::Zero();
  Quat rotation = Quat::Identity();
};

/// `box` with centre and orientation moved by `T_to_from`.
[[nodiscard]] Cuboid transformed(const SE3& T_to_from, const Cuboid& box);

/// Cuboids as columns of float64, one row a box: what kernels read. All columns have size() rows; `row` in set() and
/// at() must be below it.
struct CuboidColumns {
  std::vector<double> x_m, y_m, z_m;
  std::vector<double> length_m, width_m, height_m;
  std::vector<double> qw, qx, qy, qz;

  [[nodiscard]] std::size_t size() const { return x_m.size(); }
  void reserve(std::size_t rows);
  void push_back(const Cuboid& box);
  void set(std::size_t row, const Cuboid& box);
  [[nodiscard]] Cuboid at(std::size_t row) const;
};

}  // namespace concord
