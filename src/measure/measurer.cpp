#include <tbb/task_arena.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <thread>

#include "concord/measure.hpp"
#include "cuda/kernels.hpp"
#include "src/measure/box_view.hpp"
#include "src/measure/motion.hpp"
#include "src/measure/points.hpp"
#include "src/measure/second_look.hpp"
#include "src/measure/track_samples.hpp"

namespace concord {
namespace {

using measure::view;

CuboidTable measure_cuboids(const LabelSet& set) {
  const CuboidColumns& boxes = set.cuboid;
  const std::size_t count = set.size();
  CuboidTable table;
  table.range_m.resize(count);
  table.finite.resize(count);
  table.min_size_m.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double x = boxes.x_m[i], y = boxes.y_m[i];
    const double l = boxes.length_m[i], w = boxes.width_m[i], h = boxes.height_m[i];
    // A number minus itself is 0, unless it is not finite: then it is NaN, and so is the sum.
    const double zero = (x - x) + (y - y) + (boxes.z_m[i] - boxes.z_m[i]) + (l - l) + (w - w) + (h - h) +
                        (boxes.qw[i] - boxes.qw[i]) + (boxes.qx[i] - boxes.qx[i]) + (boxes.qy[i] - boxes.qy[i]) +
                        (boxes.qz[i] - boxes.qz[i]);
    table.range_m[i] = std::sqrt(x * x + y * y);
    table.finite[i] = zero == 0 ? 1 : 0;
    table.min_size_m[i] = zero == 0 ? std::min(l, std::min(w, h)) : std::numeric_limits<double>::quiet_NaN();
  }
  return table;
}

class MeasurerOnDevice final : public Measurer {
 public:
  /// `batch_labels`: labels whose motion is measured in one call.
  MeasurerOnDevice(std::unique_ptr<kernels::ExecutionContext> context, std::string note, const DeviceOptions& options,
                   std::size_t batch_labels)
      : context_(std::move(context)),
        name_(context_->device_name()),
        note_(std::move(note)),
        memory_bytes_(options.memory_bytes),
        most_pairs_(options.most_pairs),
        batch_labels_(std::min(batch_labels, memory_bytes_ / kBytesPerLabel + 1)),
        registering_(options.threads > 0 ? options.threads : tbb::task_arena::automatic) {}

  [[nodiscard]] const std::string& device_name() const override { return name_; }
  [[nodiscard]] const std::string& device_note() const override { return note_; }

  Result<std::vector<LabelSetMeasurements>> measure(const Drive& drive) override {
    std::vector<LabelSetMeasurements> all;
    for (const LabelSet& set : drive.label_sets) {
      LabelSetMeasurements measured;
      measured.cuboids = measure_cuboids(set);
      CONCORD_ASSIGN_OR_RETURN(measured.pairs, pairs(drive, set, set, true));
      const measure::TrackOrder order = measure::order_by_track(drive, set);
      measured.motion = measure::measure_motion(*context_, drive, set, order, batch_labels_);
      measured.tracks = measure::summarise_tracks(set, measured.motion, measured.cuboids);
      measured.residuals = residuals(measure::TrackSampler(drive, set, order, batch_labels_));
      measured.noise = measure::summarise_noise(measured.residuals, set.tracks.size());
      all.push_back(std::move(measured));
    }
    return all;
  }

  Result<void> measure_points(const Drive& drive, const CloudBatch& batch, bool clusters,
                              std::vector<LabelSetMeasurements>& measured) override {
    const bool is_new_drive = measured.empty() || !measured.front().clouds.present();
    const measure::BatchPoints points(batch);
    measure::measure_points(*context_, drive, batch, points, clusters, measured);
    const auto start = std::chrono::steady_clock::now();
    if (is_new_drive || !second_look_) second_look_.emplace(drive, measured);
    registration_work_.pairs += registering_.execute([&] { return second_look_->add(drive, batch, points, measured); });
    registration_work_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return {};
  }
  [[nodiscard]] RegistrationWork registration_work() const override { return registration_work_; }

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
                         .memory_bytes = memory_bytes_,
                         .most_pairs = most_pairs_},
                        pairs);
    if (pairs.too_many) return too_many("");
    std::vector<IouPair> result(pairs.iou_3d.size());
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = {pairs.row_a[i], pairs.row_b[i], pairs.iou_3d[i]};
    return result;
  }

 private:
  static constexpr std::size_t kBytesPerLabel = 512;

  Error too_many(const std::string& where) const {
    return {ErrorCode::limit_exceeded, "over " + std::to_string(most_pairs_) + " pairs of boxes overlap", where,
            "boxes that do not lie on each other, or a larger --memory"};
  }

  Result<PairTable> pairs(const Drive& drive, const LabelSet& a, const LabelSet& b, bool same_set) {
    kernels::PairColumns pairs;
    context_->box_pairs({.a = view(a.cuboid, 0, a.size()),
                         .b = view(b.cuboid, 0, b.size()),
                         .offset_a = a.frame_offset.data(),
                         .offset_b = b.frame_offset.data(),
                         .frames = static_cast<std::uint32_t>(drive.frames.size()),
                         .same_set = same_set,
                         .keep_footprint_only = true,
                         .memory_bytes = memory_bytes_,
                         .most_pairs = most_pairs_},
                        pairs);
    if (pairs.too_many) return too_many(drive.name + ", label set " + a.name);
    return PairTable{.frame = std::move(pairs.frame),
                     .row_a = std::move(pairs.row_a),
                     .row_b = std::move(pairs.row_b),
                     .iou_bev = std::move(pairs.iou_bev),
                     .iou_3d = std::move(pairs.iou_3d),
                     .overlap_smaller = std::move(pairs.overlap_smaller),
                     .overlap_smaller_bev = std::move(pairs.overlap_smaller_bev)};
  }

  ResidualTable residuals(measure::TrackSampler sampler) {
    ResidualTable table;
    std::vector<kernels::ResidualRow> rows;
    for (measure::TrackSamples samples = sampler.next(); samples.size() > 0; samples = sampler.next()) {
      rows.resize(samples.size());
      context_->track_residuals(samples.request(), rows.data());
      measure::append_residuals(samples, rows.data(), table);
    }
    return table;
  }

  std::unique_ptr<kernels::ExecutionContext> context_;
  std::string name_;
  std::string note_;
  std::size_t memory_bytes_;
  std::size_t most_pairs_;
  std::size_t batch_labels_;
  tbb::task_arena registering_;
  std::optional<measure::SecondLook> second_look_;  ///< at the drive whose batches come
  RegistrationWork registration_work_;
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
        constexpr std::size_t kBatchLabels = std::size_t{1} << 20U;  // a launch must be worth its overhead
        return std::unique_ptr<Measurer>(
            std::make_unique<MeasurerOnDevice>(kernels::make_cuda_context(index), "", options, kBatchLabels));
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
  // What a thread works on stays within its cache.
  const auto threads = static_cast<std::size_t>(
      options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency()));
  return std::unique_ptr<Measurer>(std::make_unique<MeasurerOnDevice>(
      kernels::make_cpu_context(options.threads), note, options, 4096 * std::max<std::size_t>(threads, 1)));
}

std::vector<BackendInfo> backends() {
  const kernels::CudaProbe probe = kernels::probe_cuda();
  return {{"cpu", true, true, kernels::make_cpu_context(0)->device_name()},
          {"cuda", probe.compiled, probe.devices > 0, probe.detail}};
}

}  // namespace concord
