#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "concord/dataset.hpp"
#include "concord/judge.hpp"
#include "concord/measure.hpp"
#include "concord/priors.hpp"
#include "concord/report.hpp"
#include "concord/result.hpp"

namespace concord {

struct ValidateOptions {
  std::vector<std::filesystem::path> inputs;
  std::filesystem::path out;  ///< a folder (one `<drive>.h5` each), or one file ending in .h5 for a single drive
  std::string format;         ///< empty: recognised from each input
  OpenOptions open;
  std::filesystem::path odd_tags;   ///< folder with a DRIVE.odd.yaml of tags for drives; empty: looked for in the input
  std::vector<std::string> drives;  ///< names to validate; empty: all. A name that no input has is an error.
  Profile profile;
  JudgeOptions judge;
  DeviceOptions device;  ///< device.memory_bytes also bounds the labels of one drive
  int jobs = 0;          ///< drives in flight at once; 0: three (one read, one computed, one written)
  bool keep_measurements = false;
  std::string command;  ///< as typed, for the report's /run
};

/// What became of one drive.
struct DriveOutcome {
  std::string drive;
  std::filesystem::path report;  ///< empty when the drive failed
  std::optional<Error> error;
  std::uint64_t frames = 0, labels = 0;
  std::uint64_t infos = 0, warnings = 0, errors = 0;  ///< findings by severity
  std::uint64_t checks_not_completed = 0;             ///< statuses that are skipped or failed
  std::vector<std::string> notes;
};

enum class Stage : std::uint8_t { read, measure, judge, write };

/// When one stage worked on one drive, from the beginning of the run.
struct StageSpan {
  std::size_t drive = 0;  ///< in the order of the inputs
  Stage stage = Stage::read;
  double begin_s = 0, end_s = 0;
};

struct ValidateSummary {
  std::string device;
  std::string device_note;
  std::vector<DriveOutcome> drives;  ///< in the order of the inputs
  bool cancelled = false;
  double seconds = 0;               ///< the whole run
  std::vector<StageSpan> spans;     ///< in the order in which they ended
  std::uint64_t registrations = 0;  ///< pairs of labels whose points were laid over each other
  double seconds_registering = 0;   ///< of the measuring
};

/// Called from worker threads, one call at a time: a drive is finished (`done` of `total`).
using OnDrive = std::function<void(const DriveOutcome& outcome, std::size_t done, std::size_t total)>;

/// Reads, measures, judges and writes drive after drive; the four stages overlap. At most `jobs` drives are under way,
/// and their labels keep within the memory bound together; one drive alone may fill it. A drive that fails becomes an
/// outcome with its error and does not stop the others. When `cancel` turns true no further drive is started, those
/// under way are abandoned unless their report is being written, and only complete reports exist.
///
/// An error is returned only when nothing could be started: no readable input, unusable device, unknown drive or check.
[[nodiscard]] Result<ValidateSummary> validate(const ValidateOptions& options, const OnDrive& on_drive,
                                               const std::atomic<bool>& cancel);

struct LearnSummary {
  ValidateSummary run;  ///< without reports
  Priors priors;
};

/// Reads, measures and judges as validate() does, but learns from the drives' own label sets instead of writing
/// reports: `options.out`, `options.judge` and `options.keep_measurements` are of no matter. Memory is bounded the same
/// way. A drive that fails is left out and named in the summary.
[[nodiscard]] Result<LearnSummary> learn(ValidateOptions options, const OnDrive& on_drive,
                                         const std::atomic<bool>& cancel);

/// A drive read again from the place that its report names.
struct ReopenedDrive {
  Drive drive;
  bool unchanged = false;  ///< the files are, byte for byte, those that the report was made from
};
[[nodiscard]] Result<ReopenedDrive> reopen_drive(const DriveSummary& summary);

/// `report` with findings, proposals, statuses and exposure made anew from its kept measurements: no dataset and no GPU
/// are needed. The same profile and options give the same content. Measurements of a drive that were not kept are an
/// error.
[[nodiscard]] Result<Report> rejudge(Report report, const Profile& profile, const JudgeOptions& options,
                                     const std::string& command);

}  // namespace concord
