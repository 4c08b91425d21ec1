#pragma once

#include <cstdint>
#include <vector>

#include "concord/drive.hpp"
#include "src/synth/camera.hpp"
#include "src/synth/world.hpp"

namespace concord::synth {

/// One object in one frame, as a careful annotator would describe it. Whether it becomes a label is decided later.
struct Seen {
  struct Image {
    std::uint32_t sensor = 0;  ///< index into the rig
    ImageBox box;              ///< with the annotator's noise
  };
  std::uint32_t agent = 0;
  Cuboid box;                     ///< ego frame at the frame's reference time, with the annotator's noise
  Vec3 velocity_mps;              ///< over ground, in the axes of the ego
  double range_m = 0;             ///< of the box
  double visibility = 0;          ///< share that can be seen from where the LiDAR is
  std::int32_t lidar_points = 0;  ///< in the box
  std::int32_t own_points = 0;    ///< of these, on the object itself
  std::int32_t radar_points = 0;
  std::vector<Image> images;
};

/// Every road user around the ego in `frame` (a little beyond the labels' range), by agent. Depends on the world and
/// the frame alone.
///
/// The annotator fits boxes to points: a moving object is put where it was when the LiDAR's beam passed it, not where
/// it was at the frame's reference time. Boxes are a few centimetres larger than the object, so that its points are
/// inside.
[[nodiscard]] std::vector<Seen> look(const World& world, int frame);

/// For each frame of the world, which of its `Seen` become labels: those in range with enough points of their own. A
/// careful annotator goes on through short occlusions and does not label a glimpse: gaps up to kBridged_s are filled,
/// and labels that would stand alone get neighbours.
inline constexpr double kBridged_s = 2.5;
[[nodiscard]] std::vector<std::vector<std::uint8_t>> choose_labels(const World& world,
                                                                   const std::vector<std::vector<Seen>>& frames);

}  // namespace concord::synth
