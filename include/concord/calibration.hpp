#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concord {

/// A finding whose truth is known, as a calibration is fitted on it.
struct CalibrationSample {
  std::string check;
  double score = 0;     ///< as its check gave it, in [0, 1]
  double surprise = 0;  ///< tail probability; NaN: unknown
  bool is_true = false;
};

/// The model of one check: log odds of being true = intercept + score_slope * score + surprise_slope * x, with
/// x = -log10(surprise), at most 12, over 4, or 0 where it is unknown. Slopes are not negative: the probability never
/// falls with the score nor rises with the tail probability.
struct CalibrationRow {
  std::string check;  ///< empty: the one all others shrink to, for checks without findings in the fit
  double intercept = 0, score_slope = 0, surprise_slope = 0;
  std::uint64_t findings = 0, hits = 0;  ///< fitted on

  bool operator==(const CalibrationRow&) const = default;
};

/// Turns scores into the probability that a finding is true.
struct Calibration {
  double base_rate = 0;              ///< errors over labels in the drives of the fit, in (0, 1)
  std::vector<std::string> drives;   ///< of the fit, sorted
  std::vector<CalibrationRow> rows;  ///< sorted by check; the first is the common one

  /// In (0, 1). At another base rate than that of the fit, the odds change by the ratio of both rates' odds.
  [[nodiscard]] double probability(std::string_view check, double score, double surprise,
                                   std::optional<double> at_base_rate = std::nullopt) const;

  bool operator==(const Calibration&) const = default;
};

/// Fits by penalised maximum likelihood: each check's numbers are drawn towards the common ones as by a normal
/// distribution of standard deviation 1, the common slopes towards 0 as by one of 10. The order of the samples is no
/// matter, and there is no random start. Where all samples are true, or none is, the probability is the one rate.
[[nodiscard]] Calibration fit_calibration(std::span<const CalibrationSample> samples, double base_rate,
                                          std::vector<std::string> drives);

}  // namespace concord
