#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <limits>
#include <new>

#include "concord/measure.hpp"
#include "cuda/kernels.hpp"
#include "src/measure/points.hpp"
#include "src/measure/track_steps.hpp"

namespace concord {
namespace {

using kernels::BoxColumns;

/// Columns [begin, begin + count) of `boxes`.
BoxColumns view(const CuboidColumns& boxes, std::size_t begin, std::size_t count) {
  return {boxes.x_m.data() + begin,
          boxes.y_m.data() + begin,
          boxes.z_m.data() + begin,
          boxes.length_m.data() + begin,
          boxes.width_m.data() + begin,
          boxes.height_m.data() + begin,
          boxes.qw.data() + begin,
          boxes.qx.data() + begin,
          boxes.qy.data() + begin,
          boxes.qz.data() + begin,
          count};
}

CuboidTable measure_cuboids(const LabelSet& set) {
  CuboidTable table;
  for (std::size_t row = 0; row < set.size(); ++row) {
    const Cuboid box = set.cuboid.at(row);
    const bool finite = box.center_m.allFinite() && box.size_m.allFinite() && box.rotation.coeffs().allFinite();
    table.range_m.push_back(std::hypot(box.center_m.x(), box.center_m.y()));
    table.finite.push_back(finite ? 1 : 0);
    table.min_size_m.push_back(finite ? box.size_m.minCoeff() : std::numeric_limits<double>::quiet_NaN());
  }
  return table;
}

class MeasurerOnDevice final : public Measurer {
 public:
  MeasurerOnDevice(std::unique_ptr<kernels::ExecutionContext> context, std::string note, std::size_t memory_bytes)
      : context_(std::move(context)),
        name_(context_->device_name()),
        note_(std::move(note)),
        memory_bytes_(memory_bytes) {}

  [[nodiscard]] const std::string& device_name() const override { return name_; }
  [[nodiscard]] const std::string& device_note() const override { return note_; }

  Result<std::vector<LabelSetMeasurements>> measure(const Drive& drive) override {
    std::vector<LabelSetMeasurements> all;
    for (const LabelSet& set : drive.label_sets) {
      LabelSetMeasurements measured;
      measured.cuboids = measure_cuboids(set);
      measured.pairs = pairs(drive, set, set, true);
      const measure::TrackSteps steps = measure::make_track_steps(drive, set);
      measured.motion = motion(set, steps);
      measured.tracks = measure::summarise_tracks(set, steps, measured.motion, measured.cuboids);
      all.push_back(std::move(measured));
    }
    return all;
  }

  Result<void> measure_points(const Drive& drive, const CloudBatch& batch, bool clusters,
                              std::vector<LabelSetMeasurements>& measured) override {
    measure::measure_points(*context_, drive, batch, clusters, measured);
    return {};
  }

  Result<PairTable> measure_between(const Drive& drive, std::size_t set_a, std::size_t set_b) override {
    return pairs(drive, drive.label_sets.at(set_a), drive.label_sets.at(set_b), false);
  }

  Result<std::vector<double>> iou_pairwise(const CuboidColumns& a, const CuboidColumns& b) override {
    if (a.size() != b.size()) {
      return Error{ErrorCode::invalid_argument,
                   std::to_string(a.size()) + " and " + std::to_string(b.size()) + " boxes do not pair up", "",
                   "as many boxes in both lists"};
    }
    std::vector<double> iou(a.size());
    context_->box_iou(view(a, 0, a.size()), view(b, 0, b.size()), iou.data());
    return iou;
  }

  Result<std::vector<IouPair>> iou_all(const CuboidColumns& a, const CuboidColumns& b) override {
    const std::array<std::uint32_t, 2> offset_a{0, static_cast<std::uint32_t>(a.size())};
    const std::array<std::uint32_t, 2> offset_b{0, static_cast<std::uint32_t>(b.size())};
    kernels::PairColumns pairs;
    context_->box_pairs({.a = view(a, 0, a.size()),
                         .b = view(b, 0, b.size()),
                         .offset_a = offset_a.data(),
                         .offset_b = offset_b.data(),
                         .frames = 1,
                         .same_set = false,
                         .keep_footprint_only = false,
                         .memory_bytes = memory_bytes_},
                        pairs);
    std::vector<IouPair> result(pairs.iou_3d.size());
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = {pairs.row_a[i], pairs.row_b[i], pairs.iou_3d[i]};
    return result;
  }

 private:
  PairTable pairs(const Drive& drive, const LabelSet& a, const LabelSet& b, bool same_set) {
    kernels::PairColumns pairs;
    context_->box_pairs({.a = view(a.cuboid, 0, a.size()),
                         .b = view(b.cuboid, 0, b.size()),
                         .offset_a = a.frame_offset.data(),
                         .offset_b = b.frame_offset.data(),
                         .frames = static_cast<std::uint32_t>(drive.frames.size()),
                         .same_set = same_set,
                         .keep_footprint_only = true,
                         .memory_bytes = memory_bytes_},
                        pairs);
    return {.frame = std::move(pairs.frame),
            .row_a = std::move(pairs.row_a),
            .row_b = std::move(pairs.row_b),
            .iou_bev = std::move(pairs.iou_bev),
            .iou_3d = std::move(pairs.iou_3d),
            .overlap_smaller = std::move(pairs.overlap_smaller),
            .overlap_smaller_bev = std::move(pairs.overlap_smaller_bev)};
  }

  MotionTable motion(const LabelSet& set, const measure::TrackSteps& steps) {
    static_assert(kernels::MotionRequest::no_step == kNone);
    std::vector<kernels::MotionRow> rows(steps.size());
    context_->track_motion({.boxes = view(steps.boxes, 0, steps.boxes.size()),
                            .heading_x = steps.heading_x.data(),
                            .heading_y = steps.heading_y.data(),
                            .from = steps.from.data(),
                            .to = steps.to.data(),
                            .previous = steps.previous.data(),
                            .dt_s = steps.dt_s.data(),
                            .predicted_turn_cos = steps.predicted_turn_cos.data(),
                            .predicted_turn_sin = steps.predicted_turn_sin.data(),
                            .steps = steps.size()},
                           rows.data());
    MotionTable table;
    table.world = steps.world;
    table.track = steps.track;
    table.row_from = steps.from;
    table.row_to = steps.to;
    table.dt_s = steps.dt_s;
    table.heading_change_rad = steps.heading_change_rad;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const kernels::MotionRow& row = rows[i];
      const std::uint32_t frame_from = set.frame[steps.from[i]], frame_to = set.frame[steps.to[i]];
      table.frame_step.push_back(frame_to > frame_from ? frame_to - frame_from : frame_from - frame_to);
      table.dx_m.push_back(row.dx_m);
      table.dy_m.push_back(row.dy_m);
      table.dz_m.push_back(row.dz_m);
      table.speed_mps.push_back(row.speed_mps);
      table.acceleration_mps2.push_back(row.acceleration_mps2);
      table.longitudinal_acceleration_mps2.push_back(row.longitudinal_acceleration_mps2);
      table.yaw_rate_radps.push_back(steps.dt_s[i] > 0 ? steps.heading_change_rad[i] / steps.dt_s[i]
                                                       : std::numeric_limits<double>::quiet_NaN());
      const bool directed = row.heading_motion_cos != 0 || row.heading_motion_sin != 0;
      table.heading_to_motion_rad.push_back(directed
                                                ? std::abs(std::atan2(row.heading_motion_sin, row.heading_motion_cos))
                                                : std::numeric_limits<double>::quiet_NaN());
      table.size_ratio_length.push_back(row.size_ratio_length);
      table.size_ratio_width.push_back(row.size_ratio_width);
      table.size_ratio_height.push_back(row.size_ratio_height);
      table.predicted_iou_3d.push_back(row.predicted_iou_3d);
      table.prediction_error_m.push_back(row.prediction_error_m);
    }
    return table;
  }

  std::unique_ptr<kernels::ExecutionContext> context_;
  std::string name_;
  std::string note_;
  std::size_t memory_bytes_;
};

}  // namespace

Result<std::unique_ptr<Measurer>> Measurer::create(const DeviceOptions& options) {
  std::string device = options.device;
  std::string origin = "--device";
  if (const char* variable = std::getenv("CONCORD_DEVICE");
      device == "auto" && variable != nullptr && *variable != '\0') {
    device = variable;
    origin = "CONCORD_DEVICE";
  }
  const bool wants_cuda = device == "cuda" || device.starts_with("cuda:");
  int index = 0;
  if (device.starts_with("cuda:")) {
    const char* const end = device.data() + device.size();
    const auto [rest, failure] = std::from_chars(device.data() + 5, end, index);
    if (failure != std::errc() || rest != end || index < 0) {
      return Error{ErrorCode::invalid_argument, "'" + device + "' is no device", origin, "cuda:N with N from 0"};
    }
  } else if (device != "auto" && device != "cpu" && device != "cuda") {
    return Error{ErrorCode::invalid_argument, "'" + device + "' is no device", origin, "auto, cpu, cuda or cuda:N"};
  }

  std::string note;
  if (wants_cuda || device == "auto") {
    const kernels::CudaProbe probe = kernels::probe_cuda();
    if (probe.devices > index) {
      try {
        return std::unique_ptr<Measurer>(
            std::make_unique<MeasurerOnDevice>(kernels::make_cuda_context(index), "", options.memory_bytes));
      } catch (const std::exception& e) {
        if (wants_cuda) return Error{ErrorCode::device, e.what(), origin, "a usable GPU"};
        note = std::string("no GPU: ") + e.what();
      }
    } else {
      const std::string why = probe.devices > 0 ? "only " + std::to_string(probe.devices) + " GPUs" : probe.detail;
      if (wants_cuda) return Error{ErrorCode::device, why, origin, "a usable GPU (concord doctor tells more)"};
      note = "no GPU: " + why;
    }
  }
  return std::unique_ptr<Measurer>(
      std::make_unique<MeasurerOnDevice>(kernels::make_cpu_context(options.threads), note, options.memory_bytes));
}

std::vector<BackendInfo> backends() {
  const kernels::CudaProbe probe = kernels::probe_cuda();
  return {{"cpu", true, true, kernels::make_cpu_context(0)->device_name()},
          {"cuda", probe.compiled, probe.devices > 0, probe.detail}};
}

}  // namespace concord
