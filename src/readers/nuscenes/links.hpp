#pragma once

#include <cstdint>
#include <vector>

#include "concord/drive.hpp"

namespace concord::readers::nuscenes {

/// Rows of sample_annotation.json that an annotation's prev and next name; kNone where empty.
struct Links {
  std::uint32_t prev = kNone, next = kNone;
};

/// The prev and next links of a scene's labels. The order of a track's labels is that of their samples; links add
/// nothing to it, but users of the devkit follow them.
class TrackLinks {
 public:
  /// The next row of the label set: its annotation row, links and centre in the global frame.
  void push_back(std::uint32_t annotation_row, Links links, const Vec3& center_world_m);

  /// Sets the velocity of `set`'s labels as nuScenes defines it: the difference of position between the next and the
  /// previous label over that of their sample times, where both exist and lie at most 3 s apart. (The devkit falls back
  /// to one-sided differences; these belong to another time than the label's and are left out.) Links that do not lead
  /// along the track give no velocity, and a note in `drive`.
  void finish(Drive& drive, LabelSet& set) const;

 private:
  std::vector<std::uint32_t> annotation_row_;
  std::vector<Links> links_;
  std::vector<Vec3> center_m_;
};

}  // namespace concord::readers::nuscenes
