#include <cmath>
#include <numbers>

#include "tests/support/devices.hpp"

namespace concord::tests {
namespace {

constexpr TimeNs kPeriodNs = 100'000'000;

/// One car that drives on a circle at 10 m/s, 0.5 rad/s, seen from an ego that moves too.
Drive circling_car(std::size_t frames, bool with_poses) {
  Drive drive;
  LabelSet set;
  const std::uint32_t track = set.tracks.intern("7");
  for (std::size_t f = 0; f < frames; ++f) {
    const double t = 0.1 * static_cast<double>(f), yaw = 0.5 * t, radius = 20;
    const SE3 T_world_ego = make_se3(Vec3(5 * t, 1, 0), quat_from_ypr(0.1 * t, 0, 0));
    drive.frames.push_back(std::to_string(f), static_cast<TimeNs>(f) * kPeriodNs,
                           with_poses ? std::optional<SE3>(T_world_ego) : std::nullopt);
    const Cuboid world{Vec3(radius * std::sin(yaw), -radius * std::cos(yaw), 0.8), Vec3(4.5, 1.8, 1.5),
                       quat_from_ypr(yaw, 0, 0)};
    set.push_back(static_cast<std::uint32_t>(f), std::to_string(f), track, 0, "Car",
                  with_poses ? transformed(T_world_ego.inverse(), world) : world);
  }
  set.finish(frames);
  drive.label_sets.push_back(std::move(set));
  return drive;
}

class TrackMotion : public DeviceTest {};

TEST_P(TrackMotion, CircleInTheWorldFrame) {
  const auto measured = measurer_->measure(circling_car(30, true)).value();
  const MotionTable& motion = measured.at(0).motion;
  ASSERT_EQ(motion.size(), 29U);
  EXPECT_TRUE(motion.world);
  const double chord = 2 * 20 * std::sin(0.025);
  for (std::size_t i = 0; i < motion.size(); ++i) {
    EXPECT_NEAR(motion.speed_mps[i], chord / 0.1, 1e-9);
    EXPECT_NEAR(motion.yaw_rate_radps[i], 0.5, 1e-9);
    EXPECT_NEAR(motion.heading_change_rad[i], 0.05, 1e-10);
    EXPECT_NEAR(motion.heading_to_motion_rad[i], 0.0, 1e-6);
    EXPECT_NEAR(motion.size_ratio_length[i], 1.0, 1e-15);
    EXPECT_EQ(motion.frame_step[i], 1U);
    if (i == 0) {
      EXPECT_TRUE(std::isnan(motion.acceleration_mps2[i]));
      EXPECT_TRUE(std::isnan(motion.predicted_iou_3d[i]));
    } else {
      EXPECT_NEAR(motion.acceleration_mps2[i], 2 * chord / 0.1 * std::sin(0.025) / 0.1, 1e-8);
      EXPECT_NEAR(motion.prediction_error_m[i], 2 * chord * std::sin(0.025), 1e-8);
      EXPECT_GT(motion.predicted_iou_3d[i], 0.9);
    }
  }
  const TrackTable& tracks = measured.at(0).tracks;
  ASSERT_EQ(tracks.size(), 1U);
  EXPECT_EQ(tracks.label_count[0], 30U);
  EXPECT_NEAR(tracks.path_m[0], 29 * chord, 1e-8);
}

TEST_P(TrackMotion, WithoutPosesMotionIsRelative) {
  const MotionTable motion = measurer_->measure(circling_car(5, false)).value().at(0).motion;
  EXPECT_FALSE(motion.world);
  EXPECT_EQ(motion.size(), 4U);
}

TEST_P(TrackMotion, GapsDuplicatesAndMissingTimes) {
  Drive drive;
  LabelSet set;
  const std::uint32_t track = set.tracks.intern("1");
  const Cuboid box{Vec3(10, 0, 0), Vec3(4, 2, 1.5), Quat::Identity()};
  for (int f = 0; f < 6; ++f)
    drive.frames.push_back(std::to_string(f), f < 5 ? f * kPeriodNs : kNoTime, SE3::Identity());
  set.push_back(0, "a", track, 0, "Car", box);
  set.push_back(0, "b", track, 0, "Car", box);  // twice in a frame
  set.push_back(4, "c", track, 0, "Car", box);  // after a gap
  set.push_back(5, "d", track, 0, "Car", box);  // without a time
  set.push_back(5, "e", kNone, 0, "Car", box);  // without a track
  set.finish(6);
  drive.label_sets.push_back(std::move(set));
  const MotionTable motion = measurer_->measure(drive).value().at(0).motion;
  ASSERT_EQ(motion.size(), 3U);
  EXPECT_EQ(motion.frame_step, (std::vector<std::uint32_t>{0, 4, 1}));
  EXPECT_EQ(motion.dt_s[0], 0.0);
  EXPECT_TRUE(std::isnan(motion.speed_mps[0]));
  EXPECT_NEAR(motion.dt_s[1], 0.4, 1e-12);
  EXPECT_EQ(motion.speed_mps[1], 0.0);
  EXPECT_TRUE(std::isnan(motion.heading_to_motion_rad[1]));
  EXPECT_TRUE(std::isnan(motion.dt_s[2]));
}

TEST_P(TrackMotion, UnixTimesKeepTheirNanoseconds) {
  Drive drive;
  LabelSet set;
  const std::uint32_t track = set.tracks.intern("1");
  constexpr TimeNs kEpochNs = 1'533'151'603'547'590'000;
  for (std::uint32_t f = 0; f < 2; ++f) {
    drive.frames.push_back(std::to_string(f), kEpochNs + f, SE3::Identity());
    set.push_back(f, std::to_string(f), track, 0, "Car", {Vec3(f, 0, 0), Vec3(4, 2, 1.5), Quat::Identity()});
  }
  set.finish(2);
  drive.label_sets.push_back(std::move(set));
  EXPECT_NEAR(measurer_->measure(drive).value().at(0).motion.dt_s.at(0), 1e-9, 1e-15);
}

TEST_P(TrackMotion, FramesDecideWhereATimeIsMissing) {
  Drive drive;
  LabelSet set;
  const std::uint32_t track = set.tracks.intern("1");
  const std::vector<TimeNs> times{10, kNoTime, 5};
  for (std::uint32_t f = 0; f < 3; ++f) {
    drive.frames.push_back(std::to_string(f), times[f], SE3::Identity());
    set.push_back(f, std::to_string(f), track, 0, "Car", {Vec3(f, 0, 0), Vec3(4, 2, 1.5), Quat::Identity()});
  }
  set.finish(3);
  drive.label_sets.push_back(std::move(set));
  const MotionTable motion = measurer_->measure(drive).value().at(0).motion;
  EXPECT_EQ(motion.row_from, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_TRUE(std::isnan(motion.dt_s[0]));
}

TEST_P(TrackMotion, TracksOfAnyLengthKeepTheirOrder) {
  for (const std::size_t length : {1UL, 2UL, 31UL, 33UL, 255UL, 257UL}) {
    const MotionTable motion = measurer_->measure(circling_car(length, true)).value().at(0).motion;
    ASSERT_EQ(motion.size(), length - 1);
    for (std::size_t i = 0; i < motion.size(); ++i) EXPECT_EQ(motion.row_from[i] + 1, motion.row_to[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, TrackMotion, kDevices, device_name_of);

}  // namespace
}  // namespace concord::tests
