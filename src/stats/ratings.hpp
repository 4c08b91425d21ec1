#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "src/stats/matching.hpp"
#include "src/stats/rating_tally.hpp"

namespace concord::stats {

/// Rows of the label sets that stand for one object in one frame, one a set; kNone where a set lacks it.
using ObjectRows = std::vector<std::uint32_t>;

/// Candidate pairs between two label sets of a comparison, `first` < `second`.
struct SetPairs {
  std::size_t first = 0, second = 0;
  CandidatePairs pairs;
};

/// The objects that several sets label: those of set 0, then what each further set adds in their order. A label joins
/// the object whose first label it is assigned to by `rule`, of one class first; excused labels join, but add nothing.
[[nodiscard]] std::vector<ObjectRows> group_objects(std::span<const LabelSet* const> sets,
                                                    std::span<const ScopedLabels> scoped,
                                                    std::span<const SetPairs> pairs, const MatchRule& rule);

/// What the sets say about objects that they share: a tally for the class, and for each attribute that two sets state.
class RatingTallies {
 public:
  RatingTallies(std::size_t raters, std::uint64_t seed) : raters_(raters), seed_(seed) {}
  /// `objects` of one drive; `scoped` gives the classes that count. Labels of one track of the first set that has the
  /// object are one cluster.
  void add(const Drive& drive, std::span<const LabelSet* const> sets, std::span<const ScopedLabels> scoped,
           std::span<const ObjectRows> objects);
  void merge(const RatingTallies& other);
  /// The class first, then the other variables by name.
  [[nodiscard]] std::vector<AgreementScore> scores(double unmatched_share) const;
  /// Adds the names of variables that have too many categories.
  void list_left_out(std::set<std::string>& names) const;

 private:
  std::size_t raters_;
  std::uint64_t seed_;
  std::map<std::string, RatingTally> tallies_;
};

}  // namespace concord::stats
