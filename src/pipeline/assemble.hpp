#pragma once

#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "concord/judge.hpp"
#include "concord/pipeline.hpp"
#include "concord/priors.hpp"
#include "concord/report.hpp"
#include "concord/result.hpp"
#include "src/pipeline/input_hashes.hpp"

namespace concord::pipeline {

/// The report's part that is known once the drive is read: summary, input hashes, checks, configuration. Fails when an
/// input file can no longer be read.
[[nodiscard]] Result<Report> begin_report(const Drive& drive, const ValidateOptions& options, InputHashes& hashes);

/// Time and host of now.
[[nodiscard]] RunInfo begin_run(const std::string& device, const std::string& command);

/// Notes which program, profile and options judge, and the checks of this build.
void set_judging(Report& report, const Profile& profile, const JudgeOptions& options);

/// The drive as a source of priors.
[[nodiscard]] PriorDrive prior_drive(const DriveSummary& drive);

/// Appends what was judged.
void add_results(Report& report, Judgement judgement);

}  // namespace concord::pipeline
