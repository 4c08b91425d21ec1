#pragma once

#include <optional>

#include "src/synth/rig.hpp"
#include "src/synth/world.hpp"

namespace concord::synth {

/// What an annotator of images draws: the outline of the whole object (amodal), cut at the image's edges.
struct ImageBox {
  double left_px = 0, top_px = 0, right_px = 0, bottom_px = 0;
  double truncation = 0;  ///< share of the object outside the image
};

/// The box of an agent in the image of `camera` taken at `time_s` with the camera at `T_world_camera`, without noise;
/// from the shape of the body, not from any label. Nullopt where too little is in the image.
[[nodiscard]] std::optional<ImageBox> image_box(const World& world, std::size_t agent, const CameraModel& camera,
                                                const SE3& T_world_camera, double time_s);

}  // namespace concord::synth
