// The residual kernel against an oracle that solves every subset by orthogonal decomposition, its properties, and
// tracks that are meant to break it.

#include <cmath>
#include <cstring>
#include <numbers>
#include <random>

#include "concord/measure.hpp"
#include "cuda/kernels.hpp"
#include "tests/support/devices.hpp"
#include "tests/support/residual_oracle.hpp"

namespace concord::tests {
namespace {

std::unique_ptr<kernels::ExecutionContext> context_on(const std::string& device) {
  if (device == "cpu") return kernels::make_cpu_context(2);
  return kernels::probe_cuda().devices > 0 ? kernels::make_cuda_context(0) : nullptr;
}

std::vector<kernels::ResidualRow> run(kernels::ExecutionContext& context, const OracleTrack& track) {
  const std::size_t count = track.time_s.size();
  const std::vector<double> size(count, 4.0);
  const std::vector<std::uint32_t> begin(count, 0), end(count, static_cast<std::uint32_t>(count));
  std::vector<kernels::ResidualRow> rows(count);
  context.track_residuals({.time_s = track.time_s.data(),
                           .x_m = track.x_m.data(),
                           .y_m = track.y_m.data(),
                           .z_m = track.z_m.data(),
                           .length_m = size.data(),
                           .width_m = size.data(),
                           .height_m = size.data(),
                           .axis_rad = track.axis_rad.data(),
                           .heading_x = track.heading_x.data(),
                           .heading_y = track.heading_y.data(),
                           .begin = begin.data(),
                           .end = end.data(),
                           .count = count,
                           .window_s = track.window_s},
                          rows.data());
  return rows;
}

void push(OracleTrack& track, double time_s, double x_m, double y_m, double z_m, double yaw_rad) {
  track.time_s.push_back(time_s);
  track.x_m.push_back(x_m);
  track.y_m.push_back(y_m);
  track.z_m.push_back(z_m);
  track.axis_rad.push_back(yaw_rad);
  track.heading_x.push_back(std::cos(yaw_rad));
  track.heading_y.push_back(std::sin(yaw_rad));
}

/// A car that brakes and turns, with noise, missing and irregular frames, outliers and a step.
OracleTrack random_track(std::size_t count, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> unit(0, 1);
  OracleTrack track;
  double time_s = 0;
  const double noise = 0.1 * unit(engine), speed = 15 * unit(engine), turn = unit(engine) - 0.5;
  for (std::size_t i = 0; i < count; ++i) {
    const double yaw = 1 + turn * time_s, out = unit(engine) < 0.1 ? 2 : 0, step = i > count / 2 ? 1.5 : 0;
    push(track, time_s, speed * time_s - 0.5 * time_s * time_s + noise * normal(engine) + out,
         0.3 * time_s + noise * normal(engine) + step, 0.1 * noise * normal(engine),
         yaw + 0.1 * noise * normal(engine));
    time_s += 0.05 + 0.1 * unit(engine) + (unit(engine) < 0.1 ? 0.4 : 0);
  }
  return track;
}

class TrackResiduals : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    context_ = context_on(GetParam());
    if (context_ == nullptr) GTEST_SKIP() << "no usable " << GetParam() << " device";
  }
  std::unique_ptr<kernels::ExecutionContext> context_;
};

void expect_equal(double actual, double expected, const char* what) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << what << " " << actual;
  } else {
    EXPECT_NEAR(actual, expected, 1e-7 * (1 + std::abs(expected))) << what;
  }
}

TEST_P(TrackResiduals, AgreeWithTheOracle) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    const OracleTrack track = random_track(2 + seed * 2, seed);
    const auto rows = run(*context_, track);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " sample " + std::to_string(i));
      const OracleResidual expected = oracle_residual(track, i);
      expect_equal(rows[i].along_m, expected.along_m, "along");
      expect_equal(rows[i].across_m, expected.across_m, "across");
      expect_equal(rows[i].up_m, expected.up_m, "up");
      expect_equal(rows[i].heading_rad, expected.heading_rad, "heading");
      expect_equal(rows[i].gain, expected.gain, "gain");
      expect_equal(rows[i].velocity_along_mps, expected.velocity_along_mps, "velocity along");
      expect_equal(rows[i].velocity_across_mps, expected.velocity_across_mps, "velocity across");
      expect_equal(rows[i].yaw_rate_radps, expected.yaw_rate_radps, "yaw rate");
      expect_equal(rows[i].step_along_m, expected.step_along_m, "step along");
      expect_equal(rows[i].step_across_m, expected.step_across_m, "step across");
      expect_equal(rows[i].step_heading_rad, expected.step_heading_rad, "step heading");
      expect_equal(rows[i].step_gain, expected.step_gain, "step gain");
    }
  }
}

TEST_P(TrackResiduals, EvenAccelerationLeavesNothing) {
  OracleTrack track;
  for (const double t : {0.0, 0.1, 0.2, 0.3, 0.55, 0.6, 0.7, 0.95, 1.0, 1.1, 1.2}) {
    push(track, t, 10 * t - 3 * t * t, 2 * t + t * t, 0.2 * t, 0.3 * t);
  }
  const auto rows = run(*context_, track);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_NEAR(rows[i].along_m, 0, 1e-9);
    EXPECT_NEAR(rows[i].across_m, 0, 1e-9);
    EXPECT_NEAR(rows[i].heading_rad, 0, 1e-9);
    EXPECT_NEAR(rows[i].yaw_rate_radps, 0.3, 1e-9);
    const double t = track.time_s[i], c = track.heading_x[i], s = track.heading_y[i];
    EXPECT_NEAR(rows[i].velocity_along_mps, (10 - 6 * t) * c + (2 + 2 * t) * s, 1e-8);
    EXPECT_NEAR(rows[i].acceleration_along_mps2, -6 * c + 2 * s, 1e-7);
    if (!std::isnan(rows[i].step_gain)) {
      EXPECT_NEAR(rows[i].step_along_m, 0, 1e-9);
    }
  }
}

TEST_P(TrackResiduals, OneOrTwoWrongLabelsSpoilNoOther) {
  for (const std::size_t wrong : {0U, 1U, 7U, 8U, 18U, 19U}) {
    OracleTrack track;
    for (std::size_t i = 0; i < 20; ++i) {
      const double t = 0.1 * static_cast<double>(i), off = i == wrong || (wrong == 7 && i == 8) ? 1.0 : 0;
      push(track, t, 8 * t + off, off, 0, 0);
    }
    const auto rows = run(*context_, track);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool is_wrong = i == wrong || (wrong == 7 && i == 8);
      EXPECT_NEAR(rows[i].along_m, is_wrong ? 1 : 0, 1e-9) << i;
      EXPECT_NEAR(rows[i].across_m, is_wrong ? 1 : 0, 1e-9) << i;
    }
  }
}

TEST_P(TrackResiduals, AStepIsMeasuredAtItsPlace) {
  OracleTrack track;
  for (std::size_t i = 0; i < 20; ++i) {
    const double t = 0.1 * static_cast<double>(i);
    push(track, t, 8 * t - t * t + (i >= 10 ? 2.0 : 0), i >= 10 ? -0.5 : 0, 0, i >= 10 ? 0.2 : 0);
  }
  const auto rows = run(*context_, track);
  EXPECT_NEAR(rows[10].step_along_m, 2 * std::cos(0.2) - 0.5 * std::sin(0.2), 1e-9);
  EXPECT_NEAR(rows[10].step_across_m, -0.5 * std::cos(0.2) - 2 * std::sin(0.2), 1e-9);
  EXPECT_NEAR(rows[10].step_heading_rad, 0.2, 1e-9);
  EXPECT_NEAR(rows[10].step_rms_m, 0, 1e-9);
}

TEST_P(TrackResiduals, TimeReversedIsTheSame) {
  const OracleTrack forward = random_track(40, 7);
  OracleTrack backward = forward;
  for (auto* column : {&backward.x_m, &backward.y_m, &backward.z_m, &backward.axis_rad, &backward.heading_x,
                       &backward.heading_y, &backward.time_s}) {
    std::reverse(column->begin(), column->end());
  }
  for (double& t : backward.time_s) t = -t;
  const auto a = run(*context_, forward), b = run(*context_, backward);
  for (std::size_t i = 0; i < a.size(); ++i) {
    expect_equal(b[a.size() - 1 - i].along_m, a[i].along_m, "along");
    expect_equal(-b[a.size() - 1 - i].velocity_along_mps, a[i].velocity_along_mps, "velocity");
  }
}

TEST_P(TrackResiduals, CoincidingTimesAndHugeNumbersAreUndefinedNotWrong) {
  OracleTrack same_time, huge, apart;
  for (std::size_t i = 0; i < 40; ++i) {
    push(same_time, 5, static_cast<double>(i), 0, 0, 0);
    push(huge, 0.1 * static_cast<double>(i), 1e300 * static_cast<double>(i % 3), 0, 0, 0);
    push(apart, 600.0 * static_cast<double>(i), 0, 0, 0, 0);
  }
  for (const auto& row : run(*context_, same_time)) {
    EXPECT_TRUE(std::isnan(row.along_m));
    EXPECT_TRUE(std::isnan(row.step_gain));
    EXPECT_EQ(row.neighbours_before + row.neighbours_after, 0U);
  }
  for (const auto& row : run(*context_, huge)) EXPECT_FALSE(std::isinf(row.along_m));
  for (const auto& row : run(*context_, apart)) EXPECT_TRUE(std::isnan(row.along_m));
}

TEST_P(TrackResiduals, TwoLabelsAtEachTimeDoNotHideEachOther) {
  OracleTrack track;
  for (std::size_t i = 0; i < 20; ++i) {
    const double t = 0.1 * static_cast<double>(i / 2);
    push(track, t, 8 * t, 0, 0, 0);
  }
  for (const auto& row : run(*context_, track)) {
    EXPECT_NEAR(row.along_m, 0, 1e-9);
    EXPECT_NEAR(row.velocity_along_mps, 8, 1e-8);
  }
}

TEST_P(TrackResiduals, EqualBytesOnEveryDevice) {
  const OracleTrack track = random_track(300, 11);
  const auto cpu = run(*kernels::make_cpu_context(1), track), other = run(*context_, track);
  // The rows have padding; compare field by field through the values' bits.
  for (std::size_t i = 0; i < cpu.size(); ++i) {
    EXPECT_EQ(std::memcmp(&cpu[i].along_m, &other[i].along_m, offsetof(kernels::ResidualRow, neighbours_before)), 0)
        << i;
    EXPECT_EQ(cpu[i].neighbours_before, other[i].neighbours_before);
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, TrackResiduals, kDevices, device_name_of);

// Through the Measurer: what reaches the table.

class ResidualTables : public DeviceTest {};

TEST_P(ResidualTables, FarFromTheOriginAndUnixTimesLoseNothing) {
  Drive drive;
  LabelSet set;
  const std::uint32_t track = set.tracks.intern("1");
  const SE3 T_world_ego = make_se3(Vec3(4.5e6, 1e6, 100), quat_from_ypr(0.5, 0, 0));
  for (std::uint32_t f = 0; f < 20; ++f) {
    const double t = 0.1 * f;
    drive.frames.push_back(std::to_string(f), 1'533'151'603'547'590'000 + f * 100'000'000LL, T_world_ego);
    set.push_back(f, std::to_string(f), track, 0, "Car",
                  {Vec3(10 + 8 * t, f == 9 ? 0.3 : 0, 0), Vec3(4, 2, 1.5), Quat::Identity()});
  }
  set.finish(20);
  drive.label_sets.push_back(std::move(set));
  const auto measured = measurer_->measure(drive).value();
  const ResidualTable& table = measured[0].residuals;
  ASSERT_EQ(table.size(), 20U);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(table.across_m[i], i == 9 ? 0.3 : 0, 1e-6) << i;
  EXPECT_NEAR(table.velocity_along_mps[5], 8, 1e-6);
  EXPECT_LT(measured[0].noise.across_m[0], 1e-6);
}

TEST_P(ResidualTables, BrokenLabelsAndLonelyTracksHaveNoRow) {
  Drive drive;
  LabelSet set;
  const std::uint32_t lonely = set.tracks.intern("lonely"), broken = set.tracks.intern("broken");
  for (std::uint32_t f = 0; f < 10; ++f) {
    drive.frames.push_back(std::to_string(f), f < 5 ? kNoTime : -100'000'000LL * f, std::nullopt);
    if (f == 4) set.push_back(f, "l", lonely, 0, "Car", {Vec3(1, 2, 3), Vec3(4, 2, 1.5), Quat::Identity()});
    const double x = f == 3 ? std::numeric_limits<double>::quiet_NaN() : f;
    set.push_back(f, std::to_string(f), broken, 0, "Car", {Vec3(x, 0, 0), Vec3(4, 2, 1.5), Quat::Identity()});
  }
  set.finish(10);
  drive.label_sets.push_back(std::move(set));
  const auto measured = measurer_->measure(drive).value();
  EXPECT_EQ(measured[0].residuals.size(), 9U);
  EXPECT_EQ(measured[0].noise.size(), 2U);
  for (const double along : measured[0].residuals.along_m) EXPECT_NEAR(along, 0, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Devices, ResidualTables, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
