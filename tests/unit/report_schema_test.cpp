#include <gtest/gtest.h>
#include <fstream>
#include <iterator>

#include "concord/report.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;

TEST(ReportSchema, TheFileInDataIsWhatTheWriterWrites) {
  const fs::path path = source_dir() / "data/schema/report.json";
  std::ifstream file(path);
  const std::string kept((std::istreambuf_iterator<char>(file)), {});
  if (kept == report_schema()) return;
  const fs::path made = fs::temp_directory_path() / "concord_report_schema.json";
  std::ofstream(made) << report_schema();
  FAIL() << path << " is out of date: cp " << made.string() << " " << path.string();
}

}  // namespace
}  // namespace concord::tests
