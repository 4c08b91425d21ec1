#pragma once

#include "concord/drive.hpp"
#include "cuda/kernels.hpp"

namespace concord::measure {

/// The kernel's form of a camera model, with the limit of its distortion. The image size is taken as given.
[[nodiscard]] kernels::ProjectionModel projection_model(const CameraModel& camera, double width_px, double height_px);

/// Up to where a point moves outwards in the image as it moves outwards in the world: the largest (x^2 + y^2) / z^2
/// (pinhole: infinite; Brown-Conrady: of the radial part), for a fisheye the largest angle from the axis, at most pi.
[[nodiscard]] double distortion_limit(const CameraModel& camera);

/// Every number is finite and the focal lengths are not 0.
[[nodiscard]] bool is_regular(const CameraModel& camera);

}  // namespace concord::measure
