#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "concord/pipeline.hpp"

namespace concord::pipeline {

/// One drive to validate, or an input that could not be opened (`dataset` empty, `error` set).
struct WorkItem {
  std::shared_ptr<Dataset> dataset;
  std::size_t drive_index = 0;
  std::string name;
  std::filesystem::path source;
  std::filesystem::path report;
  std::optional<Error> error;
};

/// Opens every input and lists the drives asked for, with the file each report goes to where reports are written.
/// Inputs that do not open become items with an error, so that the others are still validated.
[[nodiscard]] Result<std::vector<WorkItem>> list_work(const ValidateOptions& options, bool writes_reports);

/// `drive_name` as a file name: separators and control characters become `_`; never empty, hidden or over 200 bytes.
[[nodiscard]] std::string report_file_name(const std::string& drive_name);

}  // namespace concord::pipeline
