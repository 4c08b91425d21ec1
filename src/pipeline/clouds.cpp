#include "src/pipeline/clouds.hpp"

#include <tbb/parallel_for.h>
#include <tbb/parallel_pipeline.h>
#include <algorithm>
#include <memory>
#include <optional>
#include <system_error>

#include "concord/point_cloud.hpp"

namespace concord::pipeline {
namespace {

constexpr std::size_t kBatchesInFlight = 3;
constexpr std::uint32_t kMostFramesInBatch = 16;
constexpr std::size_t kMostLines = 12;
/// Bytes in memory for each byte of a file while it is decoded and measured: points as float64, then twice as float32.
constexpr std::size_t kDecodedPerByte = 8;
constexpr std::size_t kSyntheticBytes = std::size_t{4} << 20U;

bool is_cloud(const Drive& drive, const SensorRecord& record) {
  return record.sensor < drive.sensors.size() && drive.sensors[record.sensor].kind == SensorKind::lidar &&
         record.format != PayloadFormat::none && record.format != PayloadFormat::image &&
         record.frame < drive.frames.size();
}

std::size_t bytes_of(const SensorRecord& record) {
  if (record.format == PayloadFormat::synthetic) return kSyntheticBytes;
  std::error_code failure;
  const auto bytes = std::filesystem::file_size(record.path, failure);
  return failure ? 0 : static_cast<std::size_t>(bytes) * kDecodedPerByte;  // the reader reports what is wrong with it
}

/// Where the sensor stood, in the ego frame of the record's frame.
Vec3 origin_of(const Drive& drive, const SensorRecord& record) {
  const auto& T_ego_sensor = drive.sensors[record.sensor].T_ego_sensor;
  Vec3 origin = T_ego_sensor ? Vec3(T_ego_sensor->translation()) : Vec3(Vec3::Zero());
  if (record.T_world_ego && drive.frames.has_pose(record.frame)) {
    origin = drive.frames.T_world_ego[record.frame].inverse() * (*record.T_world_ego * origin);
  }
  return origin;
}

struct Work {
  std::uint32_t first_frame = 0, frames = 0;
  std::vector<std::size_t> records;  ///< of Drive::records
  std::vector<std::string> errors;   ///< by record; empty: read
  CloudBatch batch;
};
using WorkPtr = std::shared_ptr<Work>;

class CloudRun {
 public:
  CloudRun(const Drive& drive, Measurer& measurer, const CloudOptions& options, const std::atomic<bool>& cancel,
           std::vector<LabelSetMeasurements>& measured)
      : drive_(drive), measurer_(measurer), options_(options), cancel_(cancel), measured_(measured) {
    for (std::size_t i = 0; i < drive.records.size(); ++i) {
      if (is_cloud(drive, drive.records[i])) records_.push_back(i);
    }
    std::stable_sort(records_.begin(), records_.end(),
                     [&](std::size_t a, std::size_t b) { return drive.records[a].frame < drive.records[b].frame; });
  }

  Result<std::vector<std::string>> run() {
    using tbb::filter_mode;
    tbb::parallel_pipeline(
        kBatchesInFlight,
        tbb::make_filter<void, WorkPtr>(filter_mode::serial_in_order, [this](tbb::flow_control& control) {
          return next(control);
        }) & tbb::make_filter<WorkPtr, WorkPtr>(filter_mode::parallel, [this](const WorkPtr& work) {
          return load(work);
        }) & tbb::make_filter<WorkPtr, void>(filter_mode::serial_in_order, [this](const WorkPtr& work) {
          measure(*work);
        }));
    if (failure_) return *failure_;
    if (unreadable_ > kMostLines) {
      lines_.push_back(std::to_string(unreadable_ - kMostLines) + " further clouds could not be read");
    }
    return std::move(lines_);
  }

 private:
  /// Consecutive frames with their clouds, as many as fit the memory.
  WorkPtr next(tbb::flow_control& control) {
    if (at_ == records_.size() || cancel_.load() || failed_.load()) {
      control.stop();
      return nullptr;
    }
    auto work = std::make_shared<Work>();
    work->first_frame = drive_.records[records_[at_]].frame;
    std::size_t bytes = 0;
    while (at_ < records_.size()) {
      const std::uint32_t frame = drive_.records[records_[at_]].frame;
      std::size_t end = at_, need = 0;
      for (; end < records_.size() && drive_.records[records_[end]].frame == frame; ++end) {
        need += bytes_of(drive_.records[records_[end]]);
      }
      const bool full =
          bytes + need > options_.memory_bytes / kBatchesInFlight || frame - work->first_frame >= kMostFramesInBatch;
      if (!work->records.empty() && full) break;
      bytes += need;
      work->frames = frame - work->first_frame + 1;
      work->records.insert(work->records.end(), records_.begin() + static_cast<std::ptrdiff_t>(at_),
                           records_.begin() + static_cast<std::ptrdiff_t>(end));
      at_ = end;
    }
    return work;
  }

  [[nodiscard]] std::optional<Error> too_large(const Work& work) const {
    std::size_t bytes = 0;
    for (const std::size_t index : work.records) bytes += bytes_of(drive_.records[index]);
    if (work.frames > 1 || bytes <= options_.memory_bytes) return std::nullopt;
    return Error{ErrorCode::limit_exceeded, "the clouds of one frame do not fit --memory",
                 drive_.records[work.records.front()].path.string(),
                 "--memory of at least " + std::to_string((bytes >> 20U) + 1) + "M"};
  }

  WorkPtr load(const WorkPtr& work) {
    work->batch.first_frame = work->first_frame;
    work->batch.state.assign(work->frames, frame_cloud::kNone);
    work->errors.resize(work->records.size());
    std::vector<PointCloud> clouds(work->records.size());
    if (const auto error = too_large(*work)) {
      std::fill(work->errors.begin(), work->errors.end(), error->text());
    } else {
      tbb::parallel_for(std::size_t{0}, work->records.size(), [&](std::size_t i) {
        auto cloud = load_points(drive_, drive_.records[work->records[i]]);
        if (cloud) {
          clouds[i] = std::move(cloud).value();
        } else {
          work->errors[i] = cloud.error().text();
        }
      });
    }
    for (std::size_t i = 0; i < work->records.size(); ++i) {
      std::uint8_t& state = work->batch.state[drive_.records[work->records[i]].frame - work->first_frame];
      if (!work->errors[i].empty()) state = frame_cloud::kFailed;
      if (state == frame_cloud::kNone) state = frame_cloud::kMeasured;
    }
    for (std::size_t i = 0; i < work->records.size(); ++i) {
      const SensorRecord& record = drive_.records[work->records[i]];
      // Half of a frame's clouds would give wrong counts.
      if (work->batch.state[record.frame - work->first_frame] != frame_cloud::kMeasured) continue;
      work->batch.sweeps.push_back({record.frame, origin_of(drive_, record), std::move(clouds[i])});
    }
    return work;
  }

  void measure(Work& work) {
    for (const std::string& error : work.errors) {
      if (error.empty()) continue;
      ++unreadable_;
      if (lines_.size() < kMostLines) lines_.push_back(error);
    }
    if (cancel_.load() || failure_) return;
    auto done = measurer_.measure_points(drive_, work.batch, options_.clusters, measured_);
    if (done) return;
    failure_ = done.error();
    failed_ = true;
  }

  const Drive& drive_;
  Measurer& measurer_;
  const CloudOptions& options_;
  const std::atomic<bool>& cancel_;
  std::vector<LabelSetMeasurements>& measured_;
  std::vector<std::size_t> records_;
  std::size_t at_ = 0;
  std::size_t unreadable_ = 0;
  std::vector<std::string> lines_;
  std::optional<Error> failure_;  ///< written and read by the last filter only
  std::atomic<bool> failed_{false};
};

}  // namespace

Result<std::vector<std::string>> measure_clouds(const Drive& drive, Measurer& measurer, const CloudOptions& options,
                                                const std::atomic<bool>& cancel,
                                                std::vector<LabelSetMeasurements>& measured) {
  return CloudRun(drive, measurer, options, cancel, measured).run();
}

}  // namespace concord::pipeline
