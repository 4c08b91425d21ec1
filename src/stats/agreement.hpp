#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace concord::stats {

/// Counts of pairs of ratings, `size` x `size`: row c, column k.
class RatingTable {
 public:
  explicit RatingTable(std::size_t size) : size_(size), counts_(size * size, 0.0) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] double& at(std::size_t c, std::size_t k) { return counts_[c * size_ + k]; }
  [[nodiscard]] double at(std::size_t c, std::size_t k) const { return counts_[c * size_ + k]; }
  [[nodiscard]] double row(std::size_t c) const;
  [[nodiscard]] double column(std::size_t k) const;
  [[nodiscard]] double total() const;
  [[nodiscard]] double diagonal() const;
  /// Category `c` against all others: 2 x 2, category first.
  [[nodiscard]] RatingTable against_rest(std::size_t c) const;

 private:
  std::size_t size_;
  std::vector<double> counts_;
};

// Coefficients of agreement on nominal categories. NaN where they are not defined: no units, or chance alone would
// agree always (one category only).

/// Of two raters; `table` counts units by (first's, second's category). Cohen, "A coefficient of agreement for nominal
/// scales", 1960.
[[nodiscard]] double cohen_kappa(const RatingTable& table);
/// Of two raters. Gwet, "Computing inter-rater reliability and its variance in the presence of high agreement", 2008.
/// The number of categories is the table's size.
[[nodiscard]] double gwet_ac1(const RatingTable& table);

/// Ratings of units by several raters, some of whom may not rate: `of[m]` counts, over the units with m ratings, the
/// ordered pairs of two raters' ratings by (category, category); of[1] the single ratings on its diagonal.
struct Coincidences {
  std::vector<RatingTable> of;
};
/// Adds one unit: how many raters gave each category.
void add_unit(const std::vector<std::int64_t>& ratings, double times, Coincidences& coincidences);

/// Of the units that `raters` rated, all of them. Fleiss, "Measuring nominal scale agreement among many raters", 1971.
[[nodiscard]] double fleiss_kappa(const Coincidences& coincidences, std::size_t raters);
/// Krippendorff, "Computing Krippendorff's alpha-reliability", 2011, for nominal data; units with two ratings or more.
[[nodiscard]] double krippendorff_alpha(const Coincidences& coincidences);
/// Of several raters: agreement over units with two ratings or more, chance over all.
[[nodiscard]] double gwet_ac1(const Coincidences& coincidences);
[[nodiscard]] Coincidences against_rest(const Coincidences& coincidences, std::size_t category);

}  // namespace concord::stats
