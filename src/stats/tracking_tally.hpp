#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "concord/compare.hpp"
#include "src/stats/errors.hpp"
#include "src/stats/matching.hpp"

namespace concord::stats {

/// Similarity thresholds of HOTA: 0.05, 0.1 ... 0.95.
inline constexpr std::size_t kAlphas = 19;
[[nodiscard]] constexpr double alpha_at(std::size_t i) { return 0.05 * static_cast<double>(i + 1); }

/// Labels of one class in one drive as tracks: for each frame the tracks present and the pairs that are similar.
struct TrackScene {
  struct Pair {
    std::uint32_t reference, candidate;  ///< positions in the frame's lists
    double similarity;                   ///< (0, 1]
  };
  struct Frame {
    std::vector<std::uint32_t> reference, candidate;  ///< track numbers
    std::vector<Pair> pairs;                          ///< sorted by (reference, candidate)
  };
  std::vector<Frame> frames;
  std::uint32_t reference_tracks = 0, candidate_tracks = 0;
};

/// What a class's tracks add up to; sums of drives are sums of these.
struct TrackingCounts {
  std::int64_t reference_labels = 0, candidate_labels = 0, reference_tracks = 0, candidate_tracks = 0;
  // HOTA, a threshold each.
  std::array<std::int64_t, kAlphas> hota_matches{};
  std::array<double, kAlphas> association{}, association_recall{}, association_precision{},
      similarity{};  ///< sums over matches
  // CLEAR.
  std::int64_t matches = 0, identity_switches = 0, fragmentations = 0, mostly_tracked = 0, partly_tracked = 0,
               mostly_lost = 0;
  double matched_similarity = 0;
  // Identity.
  std::int64_t identity_matches = 0;
  /// Tracks matched over the whole drive, and the frames by which the candidate's begin and end later.
  ErrorTally start_frames, end_frames;

  void merge(const TrackingCounts& other);
  [[nodiscard]] TrackingScore score(std::string class_name) const;
};

/// HOTA (Luiten et al., "HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking", IJCV 2021), CLEAR
/// (Bernardin, Stiefelhagen 2008) and identity measures (Ristani et al. 2016) of one scene, as TrackEval defines them;
/// CLEAR and identity match pairs with a similarity of `threshold` or more.
[[nodiscard]] TrackingCounts count_tracking(const TrackScene& scene, double threshold);

/// Tracking counts by class; mergeable.
class TrackingTally {
 public:
  /// `pairs` measure as `rule` says; the similarity of two labels is their IoU, or 1 - distance / 2 m. Labels that do
  /// not count by `matching` are left out; labels without track are tracks of their own.
  void add(const LabelSet& reference, const ScopedLabels& scoped_reference, const LabelSet& candidate,
           const ScopedLabels& scoped_candidate, const Matching& matching, const CandidatePairs& pairs,
           const MatchRule& rule);
  void merge(const TrackingTally& other);
  [[nodiscard]] bool empty() const { return classes_.empty(); }
  /// All classes together first.
  [[nodiscard]] std::vector<TrackingScore> scores(const Taxonomy& taxonomy) const;
  [[nodiscard]] std::vector<ErrorSummary> track_errors() const;
  [[nodiscard]] std::int64_t matched_tracks() const { return all().start_frames.moments.count(); }

 private:
  [[nodiscard]] TrackingCounts all() const;
  std::map<ClassCode, TrackingCounts> classes_;
};

/// Distance at which two labels are not similar at all, m.
inline constexpr double kZeroSimilarityM = 2;

}  // namespace concord::stats
