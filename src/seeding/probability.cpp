#include <yaml-cpp/yaml.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "concord/scoring.hpp"
#include "src/seeding/probability.hpp"

namespace concord {
namespace {

constexpr std::size_t kBins = 10;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Chance that a true finding has a higher value than a false one; ties count half (Mann and Whitney, 1947).
double area_under_curve(std::vector<std::pair<double, bool>> values) {
  std::sort(values.begin(), values.end());
  double below = 0, wins = 0, hits = 0;
  for (std::size_t i = 0; i < values.size();) {
    double tied_hits = 0, tied = 0;
    const double value = values[i].first;
    for (; i < values.size() && values[i].first == value; ++i) {
      tied_hits += values[i].second ? 1 : 0;
      ++tied;
    }
    wins += tied_hits * (below + (tied - tied_hits) / 2);
    below += tied - tied_hits;
    hits += tied_hits;
  }
  return hits > 0 && below > 0 ? wins / hits / below : kNaN;
}

std::vector<std::string> names_of(const YAML::Node& list) {
  std::vector<std::string> names;
  if (!list.IsDefined() || !list.IsSequence()) return names;
  for (const YAML::Node& name : list) {
    if (name.IsScalar()) names.push_back(name.Scalar());
  }
  return names;
}

}  // namespace

ProbabilityScore score_probabilities(std::span<const ScoredFinding> findings) {
  ProbabilityScore score;
  std::array<double, kBins> sums{};
  std::array<Share, kBins> shares{};
  std::vector<std::pair<double, bool>> by_score, by_surprise;
  double squares = 0;
  for (const ScoredFinding& finding : findings) {
    if (finding.untouched) continue;
    const double probability = std::clamp(finding.score, 0.0, 1.0);
    const std::size_t bin = std::min(static_cast<std::size_t>(probability * kBins), kBins - 1);
    sums[bin] += probability;
    ++shares[bin].of;
    shares[bin].hits += finding.hit ? 1 : 0;
    ++score.hits.of;
    score.hits.hits += finding.hit ? 1 : 0;
    squares += (probability - (finding.hit ? 1 : 0)) * (probability - (finding.hit ? 1 : 0));
    by_score.emplace_back(finding.score, finding.hit);
    if (!std::isnan(finding.surprise)) by_surprise.emplace_back(-finding.surprise, finding.hit);
  }
  if (score.hits.of == 0) return score;
  const double count = static_cast<double>(score.hits.of);
  const double rate = score.hits.value();
  score.brier = squares / count;
  score.brier_skill = rate > 0 && rate < 1 ? 1 - score.brier / (rate * (1 - rate)) : kNaN;
  score.auc = area_under_curve(std::move(by_score));
  score.auc_surprise = area_under_curve(std::move(by_surprise));
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    if (shares[bin].of == 0) continue;
    score.reliability.push_back({static_cast<double>(bin) / kBins, static_cast<double>(bin + 1) / kBins,
                                 sums[bin] / static_cast<double>(shares[bin].of), shares[bin]});
  }
  return score;
}

namespace seeding {

LearnedFrom learned_from(const Report& report) {
  LearnedFrom learned;
  try {
    const YAML::Node root = YAML::Load(report.configuration);
    if (!root.IsMap() || !root["priors"].IsDefined() || !root["priors"].IsMap()) return learned;
    const YAML::Node priors = root["priors"];
    const YAML::Node digest = priors["content_sha256"];
    if (digest.IsDefined() && digest.IsScalar()) learned.priors_sha256 = digest.Scalar();
    learned.drives = names_of(priors["drives"]);
    const YAML::Node calibration = priors["calibration"];
    learned.calibrated = calibration.IsDefined() && calibration.IsMap();
    if (learned.calibrated) learned.calibration_drives = names_of(calibration["drives"]);
  } catch (const YAML::Exception&) {
    // Of another program: nothing is known.
  }
  return learned;
}

}  // namespace seeding
}  // namespace concord
