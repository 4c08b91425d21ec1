#include "tests/support/box_oracle.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace concord::tests {
namespace {

using Real = long double;
using Vector = Eigen::Matrix<Real, 3, 1>;
using Matrix = Eigen::Matrix<Real, 3, 3>;
using Point = Eigen::Matrix<Real, 2, 1>;

/// The second box in the axes of the first, whose centre is the origin.
struct Pair {
  Vector half_a, half_b, center;
  Matrix axes;  ///< of the second box, in the columns

  Pair(const Cuboid& a, const Cuboid& b) : half_a(a.size_m.cast<Real>() / 2), half_b(b.size_m.cast<Real>() / 2) {
    const Matrix T_frame_a = a.rotation.cast<Real>().normalized().toRotationMatrix();
    center = T_frame_a.transpose() * (b.center_m.cast<Real>() - a.center_m.cast<Real>());
    axes = T_frame_a.transpose() * b.rotation.cast<Real>().normalized().toRotationMatrix();
  }
  [[nodiscard]] Vector corner(int i) const {
    const Vector sign((i & 1) != 0 ? 1 : -1, (i & 2) != 0 ? 1 : -1, (i & 4) != 0 ? 1 : -1);
    return center + axes * half_b.cwiseProduct(sign);
  }
};

/// Heights between which the cross-section of the overlap is a polynomial of z of degree 2: those of every corner it
/// may have. Heights too many do no harm.
std::vector<Real> corner_heights(const Pair& pair) {
  const Real bottom = -pair.half_a.z(), top = pair.half_a.z();
  std::vector<Real> heights{bottom, top};
  const auto add = [&](Real z) {
    if (z > bottom && z < top) heights.push_back(z);
  };
  for (int i = 0; i < 8; ++i) {
    const Vector p = pair.corner(i);
    add(p.z());
    for (const int bit : {1, 2, 4}) {
      if ((i & bit) != 0) continue;
      // Where an edge of the second box crosses a side plane of the first.
      const Vector q = pair.corner(i | bit);
      for (int axis = 0; axis < 2; ++axis) {
        for (const Real side : {-pair.half_a[axis], pair.half_a[axis]}) {
          const Real share = (side - p[axis]) / (q[axis] - p[axis]);
          if (share > 0 && share < 1) add(p.z() + share * (q.z() - p.z()));
        }
      }
    }
  }
  // Where an upright edge of the first box crosses a face of the second.
  for (const Real x : {-pair.half_a.x(), pair.half_a.x()}) {
    for (const Real y : {-pair.half_a.y(), pair.half_a.y()}) {
      for (int axis = 0; axis < 3; ++axis) {
        const Vector n = pair.axes.col(axis);
        for (const Real side : {-pair.half_b[axis], pair.half_b[axis]}) {
          add((side + n.dot(pair.center) - n.x() * x - n.y() * y) / n.z());
        }
      }
    }
  }
  std::sort(heights.begin(), heights.end());
  return heights;
}

/// Area at height z: the first box's rectangle, cut by the six half-planes in which the second box's faces meet that
/// height.
Real cross_section(const Pair& pair, Real z) {
  const Real x = pair.half_a.x(), y = pair.half_a.y();
  std::vector<Point> polygon{{-x, -y}, {x, -y}, {x, y}, {-x, y}};
  for (int axis = 0; axis < 3; ++axis) {
    for (const Real sign : {-1, 1}) {
      const Vector n = sign * pair.axes.col(axis);
      const Real limit = pair.half_b[axis] + n.dot(pair.center) - n.z() * z;
      std::vector<Point> cut;
      for (std::size_t i = 0; i < polygon.size(); ++i) {
        const Point &p = polygon[i], &q = polygon[(i + 1) % polygon.size()];
        const Real dp = n.head<2>().dot(p) - limit, dq = n.head<2>().dot(q) - limit;
        if (dp <= 0) cut.push_back(p);
        if ((dp <= 0) != (dq <= 0)) cut.push_back(p + (q - p) * (dp / (dp - dq)));
      }
      polygon = std::move(cut);
    }
  }
  Real twice = 0;
  for (std::size_t i = 2; i < polygon.size(); ++i) {
    const Point u = polygon[i - 1] - polygon[0], v = polygon[i] - polygon[0];
    twice += u.x() * v.y() - u.y() * v.x();
  }
  return std::max<Real>(twice, 0) / 2;
}

}  // namespace

double oracle_iou_3d(const Cuboid& a, const Cuboid& b) {
  const Pair pair(a, b);
  const std::vector<Real> heights = corner_heights(pair);
  // Gauss's two nodes are exact up to degree 3, and never lie on a face.
  const Real node = 0.5L / std::sqrt(3.0L);
  Real both = 0;
  for (std::size_t i = 1; i < heights.size(); ++i) {
    const Real middle = (heights[i] + heights[i - 1]) / 2, span = heights[i] - heights[i - 1];
    both += span / 2 * (cross_section(pair, middle - node * span) + cross_section(pair, middle + node * span));
  }
  const Real all = a.size_m.cast<Real>().prod() + b.size_m.cast<Real>().prod() - both;
  return all > 0 ? static_cast<double>(both / all) : 0.0;
}

}  // namespace concord::tests
