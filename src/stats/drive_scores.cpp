#include "src/stats/drive_scores.hpp"

namespace concord::stats {

void DriveScores::add(const std::string& drive, const ScopedLabels& scoped_reference,
                      const ScopedLabels& scoped_candidate, const Matching& matching,
                      std::span<const PairErrors> errors) {
  const auto same_class = [&](std::uint32_t row_a, std::uint32_t row_b) {
    return scoped_reference.class_code[row_a] == scoped_candidate.class_code[row_b];
  };
  for (std::uint32_t row = 0; row < matching.counts_a.size(); ++row) {
    if (matching.counts_a[row] == 0) continue;
    Counts& counts = counts_[{drive, scoped_reference.class_code[row]}];
    const std::uint32_t partner = matching.partner_a[row];
    ++counts.reference;
    counts.matched += partner != kNone && same_class(row, partner) ? 1 : 0;
  }
  std::map<ClassCode, Sketch> distances;
  for (std::size_t i = 0; i < matching.pairs.size(); ++i) {
    const auto [row_a, row_b] = matching.pairs[i];
    if (!same_class(row_a, row_b)) continue;
    distances[scoped_reference.class_code[row_a]].add(errors[i][static_cast<std::size_t>(PairError::distance)]);
  }
  for (const auto& [code, sketch] : distances) counts_[{drive, code}].distance_bins = sketch.bins();
}

void DriveScores::merge(const DriveScores& other) { counts_.insert(other.counts_.begin(), other.counts_.end()); }

std::vector<DriveScore> DriveScores::scores(const Taxonomy& taxonomy) const {
  std::vector<DriveScore> scores;
  for (const auto& [key, counts] : counts_) {
    DriveScore& score = scores.emplace_back(DriveScore{.drive = key.first,
                                                       .class_name = taxonomy.at(key.second).name,
                                                       .reference = counts.reference,
                                                       .reference_matched = counts.matched,
                                                       .distances = {}});
    for (const auto& [bin, pairs] : counts.distance_bins) score.distances.emplace_back(Sketch::middle_of(bin), pairs);
  }
  return scores;
}

}  // namespace concord::stats
