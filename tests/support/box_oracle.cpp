#include "tests/support/box_oracle.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace concord::tests {
namespace {

using Real = long double;
using Vector = Eigen::Matrix<Real, 3, 1>;
using Face = std::vector<Vector>;

Vector corner(const Cuboid& box, int i, const Vector& origin) {
  const Eigen::Matrix<Real, 3, 3> rotation = box.rotation.cast<Real>().normalized().toRotationMatrix();
  const Vector half = box.size_m.cast<Real>() / 2;
  const Vector local((i & 1) != 0 ? half.x() : -half.x(), (i & 2) != 0 ? half.y() : -half.y(),
                     (i & 4) != 0 ? half.z() : -half.z());
  return box.center_m.cast<Real>() - origin + rotation * local;
}

/// A closed surface cut by n.p <= d; the opening is closed by a face whose corners are sorted around their middle.
std::vector<Face> cut(const std::vector<Face>& faces, const Vector& n, Real d) {
  std::vector<Face> kept;
  Face rim;
  for (const Face& face : faces) {
    Face part;
    for (std::size_t i = 0; i < face.size(); ++i) {
      const Vector& p = face[i];
      const Vector& q = face[(i + 1) % face.size()];
      const Real dp = n.dot(p) - d, dq = n.dot(q) - d;
      if (dp <= 0) part.push_back(p);
      if ((dp <= 0) != (dq <= 0)) {
        const Vector x = p + (q - p) * (dp / (dp - dq));
        part.push_back(x);
        rim.push_back(x);
      }
    }
    if (part.size() >= 3) kept.push_back(std::move(part));
  }
  if (rim.size() >= 3) {
    Vector middle = Vector::Zero();
    for (const Vector& p : rim) middle += p;
    middle /= static_cast<Real>(rim.size());
    const Vector u = n.unitOrthogonal(), v = n.cross(u);
    std::sort(rim.begin(), rim.end(), [&](const Vector& p, const Vector& q) {
      return std::atan2(v.dot(p - middle), u.dot(p - middle)) < std::atan2(v.dot(q - middle), u.dot(q - middle));
    });
    kept.push_back(rim);
  }
  return kept;
}

Real volume_of(const std::vector<Face>& faces) {
  if (faces.empty()) return 0;
  const Vector origin = faces.front().front();
  Real volume = 0;
  for (const Face& face : faces) {
    for (std::size_t i = 2; i < face.size(); ++i) {
      volume += (face[0] - origin).dot((face[i - 1] - origin).cross(face[i] - origin)) / 6;
    }
  }
  return std::max<Real>(volume, 0);
}

}  // namespace

double oracle_iou_3d(const Cuboid& a, const Cuboid& b) {
  const Vector origin = a.center_m.cast<Real>();
  // Counter-clockwise seen from outside.
  constexpr std::array<std::array<int, 4>, 6> kFaces{
      {{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}}};
  std::vector<Face> faces;
  for (const auto& corners : kFaces) {
    Face face;
    for (const int i : corners) face.push_back(corner(b, i, origin));
    faces.push_back(std::move(face));
  }
  const Eigen::Matrix<Real, 3, 3> rotation = a.rotation.cast<Real>().normalized().toRotationMatrix();
  for (int axis = 0; axis < 3; ++axis) {
    const Real half = static_cast<Real>(a.size_m[axis]) / 2;
    faces = cut(faces, rotation.col(axis), half);
    faces = cut(faces, -rotation.col(axis), half);
  }
  const Real both = volume_of(faces);
  const Real volume_a = a.size_m.cast<Real>().prod(), volume_b = b.size_m.cast<Real>().prod();
  const Real all = volume_a + volume_b - both;
  return all > 0 ? static_cast<double>(both / all) : 0.0;
}

}  // namespace concord::tests
