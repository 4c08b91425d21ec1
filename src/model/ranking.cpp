#include "concord/ranking.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace concord {

double rank_of(const Finding& finding) {
  constexpr double kHighest = static_cast<double>(Severity::error);
  return finding.score * static_cast<double>(finding.severity) / kHighest;
}

namespace {

/// Disjoint sets of findings.
class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

/// Drive, label set and one more name: findings are compared within these only.
using Key = std::tuple<std::string_view, std::string_view, std::string_view>;

void join_root_causes(std::span<const Finding> findings, Groups& groups) {
  std::unordered_map<std::string_view, std::size_t> first_of;  // cause id -> a finding of its fault
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const std::string_view cause = findings[i].root_cause.empty() ? findings[i].id : findings[i].root_cause;
    const auto [entry, is_new] = first_of.try_emplace(cause, i);
    if (!is_new) groups.join(entry->second, i);
  }
}

void join_labels(std::span<const Finding> findings, Groups& groups) {
  std::map<Key, std::size_t> first_of;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Finding& f = findings[i];
    // A span is named by its first label; it is not about that label alone.
    if (f.scope != Scope::label && f.scope != Scope::pair) continue;
    for (const std::string_view label : {std::string_view(f.label), std::string_view(f.other_label)}) {
      if (label.empty()) continue;
      const auto [entry, is_new] = first_of.try_emplace(Key{f.drive, f.label_set, label}, i);
      if (!is_new) groups.join(entry->second, i);
    }
  }
}

bool overlap(const Finding& a, const Finding& b) {
  constexpr double kLeastShare = 0.3;
  const auto first = std::max(a.frame_index, b.frame_index);
  const auto last = std::min(a.frame_index_end, b.frame_index_end);
  if (first > last) return false;
  const auto length = [](const Finding& f) { return static_cast<double>(f.frame_index_end - f.frame_index) + 1; };
  return static_cast<double>(last - first) + 1 >= kLeastShare * std::max(length(a), length(b));
}

void join_spans(std::span<const Finding> findings, Groups& groups) {
  std::map<Key, std::vector<std::size_t>> by_track;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Finding& f = findings[i];
    const bool placed = f.frame_index != kNone && f.frame_index_end != kNone && f.frame_index <= f.frame_index_end;
    if (!f.track.empty() && placed) by_track[{f.drive, f.label_set, f.track}].push_back(i);
  }
  for (auto& [key, rows] : by_track) {
    std::stable_sort(rows.begin(), rows.end(),
                     [&](std::size_t a, std::size_t b) { return findings[a].frame_index < findings[b].frame_index; });
    // A fault has a handful of findings; those further back in the list begin too early to be of it.
    constexpr std::size_t kReach = 64;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      for (std::size_t back = 1; back <= std::min(k, kReach); ++back) {
        if (overlap(findings[rows[k - back]], findings[rows[k]])) groups.join(rows[k - back], rows[k]);
      }
    }
  }
}

}  // namespace

std::vector<RankedFault> rank_faults(std::span<const Finding> findings) {
  Groups groups(findings.size());
  join_root_causes(findings, groups);
  join_labels(findings, groups);
  join_spans(findings, groups);

  std::map<std::size_t, std::vector<std::size_t>> members;
  std::unordered_map<std::string_view, std::size_t> explained;  // root cause id -> findings that it explains
  for (std::size_t i = 0; i < findings.size(); ++i) {
    members[groups.find(i)].push_back(i);
    if (!findings[i].root_cause.empty()) ++explained[findings[i].root_cause];
  }
  std::vector<RankedFault> faults;
  for (auto& [group, rows] : members) {
    const auto is_cause = [&](std::size_t i) { return explained.contains(findings[i].id); };
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
      if (is_cause(a) != is_cause(b)) return is_cause(a);
      return rank_of(findings[a]) > rank_of(findings[b]);
    });
    RankedFault fault{rows.front(), {rows.begin() + 1, rows.end()}, 0};
    for (const std::size_t i : rows) fault.rank = std::max(fault.rank, rank_of(findings[i]));
    faults.push_back(std::move(fault));
  }
  std::sort(faults.begin(), faults.end(), [&](const RankedFault& a, const RankedFault& b) {
    const Finding &f = findings[a.finding], &g = findings[b.finding];
    if (a.rank != b.rank) return a.rank > b.rank;
    return std::tie(f.drive, f.frame_index, f.id, a.finding) < std::tie(g.drive, g.frame_index, g.id, b.finding);
  });
  return faults;
}

}  // namespace concord
