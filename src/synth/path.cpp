#include "src/synth/path.hpp"

#include <algorithm>
#include <cmath>

namespace concord::synth {
namespace {

constexpr double kStep_m = 0.5;

/// Moves `point` on by `length_m`, along which the curvature changes linearly to `curvature_end`.
PathPoint advanced(const PathPoint& point, double length_m, double curvature_end_per_m) {
  // Heading is exact; Simpson's rule on its cosine and sine is exact to 1e-9 m over half a metre.
  const double rate = (curvature_end_per_m - point.curvature_per_m) / length_m;
  const auto heading = [&](double s) { return point.heading_rad + point.curvature_per_m * s + 0.5 * rate * s * s; };
  const double begin = point.heading_rad;
  const double middle = heading(0.5 * length_m);
  const double end = heading(length_m);
  return {point.x_m + length_m / 6 * (std::cos(begin) + 4 * std::cos(middle) + std::cos(end)),
          point.y_m + length_m / 6 * (std::sin(begin) + 4 * std::sin(middle) + std::sin(end)), end,
          curvature_end_per_m};
}

PathPoint straight_on(const PathPoint& point, double s_m) {
  return {point.x_m + s_m * std::cos(point.heading_rad), point.y_m + s_m * std::sin(point.heading_rad),
          point.heading_rad, 0};
}

}  // namespace

Path::Path(const PathPoint& start, const std::vector<Clothoid>& stretches) {
  double total_m = 0;
  for (const Clothoid& stretch : stretches) total_m += stretch.length_m;
  const auto steps = static_cast<std::size_t>(std::max(1.0, std::ceil(total_m / kStep_m)));
  length_m_ = static_cast<double>(steps) * kStep_m;
  nodes_.reserve(steps + 1);
  const auto add = [&](const PathPoint& p) { nodes_.push_back({p, std::cos(p.heading_rad), std::sin(p.heading_rad)}); };
  std::size_t current = 0;
  double begin_m = 0;
  const auto curvature_at = [&](double s_m) {
    while (current < stretches.size() && s_m > begin_m + stretches[current].length_m) {
      begin_m += stretches[current++].length_m;
    }
    if (current == stretches.size()) return 0.0;
    const Clothoid& c = stretches[current];
    const double share = std::clamp((s_m - begin_m) / c.length_m, 0.0, 1.0);
    return c.curvature_begin_per_m + share * (c.curvature_end_per_m - c.curvature_begin_per_m);
  };
  PathPoint point = start;
  point.curvature_per_m = curvature_at(0);
  add(point);
  for (std::size_t i = 1; i <= steps; ++i) {
    point = advanced(point, kStep_m, curvature_at(static_cast<double>(i) * kStep_m));
    add(point);
  }
}

PathPoint Path::at(double s_m) const {
  if (!(s_m > 0)) return straight_on(nodes_.front().point, s_m);
  if (s_m >= length_m_) return straight_on(nodes_.back().point, s_m - length_m_);
  const std::size_t i = std::min(static_cast<std::size_t>(s_m / kStep_m), nodes_.size() - 2);
  const Node& node_a = nodes_[i];
  const Node& node_b = nodes_[i + 1];
  const PathPoint& a = node_a.point;
  const PathPoint& b = node_b.point;
  const double r = s_m / kStep_m - static_cast<double>(i);
  // Cubic through both positions with the tangents there: continuous in position and direction.
  const double r2 = r * r;
  const double r3 = r2 * r;
  const double h_a = 2 * r3 - 3 * r2 + 1;
  const double h_b = 1 - h_a;
  const double t_a = kStep_m * (r3 - 2 * r2 + r);
  const double t_b = kStep_m * (r3 - r2);
  const double rise = b.curvature_per_m - a.curvature_per_m;
  return {h_a * a.x_m + h_b * b.x_m + t_a * node_a.cos_heading + t_b * node_b.cos_heading,
          h_a * a.y_m + h_b * b.y_m + t_a * node_a.sin_heading + t_b * node_b.sin_heading,
          a.heading_rad + kStep_m * (a.curvature_per_m * r + 0.5 * rise * r2), a.curvature_per_m + rise * r};
}

}  // namespace concord::synth
