#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "concord/compare.hpp"
#include "concord/drive.hpp"
#include "concord/matching.hpp"

namespace concord::stats {

/// nuScenes' detection metrics as the devkit defines them in its configuration detection_cvpr_2019: average precision
/// by the distance of centres on the ground, errors of true positives at 2 m, and the detection score NDS (Caesar et
/// al., "nuScenes: A multimodal dataset for autonomous driving", CVPR 2020). Only labels with points count, within the
/// range of their class and, for cycles, outside bicycle racks; attributes and velocities of the reference are its own.
///
/// Predictions are kept one by one, 40 bytes each: their order by score is that of all drives. Drives are to be merged
/// in their order, which decides between equal scores.
class NuscenesTally {
 public:
  static constexpr std::size_t kDistances = 4;
  static constexpr std::array<double, kDistances> kDistancesM{0.5, 1, 2, 4};
  static constexpr double kFarthestM = kDistancesM.back();
  static constexpr std::size_t kErrors = 5;
  struct DetectionClass {
    std::string_view name;  ///< nuScenes' and Concord's
    double range_m;
    bool has_orientation, half_turn, has_velocity, has_attribute;
  };
  static const std::array<DetectionClass, 10> kClasses;

  /// `pairs` are those of both sets' centres up to kFarthestM, in the world where the drive has poses. Frames that are
  /// not covered are left out.
  void add(const Drive& drive, const LabelSet& reference, const LabelSet& candidate, const CentrePairTable& pairs,
           std::span<const std::uint8_t> covered);
  void merge(const NuscenesTally& other);
  [[nodiscard]] NuscenesScore score() const;
  [[nodiscard]] bool empty() const { return drives_ == 0; }

 private:
  struct Prediction {
    double score = 0;
    std::array<float, kErrors> error{};  ///< translation, scale, orientation, velocity, attribute; of a match at 2 m
    std::array<bool, kDistances> matched{};
  };
  struct OfClass {
    std::int64_t reference = 0;
    std::vector<Prediction> predictions;
  };
  class Frames;

  [[nodiscard]] static NuscenesClassScore score_class(const DetectionClass& detection_class, const OfClass& of_class);

  std::array<OfClass, 10> classes_;
  std::int64_t drives_ = 0;
};

}  // namespace concord::stats
