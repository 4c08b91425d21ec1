// Steps of tracks: displacement, speed, acceleration, heading against motion, size, and the box that the previous step
// predicts.

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <cmath>

#include "cuda/backend/buffers.hpp"
#include "cuda/backend/resident.hpp"
#include "cuda/backend/scratch.hpp"
#include "cuda/geometry/box_overlap.hpp"
#include "cuda/kernels/kernels_impl.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

/// Records of a block of kLanes boxes.
struct MakeRecords {
  BoxColumns boxes;
  BoxRecord* records;

  CONCORD_HD void operator()(std::size_t unit) const {
    const std::size_t first = unit * kLanes;
    const int count = boxes.count - first < kLanes ? static_cast<int>(boxes.count - first) : kLanes;
    double box[16][kLanes];
    load_boxes(boxes, first, count, box);
    to_records(box, count, records + first);
  }
};

/// What a block of steps reads besides the boxes themselves, as columns.
template <int N>
struct StepLanes {
  double from_valid[N], to_valid[N];
  double heading_from_x[N], heading_from_y[N], heading_to_x[N], heading_to_y[N];
  double dt_s[N], turn_cos[N], turn_sin[N];
  /// The step before: its displacement and duration; 0 where there is none.
  double before_x_m[N], before_y_m[N], before_z_m[N], before_dt_s[N];
};

/// The columns of MotionColumns.
enum MotionColumn : int {
  kDx,
  kDy,
  kDz,
  kSpeed,
  kAcceleration,
  kLongitudinalAcceleration,
  kHeadingMotionCos,
  kHeadingMotionSin,
  kSizeRatioLength,
  kSizeRatioWidth,
  kSizeRatioHeight,
  kPredictedIou,
  kPredictionError,
  kMotionColumns
};

template <int N>
using MotionLanes = double[kMotionColumns][N];

/// NaNs of arithmetic have a sign that differs between machines: all become one.
CONCORD_HD_INLINE double with_one_nan(double value) {
  const double nan = quiet_nan();
  return value == value ? value : nan;
}

/// Displacement and speed. `boxes` holds the boxes of the steps: a at `from`, b at `to`.
template <int N>
CONCORD_HD_INLINE void measure_steps(const PairLanes<N>& boxes, const StepLanes<N>& steps, MotionLanes<N>& out) {
  CONCORD_LANES
  for (int i = 0; i < N; ++i) {
    const double nan = quiet_nan();
    const double dx = boxes.b[0][i] - boxes.a[0][i], dy = boxes.b[1][i] - boxes.a[1][i],
                 dz = boxes.b[2][i] - boxes.a[2][i];
    const double dt = steps.dt_s[i];
    const double speed = sqrt(dx * dx + dy * dy + dz * dz) / dt;
    out[kDx][i] = with_one_nan(dx);
    out[kDy][i] = with_one_nan(dy);
    out[kDz][i] = with_one_nan(dz);
    out[kSpeed][i] = with_one_nan(dt > 0 ? speed : nan);
    for (int k = 0; k < 3; ++k) {
      const double size_ratio = boxes.b[BoxRecord::kSize + k][i] / boxes.a[BoxRecord::kSize + k][i];
      out[kSizeRatioLength + k][i] = with_one_nan(size_ratio);
    }
    const double from_x = steps.heading_from_x[i], from_y = steps.heading_from_y[i];
    const double hx = from_x + steps.heading_to_x[i], hy = from_y + steps.heading_to_y[i];
    const double scale = sqrt(hx * hx + hy * hy) * sqrt(dx * dx + dy * dy);
    const double cosine = (hx * dx + hy * dy) / scale, sine = (hx * dy - hy * dx) / scale;
    out[kHeadingMotionCos][i] = scale > 0 ? cosine : 0.0;
    out[kHeadingMotionSin][i] = scale > 0 ? sine : 0.0;

    const double before_dt = steps.before_dt_s[i], mean_dt = 0.5 * (dt + before_dt);
    const double ax = (dx / dt - steps.before_x_m[i] / before_dt) / mean_dt;
    const double ay = (dy / dt - steps.before_y_m[i] / before_dt) / mean_dt;
    const double az = (dz / dt - steps.before_z_m[i] / before_dt) / mean_dt;
    const double acceleration = sqrt(ax * ax + ay * ay + az * az);
    const double known = (dt > 0 ? before_dt : 0.0) > 0 ? acceleration : nan;
    const double directed = (dt > 0 ? before_dt : 0.0) > 0 ? ax * from_x + ay * from_y : nan;
    out[kAcceleration][i] = with_one_nan(known);
    out[kLongitudinalAcceleration][i] = with_one_nan(fabs(from_x) + fabs(from_y) > 0 ? directed : nan);
  }
}

/// Moves every a on by the velocity of the step before, and turns it about the up axis; distance from there to b.
template <int N>
CONCORD_HD_INLINE void predict(PairLanes<N>& boxes, const StepLanes<N>& steps, double (&error_m)[N]) {
  CONCORD_LANES
  for (int i = 0; i < N; ++i) {
    const double dt = steps.dt_s[i], before_dt = steps.before_dt_s[i];
    boxes.a[0][i] += steps.before_x_m[i] / before_dt * dt;
    boxes.a[1][i] += steps.before_y_m[i] / before_dt * dt;
    boxes.a[2][i] += steps.before_z_m[i] / before_dt * dt;
    const double ex = boxes.b[0][i] - boxes.a[0][i], ey = boxes.b[1][i] - boxes.a[1][i],
                 ez = boxes.b[2][i] - boxes.a[2][i];
    const double error = sqrt(ex * ex + ey * ey + ez * ez);
    const double nan = quiet_nan();
    error_m[i] = with_one_nan((dt > 0 ? before_dt : 0.0) > 0 ? error : nan);
  }
  for (const int axis : {BoxRecord::kAxisX, BoxRecord::kAxisY, BoxRecord::kAxisZ}) {
    CONCORD_LANES
    for (int i = 0; i < N; ++i) {
      const double c = steps.turn_cos[i], s = steps.turn_sin[i];
      const double x = boxes.a[axis][i], y = boxes.a[axis + 1][i];
      boxes.a[axis][i] = c * x - s * y;
      boxes.a[axis + 1][i] = s * x + c * y;
    }
  }
}

/// A block of kLanes steps.
struct MeasureSteps {
  MotionRequest request;  ///< pointers into device memory
  const BoxRecord* records;
  double* columns[kMotionColumns];

  CONCORD_HD void operator()(std::size_t unit) const {
    const std::size_t first = unit * kLanes;
    const int count = request.steps - first < kLanes ? static_cast<int>(request.steps - first) : kLanes;
    PairLanes<kLanes> boxes;
    StepLanes<kLanes> steps;
    const BoxRecord* to[kLanes];
    load(first, count, boxes, steps, to);
    MotionLanes<kLanes> out;
    measure_steps(boxes, steps, out);
    predict(boxes, steps, out[kPredictionError]);
    OverlapLanes<kLanes> overlaps;
    overlap_prisms(boxes, overlaps);
    const double nan = quiet_nan();
    for (int i = 0; i < kLanes; ++i) {
      const bool known =
          steps.dt_s[i] > 0 && steps.before_dt_s[i] > 0 && steps.from_valid[i] > 0 && steps.to_valid[i] > 0;
      out[kPredictedIou][i] = known ? overlaps.iou_3d[i] : nan;
      if (known && overlaps.prism[i] == 0)
        out[kPredictedIou][i] = overlap_solids(predicted(boxes, i), box_of(*to[i])).iou_3d;
    }
    for (int k = 0; k < kMotionColumns; ++k) {
      for (int i = 0; i < count; ++i) columns[k][first + i] = out[k][i];
    }
  }

  CONCORD_HD void load(std::size_t first, int count, PairLanes<kLanes>& boxes, StepLanes<kLanes>& steps,
                       const BoxRecord* (&to)[kLanes]) const {
    const BoxRecord* from[kLanes];
    for (int i = 0; i < kLanes; ++i) {
      const std::size_t step = first + (i < count ? i : 0);
      const std::uint32_t row_from = request.from[step], row_to = request.to[step];
      from[i] = records + row_from;
      to[i] = records + row_to;
      steps.from_valid[i] = from[i]->value[BoxRecord::kValid];
      steps.to_valid[i] = to[i]->value[BoxRecord::kValid];
      steps.heading_from_x[i] = request.heading_x[row_from];
      steps.heading_from_y[i] = request.heading_y[row_from];
      steps.heading_to_x[i] = request.heading_x[row_to];
      steps.heading_to_y[i] = request.heading_y[row_to];
      steps.dt_s[i] = request.dt_s[step];
      steps.turn_cos[i] = request.predicted_turn_cos[step];
      steps.turn_sin[i] = request.predicted_turn_sin[step];
      const std::uint32_t previous = request.previous[step];
      const bool has_previous = previous != MotionRequest::no_step;
      const std::size_t before = has_previous ? previous : step;
      const double* const begin = records[request.from[before]].value;
      const double* const end = records[request.to[before]].value;
      steps.before_x_m[i] = end[0] - begin[0];
      steps.before_y_m[i] = end[1] - begin[1];
      steps.before_z_m[i] = end[2] - begin[2];
      steps.before_dt_s[i] = has_previous ? request.dt_s[before] : 0.0;
    }
    boxes.load(from, to);
  }

  CONCORD_HD static Box predicted(const PairLanes<kLanes>& boxes, int i) {
    BoxRecord record;
    for (int k = 0; k < 16; ++k) record.value[k] = boxes.a[k][i];
    return box_of(record);
  }
};

}  // namespace

void track_motion(const MotionRequest& request, const MotionColumns& columns) {
  const std::size_t steps = request.steps, labels = request.boxes.count;
  if (steps == 0) return;
  const DeviceBoxes boxes(request.boxes);
  const Resident<double> heading_x(request.heading_x, labels), heading_y(request.heading_y, labels),
      dt(request.dt_s, steps), turn_cos(request.predicted_turn_cos, steps), turn_sin(request.predicted_turn_sin, steps);
  const Resident<std::uint32_t> from(request.from, steps), to(request.to, steps), previous(request.previous, steps);
  double* const host[kMotionColumns] = {columns.dx_m,
                                        columns.dy_m,
                                        columns.dz_m,
                                        columns.speed_mps,
                                        columns.acceleration_mps2,
                                        columns.longitudinal_acceleration_mps2,
                                        columns.heading_motion_cos,
                                        columns.heading_motion_sin,
                                        columns.size_ratio_length,
                                        columns.size_ratio_width,
                                        columns.size_ratio_height,
                                        columns.predicted_iou_3d,
                                        columns.prediction_error_m};
  Scratch<BoxRecord> record_memory;
  BoxRecord* const records = record_memory.get(labels);
  MeasureSteps measure{{boxes.view(), heading_x.data(), heading_y.data(), from.data(), to.data(), previous.data(),
                        dt.data(), turn_cos.data(), turn_sin.data(), steps},
                       records,
                       {}};
  Scratch<double> column_memory;
  double* const device = kDeviceIsHost ? nullptr : column_memory.get(kMotionColumns * steps);
  for (int k = 0; k < kMotionColumns; ++k) measure.columns[k] = kDeviceIsHost ? host[k] : device + k * steps;
  const thrust::counting_iterator<std::size_t> index(0);
  thrust::for_each_n(device_policy(), index, (labels + kLanes - 1) / kLanes, MakeRecords{boxes.view(), records});
  thrust::for_each_n(device_policy(), index, (steps + kLanes - 1) / kLanes, measure);
  for (int k = 0; !kDeviceIsHost && k < kMotionColumns; ++k) copy_to_host(measure.columns[k], steps, host[k]);
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
