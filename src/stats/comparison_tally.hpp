#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "concord/compare.hpp"
#include "concord/measurements.hpp"
#include "src/stats/detection_tally.hpp"
#include "src/stats/drive_scores.hpp"
#include "src/stats/moments.hpp"
#include "src/stats/nuscenes_tally.hpp"
#include "src/stats/ratings.hpp"
#include "src/stats/tracking_tally.hpp"

namespace concord::stats {

struct ComparisonRule {
  MatchBy by = MatchBy::iou_3d;
  MatchRule match;
  ScopeLimits limits;
  std::uint64_t seed = 0;
};

/// One drive with the label sets to compare: set 0 is the reference, set i the i-th candidate, null where it says
/// nothing of the drive.
struct DriveSets {
  /// What was measured between two of them, `first` < `second`.
  struct Measured {
    std::size_t first = 0, second = 0;
    PairTable overlaps;
    CentrePairTable centres;  ///< where labels are matched by distance, or for nuScenes' metrics
  };
  const Drive* drive = nullptr;
  std::vector<const LabelSet*> sets;
  std::vector<std::vector<std::uint8_t>> covered;  ///< per set and frame: 0 where the set says nothing of the frame
  std::vector<Measured> measured;
  bool nuscenes = false;  ///< its detection metrics are wanted, of candidates with scores
};

/// Measures pairs of rows of two label sets; the pipeline's, since statistics know no geometry.
using MeasureOffsets = OffsetTable (*)(const LabelSet& a, const LabelSet& b, std::span<const RowPair> pairs);

/// All that a comparison counts, over any number of drives; mergeable.
class ComparisonTally {
 public:
  ComparisonTally(std::size_t candidates, ComparisonRule rule, MeasureOffsets measure_offsets);

  void add(const DriveSets& drive);
  /// `other` is of the same candidates and rule; drives of both differ.
  void merge(const ComparisonTally& other);
  /// Names are the caller's.
  [[nodiscard]] Comparison finish(const Taxonomy& taxonomy) const;
  /// Groups of labels too large to be matched exactly.
  [[nodiscard]] std::int64_t inexact() const { return inexact_; }

 private:
  struct PairTally {
    explicit PairTally(std::uint64_t seed) : ratings(2, seed) {}
    std::int64_t drives = 0, frames = 0;
    DetectionTally detection;
    DriveScores by_drive;
    RatingTallies ratings;
    TrackingTally tracking;
    NuscenesTally nuscenes;
  };
  [[nodiscard]] CandidatePairs candidates_of(const DriveSets::Measured& measured) const;
  void add_pair(const DriveSets& drive, const DriveSets::Measured& measured, PairTally& tally);
  void add_all(const DriveSets& drive);

  ComparisonRule rule_;
  MeasureOffsets measure_offsets_;
  std::vector<PairTally> pairs_;
  RatingTallies all_;
  std::int64_t objects_labels_ = 0, objects_alone_ = 0;  ///< labels of objects, and those that no other set has
  std::map<ClassCode, Moments> spread_;
  std::int64_t drives_ = 0, inexact_ = 0;
};

}  // namespace concord::stats
