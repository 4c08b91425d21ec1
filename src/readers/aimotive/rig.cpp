#include <Eigen/LU>
#include <array>
#include <string>

#include "src/readers/aimotive/segment.hpp"
#include "src/readers/common/files.hpp"

namespace concord::readers::aimotive {
namespace {

/// An image side beyond this is no camera's.
constexpr double kMaxSidePx = 1e6;

/// RT_body_from_sensor: four rows of four numbers.
Result<SE3> pose_of(const Node& node) {
  SE3 T_body_sensor = SE3::Identity();
  std::size_t rows = 0;
  CONCORD_RETURN_IF_ERROR(node.for_each_element([&](std::size_t row, const Node& values) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const auto numbers, values.numbers<4>());
    rows = row + 1;
    if (row >= 4) return {};
    for (std::size_t column = 0; column < 4; ++column) {
      T_body_sensor.matrix()(static_cast<int>(row), static_cast<int>(column)) = numbers[column];
    }
    return {};
  }));
  const Eigen::Matrix3d rotation = T_body_sensor.linear();
  // Written with 16 digits; what is further off than this is no rotation.
  constexpr double kTolerance = 1e-3;
  const bool rigid =
      rows == 4 && T_body_sensor.matrix().allFinite() &&
      (rotation * rotation.transpose() - Eigen::Matrix3d::Identity()).cwiseAbs().maxCoeff() < kTolerance &&
      rotation.determinant() > 0 && T_body_sensor.matrix().row(3) == Eigen::RowVector4d(0, 0, 0, 1);
  if (!rigid) return node.error("is no rigid transform", "4x4 numbers: a rotation and a translation in m");
  return make_se3(T_body_sensor.translation(), Quat(rotation));
}

/// OpenCV's pinhole model with k1 k2 p1 p2 k3; other models are left out with a note.
Result<std::optional<CameraModel>> camera_of(const Node& node, std::string& note) {
  CONCORD_ASSIGN_OR_RETURN(const std::string_view model, node.text_of("model", ""));
  const auto focal = node.find("focal_length_px");
  const auto center = node.find("principal_point_px");
  if (model != "opencv_pinhole" || !focal || !center) {
    note = model == "opencv_pinhole" ? "has no intrinsics" : "is of model '" + std::string(model.substr(0, 40)) + "'";
    return std::optional<CameraModel>();
  }
  CameraModel camera;
  camera.kind = CameraModel::Kind::brown_conrady;
  CONCORD_ASSIGN_OR_RETURN(const auto f, focal->numbers<2>());
  CONCORD_ASSIGN_OR_RETURN(const auto c, center->numbers<2>());
  if (!(f[0] > 0) || !(f[1] > 0)) return focal->error("is not positive", "two focal lengths in px");
  camera.fx_px = f[0];
  camera.fy_px = f[1];
  camera.cx_px = c[0];
  camera.cy_px = c[1];
  if (const auto distortion = node.find("distortion_coeffs")) {
    CONCORD_ASSIGN_OR_RETURN(const std::vector<double> values, distortion->numbers(8));
    std::copy(values.begin(), values.end(), camera.distortion.begin());
  }
  if (const auto size = node.find("image_resolution_px")) {
    CONCORD_ASSIGN_OR_RETURN(const auto s, size->numbers<2>());
    if (!(s[0] >= 0 && s[0] <= kMaxSidePx && s[1] >= 0 && s[1] <= kMaxSidePx)) {
      return size->error("is no image size", "0 to 1000000 pixels");
    }
    camera.width_px = static_cast<int>(s[0]);
    camera.height_px = static_cast<int>(s[1]);
  }
  return std::optional(camera);
}

}  // namespace

Result<void> append_sensors(const std::filesystem::path& calibration, Drive& drive) {
  CONCORD_ASSIGN_OR_RETURN(const auto document, Document::open(calibration));
  CONCORD_RETURN_IF_ERROR(document->root().require_object("an object with one member a sensor"));
  drive.input_files.push_back(calibration);
  return document->root().for_each_member([&](std::string_view name, const Node& node) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view type, node.text_of("sensor_type", ""));
    if (!why_no_id(name).empty()) return id_error(name, "the sensor", node.error("", "").where);
    Sensor sensor;
    sensor.name = name;
    sensor.kind = type == "camera"  ? SensorKind::camera
                  : type == "radar" ? SensorKind::radar
                  : type == "lidar" ? SensorKind::lidar
                                    : SensorKind::unknown;
    // Inertial units and receivers record nothing that labels are held against.
    if (sensor.kind == SensorKind::unknown) return {};
    if (const auto pose = node.find("RT_body_from_sensor")) {
      CONCORD_ASSIGN_OR_RETURN(sensor.T_ego_sensor, pose_of(*pose));
    }
    if (sensor.kind == SensorKind::camera) {
      std::string note;
      CONCORD_ASSIGN_OR_RETURN(sensor.camera, camera_of(node, note));
      if (!note.empty()) drive.notes.push_back("camera " + sensor.name + " " + note + ": nothing is projected into it");
    }
    drive.sensors.push_back(std::move(sensor));
    return {};
  });
}

}  // namespace concord::readers::aimotive
