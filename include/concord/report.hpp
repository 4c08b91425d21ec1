#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "concord/attributes.hpp"
#include "concord/drive.hpp"
#include "concord/finding.hpp"
#include "concord/measurements.hpp"
#include "concord/result.hpp"

namespace concord {

inline constexpr std::string_view kReportSchemaVersion = "1.2.0";

/// What may differ between two equal runs; outside `content_sha256`.
struct RunInfo {
  std::string started_utc;  ///< ISO 8601
  std::string host;
  std::string device;  ///< "cpu (2 threads)" or the GPU's name
  std::string command;
  double seconds_read = 0, seconds_measure = 0, seconds_judge = 0;
};

struct InputHash {
  std::string path;  ///< relative to the dataset's root where it lies below it
  std::uint64_t bytes = 0;
  std::string sha256;
};

struct LabelSetSummary {
  std::string name;
  std::uint64_t cuboids = 0, boxes_2d = 0, tracks = 0;
  std::string source;  ///< absolute path of a label set that was added; empty for the dataset's own
};

struct DriveSummary {
  std::string name;
  std::string format;
  std::string source;             ///< absolute path of the input, so that `concord show` can open it again
  std::string taxonomy, mapping;  ///< absolute paths of the files given to the reader; empty without
  std::uint64_t frames = 0;
  double duration_s = 0;
  bool time_assumed = false;
  bool has_poses = false;
  std::vector<LabelSetSummary> label_sets;
  std::vector<InputHash> inputs;
  std::vector<std::string> notes;
};

/// Check data that a reader of the report needs without this program.
struct CheckRow {
  std::string id, title, error_type, unit, message;
  Severity severity = Severity::unknown;
  Fault fault = Fault::unknown;
  Scope scope = Scope::unknown;
};

/// What judging needs of one drive, kept with --keep-measurements: all that checks may look at, but no path to a
/// recording. `judge(drive, tables, ...)` gives the findings again, or others under another profile.
struct KeptMeasurements {
  Drive drive;
  std::vector<LabelSetMeasurements> tables;  ///< one a label set of `drive`
};

/// One report in memory: one drive, or several after a merge.
struct Report {
  std::string producer_version;
  std::string schema_version{kReportSchemaVersion};
  std::string configuration;   ///< profile in force and options that change results, as YAML
  std::string content_sha256;  ///< set by write_report and read_report
  RunInfo run;
  std::vector<DriveSummary> drives;
  std::vector<CheckRow> checks;
  std::vector<Finding> findings;
  std::vector<Proposal> proposals;
  std::vector<StatusRow> statuses;
  std::vector<ExposureRow> exposure;
  DriveAttributes odd;  ///< empty in reports of schema versions before 1.2
  std::vector<KeptMeasurements> measurements;
};

/// Writes `report` as HDF5 to a temporary name beside `path`, flushes it to the disk and renames it: `path` is either
/// complete or as it was before. Returns the content hash. What cannot be written (no space, no permission) is an
/// error.
[[nodiscard]] Result<std::string> write_report(const std::filesystem::path& path, const Report& report);

/// The schema of report files as JSON; data/schema/report.json is this text.
[[nodiscard]] std::string report_schema();

/// Reads a report back; verifies the file's checksum, schema version and completeness, and the content hash when
/// `verify` is set.
[[nodiscard]] Result<Report> read_report(const std::filesystem::path& path, bool verify = false);

}  // namespace concord
