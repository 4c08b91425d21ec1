#pragma once

#include "concord/drive.hpp"
#include "concord/measurements.hpp"

namespace concord::tests {

/// The steps of the tracks of `set`, label by label, from the definitions in measurements.hpp: boxes moved to the fixed
/// frame as objects, headings as angles, overlaps by oracle_iou_3d. Shares nothing with the kernels.
[[nodiscard]] MotionTable oracle_motion(const Drive& drive, const LabelSet& set);

}  // namespace concord::tests
