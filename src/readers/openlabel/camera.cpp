#include "src/readers/openlabel/camera.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace concord::readers::openlabel {
namespace {

/// An image side beyond this is no camera's.
constexpr std::int64_t kMaxSidePx = 1'000'000;

Result<void> read_size(const Node& node, CameraModel& model) {
  for (const auto& [key, side] : {std::pair{"width_px", &model.width_px}, std::pair{"height_px", &model.height_px}}) {
    const auto member = node.find(key);
    if (!member) continue;
    CONCORD_ASSIGN_OR_RETURN(const double value, member->number());
    if (!(value >= 0 && value <= kMaxSidePx) || value != std::floor(value)) {
      return member->error("is no image side", "an integer from 0 to 1000000");
    }
    *side = static_cast<int>(value);
  }
  return {};
}

Result<std::optional<Intrinsics>> read_pinhole(const Node& node, std::string& note) {
  auto matrix = node.find("camera_matrix");
  if (!matrix) matrix = node.find("camera_matrix_3x4");
  if (!matrix) {
    note = "its pinhole intrinsics have no camera_matrix";
    return std::optional<Intrinsics>();
  }
  CONCORD_ASSIGN_OR_RETURN(const std::vector<double> m, matrix->numbers(12));
  if (m.size() != 9 && m.size() != 12) {
    return matrix->error("has " + std::to_string(m.size()) + " values", "3x4 or 3x3 numbers, row by row");
  }
  const std::size_t columns = m.size() / 3;
  Eigen::Matrix3d intrinsic;
  for (std::size_t i = 0; i < 9; ++i) {
    intrinsic(static_cast<int>(i / 3), static_cast<int>(i % 3)) = m[i / 3 * columns + i % 3];
  }
  if (!(intrinsic(0, 0) > 0) || !(intrinsic(1, 1) > 0) || intrinsic(1, 0) != 0 ||
      intrinsic.row(2) != Eigen::RowVector3d(0, 0, 1)) {
    return matrix->error("is no camera matrix", "fx s cx / 0 fy cy / 0 0 1 with positive fx and fy");
  }
  Intrinsics camera;
  camera.model.fx_px = intrinsic(0, 0);
  camera.model.fy_px = intrinsic(1, 1);
  camera.model.cx_px = intrinsic(0, 2);
  camera.model.cy_px = intrinsic(1, 2);
  camera.model.skew_px = intrinsic(0, 1);
  if (columns == 4 && (m[3] != 0 || m[7] != 0 || m[11] != 0)) {
    camera.position_m = -(intrinsic.inverse() * Vec3(m[3], m[7], m[11]));
  }
  auto distortion = node.find("distortion_coeffs");
  if (!distortion) distortion = node.find("distortion_coeffs_1xN");
  if (distortion) {
    CONCORD_ASSIGN_OR_RETURN(const std::vector<double> values, distortion->numbers(14));
    if (!values.empty() && values.size() < 4) return distortion->error("is too short", "4 to 14 coefficients");
    if (std::any_of(values.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(values.size(), 8)), values.end(),
                    [](double v) { return v != 0; })) {
      note = "thin-prism and tilt distortion are not modelled";
      return std::optional<Intrinsics>();
    }
    if (!values.empty()) {
      camera.model.kind = CameraModel::Kind::brown_conrady;
      std::copy_n(values.begin(), std::min<std::size_t>(values.size(), 8), camera.model.distortion.begin());
    }
  }
  CONCORD_RETURN_IF_ERROR(read_size(node, camera.model));
  return std::optional(camera);
}

Result<std::optional<Intrinsics>> read_fisheye(const Node& node, std::string& note) {
  auto lens = node.find("lens_coeffs");
  if (!lens) lens = node.find("lens_coeffs_1x4");
  if (!lens) {
    note = "its fisheye intrinsics have no lens_coeffs";
    return std::optional<Intrinsics>();
  }
  CONCORD_ASSIGN_OR_RETURN(const auto c, lens->numbers<4>());
  if (!(c[0] > 0) || c[1] != 0 || c[3] != 0) {
    note = "a fisheye polynomial with even terms is no Kannala-Brandt model";
    return std::optional<Intrinsics>();
  }
  Intrinsics camera;
  camera.model.kind = CameraModel::Kind::kannala_brandt;
  camera.model.fx_px = c[0];
  camera.model.fy_px = c[0];
  camera.model.distortion[0] = c[2] / c[0];
  CONCORD_RETURN_IF_ERROR(read_size(node, camera.model));
  const std::array<std::array<const char*, 2>, 2> keys{{{"center_x_px", "center_x"}, {"center_y_px", "center_y"}}};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    auto member = node.find(keys[axis][0]);
    if (!member) member = node.find(keys[axis][1]);
    double& center = axis == 0 ? camera.model.cx_px : camera.model.cy_px;
    // Without a stated centre the lens looks through the middle of the image.
    center = 0.5 * (axis == 0 ? camera.model.width_px : camera.model.height_px);
    if (member) {
      CONCORD_ASSIGN_OR_RETURN(center, member->number());
    }
  }
  if (const auto member = node.find("aspect_ratio")) {
    CONCORD_ASSIGN_OR_RETURN(const double ratio, member->number());
    if (!(ratio > 0)) return member->error("is not positive", "a positive number");
    camera.model.fy_px *= ratio;
  }
  return std::optional(camera);
}

Result<std::optional<Intrinsics>> read_custom(const Node& node, std::string& note) {
  const auto kind = node.find("model");
  if (!kind || !kind->value().is_string() || *kind->text() != "kannala_brandt") {
    note = "its custom intrinsics are of no known model";
    return std::optional<Intrinsics>();
  }
  Intrinsics camera;
  CameraModel& model = camera.model;
  model.kind = CameraModel::Kind::kannala_brandt;
  for (const auto& [key, value] :
       {std::pair{"fx_px", &model.fx_px}, std::pair{"fy_px", &model.fy_px}, std::pair{"cx_px", &model.cx_px},
        std::pair{"cy_px", &model.cy_px}, std::pair{"skew_px", &model.skew_px}}) {
    if (const auto member = node.find(key)) {
      CONCORD_ASSIGN_OR_RETURN(*value, member->number());
    }
  }
  if (!(model.fx_px > 0) || !(model.fy_px > 0)) return node.error("has no focal length", "positive fx_px and fy_px");
  if (const auto member = node.find("distortion_coeffs")) {
    CONCORD_ASSIGN_OR_RETURN(const auto values, member->numbers<4>());
    std::copy(values.begin(), values.end(), model.distortion.begin());
  }
  CONCORD_RETURN_IF_ERROR(read_size(node, model));
  return std::optional(camera);
}

}  // namespace

Result<std::optional<Intrinsics>> read_intrinsics(const Node& stream_properties, std::string& note) {
  if (const auto node = stream_properties.find("intrinsics_pinhole")) return read_pinhole(*node, note);
  if (const auto node = stream_properties.find("intrinsics_custom")) return read_custom(*node, note);
  if (const auto node = stream_properties.find("intrinsics_fisheye")) return read_fisheye(*node, note);
  return std::optional<Intrinsics>();
}

}  // namespace concord::readers::openlabel
