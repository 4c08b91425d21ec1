#pragma once

#include <span>
#include <vector>

#include "concord/drive.hpp"
#include "concord/judge.hpp"
#include "concord/measurements.hpp"
#include "concord/pipeline.hpp"
#include "concord/report.hpp"
#include "concord/result.hpp"

namespace concord::pipeline {

/// The report's part that is known once the drive is read: summary, input hashes, checks, configuration. Fails when an
/// input file can no longer be read.
[[nodiscard]] Result<Report> begin_report(const Drive& drive, const ValidateOptions& options);

/// Adds what was judged, and the measurement tables when asked for.
void add_results(Report& report, const Drive& drive, Judgement judgement,
                 std::vector<LabelSetMeasurements> measurements, bool keep_measurements);

}  // namespace concord::pipeline
