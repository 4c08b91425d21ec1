#pragma once

// Views of project_boxes, apart from those of the other kernels: they are many lines that only it needs.

#include <cstddef>
#include <cstdint>

#include "cuda/types.hpp"

namespace concord::kernels {

/// A camera's projection from its own frame (x right, y down, z forward) to pixels; coefficients as CameraModel has
/// them.
struct ProjectionModel {
  static constexpr std::uint32_t kPinhole = 0, kBrownConrady = 1, kKannalaBrandt = 2;
  std::uint32_t kind;
  double fx_px, fy_px, cx_px, cy_px, skew_px;
  double distortion[8];
  /// Where the distortion stops to grow outwards: the largest (x^2 + y^2) / z^2, for a fisheye the largest angle from
  /// the axis in rad. Points beyond have no image.
  double limit;
  double width_px, height_px;  ///< 0: unknown, nothing is cut off
};

/// One camera at one moment, and a frame whose boxes it sees. p_camera = rotation (row by row) * p_frame + translation;
/// the boxes have moved on by their velocities times dt_s.
struct ProjectionView {
  std::uint32_t frame, camera;
  double rotation[9], translation_m[3];
  double dt_s;
};

/// Boxes, cut into frames as in BoxPointsRequest, and views of them. View v gives rows [row_offset[v], row_offset[v +
/// 1]) of the result, one a box of its frame in their order.
struct ProjectionRequest {
  BoxColumns boxes;
  const std::uint32_t* box_offset = nullptr;
  std::uint32_t frames = 0;
  const double* velocity_x_mps = nullptr;  ///< per box, axes of its frame
  const double* velocity_y_mps = nullptr;
  const double* velocity_z_mps = nullptr;
  const ProjectionModel* cameras = nullptr;
  std::uint32_t camera_count = 0;
  const ProjectionView* views = nullptr;
  std::uint32_t view_count = 0;
  const std::uint64_t* row_offset = nullptr;  ///< view_count + 1 entries
  double near_m = 0.1;                        ///< points with a smaller z (fisheye: a smaller distance) have no image
};

/// One box in one image. NaN where nothing of it has an image.
struct ProjectionRow {
  static constexpr std::uint32_t kSeen = 1, kCutNear = 2, kCutLimit = 4;
  double left_px, top_px, right_px, bottom_px;  ///< of all edges, not cut at the image's borders
  double hull_px2;        ///< area of the convex hull of the corners (distorted images: and middles of edges)
  double image_px2;       ///< of its part within the image: [0, width - 1] x [0, height - 1]
  double nearest_m;       ///< smallest distance of a point of the edges from the camera
  double distance_m;      ///< of the centre
  std::uint32_t samples;  ///< of a grid of 16 x 16 over the part within the image, those in the hull
  std::uint32_t hidden;   ///< of these, those in the hull of a box that is nearer with its centre and its nearest point
  std::uint32_t flags;    ///< kSeen: something has an image; kCutNear, kCutLimit: something has none, and why
  std::uint32_t padding;
};

}  // namespace concord::kernels
