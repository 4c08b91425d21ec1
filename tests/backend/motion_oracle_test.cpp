// Motion of random drives against a plain oracle, and whatever the work is cut into.

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "tests/support/devices.hpp"
#include "tests/support/motion_oracle.hpp"

namespace concord::tests {
namespace {

enum class Kind { regular, irregular, disordered, without_poses, without_times };

/// Tracks that drive, turn, tilt, stand, vanish and come back; some labels are doubled, some broken.
Drive wild_drive(Kind kind, unsigned seed) {
  constexpr std::size_t kFrames = 60, kTracks = 12;
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> unit(-1, 1);
  const auto chance = [&](double p) { return std::abs(unit(engine)) < p; };
  Drive drive;
  LabelSet set;
  constexpr TimeNs kStart = 1'533'151'603'547'590'000;
  TimeNs time = kStart;
  std::vector<Cuboid> cars(kTracks);
  for (Cuboid& car : cars) {
    car = {Vec3(1e5 + 30 * unit(engine), 2e5 + 30 * unit(engine), unit(engine)),
           Vec3(4 + unit(engine), 1.8 + 0.2 * unit(engine), 1.5), quat_from_ypr(3 * unit(engine), 0, 0)};
  }
  for (std::uint32_t f = 0; f < kFrames; ++f) {
    time += kind == Kind::regular || kind == Kind::without_poses ? 100'000'000
                                                                 : static_cast<TimeNs>(1e8 * (1.05 + unit(engine)));
    const TimeNs shown = kind == Kind::disordered && f % 7 == 3      ? time - 150'000'000
                         : kind == Kind::without_times && f % 9 == 4 ? kNoTime
                                                                     : time;
    const SE3 pose = make_se3(Vec3(1e5 + f, 2e5, 1), quat_from_ypr(0.02 * f, 0.01, -0.02));
    drive.frames.push_back(std::to_string(f), shown,
                           kind == Kind::without_poses ? std::nullopt : std::optional<SE3>(pose));
    for (std::uint32_t t = 0; t < kTracks; ++t) {
      Cuboid& car = cars[t];
      const double tilt = t % 4 == 0 ? 0.02 * unit(engine) : 0.0;
      car.rotation = quat_from_ypr(0.02 * (t % 5), tilt, tilt) * car.rotation;
      if (t % 6 != 5) car.center_m += car.rotation * Vec3(0.8 + 0.1 * unit(engine), 0, 0);
      if (chance(0.1)) continue;
      Cuboid label = kind == Kind::without_poses ? car : transformed(pose.inverse(), car);
      if (chance(0.02)) label.size_m.x() = -1;
      if (chance(0.02)) label.center_m.y() = std::numeric_limits<double>::quiet_NaN();
      if (chance(0.02)) label.rotation = Quat(0, 0, 0, 0);
      if (chance(0.05)) label.rotation.coeffs() *= -3;
      const std::uint32_t track = chance(0.03) ? kNone : set.tracks.intern(std::to_string(t));
      for (int copy = 0; copy < (chance(0.03) ? 2 : 1); ++copy) {
        set.push_back(f, std::to_string(f) + ":" + std::to_string(t) + ":" + std::to_string(copy), track, 0, "Car",
                      label);
      }
    }
  }
  set.finish(kFrames);
  drive.label_sets.push_back(std::move(set));
  return drive;
}

void expect_near(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance,
                 const char* name) {
  ASSERT_EQ(actual.size(), expected.size()) << name;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(actual[i])) << name << " of step " << i << ": " << actual[i];
    } else {
      EXPECT_NEAR(actual[i], expected[i], tolerance * (1 + std::abs(expected[i]))) << name << " of step " << i;
    }
  }
}

class MotionOracle : public DeviceTest {};

TEST_P(MotionOracle, EveryColumnAgrees) {
  for (const Kind kind : {Kind::regular, Kind::irregular, Kind::disordered, Kind::without_poses, Kind::without_times}) {
    const Drive drive = wild_drive(kind, 5);
    const MotionTable motion = measurer_->measure(drive).value().at(0).motion;
    const MotionTable expected = oracle_motion(drive, drive.label_sets[0]);
    ASSERT_GT(motion.size(), 400U);
    EXPECT_EQ(motion.world, expected.world);
    EXPECT_EQ(motion.track, expected.track);
    EXPECT_EQ(motion.row_from, expected.row_from);
    EXPECT_EQ(motion.row_to, expected.row_to);
    EXPECT_EQ(motion.frame_step, expected.frame_step);
    expect_near(motion.dt_s, expected.dt_s, 0, "dt");
    expect_near(motion.dx_m, expected.dx_m, 1e-9, "dx");
    expect_near(motion.dy_m, expected.dy_m, 1e-9, "dy");
    expect_near(motion.dz_m, expected.dz_m, 1e-9, "dz");
    expect_near(motion.speed_mps, expected.speed_mps, 1e-8, "speed");
    expect_near(motion.acceleration_mps2, expected.acceleration_mps2, 1e-6, "acceleration");
    expect_near(motion.longitudinal_acceleration_mps2, expected.longitudinal_acceleration_mps2, 1e-6, "longitudinal");
    expect_near(motion.heading_change_rad, expected.heading_change_rad, 1e-12, "heading change");
    expect_near(motion.yaw_rate_radps, expected.yaw_rate_radps, 1e-10, "yaw rate");
    expect_near(motion.heading_to_motion_rad, expected.heading_to_motion_rad, 1e-6, "heading to motion");
    expect_near(motion.size_ratio_length, expected.size_ratio_length, 1e-15, "length");
    expect_near(motion.size_ratio_width, expected.size_ratio_width, 1e-15, "width");
    expect_near(motion.size_ratio_height, expected.size_ratio_height, 1e-15, "height");
    expect_near(motion.predicted_iou_3d, expected.predicted_iou_3d, 1e-7, "predicted IoU");
    expect_near(motion.prediction_error_m, expected.prediction_error_m, 1e-8, "prediction error");
  }
}

/// NaN compares equal here: the bits do.
std::vector<std::uint64_t> bits_of(const MotionTable& t) {
  std::vector<std::uint64_t> bits;
  for (const auto* column :
       {&t.dt_s, &t.dx_m, &t.dy_m, &t.dz_m, &t.speed_mps, &t.acceleration_mps2, &t.longitudinal_acceleration_mps2,
        &t.heading_change_rad, &t.yaw_rate_radps, &t.heading_to_motion_rad, &t.size_ratio_length, &t.size_ratio_width,
        &t.size_ratio_height, &t.predicted_iou_3d, &t.prediction_error_m}) {
    for (const double value : *column) bits.push_back(std::bit_cast<std::uint64_t>(value));
  }
  return bits;
}

TEST_P(MotionOracle, BatchesAndThreadsDoNotChangeABit) {
  const Drive drive = wild_drive(Kind::irregular, 6);
  const std::vector<std::uint64_t> whole = bits_of(measurer_->measure(drive).value().at(0).motion);
  for (const std::size_t memory : {std::size_t{1}, std::size_t{40'000}, std::size_t{1} << 30U}) {
    for (const int threads : {1, 2, 3}) {
      EXPECT_EQ(bits_of(measurer_on(GetParam(), threads, memory)->measure(drive).value().at(0).motion), whole);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, MotionOracle, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
