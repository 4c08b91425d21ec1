#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace concord::stats {

/// That `a` of one list may be assigned to `b` of another, and what it is worth.
struct Edge {
  std::uint32_t a = 0, b = 0;
  double weight = 0;  ///< in (0, 4096]; others are left out, as are NaN
};

/// Assignment of two lists to each other in which every member is assigned once at most.
///
/// Weights are rounded to multiples of 2^-40, so that equal ones stay equal and sums do not depend on their order. The
/// same edges in the same order give the same assignment. Keeps its buffers: one object serves many frames.
class Assigner {
 public:
  /// Members of a connected component of both lists up to which the assignment is exact: the work grows with their
  /// cube. Larger ones, which no plausible labels make, are assigned greedily and counted.
  static constexpr std::size_t kExactMembers = 2048;

  /// Positions in `edges` of an assignment with the largest sum of weights, sorted: Kuhn-Munkres with potentials
  /// (Kuhn 1955; the O(n^2 m) form of Jonker, Volgenant 1987) on each connected component. `edges` is sorted by (a, b)
  /// and names no pair twice.
  [[nodiscard]] const std::vector<std::uint32_t>& optimal(std::span<const Edge> edges);
  /// Takes the heaviest edge that is still free, again and again; of equal ones the first. Where `rank` is given, one
  /// an edge, edges of a higher rank come first, whatever they weigh.
  [[nodiscard]] const std::vector<std::uint32_t>& greedy(std::span<const Edge> edges,
                                                         std::span<const double> rank = {});
  /// Components that were too large to be assigned exactly.
  [[nodiscard]] std::int64_t inexact() const { return inexact_; }

 private:
  using Cost = std::int64_t;

  void split(std::span<const Edge> edges);
  void solve(std::span<const Edge> edges, std::span<const std::uint32_t> component);
  void solve_dense(std::size_t rows, std::size_t columns);
  void take_greedily(std::span<const Edge> edges, std::span<const std::uint32_t> candidates,
                     std::span<const double> rank = {});
  std::uint32_t root(std::uint32_t node);

  std::vector<Cost> weight_;           ///< per edge; 0 leaves it out
  std::vector<std::uint32_t> parent_;  ///< union-find over the a, then the b
  std::vector<std::uint32_t> order_;   ///< edges by component
  std::vector<std::uint32_t> component_of_;
  std::vector<std::uint32_t> local_, members_a_, members_b_;
  std::vector<Cost> matrix_;
  std::vector<std::uint32_t> edge_at_;
  std::vector<Cost> row_potential_, column_potential_, least_;
  std::vector<std::uint32_t> row_of_, way_;
  std::vector<std::uint8_t> used_, taken_a_, taken_b_;
  std::vector<std::uint32_t> chosen_;
  std::int64_t inexact_ = 0;
};

}  // namespace concord::stats
