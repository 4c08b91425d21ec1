#include "src/stats/nuscenes_tally.hpp"

#include <gtest/gtest.h>
#include <cmath>
#include <numbers>

namespace concord::tests {
namespace {

using stats::NuscenesTally;

/// A drive of ten frames with an object of one class in each, and a candidate that is to be filled.
struct Scene {
  Drive drive;
  LabelSet reference, candidate;
  ClassCode code = kUnknownClass;

  explicit Scene(const char* class_name) {
    drive.taxonomy = std::make_shared<const Taxonomy>(std::move(Taxonomy::builtin("nuscenes")).value());
    code = *drive.taxonomy->find(class_name);
    for (std::uint32_t frame = 0; frame < kFrames; ++frame) {
      drive.frames.push_back(std::to_string(frame), frame * TimeNs{500'000'000}, SE3(SE3::Identity()));
    }
  }

  void add(LabelSet& set, std::uint32_t frame, const Vec3& center_m, double yaw_rad = 0, double score = 0.5) {
    const std::uint32_t row = set.push_back(frame, std::to_string(set.size()), kNone, code, "",
                                            {center_m, Vec3(4, 2, 1.5), quat_from_ypr(yaw_rad, 0, 0)});
    if (&set == &candidate) set.score.set(row, score);
  }

  NuscenesScore score() {
    reference.finish(kFrames);
    candidate.finish(kFrames);
    NuscenesTally tally;
    const auto pairs = measure_centre_pairs(reference, measure_centres(drive, reference), candidate,
                                            measure_centres(drive, candidate), NuscenesTally::kFarthestM);
    tally.add(drive, reference, candidate, pairs, std::vector<std::uint8_t>(kFrames, 1));
    return tally.score();
  }

  static constexpr std::uint32_t kFrames = 10;
};

const NuscenesClassScore& of(const NuscenesScore& score, const char* name) {
  for (const NuscenesClassScore& row : score.classes) {
    if (row.class_name == name) return row;
  }
  throw std::logic_error("no such class");
}

TEST(NuscenesTally, AllFoundAtThreeQuartersOfAMetre) {
  Scene scene("car");
  for (std::uint32_t frame = 0; frame < 10; ++frame) {
    scene.add(scene.reference, frame, {10, 0, 1});
    scene.add(scene.candidate, frame, {10.75, 0, 1}, 0.25, 0.1 * (frame + 1));
  }
  const NuscenesScore score = scene.score();
  const NuscenesClassScore& car = of(score, "car");
  EXPECT_EQ(car.average_precision_at[0], 0) << "beyond 0.5 m";
  EXPECT_NEAR(car.average_precision_at[1], 1, 1e-12);
  EXPECT_NEAR(car.average_precision, 0.75, 1e-12);
  EXPECT_NEAR(score.mean_average_precision, 0.075, 1e-12);
  EXPECT_NEAR(car.translation_m, 0.75, 1e-6);
  EXPECT_NEAR(car.orientation_rad, 0.25, 1e-6);
  EXPECT_NEAR(car.scale, 0, 1e-12);
  EXPECT_EQ(car.velocity_mps, 1) << "the reference has no tracks: the devkit counts 1";
}

// By hand: the five best of ten predictions are right, of ten labels. Of the recalls 0.11 ... 1, 39 have precision 1;
// 0.5 has that of its last prediction, 0.5; beyond there is none. Each counts less 0.1, over 90 times 0.9.
TEST(NuscenesTally, HalfFoundAndAsManyInvented) {
  Scene scene("pedestrian");
  for (std::uint32_t frame = 0; frame < 10; ++frame) {
    scene.add(scene.reference, frame, {10, 0, 1});
    scene.add(scene.candidate, frame, {frame < 5 ? 10.0 : 30.0, 0, 1}, 0, 1 - 0.05 * frame);
  }
  const NuscenesScore score = scene.score();
  EXPECT_NEAR(of(score, "pedestrian").average_precision, (39 * 0.9 + 0.4) / (90 * 0.9), 1e-12);
}

TEST(NuscenesTally, ALabelIsTakenOnceByTheHighestScore) {
  Scene scene("car");
  for (std::uint32_t frame = 0; frame < 10; ++frame) {
    scene.add(scene.reference, frame, {10, 0, 1});
    scene.add(scene.candidate, frame, {10, 0, 1}, 0, 0.3);
    scene.add(scene.candidate, frame, {10.4, 0, 1}, 0, 0.9);
  }
  EXPECT_NEAR(of(scene.score(), "car").translation_m, 0.4, 1e-6);
}

TEST(NuscenesTally, ABarrierMayBeTurnedByHalfATurn) {
  for (const char* name : {"barrier", "car"}) {
    Scene scene(name);
    for (std::uint32_t frame = 0; frame < 10; ++frame) {
      scene.add(scene.reference, frame, {10, 0, 1});
      scene.add(scene.candidate, frame, {10, 0, 1}, std::numbers::pi - 0.1);
    }
    const double expected = std::string(name) == "barrier" ? 0.1 : std::numbers::pi - 0.1;
    EXPECT_NEAR(of(scene.score(), name).orientation_rad, expected, 1e-6) << name;
  }
}

TEST(NuscenesTally, WhatIsFarWithoutPointsOrInARackIsLeftOut) {
  Scene scene("bicycle");
  const ClassCode rack = *scene.drive.taxonomy->find("bicycle_rack");
  scene.add(scene.reference, 0, {10, 0, 1});
  scene.add(scene.reference, 0, {39, 0, 1});
  scene.add(scene.reference, 0, {41, 0, 1});
  scene.add(scene.reference, 0, {20, 5, 1});  // in the rack
  scene.reference.push_back(0, "rack", kNone, rack, "", {{20, 5, 1}, {8, 2, 2}, Quat::Identity()});
  scene.add(scene.reference, 0, {12, 0, 1});
  scene.reference.lidar_points.set(scene.reference.size() - 1, 0);
  scene.add(scene.candidate, 0, {21, 5, 1});
  scene.add(scene.candidate, 0, {45, 0, 1});
  scene.add(scene.candidate, 0, {25, 5, 1});
  const NuscenesScore score = scene.score();
  EXPECT_EQ(of(score, "bicycle").reference, 2);
  EXPECT_EQ(of(score, "bicycle").candidate, 1);
}

}  // namespace
}  // namespace concord::tests
