#include "src/pipeline/assemble.hpp"

#include <unistd.h>
#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <system_error>
#include <utility>

#include "concord/hash.hpp"
#include "concord/version.hpp"

namespace concord::pipeline {
namespace fs = std::filesystem;

namespace {

std::string absolute_text(const fs::path& path) {
  std::error_code failure;
  const fs::path absolute = fs::absolute(path, failure);
  // An in-memory source is no path and must not be made absolute.
  return !failure && fs::exists(absolute, failure) ? absolute.string() : path.string();
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

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

}  // namespace

RunInfo begin_run(const std::string& device, const std::string& command) {
  return {.started_utc = utc_now(), .host = host_name(), .device = device, .command = command};
}

void set_judging(Report& report, const Profile& profile, const JudgeOptions& options) {
  report.producer_version = std::string(version());
  report.configuration = "only: " + yaml_list(options.only) + "\nskip: " + yaml_list(options.skip) + "\n" +
                         describe_priors(profile, options) + profile.to_yaml();
  report.checks = check_rows();
}

Result<Report> begin_report(const Drive& drive, const ValidateOptions& options, InputHashes& hashes) {
  Report report;
  set_judging(report, options.profile, options.judge);

  DriveSummary summary{.name = drive.name, .format = drive.format};
  summary.source = absolute_text(drive.source);
  if (options.open.taxonomy) summary.taxonomy = absolute_text(*options.open.taxonomy);
  if (options.open.mapping) summary.mapping = absolute_text(*options.open.mapping);
  summary.frames = drive.frames.size();
  summary.duration_s = duration_s(drive.frames);
  summary.time_assumed = drive.frames.time_assumed;
  summary.has_poses = !drive.frames.T_world_ego.empty();
  summary.notes = drive.notes;
  for (const LabelSet& set : drive.label_sets) {
    const auto& extra = options.open.extra_labels;
    const auto given =
        std::find_if(extra.begin(), extra.end(), [&](const ExtraLabels& e) { return e.name == set.name; });
    summary.label_sets.push_back({set.name, set.size(), set.boxes_2d.size(), set.tracks.size(),
                                  given == extra.end() ? std::string() : absolute_text(given->path)});
  }
  CONCORD_ASSIGN_OR_RETURN(summary.inputs, hashes.of(drive));
  report.drives.push_back(std::move(summary));
  return report;
}

PriorDrive prior_drive(const DriveSummary& drive) {
  Sha256 hash;
  for (const InputHash& input : drive.inputs) hash.update(input.sha256);
  return {.name = drive.name,
          .inputs_sha256 = hash.hex(),
          .labels = drive.label_sets.empty() ? 0 : drive.label_sets.front().cuboids};
}

void add_results(Report& report, Judgement judgement) {
  const auto append = [](auto& all, auto& more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  append(report.findings, judgement.findings);
  append(report.proposals, judgement.proposals);
  append(report.statuses, judgement.statuses);
  append(report.exposure, judgement.exposure);
}

}  // namespace concord::pipeline
