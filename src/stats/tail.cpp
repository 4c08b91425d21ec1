#include "src/stats/tail.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concord::stats {
namespace {

constexpr double kShare = 0.05;
constexpr double kHeaviestShape = 0.5;
constexpr double kExponential = 1e-3;  ///< shapes below are taken as 0
/// Beyond the furthest value: factor that makes values ten times rarer.
constexpr double kDecade = 1.25;
constexpr double kRarest = 1e-300;

}  // namespace

Tail::Tail(const Sketch& sketch, PriorSide side, bool logarithmic)
    : sketch_(sketch), side_(side), logarithmic_(logarithmic || side == PriorSide::lower) {
  if (sketch_.empty()) return;
  const auto place_exceeded_by = [&](double share) {
    return place_of(sketch_.quantile(side_ == PriorSide::upper ? 1 - share : share));
  };
  threshold_ = place_exceeded_by(kShare);
  const double inner = threshold_ - place_exceeded_by(2 * kShare);
  const double before = place_exceeded_by(2 * kShare) - place_exceeded_by(4 * kShare);
  // Equal values have no tail but the width of their bin.
  const double least = 2 * Sketch::kRelativeError * (logarithmic_ ? 1.0 : std::max(threshold_, Sketch::kLowest));
  const double outer = std::max(inner, least);
  shape_ = std::clamp(std::log2(outer / std::max(before, least)), 0.0, kHeaviestShape);
  if (shape_ < kExponential) shape_ = 0;
  // Of such a tail, `outer` lies between the quantiles of 2 * kShare and kShare.
  const double scale_before = shape_ == 0 ? outer / std::log(2.0) : outer * shape_ / std::expm1(shape_ * std::log(2.0));
  scale_ = scale_before + shape_ * outer;
  furthest_ = sketch_.quantile(side_ == PriorSide::upper ? 1 : 0);
}

double Tail::place_of(double value) const {
  if (!logarithmic_) return value;
  const double logarithm = std::log(std::max(value, Sketch::kLowest));
  return side_ == PriorSide::upper ? logarithm : -logarithm;
}

double Tail::value_at(double place) const {
  if (!logarithmic_) return place;
  return std::exp(side_ == PriorSide::upper ? place : -place);
}

double Tail::shown(double value) const {
  const bool upper = side_ == PriorSide::upper;
  const auto count = static_cast<double>(sketch_.count());
  const auto beyond = static_cast<double>(upper ? sketch_.count_from(value) : sketch_.count_to(value));
  if (beyond > 0) return std::min(1.0, (beyond + 1) / (count + 1));
  const double ratio =
      upper ? value / std::max(furthest_, Sketch::kLowest) : furthest_ / std::max(value, Sketch::kLowest);
  return std::pow(10.0, -std::log(std::max(ratio, 1.0)) / std::log(kDecade)) / (count + 1);
}

double Tail::shown_limit(double probability) const {
  const bool upper = side_ == PriorSide::upper;
  const auto count = static_cast<double>(sketch_.count());
  if (probability * (count + 1) < 1) {
    const double factor = std::pow(kDecade, -std::log10(probability * (count + 1)));
    return upper ? std::max(furthest_, Sketch::kLowest) * factor : furthest_ / factor;
  }
  return sketch_.quantile(upper ? 1 - probability : probability);
}

double Tail::probability(double value) const {
  if (sketch_.empty() || std::isnan(value)) return std::numeric_limits<double>::quiet_NaN();
  const double from_values = shown(std::abs(value));
  const double over = place_of(std::abs(value)) - threshold_;
  if (over <= 0) return from_values;
  const double smooth =
      kShare * (shape_ == 0 ? std::exp(-over / scale_) : std::pow(1 + shape_ * over / scale_, -1 / shape_));
  return std::max(std::min(from_values, smooth), kRarest);
}

double Tail::limit(double probability) const {
  const double from_values = shown_limit(probability);
  if (probability >= kShare) return from_values;
  const double over = shape_ == 0 ? scale_ * std::log(kShare / probability)
                                  : scale_ / shape_ * std::expm1(shape_ * std::log(kShare / probability));
  const double smooth = value_at(threshold_ + over);
  return side_ == PriorSide::upper ? std::min(from_values, smooth) : std::max(from_values, smooth);
}

}  // namespace concord::stats
