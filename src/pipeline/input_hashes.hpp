#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "concord/report.hpp"
#include "concord/result.hpp"

namespace concord::pipeline {

/// SHA-256 of the files that drives were read from. Drives of one dataset may share their tables (nuScenes: some GB):
/// a file is hashed again only when its size or time has changed.
class InputHashes {
 public:
  /// Size and SHA-256 of the drive's input files, sorted by their path in the report. An error when one can no longer
  /// be read.
  [[nodiscard]] Result<std::vector<InputHash>> of(const Drive& drive);

 private:
  struct Known {
    std::uintmax_t bytes = 0;
    std::filesystem::file_time_type time;
    std::string digest;
  };
  std::map<std::filesystem::path, Known> known_;
};

}  // namespace concord::pipeline
