#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "src/checks/check.hpp"

namespace concord::judging {

/// Limits of the checks that hold a cuboid against its points. With n labels of a track to look at, a limit is
/// floor_m + noise_m / sqrt(n) + noise_per_range * range: what is noise in one frame is an error in forty. Gaps may be
/// larger by rounding_m at each end, since bodies are rounded and slanted there. One label against the labels beside it
/// in time (ViewDeviation) has the limit single_floor_m + noise_per_range * range.
struct FitParameters {
  double floor_m = 0.14;
  double noise_m = 0.3;
  double noise_per_range = 0.003;
  double rounding_m = 0.2;
  double min_points = 40;
  double single_floor_m = 0.12;
  double single_sigmas = 4.5;
  double single_min_points = 8;

  static std::vector<Field<FitParameters>> fields();
};

/// How a cuboid misses its points along one of its axes.
enum class FitKind : std::uint8_t {
  undersized,  ///< points stick out and do not leave room at the other end
  oversized,   ///< points end before both ends, or before one and reach the other
  loose,       ///< points end before a face that is seen, and nothing is known of the other end
  shifted,     ///< points stick out at one end and leave room at the other, or a label differs from those beside it
};

struct FitFault {
  FitKind kind = FitKind::undersized;
  std::uint32_t first_row = 0, last_row = 0;  ///< labels of one track that share it; both the same for one label
  int axis = 0;                               ///< of the cuboid: 0 length, 1 width, 2 height
  double value_m = 0;                         ///< missing or spare length, width of the gap, or shift; > 0
  double limit_m = 0;
  Cuboid proposal;  ///< of the label first_row, ego frame
};

/// Finds how the labels of each track (and each label without track) miss their points, each kind at most once a track
/// for all of its labels (the worst axis), and once for each label that differs from those beside it in time. Counts
/// the labels that could be looked at as examined.
void find_fit_faults(CheckContext& context, const PerClass<FitParameters>& parameters,
                     const std::function<void(const FitFault&)>& found);

/// Adds the findings of one kind, with size and centre as proposals.
void add_fit_faults(CheckContext& context, const PerClass<FitParameters>& parameters, FitKind kind);

}  // namespace concord::judging
