#include "concord/sketch.hpp"

#include <gmock/gmock.h>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>

#include "src/stats/tail.hpp"

namespace concord::tests {
namespace {

using stats::Tail;

TEST(Sketch, HoldsEachBinToItsEdges) {
  for (std::uint32_t bin = 1; bin < Sketch::kBins; ++bin) {
    const double middle = Sketch::middle_of(bin);
    ASSERT_EQ(Sketch::bin_of(middle), bin);
    const double low = (1 + (bin - 1) % 128 / 128.0) * std::exp2((bin - 1) / 128 - 20.0);
    ASSERT_EQ(Sketch::bin_of(low), bin);
    ASSERT_EQ(Sketch::bin_of(std::nextafter(low, 0)), bin - 1);
    ASSERT_LE(middle - low, Sketch::kRelativeError * low);
  }
}

TEST(Sketch, CountsWhatIsNoOrdinaryNumber) {
  Sketch sketch;
  sketch.add(std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(sketch.empty());
  EXPECT_TRUE(std::isnan(sketch.quantile(0.5)));
  sketch.add(0.0);
  sketch.add(-0.0);
  sketch.add(std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(sketch.quantile(1), 0);
  sketch.add(-std::numeric_limits<double>::infinity());
  EXPECT_EQ(sketch.count(), 4U);
  EXPECT_GT(sketch.quantile(1), 1e6);
  EXPECT_EQ(sketch.count_from(1e7), 1U);
  EXPECT_EQ(sketch.count_to(1e7), 4U);
  EXPECT_THROW(sketch.add_to_bin(Sketch::kBins, 1), std::out_of_range);
}

/// `count` values at the middles of equal shares of a distribution, so that nothing is left to chance.
template <class Inverse>
Sketch exact_sample(std::size_t count, const Inverse& inverse) {
  Sketch sketch;
  for (std::size_t i = 0; i < count; ++i) {
    sketch.add(inverse((static_cast<double>(i) + 0.5) / static_cast<double>(count)));
  }
  return sketch;
}

double exponential(double share) { return -std::log1p(-share); }

TEST(Tail, RecoversAnExponentialTailFromFewValues) {
  const Tail tail(exact_sample(1000, exponential), PriorSide::upper, false);
  EXPECT_NEAR(tail.limit(1e-2), std::log(1e2), 0.1);
  EXPECT_NEAR(tail.limit(1e-3), std::log(1e3), 0.6);
  EXPECT_NEAR(tail.limit(1e-5), std::log(1e5), 1.5);
  EXPECT_NEAR(std::log10(tail.probability(std::log(1e5))), -5, 0.7);
}

TEST(Tail, RecoversAPowerLawOnceItsValuesShowIt) {
  const auto pareto = [](double share) { return std::pow(1 - share, -0.4); };
  const Tail tail(exact_sample(200'000, pareto), PriorSide::upper, false);
  EXPECT_NEAR(tail.limit(1e-4) / std::pow(1e4, 0.4), 1, 0.1);
}

TEST(Tail, OfValuesWithAnEndStaysAtIt) {
  const Tail tail(exact_sample(20'000, [](double share) { return 10 * share; }), PriorSide::upper, false);
  EXPECT_NEAR(tail.limit(1e-4), 10, 0.1);
  // Two kinds of objects, most of them parked: the tail is that of the moving ones.
  const Tail mixed(
      exact_sample(20'000, [](double share) { return share < 0.85 ? 0.01 * share : 200 * (share - 0.85); }),
      PriorSide::upper, false);
  EXPECT_LT(mixed.limit(1e-4), 31);
  EXPECT_GT(mixed.limit(1e-4), 29);
}

TEST(Tail, OnePerCentOfErrorsMovesALimitLittle) {
  for (const double error : {3.0, 30.0, 3000.0}) {
    const Tail clean(exact_sample(50'000, exponential), PriorSide::upper, false);
    const Tail spoilt(
        exact_sample(50'000, [&](double share) { return share > 0.99 ? error * 10 : exponential(share / 0.99); }),
        PriorSide::upper, false);
    EXPECT_GT(spoilt.limit(1e-4), 0.95 * clean.limit(1e-4));
    EXPECT_LT(spoilt.limit(1e-4), 1.7 * clean.limit(1e-4)) << error;
    EXPECT_LT(spoilt.probability(error * 10), 1e-4) << error;
  }
}

TEST(Tail, LowerSideOfSizesIsThatOfRatios) {
  const auto lognormal = [](double share) {
    // Logistic instead of normal: its inverse is elementary.
    return 4.5 * std::exp(0.05 * std::log(share / (1 - share)));
  };
  const Sketch sketch = exact_sample(2000, lognormal);
  const Tail low(sketch, PriorSide::lower, true), high(sketch, PriorSide::upper, true);
  EXPECT_NEAR(low.limit(1e-3) * high.limit(1e-3), 4.5 * 4.5, 0.6);
  EXPECT_NEAR(low.limit(1e-3), lognormal(1e-3), 0.08);
  EXPECT_GT(low.limit(1e-9), 0);
  EXPECT_LT(low.probability(2), 1e-3);
  EXPECT_GT(low.probability(4.5), 0.4);
}

TEST(Tail, ProbabilityAndLimitAreInverseAndMonotone) {
  for (const PriorSide side : {PriorSide::upper, PriorSide::lower}) {
    for (const bool logarithmic : {false, true}) {
      const Tail tail(exact_sample(5000, exponential), side, logarithmic);
      double last = side == PriorSide::upper ? 0 : 1e300;
      for (const double share : {0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-6, 1e-9}) {
        const double limit = tail.limit(share);
        EXPECT_TRUE(side == PriorSide::upper ? limit >= last : limit <= last) << share;
        EXPECT_NEAR(std::log10(tail.probability(limit)), std::log10(share), 0.2) << share;
        last = limit;
      }
    }
  }
}

TEST(Tail, OfEqualValuesOrNoneIsDefined) {
  Sketch sketch;
  const Tail none(sketch, PriorSide::upper, false);
  EXPECT_TRUE(std::isnan(none.probability(1)));
  sketch.add(5, 1000);
  const Tail equal(sketch, PriorSide::upper, false);
  EXPECT_LT(equal.limit(1e-4), 6);
  EXPECT_GT(equal.limit(1e-4), 4.9);
  EXPECT_LT(equal.probability(50), 1e-3);
  Sketch zeros;
  zeros.add(0, 1000);
  EXPECT_LT(Tail(zeros, PriorSide::upper, false).limit(1e-4), 1e-3);
  EXPECT_GE(Tail(zeros, PriorSide::lower, false).limit(1e-4), 0);
}

}  // namespace
}  // namespace concord::tests
