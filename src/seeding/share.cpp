#include <algorithm>
#include <cmath>
#include <limits>

#include "concord/scoring.hpp"

namespace concord {
namespace {

constexpr double kNormal95 = 1.959963984540054;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Wilson (1927): the shares p with |hits/of - p| <= z sqrt(p (1 - p) / of).
double wilson_end(std::uint64_t hits, std::uint64_t of, double side) {
  const auto n = static_cast<double>(of);
  const double p = static_cast<double>(hits) / n;
  const double z2 = kNormal95 * kNormal95;
  const double centre = p + z2 / (2 * n);
  const double spread = kNormal95 * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return std::clamp((centre + side * spread) / (1 + z2 / n), 0.0, 1.0);
}

double per_1000(std::uint64_t count, std::uint64_t labels) {
  return labels == 0 ? kNaN : 1000.0 * static_cast<double>(count) / static_cast<double>(labels);
}

}  // namespace

double Share::value() const { return of == 0 ? kNaN : static_cast<double>(hits) / static_cast<double>(of); }
double Share::low() const { return of == 0 || hits == 0 ? 0 : wilson_end(hits, of, -1); }
double Share::high() const { return of == 0 || hits >= of ? 1 : wilson_end(hits, of, 1); }

double CheckScore::false_alarms_per_1000() const { return per_1000(findings - baseline - hits, labels); }
double CheckScore::baseline_per_1000() const { return per_1000(baseline, labels); }
double Score::false_alarms_per_1000() const { return per_1000(false_alarms, labels); }
double Score::baseline_per_1000() const { return per_1000(baseline, labels); }

}  // namespace concord
