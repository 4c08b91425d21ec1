#include "tools/output/plane_window.hpp"

#include <fmt/format.h>
#include <cmath>

namespace concord::tools {

ScreenPoint PlaneWindow::at(const Vec3& p) const {
  return {area.left + area.width / 2 + (p - middle_m).dot(right) * px_per_m,
          area.top + area.height / 2 - (p - middle_m).dot(up) * px_per_m};
}

bool PlaneWindow::sees(const ScreenPoint& p) const {
  return p[0] >= area.left && p[0] <= area.left + area.width && p[1] >= area.top && p[1] <= area.top + area.height;
}

double grid_step_m(double px_per_m) {
  for (const double step : {0.5, 1.0, 2.0, 5.0, 10.0}) {
    if (step * px_per_m >= 45) return step;
  }
  return 20;
}

void draw_grid(Svg& svg, const PlaneWindow& w, const Vec3& axis, bool vertical_lines, const char* name, double step) {
  const double length_px = vertical_lines ? w.area.width : w.area.height;
  const double middle = w.middle_m.dot(axis);
  const double half = length_px / 2 / w.px_per_m;
  const auto first = static_cast<long>(std::ceil((middle - half) / step));
  const auto last = static_cast<long>(std::floor((middle + half) / step));
  for (long k = first; k <= last; ++k) {
    const double value = static_cast<double>(k) * step;
    const ScreenPoint on = w.at(w.middle_m + (value - middle) * axis);
    const std::string text = fmt::format("{} {:g}", name, value);
    if (vertical_lines) {
      const double bottom = w.area.top + w.area.height;
      svg.line({on[0], w.area.top}, {on[0], bottom}, {.color = "#e6e6e6"});
      svg.text({on[0] + 3, bottom - 4}, text, {.size_px = 10, .color = "#999"});
    } else {
      svg.line({w.area.left, on[1]}, {w.area.left + w.area.width, on[1]}, {.color = "#e6e6e6"});
      svg.text({w.area.left + 3, on[1] - 3}, text, {.size_px = 10, .color = "#999"});
    }
  }
}

void draw_border(Svg& svg, const PlaneWindow& w, const std::string& title, double step) {
  svg.rectangle({w.area.left, w.area.top}, w.area.width, w.area.height, {.color = "#999"});
  svg.text({w.area.left, w.area.top + w.area.height + 20}, title, {.size_px = 12, .color = "#555"});
  const double y = w.area.top + w.area.height + 16;
  const double length = step * w.px_per_m;
  const double x = w.area.left + w.area.width - length;
  const Stroke bar{.color = "#222", .width_px = 2};
  svg.line({x, y}, {x + length, y}, bar);
  svg.line({x, y - 4}, {x, y + 4}, bar);
  svg.line({x + length, y - 4}, {x + length, y + 4}, bar);
  svg.text({x - 6, y + 4}, fmt::format("{:g} m", step), {.size_px = 12, .anchor = Svg::Anchor::end});
}

}  // namespace concord::tools
