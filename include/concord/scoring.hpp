#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "concord/calibration.hpp"
#include "concord/report.hpp"
#include "concord/result.hpp"
#include "concord/seeding.hpp"

namespace concord {

/// `hits` of `of`, with Wilson's 95 % interval.
struct Share {
  std::uint64_t hits = 0;
  std::uint64_t of = 0;

  /// NaN when `of` is 0.
  [[nodiscard]] double value() const;
  /// Ends of the interval; 0 and 1 when `of` is 0.
  [[nodiscard]] double low() const;
  [[nodiscard]] double high() const;
};

/// What became of one line of the key.
struct ScoredRow {
  KeyRow row;
  std::vector<std::string> checks;  ///< sorted ids of the checks with a finding that hits it
  bool found_by_fault = false;      ///< one of those findings names the kind of fault that was seeded
  bool validated = true;            ///< a report has its drive; else it counts nowhere
};

struct ErrorTypeScore {
  std::string error_type;
  std::optional<double> magnitude;  ///< set in Score::magnitudes
  Share found;                      ///< recall: key rows that any finding hits
  Share found_by_fault;             ///< key rows that a finding of the seeded fault hits
  /// Precision: of the new findings that name this type's fault and hit one of its rows or none at all, those that hit.
  Share precision;
};

struct CheckScore {
  std::string check;
  std::uint64_t findings = 0;   ///< on the seeded label set
  std::uint64_t baseline = 0;   ///< of these, raised on the untouched copy too
  std::uint64_t hits = 0;       ///< of the others, those that hit a key row
  std::uint64_t elsewhere = 0;  ///< of the rest, those on a track with an error, but not near it
  std::uint64_t labels = 0;     ///< examined, by the report's exposure
  Share precision;              ///< hits / (findings - baseline)
  Share recall;                 ///< of the key rows whose fault is this check's, those that it hits

  /// Findings that neither hit nor are on the untouched copy, per 1,000 labels examined; NaN without labels.
  [[nodiscard]] double false_alarms_per_1000() const;
  [[nodiscard]] double baseline_per_1000() const;
};

/// What a reviewer with a budget sees: of the first `faults` faults of the merged ranking (rank_faults; all where there
/// are fewer), those of which a finding hits a key row.
struct TopScore {
  std::uint64_t faults = 0;
  Share precision;
};

/// One finding on a seeded label set, as probabilities are scored and calibrated on it.
struct ScoredFinding {
  std::string check;
  double score = 0, surprise = 0;
  bool hit = false;        ///< hits a key row
  bool untouched = false;  ///< the untouched copy has it too: whether it is true is not known
};

/// Findings whose scores lie in [low, high); the last part includes its end.
struct ReliabilityBin {
  double low = 0, high = 0;
  double mean_score = 0;
  Share hits;
};

/// How well scores do as probabilities of being true, on the findings that the untouched copy has not.
struct ProbabilityScore {
  Share hits;
  std::vector<ReliabilityBin> reliability;                        ///< tenths that hold findings, in order
  double brier = std::numeric_limits<double>::quiet_NaN();        ///< mean of (score - truth)^2
  double brier_skill = std::numeric_limits<double>::quiet_NaN();  ///< 1 - Brier score / that of the share of hits
  double auc = std::numeric_limits<double>::quiet_NaN();  ///< chance that a hit has the higher score; ties are half
  double auc_surprise = std::numeric_limits<double>::quiet_NaN();  ///< the same of the lower tail probability
  bool calibrated = false;                                         ///< every report was judged with calibrated priors
};
[[nodiscard]] ProbabilityScore score_probabilities(std::span<const ScoredFinding> findings);

/// How a validation did on a corrupted dataset.
struct Score {
  std::vector<ScoredRow> rows;              ///< in the key's order
  std::vector<ErrorTypeScore> error_types;  ///< sorted by name
  std::vector<ErrorTypeScore> magnitudes;   ///< of types whose spec gives two to eight
  std::vector<CheckScore> checks;           ///< every check that completed or found something, sorted
  std::map<std::string, std::map<std::string, std::uint64_t>> matrix;  ///< error type -> check -> key rows hit
  Share found, found_by_fault, precision;
  std::vector<TopScore> top;            ///< of 10, 50 and 100, without the findings of the untouched copy
  std::vector<ScoredFinding> findings;  ///< all of the seeded label sets
  ProbabilityScore probability;
  std::uint64_t labels = 0, drives = 0;  ///< of the seeded label sets
  std::uint64_t false_alarms = 0, baseline = 0;
  bool has_baseline = false;
  std::vector<std::string> notes;  ///< what could not be scored, and why

  [[nodiscard]] double false_alarms_per_1000() const;
  [[nodiscard]] double baseline_per_1000() const;
};

/// Holds the findings of `reports` against the answer key.
///
/// A finding hits a key row of its drive when it is about the row's track or other track (as its own track or its other
/// one, so that the partner of an overlap counts) or about the row's label, and its frames come within one frame of the
/// row's. A missing object has no name: such a finding hits the rows of the seeded fault (drop) in its frames; where
/// there are none and a baseline is given, it is taken as a consequence of any error there (a box moved away leaves its
/// points behind). A row without track and label is hit by every new finding in its drive that names the seeded fault.
/// A finding whose root cause hits, hits the same rows. Only the dataset's own label set counts.
///
/// A finding that `baseline`, reports of the untouched copy, holds too (same check and same id, fingerprint, or label
/// and frame) is kept apart: it is no hit and no false alarm.
///
/// Frame names become positions through the frames of a report made with --keep-measurements, else through the frames
/// that findings name, else as whole numbers.
///
/// Errors: no key row's drive has a report; two reports hold one drive.
[[nodiscard]] Result<Score> score(std::span<const Report> reports, std::span<const KeyRow> key,
                                  std::span<const Report> baseline);

/// Fits what turns the scores of `reports` into probabilities, on findings that the untouched copy has not. The reports
/// must be of `priors_sha256`, uncalibrated, and hold both hits and false alarms.
[[nodiscard]] Result<Calibration> calibrate(std::span<const Report> reports, std::span<const KeyRow> key,
                                            std::span<const Report> baseline, const std::string& priors_sha256);

}  // namespace concord
