#pragma once

#include <cstdint>
#include <vector>

#include "src/seeding/labels.hpp"

namespace concord::seeding {

/// The cuboids of every label (ego frame) with the scatter of a person's work, standard deviation `noise_m`:
///   centre   noise_m along each horizontal axis, half of it vertically, anew in every label
///   heading  0.2 rad per metre of noise_m (0.1 m: 1.1 degrees), anew in every label
///   sides    a quarter of noise_m, drawn once a track, since a tool carries an object's size along; never below half
/// Numbers depend on seed, drive and label (track) alone, so that the untouched copy can be given equal noise. Labels
/// that are not eligible keep their cuboid.
[[nodiscard]] std::vector<Cuboid> noisy_boxes(const Labels& labels, double noise_m, std::uint64_t seed);

}  // namespace concord::seeding
