#include "src/synth/body.hpp"

#include <algorithm>
#include <cmath>

namespace concord::synth {
namespace {

std::array<Vec3, 8> octagon(const Part::Face& f, double z, double c) {
  const double w = f.half_width_m;
  return {Vec3(f.x1_m, w - c, z),  Vec3(f.x1_m - c, w, z),  Vec3(f.x0_m + c, w, z),  Vec3(f.x0_m, w - c, z),
          Vec3(f.x0_m, -w + c, z), Vec3(f.x0_m + c, -w, z), Vec3(f.x1_m - c, -w, z), Vec3(f.x1_m, -w + c, z)};
}

/// A pair of wheels with what is between them.
Part axle(double x_m, double radius_m, double half_width_m) {
  return {0,
          2 * radius_m,
          {x_m - 0.45 * radius_m, x_m + 0.45 * radius_m, half_width_m},
          {x_m - 0.9 * radius_m, x_m + 0.9 * radius_m, half_width_m},
          0.02};
}

void add_car(double l, double w, double h, std::vector<Part>& parts) {
  const double a = 0.5 * l;
  const double b = 0.5 * w;
  parts.push_back({0.2, 0.42 * h, {-a + 0.08, a - 0.1, b - 0.06}, {-a, a, b}, 0.16});
  parts.push_back({0.42 * h, 0.6 * h, {-a, a, b}, {-a + 0.07, a - 0.22, b - 0.05}, 0.16});
  parts.push_back({0.6 * h, h, {-0.43 * l, 0.24 * l, b - 0.07}, {-0.33 * l, 0.06 * l, 0.7 * b}, 0.1});
  parts.push_back(axle(0.3 * l, 0.32, b - 0.03));
  parts.push_back(axle(-0.3 * l, 0.32, b - 0.03));
}

void add_van(double l, double w, double h, std::vector<Part>& parts) {
  const double a = 0.5 * l;
  const double b = 0.5 * w;
  parts.push_back({0.24, 0.5 * h, {-a, a, b - 0.04}, {-a, a - 0.06, b}, 0.16});
  parts.push_back({0.5 * h, h, {-a, 0.33 * l, b}, {-a + 0.06, 0.2 * l, b - 0.14}, 0.1});
  parts.push_back(axle(0.33 * l, 0.34, b - 0.03));
  parts.push_back(axle(-0.3 * l, 0.34, b - 0.03));
}

void add_truck(double l, double w, double h, std::vector<Part>& parts) {
  const double a = 0.5 * l;
  const double b = 0.5 * w;
  parts.push_back({0.5, 0.85 * h, {a - 2.0, a, b - 0.05}, {a - 2.0, a - 0.15, b - 0.08}, 0.15});
  parts.push_back({0.95, h, {-a, a - 2.35, b}, {-a, a - 2.35, b}, 0.02});
  parts.push_back({0.5, 0.95, {-a + 0.3, a - 2.0, 0.45}, {-a + 0.3, a - 2.0, 0.45}, 0.02});
  for (const double x : {a - 1.2, -a + 2.6, -a + 1.4}) parts.push_back(axle(x, 0.48, b - 0.04));
}

void add_bus(double l, double w, double h, std::vector<Part>& parts) {
  const double a = 0.5 * l;
  const double b = 0.5 * w;
  parts.push_back({0.32, 0.6 * h, {-a, a, b}, {-a, a, b}, 0.2});
  parts.push_back({0.6 * h, h, {-a, a, b}, {-a + 0.1, a - 0.12, b - 0.08}, 0.2});
  for (const double x : {a - 2.7, -a + 3.2}) parts.push_back(axle(x, 0.48, b - 0.04));
}

/// Two wheels in line, a frame, and a rider on it.
void add_two_wheeler(double l, double w, double h, double frame_half_width, std::vector<Part>& parts) {
  const double a = 0.5 * l;
  parts.push_back(axle(a - 0.33, 0.33, 0.5 * frame_half_width));
  parts.push_back(axle(-a + 0.33, 0.33, 0.5 * frame_half_width));
  parts.push_back({0.35, 0.55 * h, {-a, a, frame_half_width}, {-a + 0.2, a - 0.3, frame_half_width}, 0.02});
  parts.push_back({0.5 * h, 0.86 * h, {-0.42, 0.1, 0.35 * w}, {-0.15, 0.28, 0.5 * w}, 0.08});
  parts.push_back({0.86 * h, h, {0.0, 0.24, 0.1}, {0.02, 0.22, 0.09}, 0.05});
  parts.push_back({0.5 * h, 0.62 * h, {0.35, 0.55, 0.46 * w}, {0.35, 0.55, 0.46 * w}, 0.04});
}

void add_pedestrian(double l, double w, double h, std::vector<Part>& parts) {
  const double a = 0.5 * l;
  const double b = 0.5 * w;
  parts.push_back({0, 0.5 * h, {-a, a, 0.6 * b}, {-0.6 * a, 0.6 * a, 0.62 * b}, 0.06});
  parts.push_back({0.45 * h, 0.85 * h, {-0.62 * a, 0.62 * a, b}, {-0.45 * a, 0.45 * a, 0.8 * b}, 0.08});
  parts.push_back({0.86 * h, h, {-0.09, 0.11, 0.08}, {-0.08, 0.1, 0.07}, 0.04});
}

}  // namespace

Part::Part(double z0_m, double z1_m, const Face& bottom, const Face& top, double chamfer_m) {
  const auto low = octagon(bottom, z0_m, chamfer_m);
  const auto high = octagon(top, z1_m, chamfer_m);
  for (std::size_t i = 0; i < 8; ++i) {
    vertices_[i] = low[i];
    vertices_[i + 8] = high[i];
    const Vec3 normal = (low[(i + 1) % 8] - low[i]).cross(high[i] - low[i]).normalized();
    planes_[i] = {normal.x(), normal.y(), normal.z(), normal.dot(low[i])};
  }
  planes_[8] = {0, 0, -1, -z0_m};
  planes_[9] = {0, 0, 1, z1_m};
}

bool Part::intersect(const Ray& ray, Hit& hit) const {
  double enter = 0;
  double leave = 1e30;
  double cosine = 1;
  for (const Plane& p : planes_) {
    const double speed = p.nx * ray.dx + p.ny * ray.dy + p.nz * ray.dz;
    const double outside = p.nx * ray.ox + p.ny * ray.oy + p.nz * ray.oz - p.offset;
    if (speed < 0) {
      const double t = -outside / speed;
      if (t > enter) {
        enter = t;
        cosine = -speed;
      }
    } else if (speed > 0) {
      leave = std::min(leave, -outside / speed);
    } else if (outside > 0) {
      return false;
    }
    if (enter > leave) return false;
  }
  hit = {enter, leave, cosine};
  return true;
}

Body make_body(Kind kind, const Vec3& size_m) {
  Body body;
  body.size_m = size_m;
  const double l = size_m.x();
  const double w = size_m.y();
  const double h = size_m.z();
  switch (kind) {
    case Kind::car:
      add_car(l, w, h, body.parts);
      break;
    case Kind::van:
      add_van(l, w, h, body.parts);
      break;
    case Kind::truck:
      add_truck(l, w, h, body.parts);
      break;
    case Kind::bus:
      add_bus(l, w, h, body.parts);
      break;
    case Kind::motorcyclist:
      add_two_wheeler(l, w, h, 0.14, body.parts);
      break;
    case Kind::cyclist:
      add_two_wheeler(l, w, h, 0.05, body.parts);
      break;
    case Kind::pedestrian:
      add_pedestrian(l, w, h, body.parts);
      break;
  }
  return body;
}

Body make_block(const Vec3& size_m, double bottom_m, double chamfer_m) {
  Body body;
  body.size_m = size_m;
  const Part::Face face{-0.5 * size_m.x(), 0.5 * size_m.x(), 0.5 * size_m.y()};
  body.parts.push_back({bottom_m, size_m.z(), face, face, chamfer_m});
  return body;
}

}  // namespace concord::synth
