#pragma once

#include <vector>

#include "concord/attributes.hpp"

namespace concord::odd {

/// How the ego drives, one value a frame; NaN where it is not known.
struct EgoMotion {
  std::vector<double> speed_mps;          ///< over ground
  std::vector<double> acceleration_mps2;  ///< rate of change of the speed: negative where it brakes
  std::vector<double> curvature_1pm;      ///< of the path, not negative
};

/// Differences of poses up to 0.25 s (speed) and 0.5 s (the others) before and after the frame, or to the neighbours
/// where these are further away. Not known without pose or time, and where such neighbours are over 3 s apart. The
/// curvature is heading change over distance, known from 1 m on.
[[nodiscard]] EgoMotion ego_motion_of(const Frames& frames);

/// One row a frame. A frame lasts until the next; one that lasts over ten times as long as the median frame (a gap in
/// the recording) or is the last one counts as a median frame. Not known where time or pose is missing, times do not
/// rise, or frames are over a minute or 10 km apart; no distance is counted over a gap.
[[nodiscard]] std::vector<FrameExposure> exposure_of(const Drive& drive);

}  // namespace concord::odd
