#include "src/pipeline/assemble.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "concord/hash.hpp"
#include "concord/version.hpp"

namespace concord::pipeline {
namespace fs = std::filesystem;

namespace {

Result<std::vector<InputHash>> hash_inputs(const Drive& drive) {
  std::vector<InputHash> hashes;
  for (const fs::path& path : drive.input_files) {
    CONCORD_ASSIGN_OR_RETURN(std::string digest, sha256_file(path));
    std::error_code failure;
    const std::uintmax_t bytes = fs::file_size(path, failure);
    if (failure) return Error{ErrorCode::io, "cannot be measured: " + failure.message(), path.string(), ""};
    // Relative names keep equal inputs equal wherever the dataset lies.
    const fs::path relative = path.lexically_relative(drive.source);
    const bool below = !relative.empty() && *relative.begin() != ".." && relative != ".";
    hashes.push_back({below ? relative.generic_string() : path.filename().string(), bytes, std::move(digest)});
  }
  std::sort(hashes.begin(), hashes.end(), [](const InputHash& a, const InputHash& b) { return a.path < b.path; });
  return hashes;
}

double duration_s(const Frames& frames) {
  TimeNs first = kNoTime;
  TimeNs last = kNoTime;
  for (const TimeNs time : frames.time_ns) {
    if (time == kNoTime) continue;
    if (first == kNoTime || time < first) first = time;
    if (last == kNoTime || time > last) last = time;
  }
  return first == kNoTime ? 0.0 : static_cast<double>(last - first) * 1e-9;
}

std::string yaml_list(const std::vector<std::string>& items) {
  std::string text = "[";
  for (const std::string& item : items) text += (text.size() > 1 ? ", " : "") + ("\"" + item + "\"");
  return text + "]";
}

std::vector<CheckRow> check_rows() {
  std::vector<CheckRow> rows;
  for (const CheckInfo& check : checks()) {
    rows.push_back({.id = std::string(check.id),
                    .title = std::string(check.title),
                    .error_type = std::string(check.error_type),
                    .unit = std::string(check.unit),
                    .message = std::string(check.message),
                    .severity = check.severity,
                    .fault = check.fault,
                    .scope = check.scope});
  }
  return rows;
}

}  // namespace

Result<Report> begin_report(const Drive& drive, const ValidateOptions& options) {
  Report report;
  report.producer_version = std::string(version());
  report.configuration = "only: " + yaml_list(options.judge.only) + "\nskip: " + yaml_list(options.judge.skip) + "\n" +
                         options.profile.to_yaml();
  report.checks = check_rows();

  DriveSummary summary{.name = drive.name, .format = drive.format};
  std::error_code failure;
  const fs::path absolute = fs::absolute(drive.source, failure);
  // An in-memory source is no path and must not be made absolute.
  summary.source = !failure && fs::exists(absolute, failure) ? absolute.string() : drive.source.string();
  summary.frames = drive.frames.size();
  summary.duration_s = duration_s(drive.frames);
  summary.time_assumed = drive.frames.time_assumed;
  summary.has_poses = !drive.frames.T_world_ego.empty();
  summary.notes = drive.notes;
  for (const LabelSet& set : drive.label_sets) {
    summary.label_sets.push_back({set.name, set.size(), set.boxes_2d.size(), set.tracks.size()});
  }
  CONCORD_ASSIGN_OR_RETURN(summary.inputs, hash_inputs(drive));
  report.drives.push_back(std::move(summary));
  return report;
}

void add_results(Report& report, const Drive& drive, Judgement judgement,
                 std::vector<LabelSetMeasurements> measurements, bool keep_measurements) {
  report.findings = std::move(judgement.findings);
  report.proposals = std::move(judgement.proposals);
  report.statuses = std::move(judgement.statuses);
  report.exposure = std::move(judgement.exposure);
  if (!keep_measurements) return;
  for (std::size_t i = 0; i < drive.label_sets.size(); ++i) {
    const LabelSet& set = drive.label_sets[i];
    KeptMeasurements kept{.drive = drive.name,
                          .label_set = set.name,
                          .label_id = {},
                          .track = {},
                          .frame = {},
                          .class_name = {},
                          .cuboid = set.cuboid,
                          .tables = std::move(measurements[i])};
    for (std::size_t row = 0; row < set.size(); ++row) {
      kept.label_id.emplace_back(set.label_id[row]);
      kept.track.emplace_back(set.tracks.at(set.track[row]));
      kept.frame.emplace_back(drive.frames.name[set.frame[row]]);
      kept.class_name.push_back(drive.taxonomy->at(set.class_code[row]).name);
    }
    report.measurements.push_back(std::move(kept));
  }
}

}  // namespace concord::pipeline
