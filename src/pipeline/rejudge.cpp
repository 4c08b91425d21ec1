#include <algorithm>
#include <chrono>
#include <utility>

#include "concord/pipeline.hpp"
#include "src/pipeline/assemble.hpp"

namespace concord {

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
  for (const KeptMeasurements& kept : report.measurements) {
    CONCORD_ASSIGN_OR_RETURN(Judgement judgement, judge(kept.drive, kept.tables, profile, options));
    pipeline::add_results(report, std::move(judgement));
  }
  run.seconds_judge = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  report.run = std::move(run);
  return report;
}

}  // namespace concord
