#pragma once

#include "cuda/backend/backend.hpp"
#include "cuda/geometry/point_in_box.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

enum class RayEnd { misses, front, inside, behind };

/// The stretch of the ray from `origin` to `point` (both in the box's axes; 0 there, 1 here) that lies in the box with
/// half sizes `share` * half; empty (enter > leave) when the ray passes beside it, the box lies behind the origin, or a
/// number is not finite.
struct RayStretch {
  double enter, leave;
};

CONCORD_HD inline RayStretch ray_stretch(const PointBox& box, double share, const LocalPoint& origin,
                                         const LocalPoint& point) {
  const RayStretch nothing{1, 0};
  double enter = 0, leave = std::numeric_limits<double>::infinity();
  for (int k = 0; k < 3; ++k) {
    const double half = share * box.half[k], from = origin.at[k], step = point.at[k] - from;
    if (!is_finite(step)) return nothing;
    if (step == 0) {
      if (fabs(from) > half) return nothing;
      continue;
    }
    const double a = (-half - from) / step, b = (half - from) / step;
    const double first = a < b ? a : b, last = a < b ? b : a;
    enter = first > enter ? first : enter;
    leave = last < leave ? last : leave;
  }
  return {enter, leave};
}

/// Where a ray that meets the core of a box (`core` * its sizes) ends: more than `near_m` before the box, in it
/// (closed) or near before it, or behind it.
CONCORD_HD inline RayEnd ray_end(const PointBox& box, double core, double near_m, const LocalPoint& origin,
                                 const LocalPoint& point) {
  const RayStretch through = ray_stretch(box, core, origin, point);
  if (!(through.enter <= through.leave)) return RayEnd::misses;
  const RayStretch whole = ray_stretch(box, 1, origin, point);
  if (whole.enter > 1) {
    const double dx = point.at[0] - origin.at[0], dy = point.at[1] - origin.at[1], dz = point.at[2] - origin.at[2];
    return (whole.enter - 1) * sqrt(dx * dx + dy * dy + dz * dz) > near_m ? RayEnd::front : RayEnd::inside;
  }
  return whole.leave < 1 ? RayEnd::behind : RayEnd::inside;
}

/// Direction (x, y) as a number in [0, 4) that grows with the angle from the x axis: a full turn without trigonometry.
/// -1 for no direction.
CONCORD_HD inline float diamond_angle(float x, float y) {
  const float sum = fabsf(x) + fabsf(y);
  if (!(sum > 0)) return -1.0F;
  const float t = y / sum;
  if (x >= 0) return y >= 0 ? t : 4.0F + t;
  return 2.0F - t;
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
