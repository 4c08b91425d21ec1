#include "src/readers/kitti/calibration.hpp"

#include <Eigen/SVD>
#include <cmath>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include "src/readers/common/files.hpp"
#include "src/readers/kitti/fields.hpp"

namespace concord::readers::kitti {
namespace fs = std::filesystem;

namespace {

using Matrix34 = Eigen::Matrix<double, 3, 4>;
using Values = std::map<std::string, std::vector<double>, std::less<>>;

Result<Values> read_values(const fs::path& path) {
  CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(path, 1U << 20U));
  Values values;
  CONCORD_RETURN_IF_ERROR(for_each_line(file.text(), [&](std::string_view line, std::size_t number) -> Result<void> {
    const std::vector<std::string_view> fields = split_fields(line, ' ');
    if (fields.empty()) return {};
    std::string_view key = fields[0];
    if (key.ends_with(':')) key.remove_suffix(1);
    std::vector<double>& row = values[std::string(key)];
    for (std::size_t i = 1; i < fields.size(); ++i) {
      double value = 0;
      if (!parse_double(fields[i], value) || !std::isfinite(value)) {
        return Error{ErrorCode::malformed, "'" + std::string(fields[i]).substr(0, 40) + "' in " + std::string(key),
                     at_line(path, number), "a finite number"};
      }
      row.push_back(value);
    }
    return {};
  }));
  return values;
}

const std::vector<double>* find_any(const Values& values, std::string_view first, std::string_view second) {
  auto found = values.find(first);
  if (found == values.end()) found = values.find(second);
  return found == values.end() ? nullptr : &found->second;
}

/// The nearest rotation to a matrix that was printed with few digits.
Result<Eigen::Matrix3d> rotation_of(const Eigen::Matrix3d& matrix, std::string_view key, const fs::path& path) {
  const Eigen::JacobiSVD<Eigen::Matrix3d> svd(matrix, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::Matrix3d rotation = svd.matrixU() * svd.matrixV().transpose();
  // Negated, so that NaN, which huge numbers become, is refused.
  if (!(rotation.determinant() > 0 && (rotation - matrix).cwiseAbs().maxCoeff() <= 1e-2)) {
    return Error{ErrorCode::malformed, std::string(key) + " is no rotation", path.string(), "an orthonormal 3x3 part"};
  }
  return rotation;
}

Result<SE3> transform_of(const std::vector<double>* values, std::string_view key, const fs::path& path) {
  if (values == nullptr || values->size() != 12) {
    return Error{ErrorCode::malformed,
                 values == nullptr ? "no " + std::string(key)
                                   : std::string(key) + " has " + std::to_string(values->size()) + " values",
                 path.string(), std::string(key) + " with 12 values"};
  }
  const Matrix34 matrix = Eigen::Map<const Eigen::Matrix<double, 3, 4, Eigen::RowMajor>>(values->data());
  SE3 transform = SE3::Identity();
  CONCORD_ASSIGN_OR_RETURN(transform.linear(), rotation_of(matrix.leftCols<3>(), key, path));
  transform.translation() = matrix.col(3);
  return transform;
}

}  // namespace

Result<Calibration> read_calibration(const fs::path& path) {
  CONCORD_ASSIGN_OR_RETURN(const Values values, read_values(path));
  Calibration calibration;
  CONCORD_ASSIGN_OR_RETURN(const SE3 T_unrectified_lidar,
                           transform_of(find_any(values, "Tr_velo_to_cam", "Tr_velo_cam"), "Tr_velo_to_cam", path));
  const std::vector<double>* rectification = find_any(values, "R0_rect", "R_rect");
  if (rectification == nullptr || rectification->size() != 9) {
    return Error{ErrorCode::malformed, "no R0_rect with 9 values", path.string(), "R0_rect or R_rect"};
  }
  SE3 T_camera_unrectified = SE3::Identity();
  CONCORD_ASSIGN_OR_RETURN(
      T_camera_unrectified.linear(),
      rotation_of(Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(rectification->data()), "R0_rect",
                  path));
  const SE3 T_camera_lidar = T_camera_unrectified * T_unrectified_lidar;

  if (const auto* imu = find_any(values, "Tr_imu_to_velo", "Tr_imu_velo"); imu != nullptr) {
    CONCORD_ASSIGN_OR_RETURN(const SE3 T_lidar_imu, transform_of(imu, "Tr_imu_to_velo", path));
    calibration.T_ego_lidar = T_lidar_imu.inverse();
    calibration.has_imu = true;
  }
  calibration.T_ego_camera = calibration.T_ego_lidar * T_camera_lidar.inverse();
  for (std::size_t i = 0; i < calibration.projection.size(); ++i) {
    const auto found = values.find("P" + std::to_string(i));
    if (found == values.end() || found->second.size() != 12) continue;
    calibration.projection[i] =
        Matrix34(Eigen::Map<const Eigen::Matrix<double, 3, 4, Eigen::RowMajor>>(found->second.data()));
  }
  return calibration;
}

std::vector<Sensor> make_sensors(const Calibration& calibration) {
  std::vector<Sensor> sensors;
  sensors.push_back(
      {.name = "velodyne", .kind = SensorKind::lidar, .T_ego_sensor = calibration.T_ego_lidar, .camera = {}});
  for (const std::size_t i : {std::size_t{2}, std::size_t{3}}) {
    Sensor camera{.name = "image_0" + std::to_string(i), .kind = SensorKind::camera, .T_ego_sensor = {}, .camera = {}};
    if (const auto& P = calibration.projection[i]; P && (*P)(0, 0) != 0 && (*P)(1, 1) != 0) {
      // P = K [I | t]: the camera stands at -t in rectified camera 0.
      const Vec3 t((*P)(0, 3), (*P)(1, 3), (*P)(2, 3));
      const Eigen::Matrix3d K = P->leftCols<3>();
      SE3 T_camera0_camera = SE3::Identity();
      T_camera0_camera.translation() = -(K.inverse() * t);
      camera.T_ego_sensor = calibration.T_ego_camera * T_camera0_camera;
      CameraModel model;
      model.fx_px = K(0, 0);
      model.fy_px = K(1, 1);
      model.cx_px = K(0, 2);
      model.cy_px = K(1, 2);
      model.skew_px = K(0, 1);
      camera.camera = model;
    }
    sensors.push_back(std::move(camera));
  }
  return sensors;
}

Result<std::vector<SE3>> read_oxts(const fs::path& path) {
  constexpr double kEarthRadiusM = 6378137.0;
  constexpr std::size_t kValues = 30;
  constexpr double kRadPerDeg = std::numbers::pi / 180.0;
  CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(path));
  std::vector<SE3> poses;
  double scale = 1.0;
  SE3 T_first_mercator = SE3::Identity();
  CONCORD_RETURN_IF_ERROR(for_each_line(file.text(), [&](std::string_view line, std::size_t number) -> Result<void> {
    const std::vector<std::string_view> fields = split_fields(line, ' ');
    if (fields.empty()) return {};
    if (fields.size() != kValues) {
      return Error{ErrorCode::malformed, std::to_string(fields.size()) + " values", at_line(path, number), "30 values"};
    }
    std::array<double, 6> v{};
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (!parse_double(fields[i], v[i]) || !std::isfinite(v[i])) {
        return Error{ErrorCode::malformed, "'" + std::string(fields[i]).substr(0, 40) + "'", at_line(path, number),
                     "a finite number"};
      }
    }
    if (std::abs(v[0]) >= 90.0) {
      return Error{ErrorCode::malformed, "latitude " + std::to_string(v[0]), at_line(path, number),
                   "degrees between -90 and 90"};
    }
    if (poses.empty()) scale = std::cos(v[0] * kRadPerDeg);
    const Vec3 position(scale * kEarthRadiusM * v[1] * kRadPerDeg,
                        scale * kEarthRadiusM * std::log(std::tan((90.0 + v[0]) * 0.5 * kRadPerDeg)), v[2]);
    const SE3 T_mercator_ego = make_se3(position, quat_from_ypr(v[5], v[4], v[3]));
    if (poses.empty()) T_first_mercator = T_mercator_ego.inverse();
    poses.push_back(T_first_mercator * T_mercator_ego);
    if (!poses.back().matrix().allFinite()) {
      return Error{ErrorCode::malformed, "is no pose: its numbers are too large", at_line(path, number),
                   "latitude, longitude, altitude and three angles"};
    }
    return {};
  }));
  if (poses.empty()) return Error{ErrorCode::malformed, "holds no pose", path.string(), "30 values a frame"};
  return poses;
}

}  // namespace concord::readers::kitti
