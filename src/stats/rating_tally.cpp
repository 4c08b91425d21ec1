#include "src/stats/rating_tally.hpp"

#include <algorithm>

#include "src/stats/agreement.hpp"

namespace concord::stats {
namespace {

template <class Cells, class Counts>
void add_replicated(const Counts& counts, const std::array<std::uint8_t, kReplicates>& weights, Cells& cells) {
  for (const auto& [cell, count] : counts) {
    ReplicatedCount& column = cells.try_emplace(cell, kReplicates + 1, 0).first->second;
    column[0] += count;
    for (std::size_t i = 0; i < kReplicates; ++i) column[i + 1] += weights[i] * count;
  }
}

template <class Cells>
void merge_cells(const Cells& from, Cells& to) {
  for (const auto& [cell, counts] : from) {
    ReplicatedCount& column = to.try_emplace(cell, kReplicates + 1, 0).first->second;
    for (std::size_t i = 0; i < column.size(); ++i) column[i] += counts[i];
  }
}

/// One replicate (0: all) of the cells, in the numbering of `categories`.
template <class Cells>
Coincidences tables_of(const Cells& cells, const std::vector<std::string>& categories, std::size_t raters,
                       std::size_t replicate) {
  Coincidences tables;
  tables.of.assign(std::max<std::size_t>(raters, 2) + 1, RatingTable(categories.size()));
  const auto code = [&](const std::string& name) {
    return static_cast<std::size_t>(std::lower_bound(categories.begin(), categories.end(), name) - categories.begin());
  };
  for (const auto& [cell, counts] : cells) {
    const auto& [m, c, k] = cell;
    tables.of[m].at(code(c), code(k)) += static_cast<double>(counts[replicate]);
  }
  return tables;
}

Bounded bounded(const std::vector<double>& values, std::int64_t clusters) {
  const Estimate result = estimate(values[0], {values.begin() + 1, values.end()}, clusters);
  return {result.value, result.low, result.high};
}

}  // namespace

void RatingTally::add(std::uint64_t cluster, const std::vector<std::string_view>& ratings) {
  std::map<std::string_view, std::int64_t> counts;
  std::uint32_t rated = 0;
  for (const std::string_view rating : ratings) {
    if (rating.empty()) continue;
    ++counts[rating];
    ++rated;
  }
  if (rated == 0 || too_many_) return;
  for (const auto& [category, count] : counts) {
    if (!categories_.contains(category)) categories_.emplace(category);
  }
  drop_if_too_many();
  if (too_many_) return;
  Pending& pending = pending_[cluster];
  if (ratings.size() == 2 && rated == 2) {
    ++pending.ordered[Cell(2, std::string(ratings[0]), std::string(ratings[1]))];
  }
  for (const auto& [c, count_c] : counts) {
    for (const auto& [k, count_k] : counts) {
      if (rated == 1) {
        pending.coincidences[Cell(1, std::string(c), std::string(k))] += 1;
      } else if (const std::int64_t others = c == k ? count_k - 1 : count_k; others > 0) {
        pending.coincidences[Cell(rated, std::string(c), std::string(k))] += count_c * others;
      }
    }
  }
}

void RatingTally::finish_drive() {
  for (const auto& [cluster, counts] : pending_) {
    const auto weights = replicate_weights(cluster, seed_);
    add_replicated(counts.ordered, weights, ordered_);
    add_replicated(counts.coincidences, weights, coincidences_);
    ++clusters_;
  }
  pending_.clear();
}

void RatingTally::drop_if_too_many() {
  if (categories_.size() <= kMaxCategories) return;
  too_many_ = true;
  ordered_.clear();
  coincidences_.clear();
  pending_.clear();
}

void RatingTally::merge(const RatingTally& other) {
  categories_.insert(other.categories_.begin(), other.categories_.end());
  drop_if_too_many();
  if (too_many_) return;
  merge_cells(other.ordered_, ordered_);
  merge_cells(other.coincidences_, coincidences_);
  clusters_ += other.clusters_;
}

std::int64_t RatingTally::units() const {
  std::map<std::uint32_t, std::int64_t> pairs;
  for (const auto& [cell, counts] : coincidences_) pairs[std::get<0>(cell)] += counts[0];
  std::int64_t units = 0;
  for (const auto& [m, count] : pairs) {
    if (m > 1) units += count / (std::int64_t{m} * (m - 1));
  }
  return units;
}

std::vector<AgreementScore> RatingTally::scores() const {
  const std::vector<std::string> names(categories_.begin(), categories_.end());
  std::vector<AgreementScore> scores(names.size() + 1);
  struct Values {
    std::vector<double> cohen, fleiss, alpha, ac1;
  };
  std::vector<Values> values(scores.size());
  for (std::size_t replicate = 0; replicate <= kReplicates; ++replicate) {
    const Coincidences all = tables_of(coincidences_, names, raters_, replicate);
    const Coincidences pairs = tables_of(ordered_, names, 2, replicate);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const Coincidences several = i == 0 ? all : against_rest(all, i - 1);
      const RatingTable two = i == 0 ? pairs.of[2] : pairs.of[2].against_rest(i - 1);
      values[i].fleiss.push_back(fleiss_kappa(several, raters_));
      values[i].alpha.push_back(krippendorff_alpha(several));
      values[i].cohen.push_back(raters_ == 2 ? cohen_kappa(two) : std::numeric_limits<double>::quiet_NaN());
      values[i].ac1.push_back(raters_ == 2 ? gwet_ac1(two) : gwet_ac1(several));
      if (replicate > 0) continue;
      scores[i].variable = variable_;
      scores[i].category = i == 0 ? "" : names[i - 1];
      scores[i].units = units();
      double ratings = 0;
      double of_category = 0;
      for (std::size_t m = 2; m < several.of.size(); ++m) {
        ratings += several.of[m].total() / static_cast<double>(m - 1);
        of_category += several.of[m].row(0) / static_cast<double>(m - 1);
      }
      if (i > 0 && ratings > 0) scores[i].prevalence = of_category / ratings;
    }
  }
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i].kappa = bounded(values[i].cohen, clusters_);
    scores[i].fleiss_kappa = bounded(values[i].fleiss, clusters_);
    scores[i].alpha = bounded(values[i].alpha, clusters_);
    scores[i].ac1 = bounded(values[i].ac1, clusters_);
  }
  return scores;
}

}  // namespace concord::stats
