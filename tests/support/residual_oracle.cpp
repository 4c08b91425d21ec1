#include "tests/support/residual_oracle.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <optional>

namespace concord::tests {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Fit {
  Eigen::MatrixXd coefficients;  ///< term x column
  Eigen::MatrixXd influence;     ///< term x point: coefficients = influence * values
  double mean_square = 0;
};

Eigen::MatrixXd without(const Eigen::MatrixXd& rows, const std::vector<Eigen::Index>& left_out) {
  Eigen::MatrixXd kept(rows.rows() - static_cast<Eigen::Index>(left_out.size()), rows.cols());
  Eigen::Index to = 0;
  for (Eigen::Index from = 0; from < rows.rows(); ++from) {
    if (std::find(left_out.begin(), left_out.end(), from) == left_out.end()) kept.row(to++) = rows.row(from);
  }
  return kept;
}

std::optional<Fit> fit(const Eigen::MatrixXd& basis, const Eigen::MatrixXd& values,
                       const std::vector<Eigen::Index>& left_out) {
  const Eigen::MatrixXd a = without(basis, left_out), b = without(values, left_out);
  if (a.rows() < a.cols()) return std::nullopt;
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(a);
  qr.setThreshold(1e-6);
  if (qr.rank() < a.cols()) return std::nullopt;
  Fit result{qr.solve(b), qr.solve(Eigen::MatrixXd::Identity(a.rows(), a.rows())), 0};
  const auto freedom = static_cast<double>(a.rows() - a.cols());
  result.mean_square = freedom > 0 ? (a * result.coefficients - b).squaredNorm() / freedom : 0;
  return result;
}

/// The rule of the kernel: a point more must reduce the mean square to a quarter.
std::optional<Fit> robust_fit(const Eigen::MatrixXd& basis, const Eigen::MatrixXd& values, int most,
                              std::vector<Eigen::Index>& left_out) {
  constexpr double kIgnored = 1e-4, kKeep = 0.25;
  const auto all = fit(basis, values, {});
  if (!all) return std::nullopt;
  const Eigen::Index points = basis.rows(), freedom = points - basis.cols();
  if (most < 1 || freedom < 2) return all;
  std::optional<Fit> best_one, best_two;
  std::vector<Eigen::Index> one, two;
  for (Eigen::Index j = 0; j < points; ++j) {
    const auto candidate = fit(basis, values, {j});
    if (candidate && (!best_one || candidate->mean_square < best_one->mean_square)) {
      best_one = candidate;
      one = {j};
    }
    for (Eigen::Index k = j + 1; k < points && most >= 2 && freedom >= 4; ++k) {
      const auto pair = fit(basis, values, {j, k});
      if (pair && (!best_two || pair->mean_square < best_two->mean_square)) {
        best_two = pair;
        two = {j, k};
      }
    }
  }
  const double mean = all->mean_square + kIgnored;
  const bool take_one = best_one && best_one->mean_square + kIgnored < kKeep * mean;
  const double reference = take_one ? best_one->mean_square + kIgnored : kKeep * mean;
  if (best_two && best_two->mean_square + kIgnored < kKeep * reference) {
    left_out = two;
    return best_two;
  }
  if (!take_one) return all;
  left_out = one;
  return best_one;
}

struct Window {
  std::vector<std::size_t> index;
  int before = 0, after = 0;
};

Window window_of(const OracleTrack& track, std::size_t i, int before, int after, bool with_itself) {
  Window window;
  const auto distance = [&](std::size_t j) { return std::abs(track.time_s[j] - track.time_s[i]); };
  for (std::size_t j = i, looked = 0; j-- > 0 && looked < static_cast<std::size_t>(before); ++looked) {
    if (distance(j) > track.window_s) break;
    if (!with_itself && distance(j) <= 1e-6) continue;
    window.index.push_back(j);
    ++window.before;
  }
  std::size_t j = with_itself ? i : i + 1;
  for (std::size_t looked = 0; j < track.time_s.size() && looked < static_cast<std::size_t>(after); ++j, ++looked) {
    if (distance(j) > track.window_s) break;
    if (!with_itself && distance(j) <= 1e-6) continue;
    window.index.push_back(j);
    ++window.after;
  }
  return window;
}

Eigen::MatrixXd basis_of(const OracleTrack& track, const Window& window, std::size_t i, Eigen::Index terms,
                         double scale) {
  Eigen::MatrixXd basis(static_cast<Eigen::Index>(window.index.size()), terms);
  for (Eigen::Index j = 0; j < basis.rows(); ++j) {
    const double u = (track.time_s[window.index[static_cast<std::size_t>(j)]] - track.time_s[i]) / scale;
    for (Eigen::Index k = 0; k < terms; ++k) basis(j, k) = std::pow(u, static_cast<double>(k));
    if (terms == 4) basis(j, 3) = window.index[static_cast<std::size_t>(j)] >= i ? 1 : 0;
  }
  return basis;
}

Eigen::MatrixXd values_of(const OracleTrack& track, const Window& window, std::size_t i, bool axes) {
  Eigen::MatrixXd values(static_cast<Eigen::Index>(window.index.size()), axes ? 1 : 3);
  for (Eigen::Index j = 0; j < values.rows(); ++j) {
    const std::size_t at = window.index[static_cast<std::size_t>(j)];
    if (axes) {
      values(j, 0) = track.axis_rad[at] - track.axis_rad[i];
    } else {
      values.row(j) << track.x_m[at] - track.x_m[i], track.y_m[at] - track.y_m[i], track.z_m[at] - track.z_m[i];
    }
  }
  return values;
}

double scale_of(const OracleTrack& track, const Window& window, std::size_t i) {
  double scale = 0;
  for (const std::size_t j : window.index) scale = std::max(scale, std::abs(track.time_s[j] - track.time_s[i]));
  return scale;
}

std::optional<Fit> polynomial(const OracleTrack& track, const Window& window, std::size_t i, bool axes, double scale) {
  const auto count = static_cast<Eigen::Index>(window.index.size());
  const bool both = window.before >= 2 && window.after >= 2;
  for (Eigen::Index terms = count >= 5 || (count == 4 && both) ? 3 : 2; terms >= 2; --terms) {
    const Eigen::Index freedom = count - terms;
    std::vector<Eigen::Index> left_out;
    const auto result = robust_fit(basis_of(track, window, i, terms, scale), values_of(track, window, i, axes),
                                   freedom >= 5 ? 2 : (freedom >= 2 ? 1 : 0), left_out);
    if (result) return result;
  }
  return std::nullopt;
}

}  // namespace

OracleResidual oracle_residual(const OracleTrack& track, std::size_t i) {
  OracleResidual r{kNan, kNan, kNan, kNan, kNan, kNan, kNan, kNan, kNan, kNan, kNan, kNan};
  const double hx = track.heading_x[i], hy = track.heading_y[i];
  const std::size_t count = track.time_s.size();
  const Window window = window_of(track, i, i + 2 >= count ? 6 : 4, i < 2 ? 6 : 4, false);
  const double scale = scale_of(track, window, i);
  if (window.index.size() >= 2 && scale > 0) {
    if (const auto position = polynomial(track, window, i, false, scale)) {
      const Eigen::RowVectorXd at = position->coefficients.row(0), rate = position->coefficients.row(1) / scale;
      r.along_m = -(at[0] * hx + at[1] * hy);
      r.across_m = -(at[1] * hx - at[0] * hy);
      r.up_m = -at[2];
      r.gain = std::sqrt(1 + position->influence.row(0).squaredNorm());
      r.velocity_along_mps = rate[0] * hx + rate[1] * hy;
      r.velocity_across_mps = rate[1] * hx - rate[0] * hy;
    }
    if (const auto axis = polynomial(track, window, i, true, scale)) {
      r.heading_rad = -axis->coefficients(0, 0);
      r.yaw_rate_radps = axis->coefficients(1, 0) / scale;
    }
  }
  const Window around = window_of(track, i, 5, 5, true);
  const double step_scale = scale_of(track, around, i);
  if (around.before < 2 || around.after < 2 || around.index.size() < 7 || !(step_scale > 0)) return r;
  const int shorter = std::min(around.before, around.after);
  const int most = shorter >= 4 && around.index.size() >= 9 ? 2 : (shorter >= 3 ? 1 : 0);
  std::vector<Eigen::Index> left_out;
  const Eigen::MatrixXd basis = basis_of(track, around, i, 4, step_scale);
  if (const auto step = robust_fit(basis, values_of(track, around, i, false), most, left_out)) {
    const Eigen::RowVectorXd s = step->coefficients.row(3);
    r.step_along_m = s[0] * hx + s[1] * hy;
    r.step_across_m = s[1] * hx - s[0] * hy;
    r.step_gain = step->influence.row(3).norm();
  }
  if (const auto step = robust_fit(basis, values_of(track, around, i, true), most, left_out)) {
    r.step_heading_rad = step->coefficients(3, 0);
  }
  return r;
}

}  // namespace concord::tests
