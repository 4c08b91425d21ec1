#pragma once

#include <cstdint>
#include <vector>

#include "concord/drive.hpp"
#include "concord/measurements.hpp"

namespace concord::measure {

/// The labels of a set in one fixed frame and the steps of its tracks: what the motion kernel reads, as columns.
struct TrackSteps {
  bool world = false;           ///< the fixed frame is the world; else each frame's ego
  CuboidColumns boxes;          ///< per label row
  std::vector<double> yaw_rad;  ///< per label row; NaN when the box has no heading
  std::vector<double> heading_x, heading_y;
  std::vector<std::uint32_t> track, from, to, previous;  ///< per step, sorted by (track code, time)
  std::vector<double> dt_s, heading_change_rad, predicted_turn_cos, predicted_turn_sin;

  [[nodiscard]] std::size_t size() const { return from.size(); }
};

/// World frame when every frame that holds labels has a pose. Labels without a track take no part.
[[nodiscard]] TrackSteps make_track_steps(const Drive& drive, const LabelSet& set);

/// One row a track with labels, in order of track code; `steps` and the displacements of `motion` belong together.
[[nodiscard]] TrackTable summarise_tracks(const LabelSet& set, const TrackSteps& steps, const MotionTable& motion,
                                          const CuboidTable& cuboids);

}  // namespace concord::measure
