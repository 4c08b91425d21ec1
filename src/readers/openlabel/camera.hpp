#pragma once

#include <optional>
#include <string>

#include "concord/drive.hpp"
#include "src/readers/common/json.hpp"

namespace concord::readers::openlabel {

/// A camera as `stream_properties` describes it.
struct Intrinsics {
  CameraModel model;
  Vec3 position_m = Vec3::Zero();  ///< of the camera in the stream's coordinate system: P = K [I | t] stands at -t
};

/// Reads `intrinsics_pinhole` (`camera_matrix` or `camera_matrix_3x4` with 9 or 12 values; `distortion_coeffs` or
/// `distortion_coeffs_1xN` in OpenCV's order k1 k2 p1 p2 k3 k4 k5 k6), `intrinsics_custom` with model kannala_brandt,
/// or `intrinsics_fisheye` (image radius c1 θ + c2 θ² + c3 θ³ + c4 θ⁴) where its even coefficients are 0, which is
/// Kannala-Brandt with f = c1 and k1 = c3 / c1. Nullopt, with the reason in `note`, for other models.
[[nodiscard]] Result<std::optional<Intrinsics>> read_intrinsics(const Node& stream_properties, std::string& note);

}  // namespace concord::readers::openlabel
