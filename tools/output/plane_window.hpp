#pragma once

#include "concord/geometry.hpp"
#include "tools/output/svg.hpp"

namespace concord::tools {

/// A part of the picture, in pixels.
struct PanelArea {
  double left, top, width, height;
};

/// A window on a plane of the ego frame: two of its directions, the middle, and a scale.
struct PlaneWindow {
  PanelArea area;
  Vec3 right, up;  ///< unit vectors that point right and up on the screen
  Vec3 middle_m;
  double px_per_m;

  [[nodiscard]] ScreenPoint at(const Vec3& p) const;
  [[nodiscard]] bool sees(const ScreenPoint& p) const;
};

/// Distance between grid lines: a round number of metres, at least 45 pixels.
[[nodiscard]] double grid_step_m(double px_per_m);

/// Lines at the multiples of `step_m` along `axis`, which is the window's right (vertical lines) or up, each with
/// `name` and its coordinate.
void draw_grid(Svg& svg, const PlaneWindow& window, const Vec3& axis, bool vertical_lines, const char* name,
               double step_m);

/// Border, a line of text below it on the left, and a bar of `step_m` on the right.
void draw_border(Svg& svg, const PlaneWindow& window, const std::string& title, double step_m);

}  // namespace concord::tools
