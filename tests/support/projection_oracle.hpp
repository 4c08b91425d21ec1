#pragma once

#include "concord/geometry.hpp"
#include "cuda/projection_types.hpp"

namespace concord::tests {

/// Plain reference of project_boxes for one box in the camera's own frame: angles by atan2, edges in many small pieces.
struct OracleImage {
  bool seen = false;
  double left_px = 0, top_px = 0, right_px = 0, bottom_px = 0;
};
[[nodiscard]] OracleImage oracle_image(const kernels::ProjectionModel& model, const Cuboid& box, double near_m,
                                       int pieces);

/// Whether the pixel lies in the image of the box (pinhole).
[[nodiscard]] bool oracle_covers(const kernels::ProjectionModel& model, const Cuboid& box, double u_px, double v_px);

}  // namespace concord::tests
