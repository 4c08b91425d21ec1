// Lines whose figure is a defect rate: reviewed labels, weighted by the inverse of their inclusion probability.

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "src/acceptance/gate_line.hpp"

namespace concord::acceptance {
namespace {

/// A verdict of an item as a line sees it.
enum class Seen : std::uint8_t { clean, defect, open };

class DefectRate {
 public:
  DefectRate(const GateInputs& inputs, GateLine& line) : inputs_(inputs), line_(line) {}

  void judge() {
    what_ = line_.limit.unit == ReviewUnit::track ? "tracks" : "labels";
    count_units();
    count_findings();
    if (line_.units == 0) return undecided("the reports have no " + what_ + " of it");
    if (is_skipped()) return;
    collect();
    if (taken_ == 0) {
      return undecided(std::isfinite(line_.finding_rate) ? "not reviewed; the rate of findings is no defect rate"
                                                         : "not reviewed");
    }
    if (line_.reviewed == 0) {
      line_.more = line_.open;
      return undecided(fmt::format("{} queued {} are not reviewed yet", line_.open, what_));
    }
    line_.drives = decided_.size();
    line_.value = rate_of(decided_);
    const double population = static_cast<double>(line_.units);
    // The strata of a plan are counted exactly: what is queued stands for all, or some of it was never to be drawn.
    if (std::abs(stands_for_ - population) > 0.5 + 1e-3 * population) {
      return undecided(fmt::format("what was drawn stands for {:.0f} of {} {}{}", stands_for_, line_.units, what_,
                                   has_unflagged_ ? "" : "; a random share of those without findings is missing"));
    }
    const auto sample = stats::clean_sample(std::clamp(line_.limit.limit, 1e-9, 1 - 1e-9), inputs_.spec.confidence);
    line_.needed_sample = std::min(std::max(line_.limit.minimum_sample, sample), line_.units);
    if (taken_ == line_.units) return judge_census();
    const stats::RateBounds best = bound_rate(sums(best_), inputs_.rule());
    const stats::RateBounds worst = bound_rate(sums(worst_), inputs_.rule());
    line_.lower = best.lower;
    line_.upper = worst.upper;
    line_.effective = worst.effective;
    decide_by_bounds(inputs_, best, worst, line_.limit.limit, what_, line_);
  }

 private:
  void undecided(std::string reason) {
    line_.outcome = Outcome::undecided;
    line_.reason = std::move(reason);
  }

  [[nodiscard]] bool in_band(const std::string& range_band) const {
    return line_.range_band.empty() || line_.range_band == range_band;
  }

  void count_units() {
    for (const auto& [name, drive] : inputs_.delivery.drives) {
      for (const auto& [key, labels] : drive.labels) {
        if (inputs_.is_a(key.first, line_.class_name) && in_band(key.second)) labels_ += labels;
      }
    }
    // Reports count the tracks of a label set, not of a class: a review of tracks says itself how many there are.
    line_.units = labels_;
    if (line_.limit.unit != ReviewUnit::track || labels_ == 0) return;
    double tracks = 0;
    for (const ReviewItem& item : inputs_.items) tracks += is_mine(item) ? 1 / item.probability : 0;
    line_.units = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(tracks)));
  }

  [[nodiscard]] bool is_counted(const DeliveryFacts::FindingFacts& finding) const {
    if (!line_.limit.check.empty()) return finding.check == line_.limit.check;
    return line_.limit.fault == Fault::unknown || finding.fault == line_.limit.fault;
  }

  /// Findings have no range band: of a single one their rate is not known.
  void count_findings() {
    if (!line_.range_band.empty() || labels_ == 0) return;
    std::uint64_t findings = 0;
    for (const auto& [id, finding] : inputs_.delivery.findings) {
      findings += inputs_.is_a(finding.class_name, line_.class_name) && is_counted(finding) ? 1 : 0;
    }
    line_.finding_rate = static_cast<double>(findings) / static_cast<double>(labels_);
  }

  /// A line about one check says nothing where the check did not run.
  bool is_skipped() {
    if (line_.limit.check.empty()) return false;
    std::uint64_t sets = 0;
    std::string why;
    for (const auto& [key, label_sets] : inputs_.delivery.not_checked) {
      const auto& [check, state, reason] = key;
      if (check != line_.limit.check) continue;
      sets += label_sets;
      why = std::string(to_string(state)) + ": " + reason;
    }
    if (sets > 0) undecided(fmt::format("{} was not completed on {} label sets ({})", line_.limit.check, sets, why));
    return sets > 0;
  }

  [[nodiscard]] bool is_mine(const ReviewItem& item) const {
    const AcceptanceLimit& limit = line_.limit;
    return (item.unit == ReviewUnit::track) == (limit.unit == ReviewUnit::track) && item.stage == limit.stage &&
           item.sampling == limit.sampling && inputs_.is_a(item.class_name, line_.class_name) &&
           in_band(item.range_band);
  }

  [[nodiscard]] Seen seen(const ReviewItem& item) const {
    if (item.verdict == Verdict::clean) return Seen::clean;
    if (item.verdict != Verdict::defect) return Seen::open;
    const AcceptanceLimit& limit = line_.limit;
    const auto has = [&](Fault fault) {
      return std::find(item.faults.begin(), item.faults.end(), fault) != item.faults.end();
    };
    if (limit.check.empty()) return limit.fault == Fault::unknown || has(limit.fault) ? Seen::defect : Seen::clean;
    // A check's defects are those that it named: by a finding whose fault the reviewer confirmed.
    for (const std::string& id : item.findings) {
      const auto finding = inputs_.delivery.findings.find(id);
      if (finding != inputs_.delivery.findings.end() && finding->second.check == limit.check &&
          has(finding->second.fault)) {
        return Seen::defect;
      }
    }
    return Seen::clean;
  }

  void collect() {
    for (const ReviewItem& item : inputs_.items) {
      if (!is_mine(item)) continue;
      ++taken_;
      stands_for_ += 1 / item.probability;
      has_unflagged_ |= item.findings.empty();
      const double worth = line_.limit.unit == ReviewUnit::object_second ? item.seconds : 1.0;
      const double weight = worth / item.probability;
      const Seen verdict = seen(item);
      line_.reviewed += verdict == Seen::open ? 0 : 1;
      line_.open += verdict == Seen::open ? 1 : 0;
      line_.defects += verdict == Seen::defect ? 1 : 0;
      if (!(weight > 0)) continue;
      if (verdict != Seen::open) decided_[item.drive].add(item.track, weight, verdict == Seen::defect);
      best_[item.drive].add(item.track, weight, verdict == Seen::defect);
      worst_[item.drive].add(item.track, weight, verdict != Seen::clean);
    }
  }

  using Tallies = std::map<std::string, stats::DriveTally>;
  [[nodiscard]] static DriveSums sums(const Tallies& tallies) {
    DriveSums sums;
    for (const auto& [drive, tally] : tallies) sums[drive] = tally.sums();
    return sums;
  }

  [[nodiscard]] static double rate_of(const Tallies& tallies) {
    double weight = 0;
    double defects = 0;
    for (const auto& [drive, tally] : tallies) {
      weight += tally.sums().weight;
      defects += tally.sums().defect_weight;
    }
    return weight > 0 ? defects / weight : std::nan("");
  }

  /// Everything is reviewed: the rate is known, not estimated.
  void judge_census() {
    line_.lower = rate_of(best_);
    line_.upper = rate_of(worst_);
    line_.effective = static_cast<double>(taken_);
    if (line_.lower > line_.limit.limit) {
      line_.outcome = Outcome::fail;
      line_.reason = "all " + what_ + " are reviewed, and the rate is beyond the limit";
    } else if (line_.upper <= line_.limit.limit) {
      line_.outcome = Outcome::pass;
      line_.reason = "all " + what_ + " are reviewed, and the rate is within the limit";
    } else {
      line_.more = line_.open;
      undecided(fmt::format("{} queued {} have no clear verdict yet", line_.open, what_));
    }
  }

  const GateInputs& inputs_;
  GateLine& line_;
  std::string what_;
  Tallies decided_;       ///< without what is open
  Tallies best_, worst_;  ///< what is open taken as clean, as defects
  std::uint64_t labels_ = 0, taken_ = 0;
  double stands_for_ = 0;
  bool has_unflagged_ = false;
};

}  // namespace

void judge_defect_rate(const GateInputs& inputs, GateLine& line) { DefectRate(inputs, line).judge(); }

}  // namespace concord::acceptance
