#include "tools/output/finding_panels.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {

constexpr std::size_t kMostPoints = 20'000;
/// What is larger or farther is a damaged label and would cover or hide everything else.
constexpr double kLargestBoxM = 500, kFarthestBoxM = 1e8;

bool is_drawable(const Cuboid& box) {
  return box.center_m.allFinite() && box.size_m.allFinite() && box.rotation.coeffs().allFinite() &&
         box.size_m.cwiseAbs().maxCoeff() < kLargestBoxM && box.center_m.cwiseAbs().maxCoeff() < kFarthestBoxM;
}

/// The suspect, else what stands for it.
Vec3 focus_of(const FindingView& view) {
  if (view.suspect && is_drawable(view.track[*view.suspect].place)) return view.track[*view.suspect].place.center_m;
  if (view.proposed && is_drawable(view.proposed->place)) return view.proposed->place.center_m;
  if (view.marker) return *view.marker;
  for (const ShownLabel& label : view.track) {
    if (is_drawable(label.place)) return label.place.center_m;
  }
  return Vec3::Zero();
}

/// Half the width of the bird's-eye view: the suspect, its track and the proposal, within reason.
double half_extent_m(const FindingView& view, const Vec3& focus) {
  double half = 8;
  const auto include = [&](const Cuboid& box) {
    if (!is_drawable(box)) return;
    const double reach = (box.center_m - focus).head<2>().norm() + 0.5 * box.size_m.head<2>().norm() + 2;
    half = std::max(half, std::min(reach, 40.0));
  };
  for (const ShownLabel& label : view.track) include(label.place);
  for (const ShownLabel& label : view.others) {
    if (label.role == Role::other) include(label.place);
  }
  if (view.proposed) include(view.proposed->place);
  return half;
}

std::string title_of(const ShownLabel& label) {
  std::string text =
      fmt::format("{} {} label {} frame {}: {:.2f} x {:.2f} x {:.2f} m, yaw {:.1f}°", label.class_name,
                  fitted(label.track, 60), fitted(label.label, 60), fitted(label.frame_name, 60), label.box.size_m.x(),
                  label.box.size_m.y(), label.box.size_m.z(), yaw_of(label.box.rotation) * 180 / std::numbers::pi);
  if (label.speed_mps) text += fmt::format(", {:.1f} m/s", *label.speed_mps);
  return text;
}

/// Footprint with a thick front, and a line to it from the centre.
void draw_footprint(Svg& svg, const PlaneWindow& w, const ShownLabel& label, const Stroke& look) {
  const Cuboid& box = label.place;
  if (!is_drawable(box)) return;
  const auto at = [&](double x, double y) {
    return w.at(box.center_m + box.rotation * Vec3(x * box.size_m.x(), y * box.size_m.y(), 0));
  };
  svg.polygon({at(0.5, 0.5), at(-0.5, 0.5), at(-0.5, -0.5), at(0.5, -0.5)}, look, title_of(label));
  svg.line(at(0.5, 0.5), at(0.5, -0.5), {.color = look.color, .width_px = look.width_px + 1});
  if (label.role != Role::before && label.role != Role::after) {
    svg.line(at(0, 0), at(0.5, 0), {.color = look.color, .width_px = look.width_px});
  }
}

void caption(Svg& svg, const PlaneWindow& w, const ShownLabel& label) {
  if (!is_drawable(label.place)) return;
  const bool main = label.role == Role::suspect || label.role == Role::other;
  const ScreenPoint at = w.at(label.place.center_m);
  if (!w.sees(at)) return;
  const std::string name = label.class_name + (label.track.empty() ? "" : " " + label.track);
  double top = at[1], bottom = at[1];
  for (const double x : {-0.5, 0.5}) {
    for (const double y : {-0.5, 0.5}) {
      const Vec3 corner(x * label.place.size_m.x(), y * label.place.size_m.y(), 0);
      const double screen_y = w.at(label.place.center_m + label.place.rotation * corner)[1];
      top = std::min(top, screen_y);
      bottom = std::max(bottom, screen_y);
    }
  }
  // Above its box, where the suspect that it overlaps has no caption.
  const double y = label.role == Role::other ? std::max(top - 6, w.area.top + 14)
                                             : std::min(bottom + 14, w.area.top + w.area.height - 18);
  svg.text({at[0], y}, fitted(name, 22),
           {.size_px = main ? 13.0 : 10.0,
            .color = main ? look_of(label.role).color : std::string_view("#777"),
            .bold = main,
            .anchor = Svg::Anchor::middle,
            .halo = true});
}

/// The path of the track's centres, with frame names where there is room.
void draw_path(Svg& svg, const PlaneWindow& w, const FindingView& view) {
  std::vector<ScreenPoint> path;
  for (const ShownLabel& label : view.track) {
    if (is_drawable(label.place)) path.push_back(w.at(label.place.center_m));
  }
  svg.polyline(path, {.color = "#444", .width_px = 1});
  ScreenPoint last{-1e9, -1e9};
  for (const ShownLabel& label : view.track) {
    if (!is_drawable(label.place)) continue;
    const ScreenPoint at = w.at(label.place.center_m);
    svg.circle(at, 3, {.color = "#fff", .fill = look_of(label.role).color});
    const bool is_suspect = view.suspect && &label == &view.track[*view.suspect];
    if (!is_suspect && std::hypot(at[0] - last[0], at[1] - last[1]) < 26) continue;
    last = at;
    svg.text({at[0] + 6, at[1] - 5}, fitted(label.frame_name, 12),
             {.size_px = 11, .color = "#222", .bold = is_suspect, .halo = true});
  }
}

void draw_ego(Svg& svg, const PlaneWindow& w) {
  const ScreenPoint at = w.at(Vec3::Zero());
  if (w.sees(at)) {
    svg.polygon({{at[0], at[1] - 12}, {at[0] - 8, at[1] + 9}, {at[0], at[1] + 4}, {at[0] + 8, at[1] + 9}},
                {.color = "#111", .fill = "#111"}, "ego");
    svg.text({at[0] + 11, at[1] + 4}, "ego", {.size_px = 12, .bold = true, .halo = true});
    return;
  }
  // Outside: an arrow at the rim that points to it.
  const ScreenPoint middle{w.area.left + w.area.width / 2, w.area.top + w.area.height / 2};
  const double dx = at[0] - middle[0], dy = at[1] - middle[1];
  const double scale = std::min((w.area.width / 2 - 26) / std::max(std::abs(dx), 1e-9),
                                (w.area.height / 2 - 26) / std::max(std::abs(dy), 1e-9));
  const ScreenPoint tip{middle[0] + dx * scale, middle[1] + dy * scale};
  const double length = std::hypot(dx, dy), ux = dx / length, uy = dy / length;
  svg.polygon({{tip[0] + 12 * ux, tip[1] + 12 * uy},
               {tip[0] - 6 * ux - 8 * uy, tip[1] - 6 * uy + 8 * ux},
               {tip[0] - 6 * ux + 8 * uy, tip[1] - 6 * uy - 8 * ux}},
              {.color = "#111", .fill = "#111"}, "direction of the ego");
  svg.text({tip[0] - 14 * ux, tip[1] - 14 * uy + 4}, fmt::format("ego {:.0f} m", w.middle_m.head<2>().norm()),
           {.size_px = 12,
            .bold = true,
            .anchor = ux > 0.3    ? Svg::Anchor::end
                      : ux < -0.3 ? Svg::Anchor::start
                                  : Svg::Anchor::middle,
            .halo = true});
}

/// Every n-th of the points that the window sees and `wanted` accepts, so that at most kMostPoints are drawn.
void draw_points(Svg& svg, const PlaneWindow& w, const PointCloud& cloud,
                 const std::function<bool(const Vec3&)>& wanted) {
  std::vector<ScreenPoint> seen;
  for (std::size_t i = 0; i < cloud.size(); ++i) {
    const Vec3 p(cloud.x_m[i], cloud.y_m[i], cloud.z_m[i]);
    const ScreenPoint at = w.at(p);
    if (w.sees(at) && wanted(p)) seen.push_back(at);
  }
  const std::size_t step = seen.size() / kMostPoints + 1;
  std::vector<ScreenPoint> kept;
  for (std::size_t i = 0; i < seen.size(); i += step) kept.push_back(seen[i]);
  svg.dots(kept, 1.8, kPointColor, 0.75);
}

/// Outline of a box on the side view's plane: its extent along the screen's axes.
void draw_outline(Svg& svg, const PlaneWindow& w, const ShownLabel& label, const Stroke& look) {
  const Cuboid& box = label.place;
  if (!is_drawable(box)) return;
  ScreenPoint low{1e12, 1e12}, high{-1e12, -1e12};
  for (std::size_t i = 0; i < 8; ++i) {
    const Vec3 sign((i & 1U) != 0 ? 0.5 : -0.5, (i & 2U) != 0 ? 0.5 : -0.5, (i & 4U) != 0 ? 0.5 : -0.5);
    const ScreenPoint at = w.at(box.center_m + box.rotation * sign.cwiseProduct(box.size_m));
    for (std::size_t k = 0; k < 2; ++k) {
      low[k] = std::min(low[k], at[k]);
      high[k] = std::max(high[k], at[k]);
    }
  }
  svg.polygon({low, {high[0], low[1]}, high, {low[0], high[1]}}, look, title_of(label));
}

const ShownLabel* drawn_suspect(const FindingView& view) {
  return view.suspect && is_drawable(view.track[*view.suspect].place) ? &view.track[*view.suspect] : nullptr;
}

/// The further suspects of a span are outlines, so that the one in question stands out.
Stroke look_in(const FindingView& view, const ShownLabel& label) {
  Stroke look = look_of(label.role);
  if (label.role == Role::suspect && &label != drawn_suspect(view)) {
    look.width_px = 1;
    look.fill = {};
  }
  return look;
}

/// The track, the suspect above the rest and the proposal above it.
template <class Draw>
void draw_track(const FindingView& view, const Draw& draw) {
  for (const ShownLabel& label : view.track) {
    if (&label != drawn_suspect(view)) draw(label, look_in(view, label));
  }
  if (const ShownLabel* suspect = drawn_suspect(view)) draw(*suspect, look_in(view, *suspect));
  if (view.proposed) draw(*view.proposed, look_of(Role::proposed));
}

}  // namespace

Stroke look_of(Role role) {
  switch (role) {
    case Role::suspect:
      return {.color = "#d55e00", .width_px = 2.5, .fill = "#d55e00", .fill_opacity = 0.22};
    case Role::other:
      return {.color = "#b8860b", .width_px = 2.5, .fill = "#e69f00", .fill_opacity = 0.18};
    case Role::before:
      return {.color = "#0072b2", .width_px = 1};
    case Role::after:
      return {.color = "#8e4585", .width_px = 1};
    case Role::proposed:
      return {.color = "#009e73", .width_px = 2.5, .dashed = true};
    case Role::in_frame:
      break;
  }
  return {.color = "#9a9a9a", .width_px = 1, .fill = "#bbb", .fill_opacity = 0.25};
}

void draw_birds_eye(Svg& svg, const FindingView& view, const PanelArea& area) {
  const Vec3 focus = focus_of(view);
  const double px_per_m = std::min(area.width, area.height) / 2 / half_extent_m(view, focus);
  const PlaneWindow w{area, -Vec3::UnitY(), Vec3::UnitX(), focus, px_per_m};
  const double step = grid_step_m(px_per_m);
  svg.open_panel({area.left, area.top}, area.width, area.height);
  svg.rectangle({area.left, area.top}, area.width, area.height, {.fill = "#fcfcfc"});
  draw_grid(svg, w, Vec3::UnitY(), true, "y", step);
  draw_grid(svg, w, Vec3::UnitX(), false, "x", step);
  draw_points(svg, w, view.points, [](const Vec3& /*point*/) { return true; });
  for (const ShownLabel& label : view.others) draw_footprint(svg, w, label, look_of(label.role));
  draw_track(view, [&](const ShownLabel& label, const Stroke& look) { draw_footprint(svg, w, label, look); });
  draw_path(svg, w, view);
  for (const ShownLabel& label : view.others) caption(svg, w, label);
  const ShownLabel* const suspect = drawn_suspect(view);
  if (suspect != nullptr) caption(svg, w, *suspect);
  if (suspect != nullptr && view.deletes) {
    const auto at = [&](double x, double y) {
      const Cuboid& box = suspect->place;
      return w.at(box.center_m + box.rotation * Vec3(x * box.size_m.x(), y * box.size_m.y(), 0));
    };
    svg.line(at(0.6, 0.6), at(-0.6, -0.6), look_of(Role::proposed));
    svg.line(at(0.6, -0.6), at(-0.6, 0.6), look_of(Role::proposed));
  }
  if (view.marker) svg.circle(w.at(*view.marker), 14, look_of(Role::suspect));
  draw_ego(svg, w);
  svg.close_panel();
  draw_border(svg, w, "bird's-eye view, ego frame of frame " + fitted(view.frame_name, 40) + ": x up, y left, metres",
              step);
}

void draw_side(Svg& svg, const FindingView& view, const PanelArea& area) {
  const ShownLabel* const suspect = drawn_suspect(view);
  if (suspect == nullptr) return;
  const Cuboid& box = suspect->place;
  Vec3 along = box.rotation * Vec3::UnitX();
  along.z() = 0;
  along = along.norm() > 1e-6 ? Vec3(along.normalized()) : Vec3(Vec3::UnitX());
  const Vec3 across(-along.y(), along.x(), 0);
  const double half = std::clamp(0.5 * box.size_m.x() + 2.5, 4.0, 15.0);
  const double half_height = std::max(0.5 * std::abs(box.size_m.z()) + 1, 1.5);
  const double px_per_m = std::min(area.width / 2 / half, area.height / 2 / half_height);
  const PlaneWindow w{area, along, Vec3::UnitZ(), box.center_m, px_per_m};
  const double step = grid_step_m(px_per_m);
  const auto beside_m = [&](const Vec3& p) { return std::abs((p - box.center_m).dot(across)); };
  svg.open_panel({area.left, area.top}, area.width, area.height);
  svg.rectangle({area.left, area.top}, area.width, area.height, {.fill = "#fcfcfc"});
  draw_grid(svg, w, Vec3::UnitZ(), false, "z", step);
  draw_points(svg, w, view.points, [&](const Vec3& p) { return beside_m(p) < 0.5 * std::abs(box.size_m.y()) + 0.5; });
  for (const ShownLabel& label : view.others) {
    if (label.role == Role::other || (is_drawable(label.place) && beside_m(label.place.center_m) < 2)) {
      draw_outline(svg, w, label, look_of(label.role));
    }
  }
  draw_track(view, [&](const ShownLabel& label, const Stroke& look) { draw_outline(svg, w, label, look); });
  const ScreenPoint front = w.at(box.center_m + 0.5 * box.size_m.x() * along);
  svg.line(w.at(box.center_m), front, {.color = look_of(Role::suspect).color, .width_px = 2.5});
  svg.close_panel();
  draw_border(svg, w, "side view: heading right, z up", step);
}

}  // namespace concord::tools
