#pragma once

#include <gtest/gtest.h>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace concord::tests {

inline std::filesystem::path source_dir() {
  const char* folder = std::getenv("CONCORD_SOURCE_DIR");
  return folder != nullptr ? folder : ".";
}

/// The folder of public research data, or an empty path where it is absent (CONCORD_TEST_DATA, else ../shared/data).
inline std::filesystem::path test_data_dir() {
  const char* folder = std::getenv("CONCORD_TEST_DATA");
  const std::filesystem::path path =
      folder != nullptr ? std::filesystem::path(folder) : source_dir() / "../shared/data";
  return std::filesystem::is_directory(path) ? std::filesystem::weakly_canonical(path) : std::filesystem::path();
}

/// A new empty folder that is removed at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "concord_test_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace concord::tests

/// Skips the test, by name, where the research data set is not there: CONCORD_NEEDS_DATA("kitti_tracking").
#define CONCORD_NEEDS_DATA(folder)                                                            \
  do {                                                                                        \
    if (concord::tests::test_data_dir().empty() ||                                            \
        !std::filesystem::exists(concord::tests::test_data_dir() / (folder))) {               \
      GTEST_SKIP() << "research data '" << (folder) << "' is absent (set CONCORD_TEST_DATA)"; \
    }                                                                                         \
  } while (false)
