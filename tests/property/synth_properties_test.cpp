#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numbers>

#include "concord/synth.hpp"
#include "src/synth/body.hpp"
#include "src/synth/path.hpp"
#include "src/synth/rectangle.hpp"
#include "src/synth/rig.hpp"

namespace concord::synth {
namespace {

double number(double low, double high) { return low + (high - low) * *rc::gen::inRange(0, 1'000'001) / 1e6; }

RC_GTEST_PROP(SynthPath, IsTracedAtUnitSpeedAlongItsHeading, ()) {
  std::vector<Clothoid> stretches;
  double curvature = 0;
  for (int i = 0; i < 5; ++i) {
    const double next = number(-0.12, 0.12);
    stretches.push_back({number(3, 80), curvature, next});
    curvature = next;
  }
  const Path path({number(-1e3, 1e3), number(-1e3, 1e3), number(-3, 3)}, stretches);
  constexpr double kHalf_m = 1e-3;
  for (int i = 0; i < 20; ++i) {
    const double s = number(-20, path.length_m() + 20);
    const PathPoint before = path.at(s - kHalf_m);
    const PathPoint after = path.at(s + kHalf_m);
    const PathPoint at = path.at(s);
    RC_ASSERT(std::abs((after.x_m - before.x_m) / (2 * kHalf_m) - std::cos(at.heading_rad)) < 1e-3);
    RC_ASSERT(std::abs((after.y_m - before.y_m) / (2 * kHalf_m) - std::sin(at.heading_rad)) < 1e-3);
  }
}

struct Model {
  Kind kind = Kind::car;
  Vec3 size_m;
};

/// A road user of any kind, in sizes a little beyond those that drives have.
Model any_model() {
  switch (*rc::gen::inRange(0, static_cast<int>(kKinds))) {
    case 0:
      return {Kind::car, Vec3(number(3.5, 5.2), number(1.6, 2), number(1.3, 1.9))};
    case 1:
      return {Kind::van, Vec3(number(4.5, 6.5), number(1.8, 2.1), number(1.8, 2.8))};
    case 2:
      return {Kind::truck, Vec3(number(6.5, 12), number(2.2, 2.6), number(2.8, 4))};
    case 3:
      return {Kind::bus, Vec3(number(9, 13), number(2.4, 2.6), number(2.8, 3.6))};
    case 4:
      return {Kind::motorcyclist, Vec3(number(1.9, 2.4), number(0.6, 1), number(1.4, 1.8))};
    case 5:
      return {Kind::cyclist, Vec3(number(1.6, 1.9), number(0.5, 0.8), number(1.5, 1.9))};
    default:
      return {Kind::pedestrian, Vec3(number(0.4, 0.7), number(0.45, 0.7), number(1.4, 2))};
  }
}

/// Inside a part, by the planes through its vertices.
bool is_inside(const Part& part, const Vec3& p) {
  const auto& v = part.vertices();
  if (p.z() < v[0].z() || p.z() > v[8].z()) return false;
  for (std::size_t i = 0; i < 8; ++i) {
    const Vec3 outward = (v[(i + 1) % 8] - v[i]).cross(v[i + 8] - v[i]);
    if (outward.dot(p - v[i]) > 0) return false;
  }
  return true;
}

RC_GTEST_PROP(SynthBody, RaysEnterWhereSteppingAlongThemFindsTheInside, ()) {
  const Model model = any_model();
  const Vec3& size = model.size_m;
  const Body body = make_body(model.kind, size);
  const Vec3 target(number(-0.5, 0.5) * size.x(), number(-0.5, 0.5) * size.y(), number(0, 1) * size.z());
  const double bearing = number(-3.1, 3.1);
  const Vec3 origin = target + Vec3(20 * std::cos(bearing), 20 * std::sin(bearing), number(-3, 10));
  const Vec3 d = (target - origin).normalized();
  constexpr double kStride_m = 0.004;
  for (const Part& part : body.parts) {
    Hit hit;
    const bool found = part.intersect({origin.x(), origin.y(), origin.z(), d.x(), d.y(), d.z()}, hit);
    double first = -1;
    for (double t = 5; t < 40 && first < 0; t += kStride_m) {
      if (is_inside(part, origin + t * d)) first = t;
    }
    if (first >= 0) {
      RC_ASSERT(found);
      RC_ASSERT(std::abs(hit.enter - first) <= kStride_m + 1e-9);
    } else if (found) {
      RC_ASSERT(hit.leave - hit.enter <= kStride_m + 1e-9);
    }
  }
}

RC_GTEST_PROP(SynthBody, FillsTheLengthWidthAndHeightOfItsBox, ()) {
  const Model model = any_model();
  Vec3 low = Vec3::Constant(1e9);
  Vec3 high = Vec3::Constant(-1e9);
  for (const Part& part : make_body(model.kind, model.size_m).parts) {
    for (const Vec3& vertex : part.vertices()) {
      low = low.cwiseMin(vertex);
      high = high.cwiseMax(vertex);
    }
  }
  RC_ASSERT((high - low - model.size_m).cwiseAbs().maxCoeff() < 1e-9);
  RC_ASSERT(std::abs(low.z()) < 1e-9);
}

RC_GTEST_PROP(SynthRectangle, OverlapIsWhatPointsOfOneInsideTheOtherSay, ()) {
  const auto draw = [] {
    const double yaw = number(-3.2, 3.2);
    return Rectangle{number(-3, 3), number(-3, 3), std::cos(yaw), std::sin(yaw), number(0.2, 3), number(0.2, 3)};
  };
  const Rectangle a = draw();
  const Rectangle b = draw();
  const auto inside = [](const Rectangle& r, double x, double y, double shrink) {
    const double dx = x - r.x_m;
    const double dy = y - r.y_m;
    return std::abs(dx * r.cos_yaw + dy * r.sin_yaw) < r.half_length_m - shrink &&
           std::abs(-dx * r.sin_yaw + dy * r.cos_yaw) < r.half_width_m - shrink;
  };
  bool shared = false;
  for (double p = -1; p <= 1; p += 0.1) {
    for (double q = -1; q <= 1; q += 0.1) {
      const double x = a.x_m + p * a.half_length_m * a.cos_yaw - q * a.half_width_m * a.sin_yaw;
      const double y = a.y_m + p * a.half_length_m * a.sin_yaw + q * a.half_width_m * a.cos_yaw;
      shared = shared || (inside(b, x, y, 1e-9) && inside(a, x, y, 1e-9));
    }
  }
  if (shared) RC_ASSERT(overlap(a, b));
  RC_ASSERT(overlap(a, b) == overlap(b, a));
}

RC_GTEST_PROP(SynthTurn, TheBeamPassesAnAzimuthWhenItsColumnFires, ()) {
  SynthOptions options;
  options.lidar_azimuth_deg = 0.2;
  options.rate_hz = number(1, 50);
  const Turn turn = make_turn(options);
  const double column = number(0, turn.columns - 1);
  const double azimuth = turn.azimuth_rad(column);
  const double from_seam = std::abs(wrap_angle(azimuth + 0.5 * std::numbers::pi));
  const double passes = turn.passes_s(wrap_angle(azimuth));
  if (from_seam > std::numbers::pi / 4 + 1e-9) {
    RC_ASSERT(std::abs(passes - turn.offset_s(column)) < 1e-9);
  }
  RC_ASSERT(passes >= -0.75 * turn.duration_s - 1e-12 && passes <= 0.25 * turn.duration_s + 1e-12);
  // Nothing jumps.
  RC_ASSERT(std::abs(turn.passes_s(wrap_angle(azimuth + 1e-4)) - passes) < 1e-4 * turn.duration_s);
}

RC_GTEST_PROP(SynthOptionText, AnyTextIsParsedOrRefused, (const std::string& text)) {
  const auto options = parse_synth_options("synthetic:" + text);
  if (options) {
    RC_ASSERT(parse_synth_options(to_string(*options)).ok());
  } else {
    RC_ASSERT(!options.error().message.empty());
  }
}

}  // namespace
}  // namespace concord::synth
