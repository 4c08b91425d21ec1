#include "src/model/interpolate.hpp"

#include <algorithm>

namespace concord {
namespace {

double share_of_way(const Frames& frames, std::uint32_t before, std::uint32_t frame, std::uint32_t after) {
  if (after <= before) return 0;
  const TimeNs t0 = frames.time_ns[before];
  const TimeNs t = frames.time_ns[frame];
  const TimeNs t1 = frames.time_ns[after];
  const bool by_time = t0 != kNoTime && t != kNoTime && t1 != kNoTime && t0 <= t && t <= t1 && t0 < t1;
  // Converted before subtracting: hostile timestamps may be further apart than an int64 holds.
  const auto as_double = [](TimeNs time) { return static_cast<double>(time); };
  const double share = by_time ? (as_double(t) - as_double(t0)) / (as_double(t1) - as_double(t0))
                               : (as_double(frame) - before) / (as_double(after) - before);
  return std::clamp(share, 0.0, 1.0);
}

}  // namespace

Cuboid interpolated(const Drive& drive, const LabelSet& labels, std::uint32_t row_before, std::uint32_t row_after,
                    std::uint32_t frame) {
  const Frames& frames = drive.frames;
  const std::uint32_t before = labels.frame[row_before];
  const std::uint32_t after = labels.frame[row_after];
  Cuboid from = labels.cuboid.at(row_before);
  Cuboid to = labels.cuboid.at(row_after);
  const bool in_world = frames.has_pose(before) && frames.has_pose(frame) && frames.has_pose(after);
  if (in_world) {
    from = transformed(frames.T_world_ego[before], from);
    to = transformed(frames.T_world_ego[after], to);
  }
  const double share = share_of_way(frames, before, frame, after);
  const Cuboid between{from.center_m + share * (to.center_m - from.center_m), from.size_m,
                       from.rotation.slerp(share, to.rotation)};
  return in_world ? transformed(frames.T_world_ego[frame].inverse(), between) : between;
}

}  // namespace concord
