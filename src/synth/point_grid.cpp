#include "src/synth/point_grid.hpp"

#include <algorithm>
#include <cmath>

namespace concord::synth {

PointGrid::PointGrid(const std::vector<float>& x_m, const std::vector<float>& y_m, const std::vector<float>& z_m)
    : x_m_(x_m), y_m_(y_m), z_m_(z_m), offset_(kSide * kSide + 1, 0), index_(x_m.size()) {
  std::vector<std::uint32_t> cell(x_m.size());
  for (std::size_t i = 0; i < x_m.size(); ++i) {
    cell[i] = static_cast<std::uint32_t>(cell_of(y_m[i]) * kSide + cell_of(x_m[i]));
    ++offset_[cell[i] + 1];
  }
  for (std::size_t c = 0; c + 1 < offset_.size(); ++c) offset_[c + 1] += offset_[c];
  std::vector<std::uint32_t> next(offset_.begin(), offset_.end() - 1);
  for (std::size_t i = 0; i < x_m.size(); ++i) index_[next[cell[i]]++] = static_cast<std::uint32_t>(i);
}

std::size_t PointGrid::cell_of(double coordinate_m) {
  return static_cast<std::size_t>(std::clamp(coordinate_m / kCell_m + 0.5 * kSide, 0.0, kSide - 1.0));
}

void transform_points(const SE3& T_to_from, std::vector<float>& x_m, std::vector<float>& y_m, std::vector<float>& z_m) {
  for (std::size_t i = 0; i < x_m.size(); ++i) {
    const Vec3 p = T_to_from * Vec3(x_m[i], y_m[i], z_m[i]);
    x_m[i] = static_cast<float>(p.x());
    y_m[i] = static_cast<float>(p.y());
    z_m[i] = static_cast<float>(p.z());
  }
}

}  // namespace concord::synth
