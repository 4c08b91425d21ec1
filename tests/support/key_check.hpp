#pragma once

#include <span>
#include <string>
#include <vector>

#include "concord/seeding.hpp"

namespace concord::tests {

/// What is wrong with an answer key, in sentences: a key row whose labels did not change as its kind, span and
/// magnitude say, a label that changed without a row, a label that two rows claim. Compares the two drives label by
/// label and shares no code with the seeding. `before` is the untouched drive (with the same noise, where noise was
/// added).
///
/// Tracks of `before` must have at most one label a frame. Cuboids are compared to 1e-6 m; rotations to
/// `max_rotation_rad`, since a format may not be able to write the tilt of a box moved through the world.
[[nodiscard]] std::vector<std::string> key_problems(const Drive& before, const Drive& after,
                                                    std::span<const KeyRow> key, int guard_frames,
                                                    double max_rotation_rad = 1e-6);

}  // namespace concord::tests
