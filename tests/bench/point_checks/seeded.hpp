#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "concord/drive.hpp"

namespace concord::bench {

/// What is done to labels. `whole` errors change every label of a track, the others one (drop and phantom: `labels`).
struct SeededKind {
  enum class What : std::uint8_t { shift, resize, lift, rotate, drop_inside, drop_start, drop_end, phantom };
  std::string name;
  What what = What::shift;
  double magnitude = 0;  ///< m, factor, or degrees
  std::uint32_t labels = 1;
  bool whole = false;
};
[[nodiscard]] const std::vector<SeededKind>& seeded_kinds();

/// One error, with all that is needed to tell whether a finding is about it.
struct SeededError {
  std::size_t kind = 0;  ///< of seeded_kinds()
  std::string track, label;
  std::uint32_t first_frame = 0, last_frame = 0;
  std::string class_group;  ///< vehicle, two_wheeler, person, other
  double range_m = 0;
  Vec3 place_m = Vec3::Zero();  ///< world where known
};

/// A copy of `drive` whose first label set has errors, and their key. In sequences a track has one error at most; where
/// tracks are shorter than 12 labels (single frames) every label has one with a probability of 0.15, of the kinds that
/// need no neighbours. `only_frames` (not empty) are the frames that count.
struct SeededDrive {
  Drive drive;
  std::vector<SeededError> errors;
};
[[nodiscard]] SeededDrive seed_errors(const Drive& drive, const std::vector<std::uint8_t>& only_frames,
                                      std::mt19937_64& random);

[[nodiscard]] std::string class_group_of(const Drive& drive, ClassCode code);

}  // namespace concord::bench
