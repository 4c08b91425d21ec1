#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "concord/acceptance.hpp"
#include "concord/finding.hpp"
#include "concord/result.hpp"

namespace concord {

/// A share of reviewed units, weighted by their inclusion probability, with one-sided 95 % bounds. What is open counts
/// against it in one bound and for it in the other. NaN where nothing is decided; no bounds below 20 drives.
struct ReviewedShare {
  std::uint64_t reviewed = 0, hits = 0, open = 0, drives = 0;
  double value = std::numeric_limits<double>::quiet_NaN();
  double lower = value, upper = value;
};

/// Of the labels (tracks) that a check has a finding about, those whose reviewer named a fault of its kind.
struct CheckPrecision {
  std::string check;
  std::uint64_t findings = 0;  ///< of the check in the reports
  ReviewedShare confirmed;
};

/// Defects among the labels (tracks) of one unit, stage and sampling plan; of one class, of one fault, or of all.
struct CorrectedRate {
  ReviewUnit unit = ReviewUnit::label;
  ReviewStage stage = ReviewStage::final;
  std::string sampling, class_name;
  Fault fault = Fault::unknown;
  double stands_for = 0;  ///< units: the sum of the weights
  ReviewedShare defects;
};

/// A finding that reviewers called wrong and that shall not be shown again.
struct Suppression {
  std::string finding, fingerprint;  ///< the second knows it in a redelivery whose ids have changed
  std::string drive, check, reason, reviewer;
};

struct ReviewResult {
  std::vector<CheckPrecision> checks;  ///< of every check with findings or verdicts, sorted
  std::vector<CorrectedRate> rates;    ///< by unit, stage and plan: all, then by class, then by fault
  std::vector<Suppression> suppressions;
  std::vector<NotChecked> not_checked;
  std::uint64_t items = 0, reviewed = 0;
  std::vector<std::string> notes;
};

/// What the verdicts say of a delivery's findings. They must be about its drives and label sets, else it is an error.
[[nodiscard]] Result<ReviewResult> import_review(const DeliveryFacts& delivery, std::span<const ReviewItem> items);

/// Suppressions as CSV.
[[nodiscard]] std::string suppressions_csv(std::span<const Suppression> suppressions);

/// The findings that are not shown.
class SuppressionList {
 public:
  /// Nothing is suppressed.
  SuppressionList() = default;
  /// Reads suppressions_csv(); what is no such file is an error that names file and line.
  static Result<SuppressionList> read(const std::filesystem::path& path);

  /// The suppression of that finding: by its id, or by fingerprint and check; nullptr without.
  [[nodiscard]] const Suppression* find(const Finding& finding) const;
  [[nodiscard]] bool empty() const { return rows_.empty(); }

 private:
  std::vector<Suppression> rows_;
  std::unordered_map<std::string, std::size_t> by_id_, by_fingerprint_;
};

}  // namespace concord
