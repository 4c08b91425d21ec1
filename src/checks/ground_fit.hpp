#pragma once

#include "src/checks/check.hpp"

namespace concord::judging {

/// Limits of points.floating_box and points.sunk_box. With n labels of a track the limit is floor_m + noise_m / sqrt(n)
/// + noise_per_range * range; that of one label against those beside it in time is single_floor_m + noise_per_range *
/// range.
struct GroundParameters {
  double on_ground = 1;
  double floor_m = 0.14;
  double noise_m = 0.2;
  double noise_per_range = 0.003;
  double min_support = 12;
  double single_floor_m = 0.12;
  double single_sigmas = 4.5;
  double single_min_points = 8;

  static std::vector<Field<GroundParameters>> fields();
};

enum class GroundSide : std::int8_t { above = 1, below = -1 };

/// Adds a finding for each track whose cuboids stand that far above (or below) the ground, and for each label that does
/// so compared with those beside it in time, with the height of its centre as proposal.
void add_ground_faults(CheckContext& context, const PerClass<GroundParameters>& parameters, GroundSide side);

}  // namespace concord::judging
