#pragma once

#include <vector>

#include "concord/drive.hpp"
#include "concord/synth.hpp"

namespace concord::synth {

/// A sensor of the simulated car and when it records, against the frame's reference time.
struct RigSensor {
  Sensor sensor;
  TimeNs offset_ns = 0;
};

/// lidar_top, cam_front (Brown-Conrady), cam_rear (Kannala-Brandt fisheye), cam_left, cam_right (pinhole), radar_front,
/// radar_rear; as many as the options ask for, in this order. The ego frame's origin is on the ground below the middle
/// of the rear axle.
[[nodiscard]] std::vector<RigSensor> make_rig(const SynthOptions& options);

/// Pixel of a point in the camera's frame, or false where the lens does not see it (behind, or so far outside the image
/// that the distortion's polynomial does not hold).
[[nodiscard]] bool project(const CameraModel& camera, const Vec3& point_m, double& u_px, double& v_px);

/// The LiDAR's turn, which begins at the right of the car and goes clockwise (seen from above) through the rear and the
/// left, in 50 ms. Its front is passed at the frame's reference time.
struct Turn {
  int columns = 0;
  double duration_s = 0;
  [[nodiscard]] double azimuth_rad(double column) const;  ///< of the firing `column`, in the sensor's frame
  [[nodiscard]] double offset_s(double column) const;     ///< its time against the reference time
  /// Time at which the beam passes an azimuth. An object astride the seam between begin and end of the turn is seen
  /// half early and half late; here the two are blended over 45 degrees on each side.
  [[nodiscard]] double passes_s(double azimuth_rad) const;
};
[[nodiscard]] Turn make_turn(const SynthOptions& options);
/// Elevation of each beam, ascending: 64 and 32 beams from -25 to 3 and 5 degrees, 16 and fewer from -15 to 15.
[[nodiscard]] std::vector<double> beam_elevations_rad(int beams);

}  // namespace concord::synth
