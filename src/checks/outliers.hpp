#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "concord/geometry.hpp"

namespace concord::judging {

/// How far a sample of a smooth motion may lie from the curve through its neighbours.
struct OutlierLimits {
  double max_second_derivative =
      0;  ///< of the motion, unit / s^2; for samples with one neighbour on a side, or at an end
  double max_fourth_derivative = 0;  ///< of the motion, unit / s^4; for samples with two neighbours on each side
  double own_noise_factor = 0;       ///< limits are at least this many times the series' own ordinary residual
  double known_noise = 0;  ///< limits are at least this: what other measurements of the series allow, unit of the
                           ///< samples; of a series with an own residual no more than 1.5 times its limit
};

struct Outlier {
  std::size_t index;
  double residual;  ///< distance from the curve, unit of the samples
  double limit;
};

/// Samples that do not fit their neighbours.
///
/// The residual of a sample is its distance from the Lagrange polynomial through its neighbours: a cubic through two on
/// each side, which constant acceleration and jerk leave at zero; a line near an end or where there are only three
/// samples. Limit: the sample's `noise` and the series' own noise, each times the residual's noise gain
/// sqrt(1 + sum w^2), plus the largest interpolation error that the derivative bounds allow. The series' own noise is
/// the lower quartile of |residual| / gain, which stays right while up to three quarters of them are disturbed, and is
/// used from eight samples on.
///
/// One wrong sample disturbs the residuals of its neighbours too. Of samples within reach of each other only one is
/// returned: the one with the largest residual over gain or, where a neighbour of it fits no better, the one without
/// which the rest fits best. Equal sizes of all spans; times strictly increase. Sorted by index.
[[nodiscard]] std::vector<Outlier> find_outliers(std::span<const double> time_s, std::span<const Vec3> value,
                                                 std::span<const double> noise, const OutlierLimits& limits);

}  // namespace concord::judging
