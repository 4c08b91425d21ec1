#include "concord/ranking.hpp"
#include "concord/scoring.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>

#include "src/seeding/matching.hpp"
#include "src/seeding/probability.hpp"

namespace concord {
namespace {

using seeding::Baseline;
using seeding::DriveKey;
using seeding::FrameOrder;
using seeding::names_fault;

constexpr std::size_t kMaxMagnitudes = 8;

/// The magnitude is set by the spec (0.3 m), not measured afterwards (distance of two swapped tracks).
bool is_graded(const std::string& error_type) {
  const ErrorKindInfo* info = find_error_kind(error_type);
  return info == nullptr || std::any_of(info->parameters.begin(), info->parameters.end(),
                                        [](const ErrorParameter& parameter) { return parameter.list; });
}

/// One finding on a seeded label set.
struct Judged {
  const Finding* finding = nullptr;
  std::vector<std::size_t> rows;  ///< key rows that it hits
  bool is_baseline = false;
  bool is_elsewhere = false;
};

class Scorer {
 public:
  Scorer(std::span<const Report> reports, std::span<const KeyRow> key, std::span<const Report> baseline)
      : reports_(reports), key_(key), baseline_reports_(baseline) {}

  Result<Score> run() {
    CONCORD_RETURN_IF_ERROR(index_drives());
    index_key();
    if (!key_.empty() && unvalidated_ == key_.size()) {
      return Error{ErrorCode::not_found, "no report has a drive of the key (" + key_.front().drive + ", ...)", "",
                   "reports of the corrupted dataset"};
    }
    for (const Report& report : baseline_reports_) baseline_.add(report);
    score_.has_baseline = !baseline_reports_.empty();
    judge_findings();
    inherit_from_root_causes();
    mark_rows();
    count_checks();
    count_error_types();
    count_top();
    count_probabilities();
    add_notes();
    return std::move(score_);
  }

 private:
  Result<void> index_drives();
  void index_key();
  void judge_findings();
  void inherit_from_root_causes();
  void mark_rows();
  void count_checks();
  void count_error_types();
  void count_top();
  void count_probabilities();
  void note_overlap(const std::string& what, const std::set<std::string>& drives);
  void add_notes();
  [[nodiscard]] Share precision_of(const ErrorKindInfo* info, const std::string& error_type) const;
  [[nodiscard]] bool is_own_set(const Finding& finding) const {
    const auto found = own_set_.find(finding.drive);
    return found != own_set_.end() && (finding.label_set.empty() || finding.label_set == found->second);
  }

  std::span<const Report> reports_;
  std::span<const KeyRow> key_;
  std::span<const Report> baseline_reports_;
  Score score_;
  Baseline baseline_;
  std::map<std::string, std::string> own_set_;  ///< drive -> name of its own label set
  std::map<std::string, DriveKey> drive_keys_;
  std::vector<Judged> judged_;
  std::size_t unvalidated_ = 0;
};

Result<void> Scorer::index_drives() {
  for (const Report& report : reports_) {
    for (const DriveSummary& drive : report.drives) {
      const std::string own = drive.label_sets.empty() ? std::string() : drive.label_sets.front().name;
      if (!own_set_.emplace(drive.name, own).second) {
        return Error{ErrorCode::invalid_argument, "two reports hold drive '" + drive.name + "'", "", "one a drive"};
      }
      ++score_.drives;
      score_.labels += drive.label_sets.empty() ? 0 : drive.label_sets.front().cuboids;
    }
  }
  return {};
}

void Scorer::index_key() {
  std::map<std::string, FrameOrder> orders;
  for (const auto& reports : {reports_, baseline_reports_}) {
    for (const Report& report : reports) {
      for (const DriveSummary& drive : report.drives) orders[drive.name].learn(report, drive.name);
    }
  }
  for (std::size_t i = 0; i < key_.size(); ++i) {
    score_.rows.push_back({.row = key_[i], .checks = {}, .validated = own_set_.contains(key_[i].drive)});
    if (!score_.rows.back().validated) {
      ++unvalidated_;
      continue;
    }
    drive_keys_[key_[i].drive].add(i, key_[i], orders[key_[i].drive]);
  }
}

void Scorer::judge_findings() {
  for (const Report& report : reports_) {
    for (const Finding& finding : report.findings) {
      if (!is_own_set(finding)) continue;
      Judged judged{.finding = &finding, .rows = {}, .is_baseline = baseline_.has(finding)};
      const auto drive = drive_keys_.find(finding.drive);
      if (!judged.is_baseline && drive != drive_keys_.end()) {
        judged.rows = drive->second.hit_by(finding, score_.has_baseline);
        judged.is_elsewhere = drive->second.has_track_of(finding);
      }
      judged_.push_back(std::move(judged));
    }
  }
}

void Scorer::inherit_from_root_causes() {
  std::unordered_map<std::string, const Judged*> by_id;
  for (const Judged& judged : judged_) by_id.emplace(judged.finding->id, &judged);
  std::vector<std::pair<Judged*, std::vector<std::size_t>>> inherited;
  for (Judged& judged : judged_) {
    if (judged.is_baseline || !judged.rows.empty() || judged.finding->root_cause.empty()) continue;
    const auto cause = by_id.find(judged.finding->root_cause);
    if (cause != by_id.end()) inherited.emplace_back(&judged, cause->second->rows);
  }
  // Afterwards, so that it does not matter which finding comes first.
  for (auto& [judged, rows] : inherited) judged->rows = std::move(rows);
}

void Scorer::mark_rows() {
  for (const Judged& judged : judged_) {
    for (const std::size_t index : judged.rows) {
      ScoredRow& row = score_.rows[index];
      row.checks.push_back(judged.finding->check);
      row.found_by_fault |= names_fault(find_error_kind(row.row.error_type), judged.finding->fault);
    }
  }
  for (ScoredRow& row : score_.rows) {
    std::sort(row.checks.begin(), row.checks.end());
    row.checks.erase(std::unique(row.checks.begin(), row.checks.end()), row.checks.end());
  }
}

void Scorer::count_checks() {
  std::map<std::string, CheckScore> checks;
  std::map<std::string, Fault> faults;
  for (const Report& report : reports_) {
    for (const CheckRow& check : report.checks) faults[check.id] = check.fault;
    for (const StatusRow& status : report.statuses) {
      if (status.state == CheckState::completed) checks[status.check];
    }
    for (const ExposureRow& row : report.exposure) {
      const auto own = own_set_.find(row.drive);
      if (own != own_set_.end() && row.label_set == own->second) checks[row.check].labels += row.labels;
    }
  }
  for (const Judged& judged : judged_) {
    CheckScore& check = checks[judged.finding->check];
    faults.emplace(judged.finding->check, judged.finding->fault);
    ++check.findings;
    if (judged.is_baseline) {
      ++check.baseline;
      ++score_.baseline;
      continue;
    }
    ++score_.precision.of;
    if (!judged.rows.empty()) {
      ++check.hits;
      ++score_.precision.hits;
    } else {
      check.elsewhere += judged.is_elsewhere ? 1 : 0;
      ++score_.false_alarms;
    }
  }
  for (auto& [id, check] : checks) {
    check.check = id;
    check.precision = {check.hits, check.findings - check.baseline};
    for (const ScoredRow& row : score_.rows) {
      if (!row.validated || !names_fault(find_error_kind(row.row.error_type), faults[id])) continue;
      ++check.recall.of;
      check.recall.hits += std::binary_search(row.checks.begin(), row.checks.end(), id) ? 1 : 0;
    }
    score_.checks.push_back(check);
  }
}

Share Scorer::precision_of(const ErrorKindInfo* info, const std::string& error_type) const {
  Share precision;
  for (const Judged& judged : judged_) {
    if (judged.is_baseline || !names_fault(info, judged.finding->fault)) continue;
    const bool hits = std::any_of(judged.rows.begin(), judged.rows.end(),
                                  [&](std::size_t row) { return key_[row].error_type == error_type; });
    precision.hits += hits ? 1 : 0;
    precision.of += hits || judged.rows.empty() ? 1 : 0;
  }
  return precision;
}

void Scorer::count_error_types() {
  std::map<std::string, ErrorTypeScore> types;
  std::map<std::string, std::map<double, ErrorTypeScore>> magnitudes;
  for (const ScoredRow& row : score_.rows) {
    if (!row.validated) continue;
    for (ErrorTypeScore* type : {&types[row.row.error_type], &magnitudes[row.row.error_type][row.row.magnitude]}) {
      ++type->found.of;
      ++type->found_by_fault.of;
      type->found.hits += row.checks.empty() ? 0 : 1;
      type->found_by_fault.hits += row.found_by_fault ? 1 : 0;
    }
    for (const std::string& check : row.checks) ++score_.matrix[row.row.error_type][check];
  }
  for (auto& [name, type] : types) {
    type.error_type = name;
    type.precision = precision_of(find_error_kind(name), name);
    score_.found.hits += type.found.hits;
    score_.found.of += type.found.of;
    score_.found_by_fault.hits += type.found_by_fault.hits;
    score_.found_by_fault.of += type.found_by_fault.of;
    score_.error_types.push_back(type);
    auto& graded = magnitudes[name];
    if (graded.size() < 2 || graded.size() > kMaxMagnitudes || !is_graded(name)) continue;
    for (auto& [magnitude, part] : graded) {
      part.error_type = name;
      part.magnitude = magnitude;
      score_.magnitudes.push_back(part);
    }
  }
}

void Scorer::count_top() {
  std::vector<Finding> findings;
  std::vector<std::uint8_t> hits;
  for (const Judged& judged : judged_) {
    if (judged.is_baseline) continue;
    findings.push_back(*judged.finding);
    hits.push_back(judged.rows.empty() ? 0 : 1);
  }
  const std::vector<RankedFault> faults = rank_faults(findings);
  for (const std::size_t budget : {10U, 50U, 100U}) {
    TopScore top{.faults = budget, .precision = {}};
    for (std::size_t i = 0; i < std::min(budget, faults.size()); ++i) {
      const bool any =
          hits[faults[i].finding] != 0 || std::any_of(faults[i].evidence.begin(), faults[i].evidence.end(),
                                                      [&](std::size_t finding) { return hits[finding] != 0; });
      ++top.precision.of;
      top.precision.hits += any ? 1 : 0;
    }
    score_.top.push_back(top);
  }
}

void Scorer::count_probabilities() {
  for (const Judged& judged : judged_) {
    const Finding& f = *judged.finding;
    score_.findings.push_back({f.check, f.score, f.surprise, !judged.rows.empty(), judged.is_baseline});
  }
  score_.probability = score_probabilities(score_.findings);
  std::set<std::string> priors, calibration;
  score_.probability.calibrated = !reports_.empty();
  for (const Report& report : reports_) {
    const seeding::LearnedFrom learned = seeding::learned_from(report);
    score_.probability.calibrated = score_.probability.calibrated && learned.calibrated;
    priors.insert(learned.drives.begin(), learned.drives.end());
    calibration.insert(learned.calibration_drives.begin(), learned.calibration_drives.end());
  }
  note_overlap("the priors were learned", priors);
  note_overlap("the calibration was fitted", calibration);
}

void Scorer::note_overlap(const std::string& what, const std::set<std::string>& drives) {
  std::string first;
  std::size_t seen = 0;
  for (const auto& [drive, set] : own_set_) {
    if (!drives.contains(drive)) continue;
    if (seen++ == 0) first = drive;
  }
  if (seen == 0) return;
  score_.notes.push_back(
      fmt::format("NOT UNSEEN: {} on {} of these drives ({}{})", what, seen, first, seen > 1 ? ", ..." : ""));
}

void Scorer::add_notes() {
  if (unvalidated_ > 0) {
    score_.notes.push_back(fmt::format("{} key rows are of drives without a report and count nowhere", unvalidated_));
  }
  std::size_t unplaced = 0;
  for (const auto& [drive, rows] : drive_keys_) unplaced += rows.unplaced();
  if (unplaced > 0) {
    score_.notes.push_back(fmt::format(
        "{} key rows name frames whose place the reports do not tell: only findings on their labels hit them "
        "(validate with --keep-measurements)",
        unplaced));
  }
  if (!score_.has_baseline) {
    score_.notes.emplace_back("no --baseline: what the untouched data raise too counts as hit or false alarm");
    return;
  }
  std::set<std::string> drives;
  for (const Report& report : baseline_reports_) {
    for (const DriveSummary& drive : report.drives) drives.insert(drive.name);
  }
  for (const auto& [drive, set] : own_set_) {
    if (!drives.contains(drive)) score_.notes.push_back("no baseline report has drive " + drive);
  }
}

}  // namespace

Result<Score> score(std::span<const Report> reports, std::span<const KeyRow> key, std::span<const Report> baseline) {
  return Scorer(reports, key, baseline).run();
}

Result<Calibration> calibrate(std::span<const Report> reports, std::span<const KeyRow> key,
                              std::span<const Report> baseline, const std::string& priors_sha256) {
  std::vector<std::string> drives;
  for (const Report& report : reports) {
    const seeding::LearnedFrom learned = seeding::learned_from(report);
    const std::string name = report.drives.empty() ? "" : report.drives.front().name;
    if (learned.calibrated) {
      return Error{ErrorCode::invalid_argument, "the scores of drive '" + name + "' are calibrated already", "",
                   "reports judged with priors without a calibration"};
    }
    if (learned.priors_sha256 != priors_sha256) {
      return Error{ErrorCode::invalid_argument, "drive '" + name + "' was not judged with these priors", "",
                   "reports of `concord validate --priors` with the same file"};
    }
    for (const DriveSummary& drive : report.drives) drives.push_back(drive.name);
  }
  CONCORD_ASSIGN_OR_RETURN(const Score scored, score(reports, key, baseline));
  std::vector<CalibrationSample> samples;
  for (const ScoredFinding& finding : scored.findings) {
    if (!finding.untouched) samples.push_back({finding.check, finding.score, finding.surprise, finding.hit});
  }
  const std::uint64_t hits = scored.probability.hits.hits;
  if (hits == 0 || hits == samples.size()) {
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{} of {} findings are true: nothing to fit", hits, samples.size()), "",
                 "true and false findings (without --baseline, those of the untouched copy count as false)"};
  }
  const double base_rate =
      static_cast<double>(scored.found.of) / static_cast<double>(std::max<std::uint64_t>(scored.labels, 1));
  return fit_calibration(samples, std::clamp(base_rate, 1e-9, 1 - 1e-9), std::move(drives));
}

}  // namespace concord
