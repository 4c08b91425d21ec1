#include <tbb/parallel_pipeline.h>
#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "concord/pipeline.hpp"
#include "src/pipeline/assemble.hpp"
#include "src/pipeline/clouds.hpp"
#include "src/pipeline/texts.hpp"
#include "src/pipeline/work_list.hpp"

namespace concord {
namespace {

using pipeline::WorkItem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A drive on its way through the stages. `error` ends its work; the later stages only pass it on.
struct Job {
  std::size_t index = 0;
  Drive drive;
  Report report;
  std::vector<LabelSetMeasurements> measurements;
  DriveOutcome outcome;
};
using JobPtr = std::shared_ptr<Job>;

/// Bytes that the labels of a drive keep resident: columns, ids and measurement tables, by the model's own bound.
constexpr std::uint64_t kBytesPerLabel = 400;

/// Whether the check runs under these options.
bool judges(const ValidateOptions& options, std::string_view check) {
  const std::string_view family = check.substr(0, check.find('.'));
  const auto named = [&](const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(), [&](const auto& name) { return name == check || name == family; });
  };
  return find_check(check) != nullptr && options.profile.enabled(check) &&
         (options.judge.only.empty() || named(options.judge.only)) && !named(options.judge.skip);
}

class Run {
 public:
  Run(const ValidateOptions& options, const OnDrive& on_drive, const std::atomic<bool>& cancel,
      std::vector<WorkItem> items, Measurer& measurer)
      : options_(options), on_drive_(on_drive), cancel_(cancel), items_(std::move(items)), measurer_(measurer) {
    summary_.drives.resize(items_.size());
  }

  ValidateSummary run() {
    const std::size_t tokens = options_.jobs > 0 ? static_cast<std::size_t>(options_.jobs) : 3;
    using tbb::filter_mode;
    tbb::parallel_pipeline(
        tokens,
        tbb::make_filter<void, JobPtr>(filter_mode::serial_in_order,
                                       [this](tbb::flow_control& control) { return read(control); }) &
            // One device, one measurer: drives take turns.
            tbb::make_filter<JobPtr, JobPtr>(filter_mode::serial_in_order,
                                             [this](const JobPtr& job) { return guarded(job, &Run::measure); }) &
            tbb::make_filter<JobPtr, JobPtr>(filter_mode::parallel,
                                             [this](const JobPtr& job) { return guarded(job, &Run::judge_drive); }) &
            // HDF5 serialises its calls anyway.
            tbb::make_filter<JobPtr, void>(filter_mode::serial_in_order, [this](const JobPtr& job) {
              guarded(job, &Run::write);
              finish(*job);
            }));
    summary_.cancelled = cancel_.load();
    // Drives that were never started leave no outcome.
    std::erase_if(summary_.drives, [](const DriveOutcome& outcome) { return outcome.drive.empty(); });
    return std::move(summary_);
  }

 private:
  JobPtr read(tbb::flow_control& control) {
    if (next_ == items_.size() || cancel_.load()) {
      control.stop();
      return nullptr;
    }
    auto job = std::make_shared<Job>();
    job->index = next_++;
    job->outcome.drive = items_[job->index].name;
    return guarded(job, &Run::read_drive);
  }

  Result<void> read_drive(Job& job) {
    WorkItem& item = items_[job.index];
    if (item.error) return *item.error;
    const auto start = Clock::now();
    CONCORD_ASSIGN_OR_RETURN(job.drive, item.dataset->read(item.drive_index));
    job.drive.name = item.name;
    CONCORD_RETURN_IF_ERROR(pipeline::require_report_texts(job.drive));
    item.dataset.reset();  // the last drive of an input frees its tables
    std::uint64_t labels = 0;
    for (const LabelSet& set : job.drive.label_sets) labels += set.size();
    if (labels * kBytesPerLabel > options_.device.memory_bytes) {
      return Error{ErrorCode::limit_exceeded, std::to_string(labels) + " labels do not fit --memory", job.drive.name,
                   "--memory of at least " + std::to_string(labels * kBytesPerLabel / (1U << 20U) + 1) + "M"};
    }
    job.outcome.frames = job.drive.frames.size();
    job.outcome.labels = labels;
    job.outcome.notes = job.drive.notes;
    CONCORD_ASSIGN_OR_RETURN(job.report, pipeline::begin_report(job.drive, options_, input_hashes_));
    job.report.run = pipeline::begin_run(measurer_.device_name(), options_.command);
    job.report.run.seconds_read = seconds_since(start);
    return {};
  }

  Result<void> measure(Job& job) {
    const auto start = Clock::now();
    CONCORD_ASSIGN_OR_RETURN(job.measurements, measurer_.measure(job.drive));
    CONCORD_ASSIGN_OR_RETURN(const std::vector<std::string> unread,
                             pipeline::measure_clouds(job.drive, measurer_,
                                                      {.memory_bytes = options_.device.memory_bytes,
                                                       .clusters = judges(options_, "points.unlabelled_object")},
                                                      cancel_, job.measurements));
    for (const std::string& line : unread) job.outcome.notes.push_back("not checked: " + line);
    if (!job.report.drives.empty()) job.report.drives.front().notes = job.outcome.notes;
    job.report.run.seconds_measure = seconds_since(start);
    return {};
  }

  Result<void> judge_drive(Job& job) {
    const auto start = Clock::now();
    CONCORD_ASSIGN_OR_RETURN(Judgement judgement, judge(job.drive, job.measurements, options_.profile, options_.judge));
    pipeline::add_results(job.report, std::move(judgement));
    if (options_.keep_measurements) {
      job.report.measurements.push_back({std::move(job.drive), std::move(job.measurements)});
    }
    job.report.run.seconds_judge = seconds_since(start);
    return {};
  }

  Result<void> write(Job& job) {
    CONCORD_ASSIGN_OR_RETURN([[maybe_unused]] const std::string digest,
                             write_report(items_[job.index].report, job.report));
    for (const Finding& finding : job.report.findings) {
      if (finding.severity == Severity::error) ++job.outcome.errors;
      if (finding.severity == Severity::warning) ++job.outcome.warnings;
      if (finding.severity == Severity::info) ++job.outcome.infos;
    }
    for (const StatusRow& status : job.report.statuses) {
      if (status.state != CheckState::completed) ++job.outcome.checks_not_completed;
    }
    job.outcome.report = items_[job.index].report;
    return {};
  }

  /// Runs one stage unless an earlier one failed or the user interrupted; a bug in one drive must not end the others.
  JobPtr guarded(const JobPtr& job, Result<void> (Run::*stage)(Job&)) {
    if (job->outcome.error) return job;
    if (cancel_.load()) {
      job->outcome.error = Error{ErrorCode::cancelled, "interrupted", job->outcome.drive, ""};
      return job;
    }
    try {
      if (auto done = (this->*stage)(*job); !done) job->outcome.error = done.error();
    } catch (const std::exception& e) {
      job->outcome.error =
          Error{ErrorCode::malformed, std::string("internal error: ") + e.what(), job->outcome.drive, ""};
    }
    return job;
  }

  void finish(Job& job) {
    summary_.drives[job.index] = job.outcome;
    ++done_;
    if (on_drive_) on_drive_(job.outcome, done_, items_.size());
  }

  const ValidateOptions& options_;
  const OnDrive& on_drive_;
  const std::atomic<bool>& cancel_;
  std::vector<WorkItem> items_;
  Measurer& measurer_;
  pipeline::InputHashes input_hashes_;  ///< used by the reading stage alone
  std::size_t next_ = 0;
  std::size_t done_ = 0;
  ValidateSummary summary_;
};

}  // namespace

Result<ValidateSummary> validate(const ValidateOptions& options, const OnDrive& on_drive,
                                 const std::atomic<bool>& cancel) {
  if (options.inputs.empty()) return Error{ErrorCode::invalid_argument, "no input", "", "a dataset folder or file"};
  CONCORD_ASSIGN_OR_RETURN(const std::unique_ptr<Measurer> measurer, Measurer::create(options.device));
  CONCORD_ASSIGN_OR_RETURN(std::vector<WorkItem> items, pipeline::list_work(options));
  ValidateSummary summary = Run(options, on_drive, cancel, std::move(items), *measurer).run();
  summary.device = measurer->device_name();
  summary.device_note = measurer->device_note();
  return summary;
}

}  // namespace concord
