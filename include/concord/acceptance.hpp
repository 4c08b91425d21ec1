#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "concord/finding.hpp"
#include "concord/report.hpp"
#include "concord/result.hpp"

namespace concord {

/// What is reviewed, and what a rate is a share of.
enum class ReviewUnit : std::uint8_t {
  label,
  track,
  object_second,  ///< time during which an object is labelled; reviewed label by label
};
/// The state of the labels that a limit is about.
enum class ReviewStage : std::uint8_t { first_pass, final };
enum class Integrity : std::uint8_t { qm, asil_a, asil_b, asil_c, asil_d };

[[nodiscard]] std::string_view to_string(ReviewUnit unit);
[[nodiscard]] std::string_view to_string(ReviewStage stage);
[[nodiscard]] std::string_view to_string(Integrity integrity);

/// How labels are chosen for review.
struct SamplingPlan {
  enum class Kind : std::uint8_t {
    stratified,  ///< a random share of every category, and what is found suspicious
    census,      ///< all labels
    gold,        ///< held against gold labels by `concord compare`
  };
  std::string name;
  Kind kind = Kind::stratified;
  double minimum_share = 0.1;  ///< of the labels of each category that are reviewed
};

enum class LimitMetric : std::uint8_t { defect_rate, recall, kappa, p95_centre };

/// One limit that a category must keep.
struct AcceptanceLimit {
  LimitMetric metric = LimitMetric::defect_rate;
  double limit = 0;              ///< largest defect rate or p95_centre (m), least recall or kappa
  Fault fault = Fault::unknown;  ///< of a defect rate: only these defects; unknown: all
  std::string check;             ///< of a defect rate: only defects that a finding of this check names; empty: all
  ReviewUnit unit = ReviewUnit::label;
  ReviewStage stage = ReviewStage::final;
  std::string sampling;              ///< name of a SamplingPlan
  std::uint64_t minimum_sample = 0;  ///< reviewed units of the category; derived from the limit where not given
};

/// Classes, and where given range bands and ODD cells, that must each keep the limits.
struct AcceptanceCategory {
  std::vector<std::string> classes;      ///< Concord classes, each with those below it
  std::vector<std::string> range_bands;  ///< "0-30", "30-50", "50+"; empty: all ranges together
  std::vector<std::string> odd_cells;    ///< names; empty: everywhere
  std::vector<AcceptanceLimit> limits;
};

struct AcceptanceFunction {
  std::string name;
  Integrity integrity = Integrity::qm;
  std::vector<AcceptanceCategory> categories;
};

struct AcceptanceTier {
  std::string name;
  double oversampling = 1;  ///< how many times the share of the others is drawn of its categories
  std::vector<AcceptanceFunction> functions;
};

/// What a delivery must reach; data/specs/README.md describes the file.
struct AcceptanceSpec {
  double confidence = 0.95;       ///< of each one-sided bound
  double max_icc = 0.5;           ///< correlation of two tracks of one drive that is reckoned with
  std::uint64_t min_drives = 20;  ///< with fewer reviewed drives a rate is undecided
  std::vector<SamplingPlan> sampling;
  std::vector<AcceptanceTier> tiers;

  /// Unknown keys, classes, checks and sampling plans, repeated keys and numbers out of range are errors that name file
  /// and line. `check_ids`: those that a limit may name.
  static Result<AcceptanceSpec> from_file(const std::filesystem::path& path, std::vector<std::string> check_ids);
  static Result<AcceptanceSpec> parse(std::string_view yaml, std::string_view where,
                                      std::vector<std::string> check_ids);
};

enum class Verdict : std::uint8_t {
  pending,  ///< not reviewed yet
  clean,
  defect,
  unsure,  ///< the reviewer could not tell
};

/// One unit of a review queue; with its verdict once it was reviewed. data/specs/README.md describes the columns.
struct ReviewItem {
  ReviewUnit unit = ReviewUnit::label;  ///< label or track
  std::string drive, label_set;
  std::string frame;       ///< empty for tracks
  std::string label;       ///< the dataset's own id; of a track: empty
  std::string track;       ///< empty for labels without
  std::string class_name;  ///< Concord class, as delivered
  std::string range_band, occlusion;
  std::string arm;         ///< random_clean, random_flagged, risk or census
  double probability = 1;  ///< of being in the queue, (0, 1]
  double seconds = 0;      ///< that it stands for
  ReviewStage stage = ReviewStage::final;
  std::string sampling;               ///< name of the plan that drew it
  std::vector<std::string> findings;  ///< ids of those about it
  Verdict verdict = Verdict::pending;
  std::vector<Fault> faults;  ///< of a defect, one or more
  std::string reviewer;
  std::string reason;     ///< why the findings are wrong, or what is
  bool suppress = false;  ///< its findings that the verdict calls wrong shall not be shown again
};

/// The header of a queue file.
[[nodiscard]] std::string_view review_columns();
/// Reads a queue or verdicts, CSV. What is no such file, a value that is none and a unit that comes twice are errors
/// that name file and line.
[[nodiscard]] Result<std::vector<ReviewItem>> read_review(std::span<const std::filesystem::path> paths);
/// The text of a queue file.
[[nodiscard]] std::string review_csv(std::span<const ReviewItem> items);

/// What the gate needs of one comparison with gold labels, read from `concord compare GOLD DELIVERY --format json`.
struct GoldComparison {
  ReviewStage stage = ReviewStage::final;
  std::string source;  ///< the file
  struct Drive {
    std::string name;
    std::uint64_t gold = 0, found = 0;  ///< labels of the gold set, and those with a partner of the same class
    /// Matched pairs by the distance of their centres: upper ends of bins in m, rising, and pairs in them.
    std::vector<std::pair<double, std::uint64_t>> distances;
  };
  struct Kappa {
    double value = std::numeric_limits<double>::quiet_NaN(), low = value, high = value;  ///< 95 %, two-sided
    std::uint64_t labels = 0;
  };
  std::map<std::string, std::vector<Drive>> classes;  ///< by Concord class
  std::map<std::string, Kappa> kappas;                ///< of the class, by Concord class against all others
};
/// `stage_and_path` is `[STAGE=]FILE`. A comparison of several candidates, or without its drives, is an error.
[[nodiscard]] Result<GoldComparison> read_comparison(const std::string& stage_and_path);

enum class Outcome : std::uint8_t { pass, fail, undecided };
[[nodiscard]] std::string_view to_string(Outcome outcome);

/// One limit of one class (and range band and ODD cell), and how it stands. NaN: not known.
struct GateLine {
  std::string tier, function;
  Integrity integrity = Integrity::qm;
  std::string class_name, range_band, odd_cell;  ///< empty: all
  AcceptanceLimit limit;
  Outcome outcome = Outcome::undecided;
  std::string reason;  ///< one sentence
  double value = std::numeric_limits<double>::quiet_NaN();
  double lower = value, upper = value;  ///< one-sided bounds at the spec's confidence
  std::uint64_t units = 0;              ///< in the reports; labels, or pairs of labels in a comparison
  std::uint64_t reviewed = 0, defects = 0;
  std::uint64_t open = 0;  ///< queued but not decided: pending or unsure
  std::uint64_t drives = 0;
  double effective = value;         ///< independent units that the reviewed ones are worth
  std::uint64_t needed_sample = 0;  ///< least reviewed units, or all where there are fewer
  std::uint64_t more = 0;           ///< further units to review before it is decided, where that is known
  double finding_rate = value;      ///< findings of the fault or check per label examined; no defect rate
};

/// A check that did not look at everything.
struct NotChecked {
  std::string check;
  CheckState state = CheckState::unknown;
  std::string reason;
  std::uint64_t label_sets = 0;
};

struct GateResult {
  std::vector<GateLine> lines;
  std::vector<NotChecked> not_checked;
  std::uint64_t drives = 0, labels = 0;
  std::uint64_t findings = 0, suppressed = 0;
  std::vector<std::string> notes;
  std::uint64_t passed = 0, failed = 0, undecided = 0;

  [[nodiscard]] bool accepted() const { return failed == 0 && undecided == 0; }
};

/// What the gate knows of the reports.
struct DeliveryFacts {
  struct Drive {
    std::string label_set;                                                ///< the drive's own
    std::map<std::pair<std::string, std::string>, std::uint64_t> labels;  ///< by class and range band
    std::uint64_t tracks = 0;
  };
  struct FindingFacts {
    std::string check, class_name;
    Fault fault = Fault::unknown;
    std::string fingerprint;
  };
  std::map<std::string, Drive, std::less<>> drives;
  std::map<std::string, FindingFacts, std::less<>> findings;                              ///< by id
  std::map<std::pair<std::string, std::string>, std::uint64_t> examined;                  ///< labels by check and class
  std::map<std::tuple<std::string, CheckState, std::string>, std::uint64_t> not_checked;  ///< label sets

  /// Takes what is needed of a report; the report may go. Only each drive's own label set counts. A drive that another
  /// report has too is an error.
  [[nodiscard]] Result<void> add(const Report& report);
};

/// An error where verdicts are about other drives or label sets than the reports: those decide nothing of them.
[[nodiscard]] Result<void> require_reviewed(const DeliveryFacts& delivery, std::span<const ReviewItem> items);

/// Holds a delivery to its spec: a line for each limit of each class, range band and ODD cell, in the spec's order.
/// Verdicts must be about the drives and label sets of the reports, else it is an error.
[[nodiscard]] Result<GateResult> judge_delivery(const AcceptanceSpec& spec, const DeliveryFacts& delivery,
                                                std::span<const ReviewItem> items,
                                                std::span<const GoldComparison> comparisons);

}  // namespace concord
