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

/// Rows of the sets that one batch covers, with frame offsets that start at 0.
std::vector<std::uint32_t> local_offsets(const LabelSet& set, std::size_t first_frame, std::size_t frames) {
  std::vector<std::uint32_t> offsets;
  for (std::size_t f = first_frame; f <= first_frame + frames; ++f) {
    offsets.push_back(set.frame_offset[f] - set.frame_offset[first_frame]);
  }
  return offsets;
}

/// Device bytes that a frame of a x b boxes may need: the boxes, and a candidate row for each pair at worst.
std::size_t frame_bytes(std::size_t a, std::size_t b) {
  constexpr std::size_t kBytesPerBox = 128;
  constexpr std::size_t kBytesPerCandidate = 2 * sizeof(kernels::PairRow) + 8;
  return (a + b) * kBytesPerBox + a * b * kBytesPerCandidate;
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
      CONCORD_ASSIGN_OR_RETURN(measured.pairs, pairs(drive, set, set, true));
      const measure::TrackSteps steps = measure::make_track_steps(drive, set);
      measured.motion = motion(set, steps);
      measured.tracks = measure::summarise_tracks(set, steps, measured.motion, measured.cuboids);
      all.push_back(std::move(measured));
    }
    return all;
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
    std::vector<IouPair> result;
    // Slices of `a` against all of `b` keep the candidates of one batch within the bound.
    const std::size_t slice =
        std::clamp<std::size_t>(memory_bytes_ / std::max<std::size_t>(frame_bytes(1, b.size()), 1), 1, a.size() + 1);
    for (std::size_t begin = 0; begin < a.size(); begin += slice) {
      const std::size_t count = std::min(slice, a.size() - begin);
      const std::array<std::uint32_t, 2> offset_a{0, static_cast<std::uint32_t>(count)};
      const std::array<std::uint32_t, 2> offset_b{0, static_cast<std::uint32_t>(b.size())};
      std::vector<kernels::PairRow> rows;
      context_->box_pairs({.a = view(a, begin, count),
                           .b = view(b, 0, b.size()),
                           .offset_a = offset_a.data(),
                           .offset_b = offset_b.data(),
                           .frames = 1,
                           .same_set = false,
                           .keep_footprint_only = false},
                          rows);
      for (const kernels::PairRow& row : rows) {
        result.push_back({static_cast<std::uint32_t>(row.row_a + begin), row.row_b, row.iou_3d});
      }
    }
    return result;
  }

 private:
  Result<PairTable> pairs(const Drive& drive, const LabelSet& a, const LabelSet& b, bool same_set) {
    PairTable table;
    const std::size_t frames = drive.frames.size();
    std::size_t first = 0;
    while (first < frames) {
      std::size_t count = 0;
      std::size_t bytes = 0;
      while (first + count < frames) {
        const std::size_t f = first + count;
        const std::size_t need =
            frame_bytes(a.frame_offset[f + 1] - a.frame_offset[f], b.frame_offset[f + 1] - b.frame_offset[f]);
        if (count > 0 && bytes + need > memory_bytes_) break;
        bytes += need;
        ++count;
      }
      append_pairs(a, b, same_set, first, count, table);
      first += count;
    }
    return table;
  }

  void append_pairs(const LabelSet& a, const LabelSet& b, bool same_set, std::size_t first, std::size_t count,
                    PairTable& table) {
    const std::vector<std::uint32_t> offset_a = local_offsets(a, first, count);
    const std::vector<std::uint32_t> offset_b = local_offsets(b, first, count);
    const std::uint32_t begin_a = a.frame_offset[first], begin_b = b.frame_offset[first];
    std::vector<kernels::PairRow> rows;
    context_->box_pairs({.a = view(a.cuboid, begin_a, offset_a.back()),
                         .b = view(b.cuboid, begin_b, offset_b.back()),
                         .offset_a = offset_a.data(),
                         .offset_b = offset_b.data(),
                         .frames = static_cast<std::uint32_t>(count),
                         .same_set = same_set,
                         .keep_footprint_only = true},
                        rows);
    for (const kernels::PairRow& row : rows) {
      table.frame.push_back(row.frame + static_cast<std::uint32_t>(first));
      table.row_a.push_back(row.row_a + begin_a);
      table.row_b.push_back(row.row_b + begin_b);
      table.iou_bev.push_back(row.iou_bev);
      table.iou_3d.push_back(row.iou_3d);
      table.overlap_smaller.push_back(row.overlap_smaller);
      table.overlap_smaller_bev.push_back(row.overlap_smaller_bev);
    }
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
