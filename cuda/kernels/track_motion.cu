// Steps of tracks: displacement, speed, acceleration, heading against motion, size, and the box that the previous step
// predicts.

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include "cuda/backend/buffers.hpp"
#include "cuda/geometry/box_overlap.hpp"
#include "cuda/kernels/kernels_impl.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

struct Velocity {
  double x_mps, y_mps, z_mps;
};

struct MeasureStep {
  MotionRequest request;  ///< pointers into device memory
  MotionRow* rows;

  CONCORD_HD Velocity velocity(std::size_t step) const {
    const BoxColumns& boxes = request.boxes;
    const std::uint32_t from = request.from[step], to = request.to[step];
    const double dt = request.dt_s[step];
    return {(boxes.x_m[to] - boxes.x_m[from]) / dt, (boxes.y_m[to] - boxes.y_m[from]) / dt,
            (boxes.z_m[to] - boxes.z_m[from]) / dt};
  }

  /// Row `from` moved on by the previous step's velocity and turned about the up axis; IoU and distance to row `to`.
  CONCORD_HD void predict(std::size_t step, const Velocity& before, MotionRow& row) const {
    const BoxColumns& boxes = request.boxes;
    const std::uint32_t from = request.from[step], to = request.to[step];
    const double dt = request.dt_s[step];
    Box predicted = load_box(boxes, from);
    const Box actual = load_box(boxes, to);
    predicted.center[0] += before.x_mps * dt;
    predicted.center[1] += before.y_mps * dt;
    predicted.center[2] += before.z_mps * dt;
    const double c = request.predicted_turn_cos[step], s = request.predicted_turn_sin[step];
    for (int k = 0; k < 3; ++k) {
      const double x = predicted.rotation[0][k], y = predicted.rotation[1][k];
      predicted.rotation[0][k] = c * x - s * y;
      predicted.rotation[1][k] = s * x + c * y;
    }
    if (predicted.valid && actual.valid) row.predicted_iou_3d = overlap_boxes(predicted, actual).iou_3d;
    const double ex = actual.center[0] - predicted.center[0], ey = actual.center[1] - predicted.center[1],
                 ez = actual.center[2] - predicted.center[2];
    row.prediction_error_m = sqrt(ex * ex + ey * ey + ez * ez);
  }

  CONCORD_HD void operator()(std::size_t step) const {
    const double nan = quiet_nan();
    const BoxColumns& boxes = request.boxes;
    const std::uint32_t from = request.from[step], to = request.to[step];
    const double dt = request.dt_s[step];
    MotionRow row;
    row.dx_m = boxes.x_m[to] - boxes.x_m[from];
    row.dy_m = boxes.y_m[to] - boxes.y_m[from];
    row.dz_m = boxes.z_m[to] - boxes.z_m[from];
    const double distance = sqrt(row.dx_m * row.dx_m + row.dy_m * row.dy_m + row.dz_m * row.dz_m);
    row.speed_mps = dt > 0 ? distance / dt : nan;
    row.size_ratio_length = boxes.length_m[to] / boxes.length_m[from];
    row.size_ratio_width = boxes.width_m[to] / boxes.width_m[from];
    row.size_ratio_height = boxes.height_m[to] / boxes.height_m[from];

    const double hx = request.heading_x[from] + request.heading_x[to];
    const double hy = request.heading_y[from] + request.heading_y[to];
    const double scale = sqrt(hx * hx + hy * hy) * sqrt(row.dx_m * row.dx_m + row.dy_m * row.dy_m);
    row.heading_motion_cos = scale > 0 ? (hx * row.dx_m + hy * row.dy_m) / scale : 0.0;
    row.heading_motion_sin = scale > 0 ? (hx * row.dy_m - hy * row.dx_m) / scale : 0.0;

    row.acceleration_mps2 = nan;
    row.longitudinal_acceleration_mps2 = nan;
    row.predicted_iou_3d = nan;
    row.prediction_error_m = nan;
    const std::uint32_t previous = request.previous[step];
    if (previous != MotionRequest::no_step && dt > 0 && request.dt_s[previous] > 0) {
      const Velocity before = velocity(previous);
      const Velocity now = velocity(step);
      const double mean_dt = 0.5 * (dt + request.dt_s[previous]);
      const double ax = (now.x_mps - before.x_mps) / mean_dt, ay = (now.y_mps - before.y_mps) / mean_dt,
                   az = (now.z_mps - before.z_mps) / mean_dt;
      row.acceleration_mps2 = sqrt(ax * ax + ay * ay + az * az);
      const bool directed = request.heading_x[from] != 0 || request.heading_y[from] != 0;
      row.longitudinal_acceleration_mps2 = directed ? ax * request.heading_x[from] + ay * request.heading_y[from] : nan;
      predict(step, before, row);
    }
    rows[step] = row;
  }
};

}  // namespace

void track_motion(const MotionRequest& request, MotionRow* rows) {
  if (request.steps == 0) return;
  const DeviceBoxes boxes(request.boxes);
  const std::size_t labels = request.boxes.count;
  const Resident<double> heading_x(request.heading_x, labels), heading_y(request.heading_y, labels),
      dt(request.dt_s, request.steps), turn_cos(request.predicted_turn_cos, request.steps),
      turn_sin(request.predicted_turn_sin, request.steps);
  const Resident<std::uint32_t> from(request.from, request.steps), to(request.to, request.steps),
      previous(request.previous, request.steps);
  thrust::device_vector<MotionRow> result(request.steps);
  const MotionRequest device{boxes.view(),    heading_x.data(), heading_y.data(), from.data(),     to.data(),
                             previous.data(), dt.data(),        turn_cos.data(),  turn_sin.data(), request.steps};
  thrust::for_each_n(thrust::device, thrust::counting_iterator<std::size_t>(0), request.steps,
                     MeasureStep{device, thrust::raw_pointer_cast(result.data())});
  thrust::copy(result.begin(), result.end(), rows);
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
