#pragma once

#include "concord/priors.hpp"
#include "concord/sketch.hpp"

namespace concord::stats {

/// A distribution beyond what its values show: how rare a value is, and which value is so rare.
///
/// Two estimates of the tail are made, and at each value the smaller one counts:
///   - a smooth one, for which the outer 5 % of the values are no evidence but their number: a generalised Pareto tail
///     from the quantile that 5 % exceed, its shape from those that 5, 10 and 20 % exceed (Pickands, Annals of
///     Statistics 3, 1975), from exponential (0) to a power law (0.5). So a few per cent of wrong labels move a limit
///     little;
///   - the values themselves: errors make a tail longer, never shorter. Beyond the furthest value it is ten times rarer
///     for each quarter more.
/// Sizes are taken as logarithms, as is the lower side of everything: no limit is below 0.
class Tail {
 public:
  Tail(const Sketch& sketch, PriorSide side, bool logarithmic);

  /// Share of values that lie at `value` or further out; in (0, 1]; NaN of NaN and of an empty sketch.
  [[nodiscard]] double probability(double value) const;
  /// The value with that probability, in (0, 0.5].
  [[nodiscard]] double limit(double probability) const;

 private:
  [[nodiscard]] double place_of(double value) const;  ///< on an axis that grows outwards
  [[nodiscard]] double value_at(double place) const;
  [[nodiscard]] double shown(double value) const;
  [[nodiscard]] double shown_limit(double probability) const;

  Sketch sketch_;
  PriorSide side_;
  bool logarithmic_;
  double threshold_ = 0;  ///< place that kShare of the values exceed
  double scale_ = 0;      ///< of the generalised Pareto distribution, place units
  double shape_ = 0;
  double furthest_ = 0;  ///< outermost value
};

}  // namespace concord::stats
