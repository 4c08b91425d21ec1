#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "concord/measure.hpp"
#include "concord/result.hpp"

namespace concord::pipeline {

struct CloudOptions {
  std::size_t memory_bytes = 0;  ///< bound on the clouds in memory at one time, decoded or being decoded
  bool clusters = false;         ///< fill the cluster tables
};

/// Loads the LiDAR clouds of `drive` batch after batch and measures them; while one batch is measured the next ones are
/// decoded. A cloud that cannot be read costs its frame, not the drive: the frame is `failed` in every point table, and
/// the returned lines (at most a dozen) say why. Does nothing on drives without LiDAR recordings.
[[nodiscard]] Result<std::vector<std::string>> measure_clouds(const Drive& drive, Measurer& measurer,
                                                              const CloudOptions& options,
                                                              const std::atomic<bool>& cancel,
                                                              std::vector<LabelSetMeasurements>& measured);

}  // namespace concord::pipeline
