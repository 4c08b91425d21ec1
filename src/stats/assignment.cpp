#include "src/stats/assignment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace concord::stats {
namespace {

constexpr std::uint32_t kNobody = 0xFFFFFFFFU;
constexpr double kHeaviest = 4096;
constexpr double kUnits = 0x1p40;
constexpr std::int64_t kInfinite = std::numeric_limits<std::int64_t>::max() / 4;

std::int64_t units_of(double weight) { return weight > 0 && weight <= kHeaviest ? std::llround(weight * kUnits) : 0; }

}  // namespace

std::uint32_t Assigner::root(std::uint32_t node) {
  while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
  return node;
}

/// Fills weight_, and order_ with the edges that count, component after component in the order of their first edges.
void Assigner::split(std::span<const Edge> edges) {
  std::uint32_t end_a = 0;
  std::uint32_t end_b = 0;
  weight_.resize(edges.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    weight_[i] = units_of(edges[i].weight);
    end_a = std::max(end_a, edges[i].a + 1);
    end_b = std::max(end_b, edges[i].b + 1);
  }
  parent_.resize(std::size_t{end_a} + end_b);
  std::iota(parent_.begin(), parent_.end(), 0U);
  local_.assign(parent_.size(), kNobody);
  taken_a_.assign(end_a, 0);
  taken_b_.assign(end_b, 0);
  order_.clear();
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (weight_[i] == 0) continue;
    order_.push_back(static_cast<std::uint32_t>(i));
    const std::uint32_t a = root(edges[i].a);
    const std::uint32_t b = root(end_a + edges[i].b);
    // The smaller node leads: components keep the order of their first member.
    parent_[std::max(a, b)] = std::min(a, b);
  }
  component_of_.resize(edges.size());
  for (const std::uint32_t edge : order_) component_of_[edge] = root(edges[edge].a);
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::uint32_t x, std::uint32_t y) { return component_of_[x] < component_of_[y]; });
}

const std::vector<std::uint32_t>& Assigner::optimal(std::span<const Edge> edges) {
  chosen_.clear();
  split(edges);
  for (std::size_t begin = 0; begin < order_.size();) {
    std::size_t end = begin + 1;
    while (end < order_.size() && component_of_[order_[end]] == component_of_[order_[begin]]) ++end;
    if (end - begin == 1) {
      chosen_.push_back(order_[begin]);
    } else {
      solve(edges, std::span(order_).subspan(begin, end - begin));
    }
    begin = end;
  }
  std::sort(chosen_.begin(), chosen_.end());
  return chosen_;
}

const std::vector<std::uint32_t>& Assigner::greedy(std::span<const Edge> edges, std::span<const double> rank) {
  chosen_.clear();
  split(edges);
  std::sort(order_.begin(), order_.end());
  take_greedily(edges, order_, rank);
  std::sort(chosen_.begin(), chosen_.end());
  return chosen_;
}

void Assigner::take_greedily(std::span<const Edge> edges, std::span<const std::uint32_t> candidates,
                             std::span<const double> rank) {
  std::vector<std::uint32_t> heaviest_first(candidates.begin(), candidates.end());
  std::stable_sort(heaviest_first.begin(), heaviest_first.end(), [&](std::uint32_t x, std::uint32_t y) {
    if (!rank.empty() && rank[x] != rank[y]) return rank[x] > rank[y];
    return weight_[x] > weight_[y];
  });
  for (const std::uint32_t i : heaviest_first) {
    const Edge& edge = edges[i];
    if (taken_a_[edge.a] != 0 || taken_b_[edge.b] != 0) continue;
    taken_a_[edge.a] = taken_b_[edge.b] = 1;
    chosen_.push_back(i);
  }
}

void Assigner::solve(std::span<const Edge> edges, std::span<const std::uint32_t> component) {
  const std::size_t end_a = taken_a_.size();
  members_a_.clear();
  members_b_.clear();
  for (const std::uint32_t i : component) {
    const std::size_t a = edges[i].a;
    const std::size_t b = end_a + edges[i].b;
    if (local_[a] == kNobody) {
      local_[a] = static_cast<std::uint32_t>(members_a_.size());
      members_a_.push_back(edges[i].a);
    }
    if (local_[b] == kNobody) {
      local_[b] = static_cast<std::uint32_t>(members_b_.size());
      members_b_.push_back(edges[i].b);
    }
  }
  if (members_a_.size() + members_b_.size() > kExactMembers) {
    ++inexact_;
    take_greedily(edges, component);
    return;
  }
  const bool turned = members_a_.size() > members_b_.size();
  const std::size_t rows = turned ? members_b_.size() : members_a_.size();
  const std::size_t columns = turned ? members_a_.size() : members_b_.size();
  matrix_.assign(rows * columns, 0);
  edge_at_.assign(rows * columns, kNobody);
  for (const std::uint32_t i : component) {
    const std::size_t a = local_[edges[i].a];
    const std::size_t b = local_[end_a + edges[i].b];
    const std::size_t cell = turned ? b * columns + a : a * columns + b;
    matrix_[cell] = weight_[i];
    edge_at_[cell] = i;
  }
  solve_dense(rows, columns);
  for (std::size_t column = 1; column <= columns; ++column) {
    if (row_of_[column] == 0) continue;
    const std::uint32_t edge = edge_at_[(row_of_[column] - 1) * columns + column - 1];
    if (edge != kNobody) chosen_.push_back(edge);
  }
}

/// row_of_[column], both counted from 1, for the assignment of every row with the largest sum in matrix_. Pairs without
/// an edge weigh 0, so a row that one of them gets is not assigned.
void Assigner::solve_dense(std::size_t rows, std::size_t columns) {
  row_potential_.assign(rows + 1, 0);
  column_potential_.assign(columns + 1, 0);
  row_of_.assign(columns + 1, 0);
  way_.assign(columns + 1, 0);
  for (std::size_t row = 1; row <= rows; ++row) {
    row_of_[0] = static_cast<std::uint32_t>(row);
    least_.assign(columns + 1, kInfinite);
    used_.assign(columns + 1, 0);
    std::size_t column = 0;
    // The shortest alternating path from this row to a free column.
    do {
      used_[column] = 1;
      const std::size_t from = row_of_[column];
      const Cost* weights = matrix_.data() + (from - 1) * columns;
      Cost step = kInfinite;
      std::size_t next = 0;
      for (std::size_t j = 1; j <= columns; ++j) {
        if (used_[j] != 0) continue;
        const Cost reduced = -weights[j - 1] - row_potential_[from] - column_potential_[j];
        if (reduced < least_[j]) {
          least_[j] = reduced;
          way_[j] = static_cast<std::uint32_t>(column);
        }
        if (least_[j] < step) {
          step = least_[j];
          next = j;
        }
      }
      for (std::size_t j = 0; j <= columns; ++j) {
        if (used_[j] != 0) {
          row_potential_[row_of_[j]] += step;
          column_potential_[j] -= step;
        } else {
          least_[j] -= step;
        }
      }
      column = next;
    } while (row_of_[column] != 0);
    while (column != 0) {
      row_of_[column] = row_of_[way_[column]];
      column = way_[column];
    }
  }
}

}  // namespace concord::stats
