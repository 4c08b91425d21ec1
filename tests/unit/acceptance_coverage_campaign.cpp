// Do the one-sided bounds of clustered rates hold? Walks the grid of src/acceptance/README.md and prints its table.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <algorithm>

#include "tests/support/coverage.hpp"

namespace concord::tests {
namespace {

TEST(AcceptanceCoverage, BoundsCoverTheTrueRateOnTheWholeGrid) {
  constexpr int kRuns = 2000;
  fmt::print("{:>7} {:>6} | lowest coverage of the upper and the lower bound\n", "RATE", "ICC");
  for (const double rate : {0.001, 0.003, 0.01, 0.02, 0.05}) {
    for (const double icc : {0.0, 0.02, 0.1, 0.25, 0.5}) {
      double upper = 1;
      double lower = 1;
      for (const int drives : {20, 50, 200}) {
        for (const int labels : {5, 30, 100}) {
          for (const int labels_per_track : {1, 5}) {
            for (const bool uneven : {false, true}) {
              const CoverageCase c{rate, icc, drives, labels, labels_per_track, uneven};
              const Coverage covered = coverage(c, kRuns, 1);
              EXPECT_GE(covered.upper, 0.94)
                  << rate << " " << icc << " " << drives << " " << labels << " " << labels_per_track << " " << uneven;
              EXPECT_GE(covered.lower, 0.94)
                  << rate << " " << icc << " " << drives << " " << labels << " " << labels_per_track << " " << uneven;
              upper = std::min(upper, covered.upper);
              lower = std::min(lower, covered.lower);
            }
          }
        }
      }
      fmt::print("{:>6.1f}% {:>6.2f} | {:.4f} {:.4f}\n", 100 * rate, icc, upper, lower);
    }
  }
}

}  // namespace
}  // namespace concord::tests
