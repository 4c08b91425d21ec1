#include "src/stats/matching.hpp"

#include <algorithm>
#include <span>

namespace concord::stats {
namespace {

/// A distance at the gate still weighs something.
constexpr double kBeyondGate = 1.001;

CandidatePairs positive_pairs(const PairTable& pairs, const std::vector<double>& ratio) {
  CandidatePairs result;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!(ratio[i] > 0)) continue;
    result.frame.push_back(pairs.frame[i]);
    result.row_a.push_back(pairs.row_a[i]);
    result.row_b.push_back(pairs.row_b[i]);
    result.measure.push_back(ratio[i]);
  }
  return result;
}

/// One pass of the matching over a frame's pairs.
class Matcher {
 public:
  Matcher(const LabelSet& a, const LabelSet& b, const CandidatePairs& pairs, const MatchRule& rule, Matching& matching)
      : a_(a), b_(b), pairs_(pairs), rule_(rule), matching_(matching) {}

  /// Assigns free labels to each other in pairs [begin, end), all of one frame, that `admits(row_a, row_b)`.
  template <class Admits>
  void assign(std::size_t begin, std::size_t end, const std::vector<ClassCode>& class_a, const Admits& admits) {
    edges_.clear();
    pair_of_.clear();
    rank_.clear();
    const std::uint32_t first_a = a_.frame_offset[pairs_.frame[begin]];
    const std::uint32_t first_b = b_.frame_offset[pairs_.frame[begin]];
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t row_a = pairs_.row_a[i];
      const std::uint32_t row_b = pairs_.row_b[i];
      if (matching_.partner_a[row_a] != kNone || matching_.partner_b[row_b] != kNone || !admits(row_a, row_b)) continue;
      // What is out has no common class: its own gate counts.
      const ClassCode code = class_a[row_a] == kUnknownClass ? a_.class_code[row_a] : class_a[row_a];
      const double weight = rule_.weight(pairs_.measure[i], code);
      if (!(weight > 0)) continue;
      edges_.push_back({row_a - first_a, row_b - first_b, weight});
      pair_of_.push_back(i);
      if (rule_.greedy) rank_.push_back(b_.score.get(row_b).value_or(0));
    }
    if (edges_.empty()) return;
    for (const std::uint32_t edge : rule_.greedy ? assigner_.greedy(edges_, rank_) : assigner_.optimal(edges_)) {
      const std::size_t pair = pair_of_[edge];
      matching_.partner_a[pairs_.row_a[pair]] = pairs_.row_b[pair];
      matching_.partner_b[pairs_.row_b[pair]] = pairs_.row_a[pair];
      measures.push_back({pairs_.row_a[pair], pairs_.measure[pair]});
    }
  }

  [[nodiscard]] std::int64_t inexact() const { return assigner_.inexact(); }
  struct Measured {
    std::uint32_t row_a;
    double measure;
  };
  std::vector<Measured> measures;  ///< of every assigned pair

 private:
  const LabelSet& a_;
  const LabelSet& b_;
  const CandidatePairs& pairs_;
  const MatchRule& rule_;
  Matching& matching_;
  Assigner assigner_;
  std::vector<Edge> edges_;
  std::vector<std::size_t> pair_of_;
  std::vector<double> rank_;  ///< per edge: the score of b
};

std::vector<std::uint8_t> counting(const ScopedLabels& scoped, const std::vector<std::uint32_t>& partner,
                                   const ScopedLabels& scoped_other) {
  std::vector<std::uint8_t> counts(partner.size(), 0);
  for (std::size_t row = 0; row < partner.size(); ++row) {
    const bool matched = partner[row] != kNone;
    if (scoped.standing[row] == Standing::out) continue;
    if (matched ? scoped_other.standing[partner[row]] == Standing::out : scoped.standing[row] == Standing::excused) {
      continue;
    }
    counts[row] = 1;
  }
  return counts;
}

}  // namespace

CandidatePairs pairs_by_iou_3d(const PairTable& pairs) { return positive_pairs(pairs, pairs.iou_3d); }
CandidatePairs pairs_by_iou_bev(const PairTable& pairs) { return positive_pairs(pairs, pairs.iou_bev); }
CandidatePairs pairs_by_distance(const CentrePairTable& pairs) {
  return {pairs.frame, pairs.row_a, pairs.row_b, pairs.distance_m};
}

double MatchRule::weight(double measure, ClassCode code) const {
  if (distance) return measure <= gate[code] ? 1 - measure / (kBeyondGate * gate[code]) : 0;
  return measure >= gate[code] ? measure : 0;
}

Matching match_labels(const LabelSet& a, const ScopedLabels& scoped_a, const LabelSet& b, const ScopedLabels& scoped_b,
                      const CandidatePairs& pairs, const MatchRule& rule) {
  Matching matching;
  matching.partner_a.assign(a.size(), kNone);
  matching.partner_b.assign(b.size(), kNone);
  Matcher matcher(a, b, pairs, rule, matching);
  const auto in = [&](std::uint32_t row_a, std::uint32_t row_b) {
    return scoped_a.standing[row_a] != Standing::out && scoped_b.standing[row_b] != Standing::out;
  };
  const auto of_one_class = [&](std::uint32_t row_a, std::uint32_t row_b) {
    return in(row_a, row_b) && scoped_a.class_code[row_a] == scoped_b.class_code[row_b];
  };
  for (std::size_t begin = 0; begin < pairs.size();) {
    std::size_t end = begin + 1;
    while (end < pairs.size() && pairs.frame[end] == pairs.frame[begin]) ++end;
    matcher.assign(begin, end, scoped_a.class_code, of_one_class);
    matcher.assign(begin, end, scoped_a.class_code, in);
    matcher.assign(begin, end, scoped_a.class_code, [&](std::uint32_t row_a, std::uint32_t row_b) {
      return (scoped_a.standing[row_a] == Standing::out) != (scoped_b.standing[row_b] == Standing::out);
    });
    begin = end;
  }
  matching.inexact = matcher.inexact();
  matching.counts_a = counting(scoped_a, matching.partner_a, scoped_b);
  matching.counts_b = counting(scoped_b, matching.partner_b, scoped_a);
  std::sort(matcher.measures.begin(), matcher.measures.end(),
            [](const auto& p, const auto& q) { return p.row_a < q.row_a; });
  for (const auto& measured : matcher.measures) {
    if (matching.counts_a[measured.row_a] == 0) continue;
    matching.pairs.push_back({measured.row_a, matching.partner_a[measured.row_a]});
    matching.pair_measure.push_back(measured.measure);
  }
  return matching;
}

}  // namespace concord::stats
