#pragma once

#include "cuda/backend/backend.hpp"
#include "cuda/geometry/pair_lanes.hpp"
#include "cuda/geometry/rectangle_overlap.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

struct Overlap {
  double iou_bev, iou_3d, overlap_smaller, overlap_smaller_bev;
};

/// Overlaps of `N` pairs as columns. Where `prism` is 0 the two are no prisms over one plane, and the rest is void.
template <int N>
struct OverlapLanes {
  double iou_bev[N], iou_3d[N], overlap_smaller[N], overlap_smaller_bev[N];
  double prism[N];
};

/// `part` is not negative.
CONCORD_HD_INLINE double ratio(double part, double whole) {
  const double share = part / whole;
  const double bounded = share > 1.0 ? 1.0 : share;
  return whole > 0 ? bounded : 0.0;
}

CONCORD_HD_INLINE Overlap ratios(double area, double area_a, double area_b, double volume, double volume_a,
                                 double volume_b) {
  return {ratio(area, area_a + area_b - area), ratio(volume, volume_a + volume_b - volume),
          ratio(volume, min_of(volume_a, volume_b)), ratio(area, min_of(area_a, area_b))};
}

/// Product of the vectors in columns [u, u + 3) and [v, v + 3) of lane i.
template <int N>
CONCORD_HD_INLINE double dot(const double (*u)[N], const double (*v)[N], int i) {
  return u[0][i] * v[0][i] + u[1][i] * v[1][i] + u[2][i] * v[2][i];
}

/// Overlap of the boxes of each lane in a's frame, taken as prisms over a's base plane; bird's eye is then that plane.
/// They are when the angle between their up axes lifts the ends of neither by more than 1e-7 of its height, and moves
/// the top of neither by more than 1e-7 of its length or width.
template <int N>
CONCORD_HD_INLINE void overlap_prisms(const PairLanes<N>& pairs, OverlapLanes<N>& out) {
  const double(*const a)[N] = pairs.a;
  const double(*const b)[N] = pairs.b;
  const double(*const ax)[N] = a + BoxRecord::kAxisX;
  const double(*const ay)[N] = a + BoxRecord::kAxisY;
  const double(*const az)[N] = a + BoxRecord::kAxisZ;
  const double(*const bx)[N] = b + BoxRecord::kAxisX;
  const double(*const bz)[N] = b + BoxRecord::kAxisZ;
  CONCORD_LANES
  for (int i = 0; i < N; ++i) {
    const double la = a[BoxRecord::kSize][i], wa = a[BoxRecord::kSize + 1][i], ha = a[BoxRecord::kSize + 2][i];
    const double lb = b[BoxRecord::kSize][i], wb = b[BoxRecord::kSize + 1][i], hb = b[BoxRecord::kSize + 2][i];

    // Sine of the angle between the up axes, along a's x and y. Squares are compared, which saves a root.
    const double tilt_x = dot(ax, bz, i), tilt_y = dot(ay, bz, i), tilt = tilt_x * tilt_x + tilt_y * tilt_y;
    const double reach = max_of(la + wa, lb + wb), lift = 1e-7 * min_of(ha, hb);
    const double height = max_of(ha, hb), shift = 1e-7 * min_of(min_of(la, wa), min_of(lb, wb));
    const double lifted = tilt * (reach * reach) <= lift * lift ? 1.0 : 0.0;
    const double shifted = tilt * (height * height) <= shift * shift ? lifted : 0.0;
    out.prism[i] = dot(az, bz, i) > 0 ? shifted : 0.0;

    const double dx = b[0][i] - a[0][i], dy = b[1][i] - a[1][i], dz = b[2][i] - a[2][i];
    const double cx = ax[0][i] * dx + ax[1][i] * dy + ax[2][i] * dz;
    const double cy = ay[0][i] * dx + ay[1][i] * dy + ay[2][i] * dz;
    const double cz = az[0][i] * dx + az[1][i] * dy + az[2][i] * dz;
    // b's heading in a's plane. Its length is 1 to within 1e-14, for which one step of Newton's method is exact.
    const double hx = dot(ax, bx, i), hy = dot(ay, bx, i);
    const double scale = 1.5 - 0.5 * (hx * hx + hy * hy);
    const double area = rectangle_overlap(0.5 * la, 0.5 * wa, 0.5 * lb, 0.5 * wb, cx, cy, hx * scale, hy * scale);
    const double top = min_of(0.5 * ha, cz + 0.5 * hb), bottom = max_of(-0.5 * ha, cz - 0.5 * hb);
    const double common_height = clamp_to(top - bottom, 0.0, min_of(ha, hb));
    const double area_a = la * wa, area_b = lb * wb;
    const Overlap overlap = ratios(area, area_a, area_b, area * common_height, area_a * ha, area_b * hb);
    out.iou_bev[i] = overlap.iou_bev;
    out.iou_3d[i] = overlap.iou_3d;
    out.overlap_smaller[i] = overlap.overlap_smaller;
    out.overlap_smaller_bev[i] = overlap.overlap_smaller_bev;
  }
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
