// Lines whose figure comes of a comparison with gold labels.

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <set>

#include "src/acceptance/gate_line.hpp"

namespace concord::acceptance {
namespace {

constexpr double kP95Share = 0.05;  ///< of pairs may lie beyond a p95

class GoldLine {
 public:
  GoldLine(const GateInputs& inputs, GateLine& line) : inputs_(inputs), line_(line) {}

  void judge() {
    for (const GoldComparison& comparison : inputs_.comparisons) {
      if (comparison.stage == line_.limit.stage) gold_ = &comparison;
    }
    if (gold_ == nullptr) {
      return undecided(fmt::format("no comparison with gold labels of stage {}", to_string(line_.limit.stage)));
    }
    std::set<std::string> drives;
    for (const auto& [class_name, rows] : gold_->classes) {
      if (!inputs_.is_a(class_name, line_.class_name)) continue;
      for (const GoldComparison::Drive& row : rows) {
        if (row.gold > 0) drives.insert(row.name);
        for (const auto& [distance_m, pairs] : row.distances) distances_[distance_m] += pairs;
      }
    }
    line_.drives = drives.size();
    if (drives.empty()) return undecided("the gold labels have none of it");
    switch (line_.limit.metric) {
      case LimitMetric::kappa:
        return judge_kappa();
      case LimitMetric::recall:
        return judge_recall();
      default:
        return judge_p95();
    }
  }

 private:
  void undecided(std::string reason) {
    line_.outcome = Outcome::undecided;
    line_.reason = std::move(reason);
  }

  /// By drive, units and those that are bad.
  template <class Units, class Bad>
  [[nodiscard]] DriveSums sums(const Units& units_of, const Bad& bad_of) {
    DriveSums sums;
    for (const auto& [class_name, rows] : gold_->classes) {
      if (!inputs_.is_a(class_name, line_.class_name)) continue;
      for (const GoldComparison::Drive& row : rows) {
        const std::uint64_t units = units_of(row);
        const std::uint64_t bad = bad_of(row);
        if (units == 0) continue;
        stats::DriveSums& of_drive = sums[row.name];
        of_drive.units += units;
        of_drive.defects += bad;
        of_drive.weight += static_cast<double>(units);
        of_drive.defect_weight += static_cast<double>(bad);
        // Comparisons do not tell tracks: each label is one of its own.
        of_drive.squares += static_cast<double>(units);
        of_drive.track_squares += static_cast<double>(units);
      }
    }
    return sums;
  }

  void decide(const stats::RateBounds& bounds, double limit, const std::string& what) {
    line_.units = line_.reviewed = bounds.units;
    line_.defects = bounds.defects;
    line_.drives = bounds.drives;
    line_.effective = bounds.effective;
    const auto sample = stats::clean_sample(std::clamp(limit, 1e-9, 1 - 1e-9), inputs_.spec.confidence);
    line_.needed_sample = std::max(line_.limit.minimum_sample, sample);
    decide_by_bounds(inputs_, bounds, bounds, limit, what, line_);
  }

  void judge_recall() {
    const stats::RateBounds missed =
        bound_rate(sums([](const auto& row) { return row.gold; }, [](const auto& row) { return row.gold - row.found; }),
                   inputs_.rule());
    line_.value = 1 - missed.rate;
    line_.lower = 1 - missed.upper;
    line_.upper = 1 - missed.lower;
    decide(missed, 1 - line_.limit.limit, "gold labels");
  }

  /// The p95 is within a limit when at most 5 % of the pairs are farther apart.
  void judge_p95() {
    if (distances_.empty()) return undecided("no label has a partner in the gold labels");
    const auto total = [](const auto& row) {
      std::uint64_t pairs = 0;
      for (const auto& [distance_m, count] : row.distances) pairs += count;
      return pairs;
    };
    const auto beyond = [&](double limit_m) {
      return [limit_m](const auto& row) {
        std::uint64_t pairs = 0;
        for (const auto& [distance_m, count] : row.distances) pairs += distance_m > limit_m ? count : 0;
        return pairs;
      };
    };
    const stats::RateBounds bounds = bound_rate(sums(total, beyond(line_.limit.limit)), inputs_.rule());
    line_.value = quantile();
    // The p95 is at most every distance beyond which surely 5 % or fewer lie, and at least ... more than 5 % lie.
    line_.lower = 0;
    line_.upper = std::numeric_limits<double>::infinity();
    auto low = distances_.begin();
    auto high = distances_.end();
    // The share beyond a distance falls with it: both ends by bisection.
    const auto first_where = [&](const auto& holds) {
      std::size_t from = 0;
      std::size_t to = distances_.size();
      while (from < to) {
        const std::size_t middle = (from + to) / 2;
        const double at = std::next(distances_.begin(), static_cast<std::ptrdiff_t>(middle))->first;
        if (holds(bound_rate(sums(total, beyond(at)), inputs_.rule()))) {
          to = middle;
        } else {
          from = middle + 1;
        }
      }
      return std::next(distances_.begin(), static_cast<std::ptrdiff_t>(from));
    };
    high = first_where([](const stats::RateBounds& b) { return b.upper <= kP95Share; });
    if (high != distances_.end()) line_.upper = high->first;
    low = first_where([](const stats::RateBounds& b) { return b.lower <= kP95Share; });
    if (low != distances_.end()) line_.lower = low->first;
    decide(bounds, kP95Share, "labels with a gold partner");
  }

  [[nodiscard]] double quantile() const {
    std::uint64_t all = 0;
    for (const auto& [distance_m, pairs] : distances_) all += pairs;
    std::uint64_t below = 0;
    for (const auto& [distance_m, pairs] : distances_) {
      below += pairs;
      if (static_cast<double>(below) >= (1 - kP95Share) * static_cast<double>(all)) return distance_m;
    }
    return std::nan("");
  }

  void judge_kappa() {
    const auto found = gold_->kappas.find(line_.class_name);
    if (found == gold_->kappas.end()) return undecided("the comparison has no kappa of it");
    const GoldComparison::Kappa& kappa = found->second;
    line_.value = kappa.value;
    line_.lower = kappa.low;
    line_.upper = kappa.high;
    line_.units = line_.reviewed = kappa.labels;
    line_.needed_sample = line_.limit.minimum_sample;
    if (!std::isfinite(kappa.value)) return undecided("kappa is not defined: all is of one class");
    if (line_.drives < inputs_.spec.min_drives) {
      return undecided(
          fmt::format("only {} drives; bounds need {} independent ones", line_.drives, inputs_.spec.min_drives));
    }
    if (!std::isfinite(kappa.low) || !std::isfinite(kappa.high)) return undecided("kappa has no interval");
    if (kappa.high < line_.limit.limit) {
      line_.outcome = Outcome::fail;
      line_.reason = "the interval is below the limit";
      return;
    }
    if (kappa.labels < line_.needed_sample) {
      line_.more = line_.needed_sample - kappa.labels;
      return undecided(
          fmt::format("{} more gold labels are needed for the minimum sample of {}", line_.more, line_.needed_sample));
    }
    if (kappa.low >= line_.limit.limit) {
      line_.outcome = Outcome::pass;
      line_.reason = "the interval is above the limit";
      return;
    }
    undecided_kappa(kappa);
  }

  /// The interval's width falls with the root of the labels.
  void undecided_kappa(const GoldComparison::Kappa& kappa) {
    const double limit = line_.limit.limit;
    const double reach = kappa.value >= limit ? kappa.value - kappa.low : kappa.high - kappa.value;
    const double distance = std::abs(kappa.value - limit);
    if (!(distance > 1e-6)) return undecided("kappa is as good as the limit");
    const double growth = std::pow(reach / distance, 2);
    line_.more = static_cast<std::uint64_t>(std::ceil(static_cast<double>(kappa.labels) * std::max(growth - 1, 0.0)));
    undecided(fmt::format("about {} more gold labels are needed", line_.more));
  }

  const GateInputs& inputs_;
  GateLine& line_;
  const GoldComparison* gold_ = nullptr;
  std::map<double, std::uint64_t> distances_;
};

}  // namespace

void judge_against_gold(const GateInputs& inputs, GateLine& line) { GoldLine(inputs, line).judge(); }

}  // namespace concord::acceptance
