#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "concord/report.hpp"
#include "concord/result.hpp"

namespace concord::tools {

/// The report files that the arguments name: files as given, and every *.h5 directly in a folder, sorted. None is an
/// error.
[[nodiscard]] Result<std::vector<std::filesystem::path>> find_reports(const std::vector<std::string>& arguments);

/// Reads them all; the first that cannot be read is the error.
[[nodiscard]] Result<std::vector<Report>> read_reports(const std::vector<std::string>& arguments);

}  // namespace concord::tools
