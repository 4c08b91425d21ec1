#include "src/stats/clustered_rate.hpp"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>

namespace concord::stats {
namespace {

/// The beta distribution's quantile without Boost's promotion to long double, which takes four times as long.
using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

double beta_quantile(double a, double b, double share) {
  return boost::math::quantile(boost::math::beta_distribution<double, Policy>(a, b), share);
}

}  // namespace

void DriveTally::add(std::string_view track, double weight, bool defect) {
  sums_.weight += weight;
  sums_.squares += weight * weight;
  ++sums_.units;
  if (defect) {
    sums_.defect_weight += weight;
    ++sums_.defects;
  }
  double before = 0;
  if (!track.empty()) {
    double& of_track = track_weight_[std::string(track)];
    before = of_track;
    of_track += weight;
  }
  sums_.track_squares += weight * (2 * before + weight);
}

double upper_bound(double rate, double effective, double confidence) {
  const double defects = rate * effective;
  if (!(effective > 0) || defects >= effective) return 1;
  return beta_quantile(defects + 1, effective - defects, confidence);
}

double lower_bound(double rate, double effective, double confidence) {
  const double defects = rate * effective;
  if (!(effective > 0) || !(defects > 0)) return 0;
  return beta_quantile(defects, std::max(effective - defects, 0.0) + 1, 1 - confidence);
}

RateBounds bound_rate(std::span<const DriveSums> drives, const BoundRule& rule) {
  RateBounds bounds{std::numeric_limits<double>::quiet_NaN(), 0, 1, 0, 0, 0, 0, 0};
  double weight = 0, defect_weight = 0, squares = 0, track_squares = 0, drive_squares = 0;
  for (const DriveSums& drive : drives) {
    if (drive.units == 0) continue;
    weight += drive.weight;
    defect_weight += drive.defect_weight;
    squares += drive.squares;
    track_squares += drive.track_squares;
    drive_squares += drive.weight * drive.weight;
    bounds.units += drive.units;
    bounds.defects += drive.defects;
    ++bounds.drives;
    bounds.drives_with_defects += drive.defects > 0 ? 1 : 0;
  }
  if (!(weight > 0)) return bounds;
  bounds.rate = std::clamp(defect_weight / weight, 0.0, 1.0);

  const double total = weight * weight;
  const double largest = total / squares;
  const double least = total / ((1 - rule.max_icc) * track_squares + rule.max_icc * drive_squares);
  bounds.effective = std::min(least, largest);
  if (bounds.drives_with_defects > 1 && bounds.rate < 1) {
    double residuals = 0;
    for (const DriveSums& drive : drives) {
      const double residual = drive.defect_weight - bounds.rate * drive.weight;
      residuals += residual * residual;
    }
    const auto count = static_cast<double>(bounds.drives);
    const double variance = count / (count - 1) * residuals / total;
    const double freedom = static_cast<double>(bounds.drives_with_defects - 1);
    const boost::math::chi_squared_distribution<double, Policy> spread(freedom);
    const double raised = variance * freedom / boost::math::quantile(spread, 1 - rule.confidence);
    const double measured = bounds.rate * (1 - bounds.rate) / raised;
    bounds.effective = std::clamp(measured, bounds.effective, largest);
  }
  bounds.lower = lower_bound(bounds.rate, bounds.effective, rule.confidence);
  bounds.upper = upper_bound(bounds.rate, bounds.effective, rule.confidence);
  return bounds;
}

std::uint64_t clean_sample(double limit, double confidence) {
  return static_cast<std::uint64_t>(std::ceil(std::log1p(-confidence) / std::log1p(-limit)));
}

double growth_to_decide(const RateBounds& bounds, double limit, double confidence) {
  if (bounds.rate == limit || !(bounds.effective > 0)) return std::numeric_limits<double>::infinity();
  const auto decides = [&](double growth) {
    return bounds.rate < limit ? upper_bound(bounds.rate, bounds.effective * growth, confidence) <= limit
                               : lower_bound(bounds.rate, bounds.effective * growth, confidence) > limit;
  };
  constexpr double kMost = 1e9;
  double high = 1;
  while (!decides(high)) {
    if (high > kMost) return std::numeric_limits<double>::infinity();
    high *= 2;
  }
  double low = high / 2;
  while (high - low > 1e-4 * high) {
    const double middle = (low + high) / 2;
    (decides(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace concord::stats
