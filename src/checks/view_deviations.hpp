#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "src/checks/context.hpp"

namespace concord::judging {

/// How far a label lies off by two witnesses, and how far each may be wrong (standard deviations).
struct Witnessed {
  double by_points = 0, points_noise = 0;
  bool sides_agree = false;                ///< the labels before and those after tell of about the same
  double by_motion = 0, motion_noise = 0;  ///< NaN where the motion of the track tells nothing

  /// The deviation that both tell of; nullopt where the points tell of none (1.5 times their noise), where the
  /// labels before and after tell of different ones, where the motion
  /// tells of another one (more than half of either apart), or where it is not `sigmas` times its own noise.
  [[nodiscard]] std::optional<double> agreed(double sigmas) const;
};

/// One label against the labels of its track beside it in time. An object looks nearly the same from one frame to the
/// next, so where its points lie in the axes of its label tells of the label's own error: a label that is moved by 0.5
/// m has all of its points moved by -0.5 m. The motion of the track is the second witness.
struct ViewDeviation {
  bool known = false;
  Witnessed along, across, up;  ///< m, label minus where it should be, own axes
  bool turn_known = false;      ///< the object is longer than wide, as it is seen
  Witnessed turn;               ///< rad, the same for its heading
  /// Length and width minus the median of its neighbours, where the points say that the object has not changed: an end
  /// of it lies, from the centre, where it lies beside; else 0.
  double length_m = 0, width_m = 0;
};

/// Compares labels of tracks with their neighbours.
class Views {
 public:
  explicit Views(const CheckContext& context);

  /// One entry a row of `rows`, the labels of one track by frame. A label needs `min_points` object points, and so do
  /// at least one neighbour on each side and three in all, of at most three on each side within 1 s.
  [[nodiscard]] std::vector<ViewDeviation> of(std::span<const std::uint32_t> rows, double min_points) const;

 private:
  const CheckContext& context_;
  std::vector<std::uint32_t> residual_of_;  ///< per label row, of the residual table, or kNone
};

}  // namespace concord::judging
