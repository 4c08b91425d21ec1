#include "src/checks/outliers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace concord::judging {
namespace {

constexpr std::size_t kMinSamplesForOwnNoise = 8;
constexpr std::size_t kInfluence = 2;  // a sample takes part in the residuals of two neighbours on each side

struct Residual {
  double size = 0;
  double gain = 1;
  double allowed_error = 0;
};

Residual residual_at(std::size_t i, std::span<const double> time_s, std::span<const Vec3> value,
                     const OutlierLimits& limits) {
  const std::size_t count = value.size();
  std::array<std::size_t, 4> node{};
  std::size_t nodes = 2;
  if (i >= 2 && i + 2 < count) {
    node = {i - 2, i - 1, i + 1, i + 2};
    nodes = 4;
  } else if (i == 0) {
    node = {1, 2};
  } else if (i + 1 == count) {
    node = {i - 2, i - 1};
  } else {
    node = {i - 1, i + 1};
  }
  Vec3 predicted = Vec3::Zero();
  double squares = 1;
  double distances = 1;  // product of |t - t_j|, of the interpolation error f^(n) / n! * prod (t - t_j)
  for (std::size_t j = 0; j < nodes; ++j) {
    double weight = 1;
    for (std::size_t k = 0; k < nodes; ++k) {
      if (k != j) weight *= (time_s[i] - time_s[node[k]]) / (time_s[node[j]] - time_s[node[k]]);
    }
    predicted += weight * value[node[j]];
    squares += weight * weight;
    distances *= std::abs(time_s[i] - time_s[node[j]]);
  }
  return {.size = (value[i] - predicted).norm(),
          .gain = std::sqrt(squares),
          .allowed_error = nodes == 4 ? limits.max_fourth_derivative / 24 * distances
                                      : limits.max_second_derivative / 2 * distances};
}

double own_noise(const std::vector<Residual>& residuals) {
  if (residuals.size() < kMinSamplesForOwnNoise) return 0;
  std::vector<double> sizes;
  sizes.reserve(residuals.size());
  for (const Residual& residual : residuals) sizes.push_back(residual.size / residual.gain);
  const auto quartile = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 4);
  std::nth_element(sizes.begin(), quartile, sizes.end());
  return *quartile;
}

// The largest residual over gain that is left around `centre` when sample `without` is taken out.
double worst_without(std::size_t without, std::size_t centre, std::span<const double> time_s,
                     std::span<const Vec3> value, const OutlierLimits& limits) {
  // Far enough around, that the window's ends are nobody's neighbours unless the series ends there.
  constexpr std::size_t kJudged = kInfluence + 1;
  constexpr std::size_t kWindow = kJudged + kInfluence + 1;
  std::vector<double> times;
  std::vector<Vec3> values;
  std::vector<std::size_t> index;
  const std::size_t first = centre - std::min(centre, kWindow);
  for (std::size_t i = first; i <= std::min(centre + kWindow, value.size() - 1); ++i) {
    if (i == without) continue;
    index.push_back(i);
    times.push_back(time_s[i]);
    values.push_back(value[i]);
  }
  if (values.size() < 3) return 0;
  double worst = 0;
  for (std::size_t k = 0; k < index.size(); ++k) {
    if (index[k] + kJudged < centre || index[k] > centre + kJudged) continue;
    const Residual residual = residual_at(k, times, values, limits);
    worst = std::max(worst, (residual.size - residual.allowed_error) / residual.gain);
  }
  return worst;
}

// Near the ends of a series the residuals cannot tell which of two neighbours is wrong: the one without which the rest
// fits.
Outlier blame(const Outlier& strongest, const std::vector<Outlier>& found, std::span<const double> time_s,
              std::span<const Vec3> value, const OutlierLimits& limits) {
  Outlier culprit = strongest;
  double least = worst_without(strongest.index, strongest.index, time_s, value, limits);
  for (const Outlier& rival : found) {
    if (rival.index + 1 != strongest.index && rival.index != strongest.index + 1) continue;
    const double left = worst_without(rival.index, strongest.index, time_s, value, limits);
    if (left < least) {
      least = left;
      culprit = rival;
    }
  }
  return culprit;
}

// Strongest first; a weaker one within reach of a stronger one is its echo.
std::vector<Outlier> without_echoes(const std::vector<Outlier>& found, const std::vector<Residual>& residuals,
                                    std::span<const double> time_s, std::span<const Vec3> value,
                                    const OutlierLimits& limits) {
  std::vector<Outlier> strongest_first = found;
  std::stable_sort(strongest_first.begin(), strongest_first.end(), [&](const Outlier& a, const Outlier& b) {
    return a.residual / residuals[a.index].gain > b.residual / residuals[b.index].gain;
  });
  std::vector<std::uint8_t> taken(value.size(), 0);
  std::vector<Outlier> kept;
  for (const Outlier& outlier : strongest_first) {
    if (taken[outlier.index] != 0) continue;
    kept.push_back(blame(outlier, found, time_s, value, limits));
    const auto [low, high] = std::minmax(outlier.index, kept.back().index);
    for (std::size_t i = low - std::min(low, kInfluence); i <= std::min(high + kInfluence, value.size() - 1); ++i) {
      taken[i] = 1;
    }
  }
  std::sort(kept.begin(), kept.end(), [](const Outlier& a, const Outlier& b) { return a.index < b.index; });
  kept.erase(
      std::unique(kept.begin(), kept.end(), [](const Outlier& a, const Outlier& b) { return a.index == b.index; }),
      kept.end());
  return kept;
}

}  // namespace

std::vector<Outlier> find_outliers(std::span<const double> time_s, std::span<const Vec3> value,
                                   std::span<const double> noise, const OutlierLimits& limits) {
  if (value.size() < 3) return {};
  std::vector<Residual> residuals;
  residuals.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) residuals.push_back(residual_at(i, time_s, value, limits));
  constexpr double kMostOfOwn = 1.5;
  const double own = limits.own_noise_factor * own_noise(residuals);
  const double least_noise = own > 0 ? std::clamp(limits.known_noise, own, kMostOfOwn * own) : limits.known_noise;
  std::vector<Outlier> found;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const Residual& residual = residuals[i];
    const double limit = std::max(noise[i], least_noise) * residual.gain + residual.allowed_error;
    if (residual.size > limit) found.push_back({i, residual.size, limit});
  }
  return without_echoes(found, residuals, time_s, value, limits);
}

}  // namespace concord::judging
