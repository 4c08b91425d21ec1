#include "tests/support/coverage.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "src/stats/clustered_rate.hpp"

namespace concord::tests {
namespace {

using Engine = std::mt19937_64;

double uniform(Engine& engine) { return std::uniform_real_distribution<double>(0, 1)(engine); }

/// A beta distributed number as a ratio of gamma numbers; with tiny parameters both may be 0, and it is 0 or 1 then.
double beta(Engine& engine, double a, double b) {
  const double x = std::gamma_distribution<double>(a, 1)(engine);
  const double y = std::gamma_distribution<double>(b, 1)(engine);
  return x + y > 0 ? x / (x + y) : uniform(engine) < a / (a + b) ? 1.0 : 0.0;
}

stats::DriveSums drive_of(const CoverageCase& c, Engine& engine) {
  const double scale = (1 - c.icc) / std::max(c.icc, 1e-12);
  const double rate = c.icc > 0 ? beta(engine, c.rate * scale, (1 - c.rate) * scale) : c.rate;
  const int labels = c.uneven ? 1 + static_cast<int>(uniform(engine) * 2 * c.labels) : c.labels;
  stats::DriveTally tally;
  bool defect = false;
  for (int label = 0; label < labels; ++label) {
    if (label % c.labels_per_track == 0) defect = uniform(engine) < rate;
    const double weight = c.uneven && label % 2 == 1 ? 5 : 1;
    tally.add(std::to_string(label / c.labels_per_track), weight, defect);
  }
  return tally.sums();
}

}  // namespace

Coverage coverage(const CoverageCase& c, int runs, std::uint64_t seed) {
  Coverage covered;
  Engine engine(seed);
  std::vector<stats::DriveSums> drives(static_cast<std::size_t>(c.drives));
  for (int run = 0; run < runs; ++run) {
    for (stats::DriveSums& drive : drives) drive = drive_of(c, engine);
    const stats::RateBounds bounds = stats::bound_rate(drives, {});
    covered.upper += bounds.upper >= c.rate ? 1.0 / runs : 0;
    covered.lower += bounds.lower <= c.rate ? 1.0 / runs : 0;
  }
  return covered;
}

}  // namespace concord::tests
