#pragma once

#include <cmath>

#include "cuda/backend/backend.hpp"
#include "cuda/geometry/box.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

constexpr int kMaxFitPoints = 12;
constexpr int kMaxFitTerms = 4;

/// Least squares of `columns` quantities at the same few points, with up to two points left out that the others
/// contradict. The residual sum without a set S of points is RSS - e_S' (I - H_SS)^-1 e_S (the deletion formula of
/// linear regression), so the best one or two to leave out are found exactly from one fit.
struct LocalFit {
  int points = 0, terms = 0, columns = 0;
  double basis[kMaxFitPoints][kMaxFitTerms];
  double value[kMaxFitPoints][3];
  bool left_out[kMaxFitPoints];

  double coefficient[kMaxFitTerms][3];                  ///< set by solve()
  double weight_of_point[kMaxFitPoints][kMaxFitTerms];  ///< coefficient[k] = sum over points of weight * value
  double residual_squares = 0;
  int used = 0;
};

/// Inverse of the symmetric positive definite leading n x n block of `a` by Gauss-Jordan steps; false when a pivot has
/// lost all but 1e-10 of its diagonal: the points do not determine the terms.
CONCORD_HD inline bool invert_in_place(double (&a)[kMaxFitTerms][kMaxFitTerms], int n) {
  double diagonal[kMaxFitTerms];
  for (int k = 0; k < n; ++k) diagonal[k] = a[k][k];
  for (int k = 0; k < n; ++k) {
    if (!(a[k][k] > 1e-10 * diagonal[k])) return false;
    const double inverse = 1.0 / a[k][k];
    a[k][k] = 1.0;
    for (int j = 0; j < n; ++j) a[k][j] *= inverse;
    for (int i = 0; i < n; ++i) {
      if (i == k) continue;
      const double factor = a[i][k];
      a[i][k] = 0.0;
      for (int j = 0; j < n; ++j) a[i][j] -= factor * a[k][j];
    }
  }
  return true;
}

/// Solves for the points that are not left out; false when they do not determine the terms.
CONCORD_HD inline bool solve(LocalFit& fit) {
  double gram[kMaxFitTerms][kMaxFitTerms];
  for (int a = 0; a < fit.terms; ++a) {
    for (int b = 0; b < fit.terms; ++b) gram[a][b] = 0.0;
  }
  fit.used = 0;
  for (int j = 0; j < fit.points; ++j) {
    if (fit.left_out[j]) continue;
    ++fit.used;
    for (int a = 0; a < fit.terms; ++a) {
      for (int b = 0; b < fit.terms; ++b) gram[a][b] += fit.basis[j][a] * fit.basis[j][b];
    }
  }
  if (fit.used < fit.terms || !invert_in_place(gram, fit.terms)) return false;
  for (int a = 0; a < fit.terms; ++a) {
    for (int c = 0; c < fit.columns; ++c) fit.coefficient[a][c] = 0.0;
  }
  for (int j = 0; j < fit.points; ++j) {
    for (int a = 0; a < fit.terms; ++a) {
      double weight = 0.0;
      for (int b = 0; b < fit.terms; ++b) weight += gram[a][b] * fit.basis[j][b];
      fit.weight_of_point[j][a] = fit.left_out[j] ? 0.0 : weight;
      for (int c = 0; c < fit.columns; ++c) {
        if (!fit.left_out[j]) fit.coefficient[a][c] += weight * fit.value[j][c];
      }
    }
  }
  fit.residual_squares = 0.0;
  for (int j = 0; j < fit.points; ++j) {
    if (fit.left_out[j]) continue;
    for (int c = 0; c < fit.columns; ++c) {
      double e = fit.value[j][c];
      for (int a = 0; a < fit.terms; ++a) e -= fit.coefficient[a][c] * fit.basis[j][a];
      fit.residual_squares += e * e;
    }
  }
  return true;
}

/// Solves with none, one or two points left out. A point more is left out when the mean square per degree of freedom
/// falls below `kKeep` of what it was, after `floor` (an uncertainty that does not matter) is added to both.
CONCORD_HD inline bool solve_robustly(LocalFit& fit, int max_left_out, double floor) {
  constexpr double kKeep = 0.25;
  constexpr double kMinDetermined = 1e-6;  // a point whose leverage is 1 cannot be left out
  for (int j = 0; j < fit.points; ++j) fit.left_out[j] = false;
  if (!solve(fit)) return false;
  const int freedom = fit.points - fit.terms;
  if (max_left_out < 1 || freedom < 2) return true;
  // No mean falls below the floor: where the points already agree to it, nothing can be gained.
  const double mean = fit.residual_squares / freedom + floor;
  if (!(floor < kKeep * mean)) return true;
  const bool try_two = max_left_out >= 2 && freedom >= 4;
  double e[kMaxFitPoints][3], free[kMaxFitPoints];
  for (int j = 0; j < fit.points; ++j) {
    for (int c = 0; c < fit.columns; ++c) {
      e[j][c] = fit.value[j][c];
      for (int a = 0; a < fit.terms; ++a) e[j][c] -= fit.coefficient[a][c] * fit.basis[j][a];
    }
    double leverage = 0.0;
    for (int a = 0; a < fit.terms; ++a) leverage += fit.weight_of_point[j][a] * fit.basis[j][a];
    free[j] = 1.0 - leverage;
  }
  // H[j][k] = basis_j' Gram^-1 basis_k.
  double best_one = 0.0, best_two = 0.0;
  int one = -1, two_a = -1, two_b = -1;
  for (int j = 0; j < fit.points; ++j) {
    const double free_j = free[j];
    if (free_j < kMinDetermined) continue;
    double gain = 0.0;
    for (int c = 0; c < fit.columns; ++c) gain += e[j][c] * e[j][c] / free_j;
    if (gain > best_one) {
      best_one = gain;
      one = j;
    }
    for (int k = j + 1; try_two && k < fit.points; ++k) {
      double hjk = 0.0;
      for (int a = 0; a < fit.terms; ++a) hjk += fit.weight_of_point[k][a] * fit.basis[j][a];
      const double free_k = free[k], determinant = free_j * free_k - hjk * hjk;
      if (free_k < kMinDetermined || determinant < kMinDetermined * free_j * free_k) continue;
      gain = 0.0;
      for (int c = 0; c < fit.columns; ++c) {
        gain += (free_k * e[j][c] * e[j][c] + 2 * hjk * e[j][c] * e[k][c] + free_j * e[k][c] * e[k][c]) / determinant;
      }
      if (gain > best_two) {
        best_two = gain;
        two_a = j;
        two_b = k;
      }
    }
  }
  const double left_one = fit.residual_squares - best_one, left_two = fit.residual_squares - best_two;
  const double mean_one = (left_one > 0 ? left_one : 0.0) / (freedom - 1) + floor;
  const bool take_one = one >= 0 && mean_one < kKeep * mean;
  bool take_two = false;
  if (try_two && two_a >= 0) {
    const double mean_two = (left_two > 0 ? left_two : 0.0) / (freedom - 2) + floor;
    take_two = mean_two < kKeep * (take_one ? mean_one : kKeep * mean);
  }
  if (!take_one && !take_two) return true;
  if (take_two) {
    fit.left_out[two_a] = true;
    fit.left_out[two_b] = true;
  } else {
    fit.left_out[one] = true;
  }
  if (solve(fit)) return true;
  for (int j = 0; j < fit.points; ++j) fit.left_out[j] = false;
  return solve(fit);
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
