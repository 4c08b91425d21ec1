#include "tools/output/reports.hpp"

#include <algorithm>
#include <system_error>

namespace concord::tools {
namespace fs = std::filesystem;

Result<std::vector<fs::path>> find_reports(const std::vector<std::string>& arguments) {
  std::vector<fs::path> files;
  for (const std::string& argument : arguments) {
    std::error_code failure;
    if (!fs::is_directory(argument, failure)) {
      files.emplace_back(argument);
      continue;
    }
    std::vector<fs::path> found;
    for (fs::directory_iterator it(argument, failure), end; !failure && it != end; it.increment(failure)) {
      if (it->path().extension() == ".h5") found.push_back(it->path());
    }
    if (failure) return Error{ErrorCode::io, "cannot be listed: " + failure.message(), argument, "a readable folder"};
    if (found.empty()) return Error{ErrorCode::not_found, "holds no report", argument, "a folder with *.h5"};
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

Result<std::vector<Report>> read_reports(const std::vector<std::string>& arguments) {
  CONCORD_ASSIGN_OR_RETURN(const std::vector<fs::path> files, find_reports(arguments));
  std::vector<Report> reports;
  for (const fs::path& file : files) {
    CONCORD_ASSIGN_OR_RETURN(Report report, read_report(file));
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace concord::tools
