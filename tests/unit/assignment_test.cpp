#include "src/stats/assignment.hpp"

#include <gmock/gmock.h>
#include <algorithm>
#include <limits>
#include <numeric>
#include <random>

namespace concord::tests {
namespace {

using stats::Assigner;
using stats::Edge;

double sum_of(const std::vector<Edge>& edges, const std::vector<std::uint32_t>& chosen) {
  double sum = 0;
  for (const std::uint32_t i : chosen) sum += edges[i].weight;
  return sum;
}

/// Every assignment tried.
double best_sum(const std::vector<Edge>& edges, std::size_t next, std::uint32_t used_a, std::uint32_t used_b) {
  double best = 0;
  for (std::size_t i = next; i < edges.size(); ++i) {
    const std::uint32_t a = 1U << edges[i].a;
    const std::uint32_t b = 1U << edges[i].b;
    if ((used_a & a) != 0 || (used_b & b) != 0) continue;
    best = std::max(best, edges[i].weight + best_sum(edges, i + 1, used_a | a, used_b | b));
  }
  return best;
}

/// The same by augmenting paths of the largest gain in floating point (Bellman-Ford), O(n^4) at most: another method.
double augmented_sum(const std::vector<Edge>& edges, std::size_t size) {
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  std::vector<std::vector<double>> weight(size, std::vector<double>(size, 0));
  for (const Edge& edge : edges) weight[edge.a][edge.b] = edge.weight;
  std::vector<int> a_of(size, -1), b_of(size, -1);
  double sum = 0;
  for (;;) {
    std::vector<double> gain(size, kNever);
    std::vector<int> from(size, -1);
    for (std::size_t a = 0; a < size; ++a) {
      if (b_of[a] >= 0) continue;
      for (std::size_t b = 0; b < size; ++b) {
        if (weight[a][b] > gain[b]) {
          gain[b] = weight[a][b];
          from[b] = static_cast<int>(a);
        }
      }
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t b = 0; b < size; ++b) {
        if (a_of[b] < 0 || gain[b] == kNever) continue;
        const auto a = static_cast<std::size_t>(a_of[b]);
        for (std::size_t other = 0; other < size; ++other) {
          if (other == b || gain[b] - weight[a][b] + weight[a][other] <= gain[other] + 1e-12) continue;
          gain[other] = gain[b] - weight[a][b] + weight[a][other];
          from[other] = a_of[b];
          changed = true;
        }
      }
    }
    int end = -1;
    for (std::size_t b = 0; b < size; ++b) {
      if (a_of[b] < 0 && gain[b] > 1e-12 && (end < 0 || gain[b] > gain[static_cast<std::size_t>(end)])) {
        end = static_cast<int>(b);
      }
    }
    if (end < 0) return sum;
    sum += gain[static_cast<std::size_t>(end)];
    for (int b = end; b >= 0;) {
      const int a = from[static_cast<std::size_t>(b)];
      const int previous = b_of[static_cast<std::size_t>(a)];
      a_of[static_cast<std::size_t>(b)] = a;
      b_of[static_cast<std::size_t>(a)] = b;
      b = previous;
    }
  }
}

std::vector<Edge> random_edges(std::mt19937_64& random, std::uint32_t size_a, std::uint32_t size_b, double density,
                               int levels) {
  std::vector<Edge> edges;
  for (std::uint32_t a = 0; a < size_a; ++a) {
    for (std::uint32_t b = 0; b < size_b; ++b) {
      const double share = static_cast<double>(random() % 1000) / 1000;
      // Few levels make many ties.
      const double weight = static_cast<double>(1 + random() % static_cast<std::uint64_t>(levels)) / levels;
      if (share < density) edges.push_back({a, b, weight});
    }
  }
  return edges;
}

void expect_valid(const std::vector<Edge>& edges, const std::vector<std::uint32_t>& chosen) {
  std::vector<int> a(64, 0), b(64, 0);
  for (const std::uint32_t i : chosen) {
    EXPECT_EQ(a[edges[i].a]++, 0);
    EXPECT_EQ(b[edges[i].b]++, 0);
  }
  EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
}

TEST(Assignment, HasTheLargestSumOfAllAssignments) {
  std::mt19937_64 random(7);
  Assigner assigner;
  for (int round = 0; round < 2000; ++round) {
    const auto size_a = static_cast<std::uint32_t>(1 + random() % 5);
    const auto size_b = static_cast<std::uint32_t>(1 + random() % 5);
    const auto edges = random_edges(random, size_a, size_b, 0.6, round % 2 == 0 ? 3 : 1000);
    const auto chosen = assigner.optimal(edges);
    expect_valid(edges, chosen);
    EXPECT_NEAR(sum_of(edges, chosen), best_sum(edges, 0, 0, 0), 1e-9) << "round " << round;
  }
}

TEST(Assignment, AgreesWithAnotherMethodOnLargerOnes) {
  std::mt19937_64 random(8);
  Assigner assigner;
  for (int round = 0; round < 60; ++round) {
    const auto edges = random_edges(random, 40, 30, round % 3 == 0 ? 0.03 : 0.4, round % 2 == 0 ? 4 : 100000);
    const auto chosen = assigner.optimal(edges);
    expect_valid(edges, chosen);
    EXPECT_NEAR(sum_of(edges, chosen), augmented_sum(edges, 40), 1e-8) << "round " << round;
  }
}

TEST(Assignment, TheBestSumMayNotHoldTheBestPair) {
  const std::vector<Edge> edges{{0, 0, 0.9}, {0, 1, 0.8}, {1, 0, 0.8}};
  Assigner assigner;
  EXPECT_THAT(assigner.optimal(edges), testing::ElementsAre(1, 2));
  EXPECT_THAT(assigner.greedy(edges), testing::ElementsAre(0));
}

TEST(Assignment, RanksComeBeforeWeights) {
  const std::vector<Edge> edges{{0, 0, 0.9}, {0, 1, 0.8}, {1, 0, 0.7}};
  const std::vector<double> scores{0.1, 0.6, 0.1};
  Assigner assigner;
  EXPECT_THAT(assigner.greedy(edges, scores), testing::ElementsAre(1, 2));
}

TEST(Assignment, OfEqualPairsTheFirstIsTaken) {
  const std::vector<Edge> edges{{0, 0, 0.5}, {0, 1, 0.5}, {1, 0, 0.5}, {1, 1, 0.5}};
  Assigner assigner;
  const auto first = assigner.optimal(edges);
  EXPECT_EQ(first, assigner.optimal(edges));
  EXPECT_THAT(assigner.greedy(edges), testing::ElementsAre(0, 3));
}

TEST(Assignment, LeavesOutWeightsThatAreNone) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Edge> edges{{0, 0, nan}, {1, 1, -1}, {2, 2, 0}, {3, 3, 1e300}, {4, 4, 0.1}};
  Assigner assigner;
  EXPECT_THAT(assigner.optimal(edges), testing::ElementsAre(4));
  EXPECT_TRUE(assigner.optimal({}).empty());
}

TEST(Assignment, AGroupTooLargeIsAssignedGreedilyAndCounted) {
  std::vector<Edge> edges;
  for (std::uint32_t a = 0; a < Assigner::kExactMembers; ++a) {
    edges.push_back({a, a, 0.5});
    edges.push_back({a, a + 1, 0.5});
  }
  Assigner assigner;
  EXPECT_EQ(assigner.optimal(edges).size(), Assigner::kExactMembers);
  EXPECT_EQ(assigner.inexact(), 1);
}

}  // namespace
}  // namespace concord::tests
