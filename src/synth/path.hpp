#pragma once

#include <cstddef>
#include <vector>

namespace concord::synth {

/// A point of a plane curve: position and tangent direction in the world, and curvature (left turns positive).
struct PathPoint {
  double x_m = 0, y_m = 0;
  double heading_rad = 0;
  double curvature_per_m = 0;
};

/// A stretch whose curvature changes linearly (a clothoid; with equal ends an arc, with zeros a straight line).
struct Clothoid {
  double length_m = 0;
  double curvature_begin_per_m = 0, curvature_end_per_m = 0;
};

/// A smooth plane curve by arc length s, continued straight beyond both ends.
class Path {
 public:
  Path() = default;
  Path(const PathPoint& start, const std::vector<Clothoid>& stretches);
  [[nodiscard]] PathPoint at(double s_m) const;
  [[nodiscard]] double length_m() const { return length_m_; }

 private:
  struct Node {
    PathPoint point;
    double cos_heading = 1, sin_heading = 0;
  };
  std::vector<Node> nodes_;  ///< every kStep_m
  double length_m_ = 0;
};

}  // namespace concord::synth
