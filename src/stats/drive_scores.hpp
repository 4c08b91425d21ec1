#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "src/stats/detection_tally.hpp"

namespace concord::stats {

/// Of each drive and class the reference's labels, those found, and how far the found ones are off: what bounds that
/// hold under clustering by drive are made of. Memory grows with drives, classes and different distances.
class DriveScores {
 public:
  /// A drive comes once. Arguments as of DetectionTally::add().
  void add(const std::string& drive, const ScopedLabels& scoped_reference, const ScopedLabels& scoped_candidate,
           const Matching& matching, std::span<const PairErrors> errors);
  /// `other` is of other drives.
  void merge(const DriveScores& other);
  /// By drive, then class.
  [[nodiscard]] std::vector<DriveScore> scores(const Taxonomy& taxonomy) const;

 private:
  struct Counts {
    std::int64_t reference = 0, matched = 0;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> distance_bins;  ///< of a Sketch
  };
  std::map<std::pair<std::string, ClassCode>, Counts> counts_;
};

}  // namespace concord::stats
