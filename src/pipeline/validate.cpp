#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "concord/attributes.hpp"
#include "concord/pipeline.hpp"
#include "src/checks/known_names.hpp"
#include "src/pipeline/assemble.hpp"
#include "src/pipeline/clouds.hpp"
#include "src/pipeline/label_memory.hpp"
#include "src/pipeline/odd_tags.hpp"
#include "src/pipeline/queue.hpp"
#include "src/pipeline/texts.hpp"
#include "src/pipeline/work_list.hpp"

namespace concord {
namespace {

using pipeline::WorkItem;
using Clock = std::chrono::steady_clock;

/// A drive on its way through the stages. `outcome.error` ends its work; the later stages only pass it on.
struct Job {
  std::size_t index = 0;
  std::uint64_t bytes = 0;  ///< what it keeps of --memory
  Drive drive;
  Report report;
  std::vector<LabelSetMeasurements> measurements;
  DriveOutcome outcome;
  Priors observed;
};
using JobPtr = std::unique_ptr<Job>;

/// Bytes that the labels of a drive keep resident: columns, ids and measurement tables, of which the residuals are the
/// largest; as measured on a drive of a million labels. Labels without a track have no residuals, but a row of
/// /odd/objects each.
constexpr std::uint64_t kBytesPerLabel = 1000;
/// Judging costs about as much as measuring, and drives are judged independently.
constexpr std::size_t kJudges = 2;

/// Whether this build has the check and it runs under these options.
bool judges(const ValidateOptions& options, std::string_view check) {
  return find_check(check) != nullptr && judging::why_left_out(check, options.profile, options.judge).empty();
}

/// Four stages joined by queues, each with threads of its own, so that reading and writing go on while others compute:
/// read -> measure (the caller's thread: one device, drives take turns) -> judge -> write (in the order of the input).
class Run {
 public:
  /// `learned` gets what the drives teach, and no reports are written; nullptr: the other way round.
  Run(const ValidateOptions& options, const OnDrive& on_drive, const std::atomic<bool>& cancel,
      std::vector<WorkItem> items, Measurer& measurer, Priors* learned)
      : options_(options),
        on_drive_(on_drive),
        cancel_(cancel),
        items_(std::move(items)),
        measurer_(measurer),
        learned_(learned),
        gate_(options.jobs > 0 ? static_cast<std::size_t>(options.jobs) : 3, options.device.memory_bytes) {
    summary_.drives.resize(items_.size());
  }

  ValidateSummary run() {
    {
      const std::jthread reader([this] { caught([this] { read_all(); }, to_measure_); });
      const std::jthread writer([this] { caught([this] { write_all(); }, nothing_); });
      std::array<std::jthread, kJudges> judges;
      for (std::jthread& judge : judges) {
        judge = std::jthread([this] {
          caught([this] { judge_all(); }, nothing_);
          if (--judges_left_ == 0) to_write_.close();  // the last one out
        });
      }
      caught(
          [this] {
            while (auto job = to_measure_.pop()) to_judge_.push(staged(std::move(*job), Stage::measure, &Run::measure));
          },
          to_judge_);
    }
    if (failure_) std::rethrow_exception(failure_);
    summary_.registrations = measurer_.registration_work().pairs;
    summary_.seconds_registering = measurer_.registration_work().seconds;
    summary_.cancelled = cancel_.load();
    summary_.seconds = seconds();
    // Drives that were never started leave no outcome.
    std::erase_if(summary_.drives, [](const DriveOutcome& outcome) { return outcome.drive.empty(); });
    return std::move(summary_);
  }

 private:
  using JobQueue = pipeline::Queue<JobPtr>;

  /// Runs the work of one thread and closes the queue that it fills. An exception is none of the data's: it ends the
  /// run.
  template <class Work>
  void caught(const Work& work, JobQueue& fills) {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      failed_ = true;
      gate_.open();
    }
    fills.close();
  }

  void read_all() {
    for (std::size_t index = 0; index < items_.size() && !stopped(); ++index) {
      gate_.enter();
      auto job = std::make_unique<Job>();
      job->index = index;
      job->outcome.drive = items_[index].name;
      job = staged(std::move(job), Stage::read, &Run::read_drive);
      gate_.hold(job->bytes);
      to_measure_.push(std::move(job));
    }
  }

  void judge_all() {
    while (auto job = to_judge_.pop()) to_write_.push(staged(std::move(*job), Stage::judge, &Run::judge_drive));
  }

  void write_all() {
    std::map<std::size_t, JobPtr> waiting;  // judged before their turn; the gate bounds how many
    std::size_t next = 0;
    while (auto judged = to_write_.pop()) {
      waiting[(*judged)->index] = std::move(*judged);
      for (auto turn = waiting.find(next); turn != waiting.end(); turn = waiting.find(++next)) {
        const JobPtr job = staged(std::move(turn->second), Stage::write, &Run::write);
        waiting.erase(turn);
        summary_.drives[job->index] = job->outcome;
        gate_.leave(job->bytes);
        if (on_drive_) on_drive_(job->outcome, next + 1, items_.size());
      }
    }
  }

  Result<void> read_drive(Job& job) {
    WorkItem& item = items_[job.index];
    if (item.error) return *item.error;
    CONCORD_ASSIGN_OR_RETURN(job.drive, item.dataset->read(item.drive_index));
    job.drive.name = item.name;
    CONCORD_RETURN_IF_ERROR(pipeline::add_tags_file(options_, job.drive));
    CONCORD_RETURN_IF_ERROR(pipeline::require_report_texts(job.drive));
    item.dataset.reset();  // the last drive of an input frees its tables
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t labels,
                             pipeline::count_labels_that_fit(job.drive, kBytesPerLabel, options_.device.memory_bytes));
    job.bytes = labels * kBytesPerLabel;
    job.outcome.frames = job.drive.frames.size();
    job.outcome.labels = labels;
    job.outcome.notes = job.drive.notes;
    CONCORD_ASSIGN_OR_RETURN(job.report, pipeline::begin_report(job.drive, options_, input_hashes_));
    job.report.run = pipeline::begin_run(measurer_.device_name(), options_.command);
    return {};
  }

  Result<void> measure(Job& job) {
    CONCORD_ASSIGN_OR_RETURN(job.measurements, measurer_.measure(job.drive));
    CONCORD_ASSIGN_OR_RETURN(const std::vector<std::string> unread,
                             pipeline::measure_clouds(job.drive, measurer_,
                                                      {.memory_bytes = options_.device.memory_bytes,
                                                       .clusters = judges(options_, "points.unlabelled_object")},
                                                      cancel_, job.measurements));
    for (const std::string& line : unread) job.outcome.notes.push_back("not checked: " + line);
    if (!job.report.drives.empty()) job.report.drives.front().notes = job.outcome.notes;
    return {};
  }

  Result<void> judge_drive(Job& job) {
    JudgeOptions how = options_.judge;
    if (learned_ != nullptr) how.observed = &job.observed;
    CONCORD_ASSIGN_OR_RETURN(Judgement judgement, judge(job.drive, job.measurements, options_.profile, how));
    if (learned_ != nullptr && !job.drive.label_sets.empty()) {
      observe_labels(job.drive, job.drive.label_sets.front(), job.measurements.front(), job.observed);
    }
    pipeline::add_results(job.report, std::move(judgement));
    if (learned_ == nullptr) job.report.odd = attributes_of(job.drive, job.measurements);
    if (options_.keep_measurements) {
      job.report.measurements.push_back({std::move(job.drive), std::move(job.measurements)});
    }
    return {};
  }

  Result<void> write(Job& job) {
    if (learned_ != nullptr) {
      job.observed.drives.emplace(job.outcome.drive, pipeline::prior_drive(job.report.drives.front()));
      CONCORD_RETURN_IF_ERROR(learned_->merge(job.observed));
    } else {
      CONCORD_ASSIGN_OR_RETURN([[maybe_unused]] const std::string digest,
                               write_report(items_[job.index].report, job.report));
    }
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
  JobPtr staged(JobPtr job, Stage stage, Result<void> (Run::*work)(Job&)) {
    if (job->outcome.error) return job;
    if (stopped()) {
      job->outcome.error = Error{ErrorCode::cancelled, "interrupted", job->outcome.drive, ""};
      return job;
    }
    StageSpan span{.drive = job->index, .stage = stage, .begin_s = seconds()};
    try {
      if (auto done = (this->*work)(*job); !done) job->outcome.error = done.error();
    } catch (const std::exception& e) {
      job->outcome.error =
          Error{ErrorCode::malformed, std::string("internal error: ") + e.what(), job->outcome.drive, ""};
    }
    span.end_s = seconds();
    const double took = span.end_s - span.begin_s;
    if (stage == Stage::read) job->report.run.seconds_read = took;
    if (stage == Stage::measure) job->report.run.seconds_measure = took;
    if (stage == Stage::judge) job->report.run.seconds_judge = took;
    const std::lock_guard lock(mutex_);
    summary_.spans.push_back(span);
    return job;
  }

  [[nodiscard]] bool stopped() const { return cancel_.load() || failed_.load(); }
  [[nodiscard]] double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  const ValidateOptions& options_;
  const OnDrive& on_drive_;
  const std::atomic<bool>& cancel_;
  std::vector<WorkItem> items_;
  Measurer& measurer_;
  Priors* learned_;                     ///< used by the writing stage alone
  pipeline::InputHashes input_hashes_;  ///< used by the reading stage alone
  const Clock::time_point start_ = Clock::now();
  pipeline::Gate gate_;
  JobQueue to_measure_, to_judge_, to_write_, nothing_;
  std::atomic<std::size_t> judges_left_ = kJudges;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;  ///< of the two below
  std::exception_ptr failure_;
  ValidateSummary summary_;
};

Result<ValidateSummary> start(const ValidateOptions& options, const OnDrive& on_drive, const std::atomic<bool>& cancel,
                              Priors* learned) {
  if (options.inputs.empty()) return Error{ErrorCode::invalid_argument, "no input", "", "a dataset folder or file"};
  CONCORD_RETURN_IF_ERROR(judging::require_known_names(options.judge));
  if (std::error_code failure; !options.odd_tags.empty() && !std::filesystem::is_directory(options.odd_tags, failure)) {
    return Error{ErrorCode::not_found, "is no folder", options.odd_tags.string(), "a folder with DRIVE.odd.yaml files"};
  }
  CONCORD_ASSIGN_OR_RETURN(const std::unique_ptr<Measurer> measurer, Measurer::create(options.device));
  CONCORD_ASSIGN_OR_RETURN(std::vector<WorkItem> items, pipeline::list_work(options, learned == nullptr));
  ValidateSummary summary = Run(options, on_drive, cancel, std::move(items), *measurer, learned).run();
  summary.device = measurer->device_name();
  summary.device_note = measurer->device_note();
  return summary;
}

}  // namespace

Result<ValidateSummary> validate(const ValidateOptions& options, const OnDrive& on_drive,
                                 const std::atomic<bool>& cancel) {
  return start(options, on_drive, cancel, nullptr);
}

Result<LearnSummary> learn(ValidateOptions options, const OnDrive& on_drive, const std::atomic<bool>& cancel) {
  options.judge = {};
  options.keep_measurements = false;
  LearnSummary summary;
  CONCORD_ASSIGN_OR_RETURN(summary.run, start(options, on_drive, cancel, &summary.priors));
  return summary;
}

}  // namespace concord
