// Properties of the residual kernel that hold for every track.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "cuda/kernels.hpp"

namespace concord::tests {
namespace {

struct Samples {
  std::vector<double> time_s, x_m, y_m, z_m, size_m, axis_rad, heading_x, heading_y;
  std::vector<std::uint32_t> begin, end;

  void push(double t, double x, double y, double yaw) {
    time_s.push_back(t);
    x_m.push_back(x);
    y_m.push_back(y);
    z_m.push_back(0);
    size_m.push_back(2);
    axis_rad.push_back(yaw);
    heading_x.push_back(std::cos(yaw));
    heading_y.push_back(std::sin(yaw));
  }
};

std::vector<kernels::ResidualRow> run(Samples& s) {
  const auto count = static_cast<std::uint32_t>(s.time_s.size());
  s.begin.assign(count, 0);
  s.end.assign(count, count);
  std::vector<kernels::ResidualRow> rows(count);
  static const auto kContext = kernels::make_cpu_context(1);
  kContext->track_residuals(
      {s.time_s.data(), s.x_m.data(), s.y_m.data(), s.z_m.data(), s.size_m.data(), s.size_m.data(), s.size_m.data(),
       s.axis_rad.data(), s.heading_x.data(), s.heading_y.data(), s.begin.data(), s.end.data(), count, 1.6},
      rows.data());
  return rows;
}

double between(double low, double high) {
  return low + (high - low) * static_cast<double>(*rc::gen::inRange(0, 1'000'000)) * 1e-6;
}

/// Times that strictly increase, with gaps.
std::vector<double> times(int count) {
  std::vector<double> t{0};
  while (static_cast<int>(t.size()) < count) t.push_back(t.back() + between(0.02, 0.4));
  return t;
}

TEST(ResidualProperties, AnyParabolaIsPredictedExactly) {
  EXPECT_TRUE(rc::check("residuals of a parabola vanish where a parabola is fitted", [] {
    const double vx = between(-30, 30), vy = between(-30, 30), ax = between(-8, 8), ay = between(-8, 8);
    Samples s;
    for (const double t : times(*rc::gen::inRange(1, 40))) s.push(t, vx * t + ax * t * t, vy * t + ay * t * t, 0.1 * t);
    for (const auto& row : run(s)) {
      if (!(row.acceleration_gain_s2 == 0)) continue;
      RC_ASSERT(std::abs(row.along_m) < 1e-6 && std::abs(row.across_m) < 1e-6);
      RC_ASSERT(row.gain >= 1);
    }
  }));
}

TEST(ResidualProperties, DoNotDependOnWhereTheTrackIs) {
  EXPECT_TRUE(rc::check("turning and moving a track changes no residual in its own axes", [] {
    const double turn = between(-3, 3), c = std::cos(turn), sn = std::sin(turn);
    Samples one, other;
    for (const double t : times(*rc::gen::inRange(2, 30))) {
      const double x = 5 * t + between(-0.1, 0.1), y = between(-0.1, 0.1), yaw = between(-0.1, 0.1);
      one.push(t, x, y, yaw);
      other.push(t, 7 + c * x - sn * y, -3 + sn * x + c * y, yaw + turn);
    }
    const auto a = run(one), b = run(other);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (std::isnan(a[i].along_m)) continue;
      RC_ASSERT(std::abs(a[i].along_m - b[i].along_m) < 1e-6);
      RC_ASSERT(std::abs(a[i].across_m - b[i].across_m) < 1e-6);
      RC_ASSERT(std::abs(a[i].heading_rad - b[i].heading_rad) < 1e-6);
    }
  }));
}

TEST(ResidualProperties, ALabelsOwnPlaceDoesNotChangeItsPrediction) {
  EXPECT_TRUE(rc::check("leave one out: moving a label moves its residual by as much", [] {
    Samples one;
    const int count = *rc::gen::inRange(3, 30);
    for (const double t : times(count)) one.push(t, 5 * t + between(-0.1, 0.1), between(-0.1, 0.1), 0);
    const auto moved = static_cast<std::size_t>(*rc::gen::inRange(0, count));
    Samples other = one;
    const double by = between(-5, 5);
    other.x_m[moved] += by;
    const auto a = run(one), b = run(other);
    if (std::isnan(a[moved].along_m)) return;
    RC_ASSERT(std::abs(b[moved].along_m - a[moved].along_m - by) < 1e-6);
  }));
}

}  // namespace
}  // namespace concord::tests
