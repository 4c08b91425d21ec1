#pragma once

#include <cstdint>
#include <vector>

#include "concord/geometry.hpp"
#include "concord/point_cloud.hpp"

namespace concord::synth {

/// Points sorted into cells from above, to count those in a box without looking at all of them.
class PointGrid {
 public:
  PointGrid(const std::vector<float>& x_m, const std::vector<float>& y_m, const std::vector<float>& z_m);
  /// Calls `visit(index)` for every point inside `box`, its faces included, in no useful order.
  template <class Visit>
  void for_each_inside(const Cuboid& box, Visit&& visit) const {
    const Eigen::Matrix3d R_box_frame = box.rotation.toRotationMatrix().transpose();
    const Vec3 half = 0.5 * box.size_m;
    const double reach_m = half.norm();
    const Range columns = range(box.center_m.x(), reach_m);
    const Range rows = range(box.center_m.y(), reach_m);
    for (std::size_t row = rows.first; row <= rows.last; ++row) {
      for (std::size_t column = columns.first; column <= columns.last; ++column) {
        const std::size_t cell = row * kSide + column;
        for (std::uint32_t k = offset_[cell]; k < offset_[cell + 1]; ++k) {
          const std::uint32_t i = index_[k];
          const Vec3 p = R_box_frame * (Vec3(x_m_[i], y_m_[i], z_m_[i]) - box.center_m);
          if (std::abs(p.x()) <= half.x() && std::abs(p.y()) <= half.y() && std::abs(p.z()) <= half.z()) visit(i);
        }
      }
    }
  }

 private:
  static constexpr std::size_t kSide = 128;
  static constexpr double kCell_m = 4;  ///< what lies outside is in the outermost cells
  struct Range {
    std::size_t first, last;
  };
  static std::size_t cell_of(double coordinate_m);
  static Range range(double centre_m, double reach_m) {
    return {cell_of(centre_m - reach_m), cell_of(centre_m + reach_m)};
  }

  const std::vector<float>&x_m_, &y_m_, &z_m_;
  std::vector<std::uint32_t> offset_, index_;
};

/// `p_to = T_to_from * p_from` of every point, in double precision, rounded once.
void transform_points(const SE3& T_to_from, std::vector<float>& x_m, std::vector<float>& y_m, std::vector<float>& z_m);

}  // namespace concord::synth
