#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "concord/attributes.hpp"
#include "concord/pipeline.hpp"
#include "src/pipeline/assemble.hpp"

namespace concord {
namespace {

void append(DriveAttributes& all, DriveAttributes more) {
  const auto move_all = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  move_all(all.frames, more.frames);
  move_all(all.attributes, more.attributes);
  move_all(all.objects, more.objects);
}

}  // namespace

Result<Report> rejudge(Report report, const Profile& profile, const JudgeOptions& options, const std::string& command) {
  for (const DriveSummary& drive : report.drives) {
    const bool kept = std::any_of(report.measurements.begin(), report.measurements.end(),
                                  [&](const KeptMeasurements& m) { return m.drive.name == drive.name; });
    if (!kept) {
      return Error{ErrorCode::not_found, "holds no measurements of drive '" + drive.name + "'", "",
                   "a report of `concord validate --keep-measurements`"};
    }
  }
  const auto start = std::chrono::steady_clock::now();
  RunInfo run = pipeline::begin_run(report.run.device, command);
  run.seconds_read = report.run.seconds_read;
  run.seconds_measure = report.run.seconds_measure;
  pipeline::set_judging(report, profile, options);
  report.findings.clear();
  report.proposals.clear();
  report.statuses.clear();
  report.exposure.clear();
  const bool has_odd = !report.odd.frames.empty();  // reports of schema versions before 1.2 have none
  if (!has_odd) report.schema_version = kReportSchemaVersion;
  for (const KeptMeasurements& kept : report.measurements) {
    CONCORD_ASSIGN_OR_RETURN(Judgement judgement, judge(kept.drive, kept.tables, profile, options));
    pipeline::add_results(report, std::move(judgement));
    if (!has_odd) append(report.odd, attributes_of(kept.drive, kept.tables));
  }
  run.seconds_judge = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  report.run = std::move(run);
  return report;
}

}  // namespace concord
