#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "concord/compare.hpp"
#include "src/stats/replicates.hpp"

namespace concord::stats {

/// Ratings of one variable (the class, an attribute) by the label sets of a comparison, as mergeable counts with their
/// bootstrap replicates.
class RatingTally {
 public:
  /// A variable with more categories (free text, a number) is none to agree upon: it has no scores.
  static constexpr std::size_t kMaxCategories = 64;

  RatingTally(std::string variable, std::size_t raters, std::uint64_t seed)
      : variable_(std::move(variable)), raters_(raters), seed_(seed) {}

  /// One unit's rating by every rater; an empty text: not rated. Units of one cluster may come in any number of calls,
  /// but all of a cluster's before finish_drive().
  void add(std::uint64_t cluster, const std::vector<std::string_view>& ratings);
  /// Brings the clusters of a drive into the replicates.
  void finish_drive();
  /// `other` has the same variable, raters and seed.
  void merge(const RatingTally& other);

  [[nodiscard]] const std::string& variable() const { return variable_; }
  /// Units that two raters or more rated.
  [[nodiscard]] std::int64_t units() const;
  /// The total (category empty), then each category against the rest, in the order of their names. Cohen's kappa is of
  /// two raters, Fleiss' of those units that all rated; `unmatched_share` is left to the caller.
  [[nodiscard]] std::vector<AgreementScore> scores() const;
  [[nodiscard]] bool has_too_many_categories() const { return too_many_; }

 private:
  /// Ratings of a unit in the order of the raters where there are two; else (number of raters; two categories) as in
  /// Coincidences.
  using Cell = std::tuple<std::uint32_t, std::string, std::string>;
  using Cells = std::map<Cell, ReplicatedCount>;

  void drop_if_too_many();

  std::string variable_;
  std::size_t raters_;
  std::uint64_t seed_;
  Cells ordered_;       ///< two raters: (2, first's, second's)
  Cells coincidences_;  ///< (ratings of the unit, category, category)
  std::int64_t clusters_ = 0;
  struct Pending {
    std::map<Cell, std::int64_t> ordered, coincidences;
  };
  std::map<std::uint64_t, Pending> pending_;
  std::set<std::string, std::less<>> categories_;
  bool too_many_ = false;
};

}  // namespace concord::stats
