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

/// Row `row` of the columns with its quaternion normalised; invalid when a number is not finite, a size is negative or
/// the quaternion is zero.
CONCORD_HD inline Box load_box(const BoxColumns& c, std::size_t row) {
  Box box;
  box.center[0] = c.x_m[row];
  box.center[1] = c.y_m[row];
  box.center[2] = c.z_m[row];
  box.size[0] = c.length_m[row];
  box.size[1] = c.width_m[row];
  box.size[2] = c.height_m[row];
  double w = c.qw[row], x = c.qx[row], y = c.qy[row], z = c.qz[row];
  const double norm = sqrt(w * w + x * x + y * y + z * z);
  // A sum of finite numbers can overflow, a sum with a NaN or an infinity is never finite.
  const double sum = box.center[0] + box.center[1] + box.center[2] + box.size[0] + box.size[1] + box.size[2] + norm;
  box.valid = is_finite(sum) && box.size[0] >= 0 && box.size[1] >= 0 && box.size[2] >= 0 && norm > 0;
  const double scale = box.valid ? 1.0 / norm : 0.0;
  w *= scale;
  x *= scale;
  y *= scale;
  z *= scale;
  box.rotation[0][0] = 1 - 2 * (y * y + z * z);
  box.rotation[0][1] = 2 * (x * y - w * z);
  box.rotation[0][2] = 2 * (x * z + w * y);
  box.rotation[1][0] = 2 * (x * y + w * z);
  box.rotation[1][1] = 1 - 2 * (x * x + z * z);
  box.rotation[1][2] = 2 * (y * z - w * x);
  box.rotation[2][0] = 2 * (x * z - w * y);
  box.rotation[2][1] = 2 * (y * z + w * x);
  box.rotation[2][2] = 1 - 2 * (x * x + y * y);
  return box;
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

}  // namespace concord::kernels::CONCORD_BACKEND_NS
