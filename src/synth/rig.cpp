#include "src/synth/rig.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace concord::synth {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr double kSeam_rad = -0.5 * std::numbers::pi;
constexpr double kBlend_rad = 45 * kDegree;
/// Share of the turn that lies before the front.
constexpr double kBeforeFront = 0.75;

/// Camera frames look along z with x right and y down.
SE3 looking(const Vec3& position_m, double yaw_deg, double down_deg, double roll_deg) {
  Eigen::Matrix3d R_ego_camera;
  R_ego_camera << 0, 0, 1, -1, 0, 0, 0, -1, 0;
  const Quat mount = quat_from_ypr(yaw_deg * kDegree, down_deg * kDegree, roll_deg * kDegree);
  return make_se3(position_m, mount * Quat(R_ego_camera));
}

RigSensor camera(const char* name, const SE3& T_ego_camera, const CameraModel& model, TimeNs offset_ns) {
  return {{.name = name, .kind = SensorKind::camera, .T_ego_sensor = T_ego_camera, .camera = model}, offset_ns};
}

}  // namespace

std::vector<RigSensor> make_rig(const SynthOptions& options) {
  std::vector<RigSensor> rig;
  if (options.lidar_beams > 0) {
    rig.push_back(
        {{.name = "lidar_top",
          .kind = SensorKind::lidar,
          .T_ego_sensor = make_se3(Vec3(1.1, 0, 1.95), quat_from_ypr(0.4 * kDegree, 0.3 * kDegree, -0.2 * kDegree)),
          .camera = {}},
         0});
  }
  CameraModel front{.kind = CameraModel::Kind::brown_conrady, .fx_px = 1180, .fy_px = 1182, .cx_px = 804, .cy_px = 447};
  front.distortion = {-0.09, 0.025, 0.0004, -0.0003, -0.002, 0, 0, 0};
  front.width_px = 1600;
  front.height_px = 900;
  CameraModel rear{.kind = CameraModel::Kind::kannala_brandt, .fx_px = 348, .fy_px = 347, .cx_px = 642, .cy_px = 481};
  rear.distortion = {0.055, -0.009, 0.0021, -0.0004, 0, 0, 0, 0};
  rear.width_px = 1280;
  rear.height_px = 960;
  CameraModel side{.kind = CameraModel::Kind::pinhole, .fx_px = 620, .fy_px = 620, .cx_px = 640, .cy_px = 402};
  side.width_px = 1280;
  side.height_px = 800;
  // Exposures follow the LiDAR's beam round the car, each with a delay of its own.
  const double turn_ns = make_turn(options).duration_s * 1e9;
  const auto at = [&](double share, double delay_ms) {
    return static_cast<TimeNs>(std::llround(share * turn_ns + delay_ms * 1e6));
  };
  const std::array<RigSensor, 4> cameras{
      camera("cam_front", looking(Vec3(1.9, 0.02, 1.45), 0.3, 1.5, 0.2), front, at(0, 4)),
      camera("cam_rear", looking(Vec3(-0.95, -0.05, 0.95), 180.5, 12, -0.3), rear, at(-0.5, 3)),
      camera("cam_left", looking(Vec3(1.5, 0.9, 1.25), 90, 4, 0), side, at(-0.25, 2)),
      camera("cam_right", looking(Vec3(1.5, -0.9, 1.25), -90, 4, 0), side, at(-0.5, 12))};
  for (int i = 0; i < options.cameras; ++i) rig.push_back(cameras[static_cast<std::size_t>(i)]);
  const std::array<RigSensor, 2> radars{
      RigSensor{{.name = "radar_front",
                 .kind = SensorKind::radar,
                 .T_ego_sensor = make_se3(Vec3(3.7, 0, 0.55), quat_from_ypr(0.2 * kDegree, 0, 0)),
                 .camera = {}},
                at(0, 14)},
      RigSensor{{.name = "radar_rear",
                 .kind = SensorKind::radar,
                 .T_ego_sensor = make_se3(Vec3(-0.95, 0, 0.6), quat_from_ypr(180 * kDegree, 0, 0)),
                 .camera = {}},
                at(-0.5, 22)}};
  for (int i = 0; i < options.radars; ++i) rig.push_back(radars[static_cast<std::size_t>(i)]);
  return rig;
}

bool project(const CameraModel& camera, const Vec3& point_m, double& u_px, double& v_px) {
  double x = 0;
  double y = 0;
  if (camera.kind == CameraModel::Kind::kannala_brandt) {
    constexpr double kWidest_rad = 100 * kDegree;
    const double r = std::hypot(point_m.x(), point_m.y());
    const double theta = std::atan2(r, point_m.z());
    if (theta > kWidest_rad) return false;
    const double t2 = theta * theta;
    const auto& k = camera.distortion;
    const double bent = theta * (1 + t2 * (k[0] + t2 * (k[1] + t2 * (k[2] + t2 * k[3]))));
    const double scale = r > 1e-9 ? bent / r : 1 / point_m.z();
    x = point_m.x() * scale;
    y = point_m.y() * scale;
  } else {
    constexpr double kNearest_m = 0.1;
    if (point_m.z() < kNearest_m) return false;
    x = point_m.x() / point_m.z();
    y = point_m.y() / point_m.z();
    // A quarter beyond the image; further out the polynomial may fold back.
    if (std::abs(x) > 1.25 * std::max(camera.cx_px, camera.width_px - camera.cx_px) / camera.fx_px) return false;
    if (std::abs(y) > 2.5 * std::max(camera.cy_px, camera.height_px - camera.cy_px) / camera.fy_px) return false;
    if (camera.kind == CameraModel::Kind::brown_conrady) {
      const auto& k = camera.distortion;
      const double r2 = x * x + y * y;
      const double radial = (1 + r2 * (k[0] + r2 * (k[1] + r2 * k[4]))) / (1 + r2 * (k[5] + r2 * (k[6] + r2 * k[7])));
      const double bent_x = x * radial + 2 * k[2] * x * y + k[3] * (r2 + 2 * x * x);
      y = y * radial + k[2] * (r2 + 2 * y * y) + 2 * k[3] * x * y;
      x = bent_x;
    }
  }
  u_px = camera.fx_px * x + camera.skew_px * y + camera.cx_px;
  v_px = camera.fy_px * y + camera.cy_px;
  return true;
}

double Turn::azimuth_rad(double column) const { return kSeam_rad - (column + 0.5) / columns * 2 * std::numbers::pi; }

double Turn::offset_s(double column) const { return ((column + 0.5) / columns - kBeforeFront) * duration_s; }

double Turn::passes_s(double azimuth_rad) const {
  // Way from the seam, clockwise, in turns.
  const double way = wrap_angle(kSeam_rad - azimuth_rad) / (2 * std::numbers::pi);  // (-1/2, 1/2]
  const double blend = kBlend_rad / (2 * std::numbers::pi);
  if (std::abs(way) >= blend) return ((way < 0 ? way + 1 : way) - kBeforeFront) * duration_s;
  // From the end of the turn (way = -blend) smoothly to its begin (way = blend).
  const double r = 0.5 * (way / blend + 1);
  const double share = r * r * (3 - 2 * r);
  return ((1 - blend) * (1 - share) + blend * share - kBeforeFront) * duration_s;
}

Turn make_turn(const SynthOptions& options) {
  constexpr double kSlowest_s = 0.05;
  Turn turn;
  turn.columns = std::max(1, static_cast<int>(std::lround(360 / options.lidar_azimuth_deg)));
  turn.duration_s = options.rolling ? std::min(kSlowest_s, 1 / options.rate_hz) : 0;
  return turn;
}

std::vector<double> beam_elevations_rad(int beams) {
  const double low_deg = beams <= 16 ? -15 : -25;
  const double high_deg = beams <= 16 ? 15 : beams <= 32 ? 5 : 3;
  std::vector<double> elevations;
  for (int i = 0; i < beams; ++i) {
    const double share = beams > 1 ? static_cast<double>(i) / (beams - 1) : 0.5;
    elevations.push_back((low_deg + share * (high_deg - low_deg)) * kDegree);
  }
  return elevations;
}

}  // namespace concord::synth
