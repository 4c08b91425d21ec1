#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "concord/acceptance.hpp"
#include "concord/result.hpp"

namespace concord {

struct SampleOptions {
  std::vector<std::filesystem::path> reports;  ///< files
  std::optional<AcceptanceSpec> spec;          ///< what is needed follows from its limits
  std::string plan;                            ///< of the spec; empty: its only plan that is no gold, or "review"
  std::optional<double> minimum_share;         ///< of each category, instead of the plan's; 0.1 without a spec
  std::uint64_t budget = 0;                    ///< most units of the queue; 0: as many as the shares ask for
  double risk_share = 0.25;                    ///< of the queue, for the most suspicious units; in [0, 1)
  std::uint64_t seed = 0;
  ReviewUnit unit = ReviewUnit::label;  ///< label or track
  ReviewStage stage = ReviewStage::final;
  std::optional<std::filesystem::path> openlabel;  ///< folder for the queue's labels, one file a drive
};

/// Labels (or tracks) of one class, range band and occlusion.
struct SampledCategory {
  std::string class_name, range_band, occlusion;
  std::uint64_t units = 0;
  std::uint64_t wanted = 0;  ///< by shares and limits
  std::uint64_t drawn = 0;
};

struct ReviewSample {
  std::vector<ReviewItem> items;
  std::vector<SampledCategory> categories;  ///< sorted
  std::uint64_t risk = 0;                   ///< items that are in the queue because they are suspicious
  std::vector<std::string> notes;

  [[nodiscard]] std::uint64_t short_categories() const;
};

/// Draws what is to be reviewed of the drives' own label sets: the most suspicious units for certain, and of the others
/// a random share of every category, those with and those without findings apart, so that rates can be estimated.
/// Labels come from the reports' kept measurements, else from the datasets, which must be unchanged.
///
/// The same options give the same queue, whatever the order of the reports. A larger share or budget takes in what a
/// smaller one drew at random. Memory: 32 bytes a label, and one drive at a time.
///
/// Errors: a drive that cannot be read or has changed, one that two reports have, a plan that the spec lacks, a budget
/// below one unit a class.
[[nodiscard]] Result<ReviewSample> draw_sample(const SampleOptions& options);

}  // namespace concord
