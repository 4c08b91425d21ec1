#include "src/stats/agreement.hpp"

#include <limits>
#include <numeric>

namespace concord::stats {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

double beyond_chance(double observed, double chance) {
  return chance < 1 ? (observed - chance) / (1 - chance) : kUndefined;
}

}  // namespace

double RatingTable::row(std::size_t c) const {
  double sum = 0;
  for (std::size_t k = 0; k < size_; ++k) sum += at(c, k);
  return sum;
}

double RatingTable::column(std::size_t k) const {
  double sum = 0;
  for (std::size_t c = 0; c < size_; ++c) sum += at(c, k);
  return sum;
}

double RatingTable::total() const { return std::accumulate(counts_.begin(), counts_.end(), 0.0); }

double RatingTable::diagonal() const {
  double sum = 0;
  for (std::size_t c = 0; c < size_; ++c) sum += at(c, c);
  return sum;
}

RatingTable RatingTable::against_rest(std::size_t category) const {
  RatingTable two(2);
  for (std::size_t c = 0; c < size_; ++c) {
    for (std::size_t k = 0; k < size_; ++k) two.at(c == category ? 0 : 1, k == category ? 0 : 1) += at(c, k);
  }
  return two;
}

double cohen_kappa(const RatingTable& table) {
  const double units = table.total();
  if (units <= 0) return kUndefined;
  double chance = 0;
  for (std::size_t c = 0; c < table.size(); ++c) chance += table.row(c) * table.column(c);
  return beyond_chance(table.diagonal() / units, chance / (units * units));
}

double gwet_ac1(const RatingTable& table) {
  const double units = table.total();
  if (units <= 0 || table.size() < 2) return kUndefined;
  double chance = 0;
  for (std::size_t c = 0; c < table.size(); ++c) {
    const double share = (table.row(c) + table.column(c)) / (2 * units);
    chance += share * (1 - share);
  }
  return beyond_chance(table.diagonal() / units, chance / static_cast<double>(table.size() - 1));
}

void add_unit(const std::vector<std::int64_t>& ratings, double times, Coincidences& coincidences) {
  const std::int64_t raters = std::accumulate(ratings.begin(), ratings.end(), std::int64_t{0});
  if (raters == 0) return;
  const auto m = static_cast<std::size_t>(raters);
  while (coincidences.of.size() <= m) coincidences.of.emplace_back(ratings.size());
  RatingTable& table = coincidences.of[m];
  for (std::size_t c = 0; c < ratings.size(); ++c) {
    for (std::size_t k = 0; k < ratings.size(); ++k) {
      const std::int64_t others = c == k && raters > 1 ? ratings[k] - 1 : ratings[k];
      if (raters > 1 || c == k) table.at(c, k) += times * static_cast<double>(ratings[c] * others);
    }
  }
}

double fleiss_kappa(const Coincidences& coincidences, std::size_t raters) {
  if (raters < 2 || coincidences.of.size() <= raters) return kUndefined;
  const RatingTable& table = coincidences.of[raters];
  const double pairs = table.total();
  if (pairs <= 0) return kUndefined;
  double chance = 0;
  for (std::size_t c = 0; c < table.size(); ++c) chance += table.row(c) * table.row(c);
  return beyond_chance(table.diagonal() / pairs, chance / (pairs * pairs));
}

double krippendorff_alpha(const Coincidences& coincidences) {
  if (coincidences.of.size() < 3) return kUndefined;
  const std::size_t categories = coincidences.of[2].size();
  RatingTable o(categories);
  for (std::size_t m = 2; m < coincidences.of.size(); ++m) {
    for (std::size_t c = 0; c < categories; ++c) {
      for (std::size_t k = 0; k < categories; ++k) {
        o.at(c, k) += coincidences.of[m].at(c, k) / static_cast<double>(m - 1);
      }
    }
  }
  const double ratings = o.total();
  double same = 0;
  for (std::size_t c = 0; c < categories; ++c) same += o.row(c) * (o.row(c) - 1);
  const double different = ratings * (ratings - 1) - same;
  if (!(different > 0)) return kUndefined;
  return 1 - (ratings - 1) * (ratings - o.diagonal()) / different;
}

double gwet_ac1(const Coincidences& coincidences) {
  if (coincidences.of.size() < 3 || coincidences.of[1].size() < 2) return kUndefined;
  const std::size_t categories = coincidences.of[1].size();
  double agreement = 0;
  double rated_twice = 0;
  double rated = 0;
  std::vector<double> share(categories, 0.0);
  for (std::size_t m = 1; m < coincidences.of.size(); ++m) {
    const RatingTable& table = coincidences.of[m];
    // Each unit makes m (m - 1) ordered pairs, or one single rating.
    const auto pairs_of_unit = static_cast<double>(m > 1 ? m * (m - 1) : 1);
    rated += table.total() / pairs_of_unit;
    for (std::size_t c = 0; c < categories; ++c) share[c] += table.row(c) / pairs_of_unit;
    if (m == 1) continue;
    rated_twice += table.total() / pairs_of_unit;
    agreement += table.diagonal() / pairs_of_unit;
  }
  if (rated_twice <= 0) return kUndefined;
  double chance = 0;
  for (const double units : share) chance += units / rated * (1 - units / rated);
  return beyond_chance(agreement / rated_twice, chance / static_cast<double>(categories - 1));
}

Coincidences against_rest(const Coincidences& coincidences, std::size_t category) {
  Coincidences two;
  for (const RatingTable& table : coincidences.of) two.of.push_back(table.against_rest(category));
  return two;
}

}  // namespace concord::stats
