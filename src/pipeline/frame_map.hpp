#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "concord/result.hpp"

namespace concord::pipeline {

/// Which frame of a reference drive a frame of a candidate dataset shows, where their names differ.
struct FrameMap {
  struct Entry {
    std::string candidate_drive, candidate_frame, reference_frame;
  };
  std::map<std::string, std::vector<Entry>> by_reference_drive;

  /// A CSV file with the columns candidate_drive, candidate_frame, reference_drive and reference_frame; others are
  /// passed over. A frame of either side that stands twice is an error with its line.
  static Result<FrameMap> read(const std::filesystem::path& path);
};

}  // namespace concord::pipeline
