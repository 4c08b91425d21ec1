#pragma once

#include <memory>
#include <string_view>

#include "concord/point_cloud.hpp"
#include "concord/result.hpp"
#include "src/synth/world.hpp"

namespace concord::synth {

/// The world of a drive, simulated now or taken from the few that were used last. From any thread.
[[nodiscard]] std::shared_ptr<const World> shared_world(const SynthOptions& options, int drive);

/// The payload of a record whose path is `path` (see payload_path), in the sensor's frame, as a file would hold it. A
/// path that names no drive or frame of valid options is an error.
[[nodiscard]] Result<PointCloud> simulate_cloud(std::string_view path);
[[nodiscard]] Result<RadarDetections> simulate_radar(std::string_view path, std::string_view sensor);

}  // namespace concord::synth
