#pragma once

#include <cmath>
#include <limits>

#include "cuda/backend/backend.hpp"
#include "cuda/types.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// One box with its axes: R[i][j] is row i, column j of R_frame_box (columns are the box's x, y, z axes).
struct Box {
  double center[3];
  double size[3];
  double rotation[3][3];
  bool valid;
};

/// One fixed NaN: those of arithmetic have a sign that differs between machines.
CONCORD_HD inline double quiet_nan() { return std::numeric_limits<double>::quiet_NaN(); }

CONCORD_HD inline bool is_finite(double value) { return value - value == 0.0; }

/// A box as one run of numbers, in the order in which the overlap of pairs reads them.
struct BoxRecord {
  static constexpr int kCenter = 0, kSize = 3, kAxisX = 6, kAxisZ = 9, kAxisY = 12, kValid = 15;
  double value[16];
};

CONCORD_HD inline BoxRecord record_of(const Box& box) {
  BoxRecord record;
  for (int k = 0; k < 3; ++k) {
    record.value[BoxRecord::kCenter + k] = box.center[k];
    record.value[BoxRecord::kSize + k] = box.size[k];
    record.value[BoxRecord::kAxisX + k] = box.rotation[k][0];
    record.value[BoxRecord::kAxisY + k] = box.rotation[k][1];
    record.value[BoxRecord::kAxisZ + k] = box.rotation[k][2];
  }
  record.value[BoxRecord::kValid] = box.valid ? 1.0 : 0.0;
  return record;
}

CONCORD_HD inline Box box_of(const BoxRecord& record) {
  Box box;
  for (int k = 0; k < 3; ++k) {
    box.center[k] = record.value[BoxRecord::kCenter + k];
    box.size[k] = record.value[BoxRecord::kSize + k];
    box.rotation[k][0] = record.value[BoxRecord::kAxisX + k];
    box.rotation[k][1] = record.value[BoxRecord::kAxisY + k];
    box.rotation[k][2] = record.value[BoxRecord::kAxisZ + k];
  }
  box.valid = record.value[BoxRecord::kValid] != 0;
  return box;
}

/// `to` = `count` values; the other lanes repeat the first.
template <int N>
CONCORD_HD_INLINE void load_lanes(const double* values, int count, double (&to)[N]) {
  if (count == N) {
    for (int i = 0; i < N; ++i) to[i] = values[i];  // of known length: becomes vector instructions
  } else {
    for (int i = 0; i < N; ++i) to[i] = values[i < count ? i : 0];
  }
}

/// Rows [first, first + count) of the columns, with normalised quaternions, as records in columns; the other lanes
/// repeat the first. kValid is 0 where a number is not finite, a size is negative or the quaternion is zero.
template <int N>
CONCORD_HD_INLINE void load_boxes(const BoxColumns& c, std::size_t first, int count, double (&out)[16][N]) {
  double qw[N], qx[N], qy[N], qz[N];
  load_lanes(c.x_m + first, count, out[BoxRecord::kCenter]);
  load_lanes(c.y_m + first, count, out[BoxRecord::kCenter + 1]);
  load_lanes(c.z_m + first, count, out[BoxRecord::kCenter + 2]);
  load_lanes(c.length_m + first, count, out[BoxRecord::kSize]);
  load_lanes(c.width_m + first, count, out[BoxRecord::kSize + 1]);
  load_lanes(c.height_m + first, count, out[BoxRecord::kSize + 2]);
  load_lanes(c.qw + first, count, qw);
  load_lanes(c.qx + first, count, qx);
  load_lanes(c.qy + first, count, qy);
  load_lanes(c.qz + first, count, qz);
  CONCORD_LANES
  for (int i = 0; i < N; ++i) {
    const double l = out[BoxRecord::kSize][i], w = out[BoxRecord::kSize + 1][i], h = out[BoxRecord::kSize + 2][i];
    const double norm = sqrt(qw[i] * qw[i] + qx[i] * qx[i] + qy[i] * qy[i] + qz[i] * qz[i]);
    // A sum of finite numbers can overflow, a sum with a NaN or an infinity is never finite.
    const double sum = out[0][i] + out[1][i] + out[2][i] + l + w + h + norm;
    const double smallest = l < w ? (l < h ? l : h) : (w < h ? w : h);
    const double finite = sum - sum == 0.0 ? 1.0 : 0.0;
    const double sized = smallest >= 0 ? finite : 0.0;
    const double valid = norm > 0 ? sized : 0.0;
    const double inverse = 1.0 / norm;
    const double scale = valid > 0 ? inverse : 0.0;
    const double a = qw[i] * scale, x = qx[i] * scale, y = qy[i] * scale, z = qz[i] * scale;
    out[BoxRecord::kAxisX][i] = 1 - 2 * (y * y + z * z);
    out[BoxRecord::kAxisX + 1][i] = 2 * (x * y + a * z);
    out[BoxRecord::kAxisX + 2][i] = 2 * (x * z - a * y);
    out[BoxRecord::kAxisY][i] = 2 * (x * y - a * z);
    out[BoxRecord::kAxisY + 1][i] = 1 - 2 * (x * x + z * z);
    out[BoxRecord::kAxisY + 2][i] = 2 * (y * z + a * x);
    out[BoxRecord::kAxisZ][i] = 2 * (x * z + a * y);
    out[BoxRecord::kAxisZ + 1][i] = 2 * (y * z - a * x);
    out[BoxRecord::kAxisZ + 2][i] = 1 - 2 * (x * x + y * y);
    out[BoxRecord::kValid][i] = valid;
  }
}

/// Row `row` of the columns with its quaternion normalised; invalid when a number is not finite, a size is negative or
/// the quaternion is zero.
CONCORD_HD inline Box load_box(const BoxColumns& c, std::size_t row) {
  double lane[16][1];
  load_boxes(c, row, 1, lane);
  BoxRecord record;
  for (int k = 0; k < 16; ++k) record.value[k] = lane[k][0];
  return box_of(record);
}

/// -1, 0 or 1: a total order of rows by their ten numbers. Pairs are evaluated in this order whichever way they are
/// given, so that results are symmetric to the last bit; 0 means equal boxes.
CONCORD_HD inline int compare_rows(const BoxColumns& a, std::size_t row_a, const BoxColumns& b, std::size_t row_b) {
  const double* const columns_a[10] = {a.x_m, a.y_m, a.z_m, a.length_m, a.width_m, a.height_m, a.qw, a.qx, a.qy, a.qz};
  const double* const columns_b[10] = {b.x_m, b.y_m, b.z_m, b.length_m, b.width_m, b.height_m, b.qw, b.qx, b.qy, b.qz};
  for (int i = 0; i < 10; ++i) {
    const double value_a = columns_a[i][row_a], value_b = columns_b[i][row_b];
    if (value_a < value_b) return -1;
    if (value_a > value_b) return 1;
  }
  return 0;
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
