#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "concord/acceptance.hpp"
#include "concord/result.hpp"
#include "concord/sampling.hpp"

namespace concord::acceptance {

/// A label or track that may be drawn.
struct DrawUnit {
  std::uint64_t number = 0;  ///< random, the unit's own: the smallest of a stratum are drawn
  float risk = 0;            ///< rank of the fault of which it is the foremost unit; 0 where it is of none
  std::uint32_t drive = 0, row = 0;
  std::uint32_t category = 0;
  bool flagged = false;  ///< has findings
};

enum class Arm : std::uint8_t { random_clean, random_flagged, risk, census };
[[nodiscard]] std::string_view to_string(Arm arm);

struct Drawn {
  std::size_t unit = 0;
  Arm arm = Arm::random_clean;
  double probability = 1;
};

/// Draws from `units`, by the random numbers alone whatever their order. `categories` have units and wanted set, and
/// get what was drawn. Categories are merged (over occlusion, then range, then findings) where the budget has less than
/// one unit for each; less than one a class is an error.
[[nodiscard]] Result<std::vector<Drawn>> draw(std::span<const DrawUnit> units, const SampleOptions& options,
                                              std::vector<SampledCategory>& categories);

/// Sets `wanted`: the plan's share, more in tiers that are oversampled, at least kRareUnits, and what the spec's limits
/// on `options.unit` and `stage` need; nothing more than there is.
inline constexpr std::uint64_t kRareUnits = 5;
void set_wanted(const SampleOptions& options, const SamplingPlan& plan, std::vector<SampledCategory>& categories);

/// The plan that the options mean.
[[nodiscard]] Result<SamplingPlan> plan_of(const SampleOptions& options);

}  // namespace concord::acceptance
