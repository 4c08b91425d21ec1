#pragma once

#include "src/checks/check.hpp"

namespace concord::judging {

/// Limits of points.floating_box and points.sunk_box. With n labels of a track the limit is floor_m + noise_m / sqrt(n)
/// + noise_per_range * range.
struct GroundParameters {
  double on_ground = 1;
  double floor_m = 0.14;
  double noise_m = 0.2;
  double noise_per_range = 0.003;
  double min_support = 12;

  static std::vector<Field<GroundParameters>> fields();
};

enum class GroundSide : std::int8_t { above = 1, below = -1 };

/// Adds a finding for each track whose cuboids stand that far above (or below) the ground, and for each label that does
/// so compared with the others of its track, with the height of its centre as proposal.
void add_ground_faults(CheckContext& context, const PerClass<GroundParameters>& parameters, GroundSide side);

}  // namespace concord::judging
