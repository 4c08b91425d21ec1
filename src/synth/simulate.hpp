#pragma once

#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "src/synth/world.hpp"

namespace concord::synth {

/// `synth_SEED_DRIVE`.
[[nodiscard]] std::string drive_name(const SynthOptions& options, int drive);

/// The whole drive: frames, rig, recordings (payloads of LiDAR and radar as PayloadFormat::synthetic; of cameras, for
/// which there is no image, their time and pose only), labels and tags. Frames are simulated on all threads of the
/// caller's arena; the result does not depend on their number.
[[nodiscard]] Drive make_drive(const World& world);

/// `synthetic:OPTIONS#DRIVE:FRAME`, the path of a record whose payload is simulated on demand.
[[nodiscard]] std::string payload_path(const World& world, int frame);

/// Conditions and planned manoeuvres of one lap of the world's frames, as tags of frames 0 .. frames() - 1. A
/// manoeuvre's tag is `scenario` with its kind as value and its actor's track as number (0: the ego).
[[nodiscard]] std::vector<Tag> make_tags(const World& world);

}  // namespace concord::synth
