#include "src/synth/ground.hpp"

#include <algorithm>
#include <cmath>

namespace concord::synth {
namespace {

constexpr double kCell_m = 2;
constexpr double kBeside_m = 30;  ///< sidewalks are looked for this near to the road's centre line

}  // namespace

Ground::Ground(const Road& road, const Terrain& terrain, bool curbs, double x_m, double y_m, double s_m,
               double reach_m) {
  side_ = static_cast<std::size_t>(std::ceil(2 * reach_m / kCell_m)) + 2;
  x0_m_ = x_m - 0.5 * kCell_m * static_cast<double>(side_ - 1);
  y0_m_ = y_m - 0.5 * kCell_m * static_cast<double>(side_ - 1);
  nodes_.resize(side_ * side_);
  for (std::size_t row = 0; row < side_; ++row) {
    for (std::size_t column = 0; column < side_; ++column) {
      nodes_[row * side_ + column].height_m =
          terrain.height_m(x0_m_ + kCell_m * static_cast<double>(column), y0_m_ + kCell_m * static_cast<double>(row));
    }
  }
  if (curbs) add_sidewalks(road, s_m);
}

void Ground::add_sidewalks(const Road& road, double s_m) {
  // Points of the centre line write into the nodes beside them; the nearest point wins.
  const double reach_m = 0.5 * kCell_m * static_cast<double>(side_);
  std::vector<double> nearest_m(nodes_.size(), kBeside_m);
  for (double s = s_m - 1.2 * reach_m; s <= s_m + 1.2 * reach_m; s += 1) {
    const PathPoint p = road.centre().at(s);
    const double cosine = std::cos(p.heading_rad);
    const double sine = std::sin(p.heading_rad);
    const double last = static_cast<double>(side_ - 1);
    const auto index = [&](double coordinate_m, double origin_m) {
      return static_cast<std::size_t>(std::clamp((coordinate_m - origin_m) / kCell_m, 0.0, last));
    };
    for (std::size_t row = index(p.y_m - kBeside_m, y0_m_); row <= index(p.y_m + kBeside_m, y0_m_); ++row) {
      for (std::size_t column = index(p.x_m - kBeside_m, x0_m_); column <= index(p.x_m + kBeside_m, x0_m_); ++column) {
        const double dx = x0_m_ + kCell_m * static_cast<double>(column) - p.x_m;
        const double dy = y0_m_ + kCell_m * static_cast<double>(row) - p.y_m;
        const double along_m = dx * cosine + dy * sine;
        if (std::abs(along_m) > 1.5) continue;
        const double d_m = std::abs(-dx * sine + dy * cosine);
        const std::size_t i = row * side_ + column;
        const double distance_m = std::hypot(dx, dy);
        if (distance_m >= nearest_m[i]) continue;
        nearest_m[i] = distance_m;
        const Section& section = road.section_at(s);
        const double station_m = s + along_m;
        double inside_m = std::min(d_m - kCurb_m, std::min(station_m - section.begin_m, section.end_m - station_m));
        if (section.type != SynthRoad::urban)
          inside_m = -std::max(0.5, std::min(station_m - section.begin_m, section.end_m - station_m));
        if (const double* junction = road.nearest_junction(station_m)) {
          inside_m = std::min(inside_m, std::abs(station_m - *junction) - kSideStreet_m);
        }
        nodes_[i].inside_m = inside_m;
      }
    }
  }
}

double Ground::height_m(double x_m, double y_m) const {
  const double last = static_cast<double>(side_ - 1) - 1e-6;
  const double u = std::clamp((x_m - x0_m_) / kCell_m, 0.0, last);
  const double v = std::clamp((y_m - y0_m_) / kCell_m, 0.0, last);
  const auto column = static_cast<std::size_t>(u);
  const auto row = static_cast<std::size_t>(v);
  const double p = u - static_cast<double>(column);
  const double q = v - static_cast<double>(row);
  const Node* const n = &nodes_[row * side_ + column];
  const Node* const m = n + side_;
  const double height =
      (1 - q) * ((1 - p) * n[0].height_m + p * n[1].height_m) + q * ((1 - p) * m[0].height_m + p * m[1].height_m);
  const double inside =
      (1 - q) * ((1 - p) * n[0].inside_m + p * n[1].inside_m) + q * ((1 - p) * m[0].inside_m + p * m[1].inside_m);
  return inside > 0 ? height + kCurbHeight_m : height;
}

double Ground::meet_m(double x_m, double y_m, double z_m, double dx, double dy, double slope, double from_m,
                      double to_m) const {
  const auto above = [&](double t) { return z_m + slope * t - height_m(x_m + dx * t, y_m + dy * t); };
  double low = from_m;
  double f_low = above(low);
  if (f_low <= 0) return low;
  for (;;) {
    if (low >= to_m) return -1;
    // A steep ray is brought to the ground in one stride, a flat one in strides of a cell.
    const double high = std::min(low + kCell_m, to_m);
    const double f_high = above(high);
    if (f_high > 0) {
      low = high;
      f_low = f_high;
      continue;
    }
    double a = low;
    double b = high;
    double f_a = f_low;
    double f_b = f_high;
    for (int i = 0; i < 24 && b - a > 1e-4; ++i) {
      // Regula falsi with a bisection every second time, for the step of a curb.
      const double t = i % 2 == 0 ? a + (b - a) * f_a / (f_a - f_b) : 0.5 * (a + b);
      const double f = above(t);
      if (std::abs(f) < 1e-4) return t;
      (f > 0 ? a : b) = t;
      (f > 0 ? f_a : f_b) = f;
    }
    return b;
  }
}

}  // namespace concord::synth
