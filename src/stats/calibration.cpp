#include "concord/calibration.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

namespace concord {
namespace {

constexpr double kCheckPrecision = 1;      ///< of the normal distribution around the common numbers
constexpr double kCommonPrecision = 0.01;  ///< of the common slopes around 0
constexpr double kInterceptPrecision = 1e-6;
constexpr int kMostSteps = 100;
constexpr int kMostHalvings = 30;
constexpr double kConverged = 1e-10;
constexpr std::size_t kNumbers = 3;

using Features = std::array<double, kNumbers>;

Features features_of(double score, double surprise) {
  constexpr double kMostDigits = 12;
  constexpr double kUnit = 4;
  const double rare = std::isfinite(surprise) && surprise > 0 ? -std::log10(std::min(surprise, 1.0))
                      : surprise == 0                         ? kMostDigits
                                                              : 0;
  return {1, std::isfinite(score) ? score : 0, std::min(rare, kMostDigits) / kUnit};
}

double logistic(double odds) { return odds >= 0 ? 1 / (1 + std::exp(-odds)) : std::exp(odds) / (1 + std::exp(odds)); }
/// log(1 + e^x) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

struct Sample {
  std::size_t group = 0;  ///< 1 + number of the check
  Features x{};
  bool is_true = false;
};

/// The penalised likelihood of all checks' numbers together; group 0 holds the common ones.
class Fit {
 public:
  Fit(std::vector<Sample> samples, std::size_t groups)
      : samples_(std::move(samples)), size_(groups * kNumbers), at_zero_(size_, 0) {}

  Eigen::VectorXd solve() {
    // A slope that wants to fall is held at 0, and the rest is fitted again.
    for (std::size_t round = 0; round <= size_; ++round) {
      Eigen::VectorXd theta = newton();
      bool held = false;
      for (std::size_t i = 0; i < size_; ++i) {
        if (i % kNumbers == 0 || theta[index(i)] >= 0) continue;
        at_zero_[i] = 1;
        held = true;
      }
      if (!held) return theta;
    }
    return Eigen::VectorXd::Zero(index(size_));
  }

 private:
  static Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }
  static double common_precision(std::size_t number) { return number == 0 ? kInterceptPrecision : kCommonPrecision; }
  [[nodiscard]] double odds(const Eigen::VectorXd& theta, const Sample& sample) const {
    double sum = 0;
    for (std::size_t k = 0; k < kNumbers; ++k) sum += theta[index(sample.group * kNumbers + k)] * sample.x[k];
    return sum;
  }

  [[nodiscard]] double loss(const Eigen::VectorXd& theta) const {
    double sum = 0;
    for (const Sample& s : samples_) sum += softplus(s.is_true ? -odds(theta, s) : odds(theta, s));
    for (std::size_t i = 0; i < size_; ++i) {
      const double off = i < kNumbers ? theta[index(i)] : theta[index(i)] - theta[index(i % kNumbers)];
      sum += 0.5 * (i < kNumbers ? common_precision(i) : kCheckPrecision) * off * off;
    }
    return sum;
  }

  void derive(const Eigen::VectorXd& theta, Eigen::VectorXd& gradient, Eigen::MatrixXd& hessian) const {
    gradient.setZero(index(size_));
    hessian.setZero(index(size_), index(size_));
    for (const Sample& s : samples_) {
      const double p = logistic(odds(theta, s));
      for (std::size_t k = 0; k < kNumbers; ++k) {
        const Eigen::Index row = index(s.group * kNumbers + k);
        gradient[row] += (p - (s.is_true ? 1 : 0)) * s.x[k];
        for (std::size_t l = 0; l < kNumbers; ++l) {
          hessian(row, index(s.group * kNumbers + l)) += p * (1 - p) * s.x[k] * s.x[l];
        }
      }
    }
    for (std::size_t i = 0; i < size_; ++i) {
      const Eigen::Index own = index(i), common = index(i % kNumbers);
      if (i < kNumbers) {
        gradient[own] += common_precision(i) * theta[own];
        hessian(own, own) += common_precision(i);
        continue;
      }
      const double pull = kCheckPrecision * (theta[own] - theta[common]);
      gradient[own] += pull;
      gradient[common] -= pull;
      hessian(own, own) += kCheckPrecision;
      hessian(common, common) += kCheckPrecision;
      hessian(own, common) -= kCheckPrecision;
      hessian(common, own) -= kCheckPrecision;
    }
    for (std::size_t i = 0; i < size_; ++i) {
      if (at_zero_[i] == 0) continue;
      gradient[index(i)] = 0;
      hessian.row(index(i)).setZero();
      hessian.col(index(i)).setZero();
      hessian(index(i), index(i)) = 1;
    }
  }

  [[nodiscard]] Eigen::VectorXd newton() const {
    Eigen::VectorXd theta = Eigen::VectorXd::Zero(index(size_)), gradient;
    Eigen::MatrixXd hessian;
    double now = loss(theta);
    for (int step = 0; step < kMostSteps; ++step) {
      derive(theta, gradient, hessian);
      const Eigen::VectorXd way = hessian.ldlt().solve(gradient);
      double length = 1;
      double next = loss(theta - way);
      for (int half = 0; half < kMostHalvings && !(next <= now); ++half) next = loss(theta - (length /= 2) * way);
      if (!(next <= now)) break;
      theta -= length * way;
      const bool converged = now - next <= kConverged * (1 + std::abs(now));
      now = next;
      if (converged) break;
    }
    return theta;
  }

  std::vector<Sample> samples_;
  std::size_t size_;
  std::vector<std::uint8_t> at_zero_;
};

CalibrationRow row_of(const std::string& check, const Eigen::VectorXd& theta, std::size_t group) {
  const auto at = static_cast<Eigen::Index>(group * kNumbers);
  return {.check = check,
          .intercept = theta[at],
          .score_slope = std::max(theta[at + 1], 0.0),
          .surprise_slope = std::max(theta[at + 2], 0.0)};
}

}  // namespace

double Calibration::probability(std::string_view check, double score, double surprise,
                                std::optional<double> at_base_rate) const {
  if (rows.empty()) return score;
  const auto found = std::lower_bound(rows.begin(), rows.end(), check,
                                      [](const CalibrationRow& row, std::string_view id) { return row.check < id; });
  const CalibrationRow& row = found != rows.end() && found->check == check ? *found : rows.front();
  const Features x = features_of(score, surprise);
  double odds = row.intercept + row.score_slope * x[1] + row.surprise_slope * x[2];
  if (at_base_rate) {
    odds += std::log(*at_base_rate / (1 - *at_base_rate)) - std::log(base_rate / (1 - base_rate));
  }
  return logistic(odds);
}

Calibration fit_calibration(std::span<const CalibrationSample> given, double base_rate,
                            std::vector<std::string> drives) {
  std::vector<CalibrationSample> samples(given.begin(), given.end());
  const auto order = [](const CalibrationSample& s) {
    return std::tuple(std::string_view(s.check), s.score, std::isnan(s.surprise) ? 2.0 : s.surprise, s.is_true);
  };
  std::sort(samples.begin(), samples.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
  std::sort(drives.begin(), drives.end());
  Calibration calibration{.base_rate = base_rate, .drives = std::move(drives), .rows = {}};

  std::vector<CalibrationRow> counts(1);
  std::vector<Sample> fitted;
  for (const CalibrationSample& s : samples) {
    if (counts.size() == 1 || counts.back().check != s.check) counts.push_back({.check = s.check});
    for (CalibrationRow* row : {&counts.front(), &counts.back()}) {
      ++row->findings;
      row->hits += s.is_true ? 1 : 0;
    }
    fitted.push_back({counts.size() - 1, features_of(s.score, s.surprise), s.is_true});
  }
  const CalibrationRow& all = counts.front();
  if (all.hits == 0 || all.hits == all.findings) {
    CalibrationRow plain = all;
    plain.intercept =
        std::log((static_cast<double>(all.hits) + 0.5) / (static_cast<double>(all.findings - all.hits) + 0.5));
    calibration.rows.push_back(plain);
    return calibration;
  }
  const Eigen::VectorXd theta = Fit(std::move(fitted), counts.size()).solve();
  for (std::size_t group = 0; group < counts.size(); ++group) {
    CalibrationRow row = row_of(counts[group].check, theta, group);
    row.findings = counts[group].findings;
    row.hits = counts[group].hits;
    calibration.rows.push_back(row);
  }
  return calibration;
}

}  // namespace concord
