#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "concord/matching.hpp"
#include "concord/measurements.hpp"
#include "src/stats/assignment.hpp"
#include "src/stats/scope.hpp"

namespace concord::stats {

/// Pairs of labels of two sets that could be one object; sorted by (frame, row_a, row_b).
struct CandidatePairs {
  std::vector<std::uint32_t> frame, row_a, row_b;
  std::vector<double> measure;  ///< IoU, or distance in m

  [[nodiscard]] std::size_t size() const { return frame.size(); }
};
[[nodiscard]] CandidatePairs pairs_by_iou_3d(const PairTable& pairs);
[[nodiscard]] CandidatePairs pairs_by_iou_bev(const PairTable& pairs);
[[nodiscard]] CandidatePairs pairs_by_distance(const CentrePairTable& pairs);

/// When two labels are one object.
struct MatchRule {
  bool distance = false;     ///< `measure` is a distance: the smaller the better
  bool greedy = false;       ///< by falling score of b, each takes its best; without scores the best pair first
  std::vector<double> gate;  ///< per class code: the least IoU or the largest distance

  /// In (0, 1.001]; 0 where the gate of `code` is missed.
  [[nodiscard]] double weight(double measure, ClassCode code) const;
};

/// What became of the labels of two sets. Partners are rows of the other set, or kNone.
struct Matching {
  std::vector<std::uint32_t> partner_a, partner_b;
  std::vector<RowPair> pairs;                    ///< that count; sorted by row_a
  std::vector<double> pair_measure;              ///< of `pairs`
  std::vector<std::uint8_t> counts_a, counts_b;  ///< 0: not checked
  std::int64_t inexact = 0;                      ///< frames' parts that were matched greedily for their size
};

/// Frame by frame: labels of one class first, then those left over whatever their class, so that a confused class shows
/// as a pair of two classes; then what is still free with labels that are out, which takes it out too. A pair passes by
/// the gate of a's class. Excused labels without partner do not count.
[[nodiscard]] Matching match_labels(const LabelSet& a, const ScopedLabels& scoped_a, const LabelSet& b,
                                    const ScopedLabels& scoped_b, const CandidatePairs& pairs, const MatchRule& rule);

}  // namespace concord::stats
