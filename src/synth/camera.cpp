#include "src/synth/camera.hpp"

#include <algorithm>
#include <array>

namespace concord::synth {
namespace {

constexpr double kLeastSide_px = 7;
constexpr double kLeastInside = 0.15;

struct Extent {
  double left = 1e18, top = 1e18, right = -1e18, bottom = -1e18;
  void add(double u, double v) {
    left = std::min(left, u);
    right = std::max(right, u);
    top = std::min(top, v);
    bottom = std::max(bottom, v);
  }
};

/// Adds the image of an edge; where the lens loses it on the way, up to the last point that it sees.
void add_edge(const CameraModel& camera, const Vec3& a, const Vec3& b, int pieces, Extent& extent) {
  const auto at = [&](double t) -> Vec3 { return a + t * (b - a); };
  double u = 0;
  double v = 0;
  bool before = project(camera, a, u, v);
  if (before) extent.add(u, v);
  for (int i = 1; i <= pieces; ++i) {
    const double t = static_cast<double>(i) / pieces;
    const bool now = project(camera, at(t), u, v);
    if (now) extent.add(u, v);
    if (now != before) {
      double seen = now ? t : t - 1.0 / pieces;
      double unseen = now ? t - 1.0 / pieces : t;
      for (int k = 0; k < 12; ++k) {
        const double middle = 0.5 * (seen + unseen);
        (project(camera, at(middle), u, v) ? seen : unseen) = middle;
      }
      if (project(camera, at(seen), u, v)) extent.add(u, v);
    }
    before = now;
  }
}

double share_inside(const CameraModel& camera, const SE3& T_camera_body, const Vec3& size) {
  constexpr int kGrid = 5;
  int inside = 0;
  for (int i = 0; i < kGrid * kGrid * kGrid; ++i) {
    const auto at = [](int k) { return (k + 0.5) / kGrid; };
    const Vec3 p((at(i % kGrid) - 0.5) * size.x(), (at(i / kGrid % kGrid) - 0.5) * size.y(),
                 at(i / kGrid / kGrid) * size.z());
    double u = 0;
    double v = 0;
    if (project(camera, T_camera_body * p, u, v) && u >= 0 && u <= camera.width_px && v >= 0 && v <= camera.height_px) {
      ++inside;
    }
  }
  return inside / static_cast<double>(kGrid * kGrid * kGrid);
}

}  // namespace

std::optional<ImageBox> image_box(const World& world, std::size_t agent, const CameraModel& camera,
                                  const SE3& T_world_camera, double time_s) {
  const Body& body = world.body(agent);
  const Cuboid box = world.box(agent, time_s);
  SE3 T_world_body = make_se3(box.center_m, box.rotation);
  T_world_body.translation().z() -= 0.5 * box.size_m.z();
  const SE3 T_camera_body = T_world_camera.inverse() * T_world_body;
  const double inside = share_inside(camera, T_camera_body, body.size_m);
  if (inside < kLeastInside) return std::nullopt;
  // A straight edge stays straight to a pixel unless the lens bends it a lot or it leaves the image.
  const int pieces = camera.kind == CameraModel::Kind::kannala_brandt || inside < 1 ? 8 : 1;
  Extent extent;
  for (const Part& part : body.parts) {
    std::array<Vec3, 16> corner;
    for (std::size_t i = 0; i < corner.size(); ++i) corner[i] = T_camera_body * part.vertices()[i];
    for (std::size_t i = 0; i < 8; ++i) {
      const std::size_t next = (i + 1) % 8;
      add_edge(camera, corner[i], corner[next], pieces, extent);
      add_edge(camera, corner[i + 8], corner[next + 8], pieces, extent);
      add_edge(camera, corner[i], corner[i + 8], pieces, extent);
    }
  }
  const ImageBox image{std::max(extent.left, 0.0), std::max(extent.top, 0.0),
                       std::min<double>(extent.right, camera.width_px),
                       std::min<double>(extent.bottom, camera.height_px), 1 - inside};
  if (image.right_px - image.left_px < kLeastSide_px || image.bottom_px - image.top_px < kLeastSide_px)
    return std::nullopt;
  return image;
}

}  // namespace concord::synth
