// Each label of a track against the motion of its neighbours: what they predict for it, and whether the track has a
// step at it. One robust polynomial fit a question; see cuda/geometry/local_fit.hpp.

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include "cuda/backend/resident.hpp"
#include "cuda/geometry/local_fit.hpp"
#include "cuda/kernels/kernels_impl.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

constexpr double kSameTime_s = 1e-6;
// Wheelbase over length is about 0.6 for road vehicles; the rear axle is half of it behind the middle.
constexpr double kRearAxle = 0.3;
// Misfits below these do not decide which neighbour is wrong.
constexpr double kIgnoredMisfit_m2 = 1e-4, kIgnoredMisfit_rad2 = 1e-4;

/// Neighbours of a sample in time: up to so many on each side, none further away than the window.
struct Neighbours {
  std::uint32_t index[kMaxFitPoints];
  double time_s[kMaxFitPoints];  ///< from the sample
  int count = 0, before = 0, after = 0;
};

struct MeasureResidual {
  ResidualRequest request;  ///< pointers into device memory
  ResidualRow* rows;

  /// Appends up to `most` samples from `from` on in direction `step` (+1, -1) that are within the window of `time_s`
  /// and differ from it in time. Looks at no more samples than it may take: a track may repeat one time for ever.
  CONCORD_HD int collect(Neighbours& list, std::uint32_t from, int step, int most, double time_s, std::uint32_t begin,
                         std::uint32_t end, bool skip_same_time) const {
    int taken = 0;
    std::uint32_t at = from;
    for (int looked = 0; looked < most; ++looked) {
      if (at < begin || at >= end) break;
      const double dt = request.time_s[at] - time_s;
      const double distance = dt < 0 ? -dt : dt;
      if (distance > request.window_s) break;
      if (!skip_same_time || distance > kSameTime_s) {
        list.index[list.count] = at;
        list.time_s[list.count] = dt;
        ++list.count;
        ++taken;
      }
      if (step < 0 && at == 0) break;
      at = step > 0 ? at + 1 : at - 1;
    }
    return taken;
  }

  /// Scale that brings the times into [-1, 1]; 0 when all are the same.
  CONCORD_HD static double time_scale(const Neighbours& list) {
    double scale = 0.0;
    for (int j = 0; j < list.count; ++j) {
      const double distance = list.time_s[j] < 0 ? -list.time_s[j] : list.time_s[j];
      if (distance > scale) scale = distance;
    }
    return scale;
  }

  CONCORD_HD static void set_polynomial(LocalFit& fit, const Neighbours& list, int terms, double scale) {
    fit.points = list.count;
    fit.terms = terms;
    for (int j = 0; j < list.count; ++j) {
      const double u = list.time_s[j] / scale;
      fit.basis[j][0] = 1.0;
      fit.basis[j][1] = u;
      fit.basis[j][2] = u * u;
      fit.basis[j][3] = 0.0;
    }
  }
  CONCORD_HD void set_positions(LocalFit& fit, const Neighbours& list, std::uint32_t i) const {
    fit.columns = 3;
    for (int j = 0; j < list.count; ++j) {
      fit.value[j][0] = request.x_m[list.index[j]] - request.x_m[i];
      fit.value[j][1] = request.y_m[list.index[j]] - request.y_m[i];
      fit.value[j][2] = request.z_m[list.index[j]] - request.z_m[i];
    }
  }
  CONCORD_HD void set_axes(LocalFit& fit, const Neighbours& list, std::uint32_t i) const {
    fit.columns = 1;
    for (int j = 0; j < list.count; ++j) fit.value[j][0] = request.axis_rad[list.index[j]] - request.axis_rad[i];
  }

  /// A parabola where both sides and enough points determine it, else a line; fewer terms where times coincide.
  CONCORD_HD static bool fit_polynomial(LocalFit& fit, const Neighbours& list, double floor) {
    const bool both_sides = list.before >= 2 && list.after >= 2;
    int terms = list.count >= 5 || (list.count == 4 && both_sides) ? 3 : 2;
    for (; terms >= 2; --terms) {
      if (list.count < terms) continue;
      fit.terms = terms;
      const int freedom = list.count - terms;
      const int most = freedom >= 5 ? 2 : (freedom >= 2 ? 1 : 0);
      if (solve_robustly(fit, most, floor)) return true;
    }
    return false;
  }

  CONCORD_HD static double median_of(double (&values)[kMaxFitPoints], int count) {
    for (int a = 1; a < count; ++a) {  // insertion sort: at most a dozen values
      const double value = values[a];
      int b = a;
      for (; b > 0 && values[b - 1] > value; --b) values[b] = values[b - 1];
      values[b] = value;
    }
    return count % 2 == 1 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
  }
  CONCORD_HD static double against_median(const double* column, const Neighbours& list, std::uint32_t i) {
    double values[kMaxFitPoints];
    for (int j = 0; j < list.count; ++j) values[j] = column[list.index[j]];
    return column[i] - median_of(values, list.count);
  }

  CONCORD_HD static double magnitude(double value) { return value < 0 ? -value : value; }
  /// Scatter of one coordinate around the curve.
  CONCORD_HD static double rms_of(const LocalFit& fit) {
    const int freedom = (fit.used - fit.terms) * fit.columns;
    return freedom > 0 ? sqrt(fit.residual_squares / freedom) : 0.0;
  }

  /// What the neighbours on both sides predict for sample i.
  CONCORD_HD void measure_prediction(std::uint32_t i, const Neighbours& list, ResidualRow& row) const {
    const double hx = request.heading_x[i], hy = request.heading_y[i];
    row.length_m = against_median(request.length_m, list, i);
    row.width_m = against_median(request.width_m, list, i);
    row.height_m = against_median(request.height_m, list, i);
    const double scale = time_scale(list);
    if (list.count < 2 || !(scale > 0)) return;

    LocalFit fit;
    set_polynomial(fit, list, 3, scale);
    set_positions(fit, list, i);
    if (!fit_polynomial(fit, list, kIgnoredMisfit_m2)) return;
    const double x = -fit.coefficient[0][0], y = -fit.coefficient[0][1];
    row.along_m = x * hx + y * hy;
    row.across_m = y * hx - x * hy;
    row.up_m = -fit.coefficient[0][2];
    row.fit_rms_m = rms_of(fit);
    double squares = 1.0, second = 0.0, third = 0.0, fourth = 0.0;
    for (int j = 0; j < list.count; ++j) {
      const double weight = fit.weight_of_point[j][0], t = list.time_s[j];
      squares += weight * weight;
      second += weight * t * t;
      third += weight * t * t * t;
      fourth += weight * t * t * t * t;
    }
    row.gain = sqrt(squares);
    row.acceleration_gain_s2 = fit.terms == 3 ? 0.0 : magnitude(second) / 2;
    row.jerk_gain_s3 = magnitude(third) / 6;
    row.snap_gain_s4 = magnitude(fourth) / 24;
    const double vx = fit.coefficient[1][0] / scale, vy = fit.coefficient[1][1] / scale;
    row.velocity_along_mps = vx * hx + vy * hy;
    row.velocity_across_mps = vy * hx - vx * hy;
    if (fit.terms == 3) {
      const double ax = 2 * fit.coefficient[2][0] / (scale * scale), ay = 2 * fit.coefficient[2][1] / (scale * scale);
      row.acceleration_along_mps2 = ax * hx + ay * hy;
      row.acceleration_across_mps2 = ay * hx - ax * hy;
    }

    set_polynomial(fit, list, 3, scale);
    set_axes(fit, list, i);
    if (!fit_polynomial(fit, list, kIgnoredMisfit_rad2)) return;
    row.heading_rad = -fit.coefficient[0][0];
    row.heading_fit_rms_rad = rms_of(fit);
    squares = 1.0;
    for (int j = 0; j < list.count; ++j) squares += fit.weight_of_point[j][0] * fit.weight_of_point[j][0];
    row.heading_gain = sqrt(squares);
    row.yaw_rate_radps = fit.coefficient[1][0] / scale;
    // Velocity of the rear axle: that of the centre, less yaw rate times the distance behind it.
    const double across = row.velocity_across_mps - row.yaw_rate_radps * kRearAxle * request.length_m[i];
    const double speed = sqrt(row.velocity_along_mps * row.velocity_along_mps + across * across);
    if (speed > 0) {
      row.slip_cos = row.velocity_along_mps / speed;
      row.slip_sin = across / speed;
    }
  }

  /// A parabola with a step between the sample before i and sample i.
  CONCORD_HD void measure_step(std::uint32_t i, const Neighbours& list, ResidualRow& row) const {
    const double hx = request.heading_x[i], hy = request.heading_y[i];
    const double scale = time_scale(list);
    if (list.before < 2 || list.after < 2 || list.count < 7 || !(scale > 0)) return;
    LocalFit fit;
    for (int quantity = 0; quantity < 2; ++quantity) {
      set_polynomial(fit, list, 4, scale);
      for (int j = 0; j < list.count; ++j) fit.basis[j][3] = list.index[j] >= i ? 1.0 : 0.0;
      if (quantity == 0) {
        set_positions(fit, list, i);
      } else {
        set_axes(fit, list, i);
      }
      // At least two must stay on each side: of two alone nothing tells which is wrong.
      const int shorter = list.before < list.after ? list.before : list.after;
      const int most = shorter >= 4 && list.count >= 9 ? 2 : (shorter >= 3 ? 1 : 0);
      if (!solve_robustly(fit, most, quantity == 0 ? kIgnoredMisfit_m2 : kIgnoredMisfit_rad2)) return;
      if (quantity == 1) {
        row.step_heading_rad = fit.coefficient[3][0];
        return;
      }
      const double x = fit.coefficient[3][0], y = fit.coefficient[3][1];
      row.step_along_m = x * hx + y * hy;
      row.step_across_m = y * hx - x * hy;
      row.step_up_m = fit.coefficient[3][2];
      row.step_rms_m = rms_of(fit);
      double squares = 0.0, third = 0.0;
      for (int j = 0; j < list.count; ++j) {
        const double weight = fit.weight_of_point[j][3], t = list.time_s[j];
        squares += weight * weight;
        third += weight * t * t * t;
      }
      row.step_gain = sqrt(squares);
      row.step_jerk_gain_s3 = magnitude(third) / 6;
    }
  }

  CONCORD_HD void operator()(std::size_t sample) const {
    const auto i = static_cast<std::uint32_t>(sample);
    const std::uint32_t begin = request.begin[i], end = request.end[i];
    const double nan = quiet_nan(), time_s = request.time_s[i];
    ResidualRow row;
    row.along_m = row.across_m = row.up_m = row.heading_rad = nan;
    row.length_m = row.width_m = row.height_m = nan;
    row.gain = row.acceleration_gain_s2 = row.jerk_gain_s3 = row.snap_gain_s4 = row.fit_rms_m = nan;
    row.heading_gain = row.heading_fit_rms_rad = nan;
    row.velocity_along_mps = row.velocity_across_mps = nan;
    row.acceleration_along_mps2 = row.acceleration_across_mps2 = nan;
    row.yaw_rate_radps = row.slip_cos = row.slip_sin = nan;
    row.step_along_m = row.step_across_m = row.step_up_m = row.step_heading_rad = nan;
    row.step_gain = row.step_jerk_gain_s3 = row.step_rms_m = nan;

    // Four neighbours on each side; near an end of the track six on the other.
    constexpr int kSide = 4, kLongSide = 6, kStepSide = 5;
    Neighbours list;
    const bool short_before = i < begin + 2, short_after = i + 2 >= end;
    if (i > begin) list.before = collect(list, i - 1, -1, short_after ? kLongSide : kSide, time_s, begin, end, true);
    list.after = collect(list, i + 1, 1, short_before ? kLongSide : kSide, time_s, begin, end, true);
    row.neighbours_before = static_cast<std::uint32_t>(list.before);
    row.neighbours_after = static_cast<std::uint32_t>(list.after);
    if (list.count > 0) measure_prediction(i, list, row);

    Neighbours around;
    if (i > begin) around.before = collect(around, i - 1, -1, kStepSide, time_s, begin, end, false);
    around.after = collect(around, i, 1, kStepSide, time_s, begin, end, false);
    measure_step(i, around, row);
    drop_overflow(row);
    rows[sample] = row;
  }

  /// Finite coordinates may still overflow; what does is undefined, and one NaN everywhere.
  CONCORD_HD static void drop_overflow(ResidualRow& row) {
    double* const values[] = {&row.along_m,
                              &row.across_m,
                              &row.up_m,
                              &row.heading_rad,
                              &row.length_m,
                              &row.width_m,
                              &row.height_m,
                              &row.gain,
                              &row.acceleration_gain_s2,
                              &row.jerk_gain_s3,
                              &row.snap_gain_s4,
                              &row.fit_rms_m,
                              &row.heading_gain,
                              &row.heading_fit_rms_rad,
                              &row.velocity_along_mps,
                              &row.velocity_across_mps,
                              &row.acceleration_along_mps2,
                              &row.acceleration_across_mps2,
                              &row.yaw_rate_radps,
                              &row.slip_cos,
                              &row.slip_sin,
                              &row.step_along_m,
                              &row.step_across_m,
                              &row.step_up_m,
                              &row.step_heading_rad,
                              &row.step_gain,
                              &row.step_jerk_gain_s3,
                              &row.step_rms_m};
    for (double* value : values) {
      if (!is_finite(*value)) *value = quiet_nan();
    }
  }
};

}  // namespace

void track_residuals(const ResidualRequest& request, ResidualRow* rows) {
  if (request.count == 0) return;
  const std::size_t count = request.count;
  const Resident<double> time(request.time_s, count), x(request.x_m, count), y(request.y_m, count),
      z(request.z_m, count), length(request.length_m, count), width(request.width_m, count),
      height(request.height_m, count), axis(request.axis_rad, count), heading_x(request.heading_x, count),
      heading_y(request.heading_y, count);
  const Resident<std::uint32_t> begin(request.begin, count), end(request.end, count);
  thrust::device_vector<ResidualRow> result(count);
  const ResidualRequest device{time.data(),  x.data(),      y.data(),    z.data(),         length.data(),
                               width.data(), height.data(), axis.data(), heading_x.data(), heading_y.data(),
                               begin.data(), end.data(),    count,       request.window_s};
  thrust::for_each_n(thrust::device, thrust::counting_iterator<std::size_t>(0), request.count,
                     MeasureResidual{device, thrust::raw_pointer_cast(result.data())});
  fetch(result, rows);
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
