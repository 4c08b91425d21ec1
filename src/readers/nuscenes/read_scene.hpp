#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "concord/drive.hpp"
#include "src/readers/nuscenes/tables.hpp"

namespace concord::readers::nuscenes {

/// Rows of the scene's samples, in the order of their prev/next chain. Every sample of the scene is on it, once. A
/// scene with an error gives that error.
[[nodiscard]] Result<std::vector<std::uint32_t>> sample_chain(Tables& tables, std::uint32_t scene);

/// Frames, sensors, recordings and tags of a scene. `samples` is its chain.
[[nodiscard]] Result<void> read_recordings(Tables& tables, std::uint32_t scene, std::span<const std::uint32_t> samples,
                                           Drive& drive);

/// The scene's own labels, into the ego frame of each sample. `drive` has its frames and receives notes.
[[nodiscard]] Result<LabelSet> read_labels(Tables& tables, std::span<const std::uint32_t> samples, Drive& drive);

/// nuScenes' instructions: objects with at least one LiDAR or radar point, whole extent, riders belong to their cycles.
[[nodiscard]] LabelScope nuscenes_scope(std::span<const std::string> class_names, const Taxonomy& taxonomy);

/// The cuboid written by a row's `translation`, `size` (w l h) and `rotation` (w x y z), as it stands: global frame.
[[nodiscard]] Result<Cuboid> global_cuboid(const Row& row);

}  // namespace concord::readers::nuscenes
