// The simulated sensors against plain computations of the same physics.

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "src/synth/camera.hpp"
#include "src/synth/lidar.hpp"
#include "src/synth/radar.hpp"
#include "src/synth/rig.hpp"

namespace concord::synth {
namespace {

double time_of(const World& world, int frame) { return static_cast<double>(world.frame_time_ns(frame)) * 1e-9; }

/// Range of the first thing on a ray, tried against everything.
double nearest_m(const Scene& scene, double after_s, const Ray& ray, double reach_m) {
  double nearest = reach_m;
  for (const Solid& solid : scene.solids()) {
    Hit hit;
    if (solid.body->free_path_m == 0 && intersect(solid, after_s, ray, 0, hit)) nearest = std::min(nearest, hit.enter);
  }
  const double level = std::hypot(ray.dx, ray.dy);
  const double ground =
      scene.ground().meet_m(ray.ox, ray.oy, ray.oz, ray.dx / level, ray.dy / level, ray.dz / level, 0.5, reach_m);
  return ground < 0 ? nearest : std::min(nearest, ground / level);
}

class SynthLidar : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Roads, SynthLidar,
                         ::testing::Values("seed=3,road=urban", "seed=4,road=highway,slope=2",
                                           "seed=5,road=rural,rolling=0"));

TEST_P(SynthLidar, CastsWhatAPlainLoopOverEverythingCasts) {
  const World world(*parse_synth_options(std::string(GetParam()) +
                                         ",frames=5,objects=60,lidar_noise_m=0,lidar_dropout=0,lidar_azimuth_deg=0.5"),
                    0);
  const Turn turn = make_turn(world.options());
  const auto beams = beam_elevations_rad(world.options().lidar_beams);
  const double t = time_of(world, 3);
  const Scene scene(world, t, world.options().lidar_range_m);
  const Sweep sweep = cast(world, scene, 3);
  const SE3 T_ego_sensor = *make_rig(world.options()).front().sensor.T_ego_sensor;
  const SE3 T_sensor_world = (world.T_world_ego(t) * T_ego_sensor).inverse();
  std::set<std::uint32_t> hit;
  std::size_t next = 0;
  std::size_t compared = 0;
  for (int column = 0; column < turn.columns; column += 1) {
    // Points come firing by firing, beam by beam; only some firings are compared.
    const double after_s = turn.offset_s(column);
    const SE3 T_world_sensor = world.T_world_ego(t + after_s) * T_ego_sensor;
    const double azimuth = turn.azimuth_rad(column);
    for (const double elevation : beams) {
      if (next == sweep.cloud.size()) break;
      const Vec3 point(sweep.cloud.x_m[next], sweep.cloud.y_m[next], sweep.cloud.z_m[next]);
      const Vec3 own(std::cos(elevation) * std::cos(azimuth), std::cos(elevation) * std::sin(azimuth),
                     std::sin(elevation));
      // The same point, seen from where the sensor was when it fired.
      const Vec3 fired = T_world_sensor.inverse() * (T_sensor_world.inverse() * point);
      if ((fired.normalized() - own).norm() > 2e-3) continue;  // lost on the way
      ++next;
      hit.insert(sweep.source[next - 1]);
      if (column % 9 != 0) continue;
      ++compared;
      const Vec3 d = T_world_sensor.linear() * own;
      const Ray ray{T_world_sensor.translation().x(),
                    T_world_sensor.translation().y(),
                    T_world_sensor.translation().z(),
                    d.x(),
                    d.y(),
                    d.z()};
      const double expected = nearest_m(scene, after_s, ray, world.options().lidar_range_m);
      const bool vegetation = fired.norm() < expected && sweep.source[next - 1] == kOnFixture;
      if (!vegetation) {
        // The ground is met to 0.1 mm in height, which is more along a flat ray.
        EXPECT_NEAR(fired.norm(), expected, 0.002 + 2.5e-4 / std::max(0.01, std::abs(d.z()))) << column;
      }
      if (turn.duration_s > 0) {
        EXPECT_NEAR(sweep.cloud.time_offset_ns[next - 1], after_s * 1e9, 1);
      }
    }
  }
  EXPECT_EQ(next, sweep.cloud.size());
  EXPECT_GT(compared, 1000U);
  EXPECT_GT(hit.size(), 5U);
}

TEST(SynthLidar, PointsLieOnTheirObjectsWithoutFillingTheBox) {
  const World world(
      *parse_synth_options("seed=3,road=urban,frames=2,objects=60,lidar_noise_m=0,rolling=0,lidar_beams=64"), 0);
  const double t = time_of(world, 1);
  const Sweep sweep = cast(world, 1);
  const SE3 T_world_sensor = world.T_world_ego(t) * *make_rig(world.options()).front().sensor.T_ego_sensor;
  std::size_t on_objects = 0;
  std::size_t near_faces = 0;
  for (std::size_t i = 0; i < sweep.cloud.size(); ++i) {
    if (sweep.source[i] >= kOnGround) continue;
    const Cuboid box = world.box(sweep.source[i], t);
    const Vec3 p = T_world_sensor * Vec3(sweep.cloud.x_m[i], sweep.cloud.y_m[i], sweep.cloud.z_m[i]);
    const Vec3 own = (box.rotation.conjugate() * (p - box.center_m)).cwiseAbs() - 0.5 * box.size_m;
    EXPECT_LE(own.maxCoeff(), 1e-3);
    ++on_objects;
    if (own.maxCoeff() > -0.02) ++near_faces;
  }
  EXPECT_GT(on_objects, 500U);
  EXPECT_GT(near_faces, on_objects / 20);
  EXPECT_LT(near_faces, on_objects * 9 / 10);
}

TEST(SynthLidar, NoiseHasItsDeviationAndItsBound) {
  const char* quiet = "seed=3,frames=2,lidar_noise_m=0,lidar_dropout=0";
  const char* noisy = "seed=3,frames=2,lidar_noise_m=0.1,lidar_dropout=0";
  const World a(*parse_synth_options(quiet), 0);
  const World b(*parse_synth_options(noisy), 0);
  const PointCloud p = cast(a, 1).cloud;
  const PointCloud q = cast(b, 1).cloud;
  ASSERT_EQ(p.size(), q.size());
  double squares = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double d = Vec3(p.x_m[i] - q.x_m[i], p.y_m[i] - q.y_m[i], p.z_m[i] - q.z_m[i]).norm();
    EXPECT_LT(d, 0.3465);
    squares += d * d;
  }
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(p.size())), 0.1, 0.002);
}

TEST(SynthRadar, DopplerIsTheDerivativeOfTheRange) {
  std::size_t compared = 0;
  double fastest = 0;
  for (const char* road : {"urban", "highway"}) {
    const World world(*parse_synth_options(std::string("seed=6,frames=40,radar_noise=0,road=") + road), 0);
    for (const RigSensor& radar : make_rig(world.options())) {
      if (radar.sensor.kind != SensorKind::radar) continue;
      for (int frame = 0; frame < 40; frame += 3) {
        const double t = static_cast<double>(world.frame_time_ns(frame) + radar.offset_ns) * 1e-9;
        const RadarScan found = scan(world, radar, frame);
        const auto sensor_at = [&](double time_s) -> Vec3 {
          return world.T_world_ego(time_s) * radar.sensor.T_ego_sensor->translation();
        };
        const SE3 T_world_sensor = world.T_world_ego(t) * *radar.sensor.T_ego_sensor;
        for (std::size_t i = 0; i < found.source.size(); ++i) {
          const RadarDetections& d = found.detections;
          const Vec3 point = T_world_sensor * Vec3(d.x_m[i], d.y_m[i], d.z_m[i]);
          constexpr double kHalf_s = 1e-3;
          const auto range_at = [&](double time_s) {
            Vec3 moved = point;
            if (found.source[i] != kFixture) {
              // The reflection point is fixed to its body.
              const auto pose = [&](double at_s) {
                const Cuboid box = world.box(found.source[i], at_s);
                return make_se3(box.center_m, box.rotation);
              };
              moved = pose(time_s) * (pose(t).inverse() * point);
            }
            return (moved - sensor_at(time_s)).norm();
          };
          const double rate = (range_at(t + kHalf_s) - range_at(t - kHalf_s)) / (2 * kHalf_s);
          // The detection lies in the radar's plane, the reflection a little above or below.
          EXPECT_NEAR(static_cast<double>(d.range_rate_mps[i]), rate, 0.02 + 0.02 * std::abs(rate))
              << road << " frame " << frame;
          fastest = std::max(fastest, std::abs(rate));
          ++compared;
        }
      }
    }
  }
  EXPECT_GT(compared, 500U);
  EXPECT_GT(fastest, 20);
}

/// Pixel of a point by the cameras' formulas as OpenCV documents them, written once more.
bool pixel_of(const CameraModel& camera, const Vec3& p, double& u, double& v) {
  if (p.z() <= 0.05) return false;
  double a = p.x() / p.z();
  double b = p.y() / p.z();
  const auto& k = camera.distortion;
  const double r2 = a * a + b * b;
  if (camera.kind == CameraModel::Kind::kannala_brandt) {
    const double theta = std::atan(std::sqrt(r2));
    const double bent = theta + k[0] * std::pow(theta, 3) + k[1] * std::pow(theta, 5) + k[2] * std::pow(theta, 7) +
                        k[3] * std::pow(theta, 9);
    const double scale = r2 > 0 ? bent / std::sqrt(r2) : 1;
    a *= scale;
    b *= scale;
  } else if (camera.kind == CameraModel::Kind::brown_conrady) {
    const double radial = 1 + k[0] * r2 + k[1] * r2 * r2 + k[4] * r2 * r2 * r2;
    const double bent = a * radial + 2 * k[2] * a * b + k[3] * (r2 + 2 * a * a);
    b = b * radial + k[2] * (r2 + 2 * b * b) + 2 * k[3] * a * b;
    a = bent;
  }
  u = camera.fx_px * a + camera.cx_px;
  v = camera.fy_px * b + camera.cy_px;
  return true;
}

TEST(SynthCamera, BoxesAreTheOutlineOfTheObjectsCorners) {
  const World world(*parse_synth_options("seed=6,frames=30,road=urban,cameras=4,objects=60"), 0);
  std::set<std::string> cameras;
  std::size_t compared = 0;
  for (const RigSensor& rig : make_rig(world.options())) {
    if (rig.sensor.kind != SensorKind::camera) continue;
    for (int frame = 0; frame < 30; frame += 4) {
      const double t = static_cast<double>(world.frame_time_ns(frame) + rig.offset_ns) * 1e-9;
      const SE3 T_world_camera = world.T_world_ego(t) * *rig.sensor.T_ego_sensor;
      for (const std::size_t agent : world.agents_near(t, 60)) {
        const auto box = image_box(world, agent, *rig.sensor.camera, T_world_camera, t);
        const Cuboid cuboid = world.box(agent, t);
        double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;
        bool whole = true;
        for (int corner = 0; corner < 8; ++corner) {
          const Vec3 offset((corner & 1) - 0.5, (corner >> 1 & 1) - 0.5, (corner >> 2 & 1) - 0.5);
          const Vec3 p =
              T_world_camera.inverse() * (cuboid.center_m + cuboid.rotation * offset.cwiseProduct(cuboid.size_m));
          double u = 0, v = 0;
          whole = whole && p.z() > 0.5 && pixel_of(*rig.sensor.camera, p, u, v);
          left = std::min(left, u);
          right = std::max(right, u);
          top = std::min(top, v);
          bottom = std::max(bottom, v);
        }
        const CameraModel& model = *rig.sensor.camera;
        // Nothing behind the camera has a box; a box within the image is known from its corners.
        if (!whole || left < 0 || top < 0 || right > model.width_px || bottom > model.height_px) continue;
        if (right - left < 12 || bottom - top < 12) continue;
        ASSERT_TRUE(box.has_value()) << rig.sensor.name << " agent " << agent;
        // Inside the corners' outline but for what a lens bends, and not much smaller: bodies are rounded boxes.
        constexpr double kBend_px = 4;
        EXPECT_GE(box->left_px, left - kBend_px);
        EXPECT_LE(box->right_px, right + kBend_px);
        EXPECT_GE(box->top_px, top - kBend_px);
        EXPECT_LE(box->bottom_px, bottom + kBend_px);
        EXPECT_GT((box->right_px - box->left_px) / (right - left), 0.55);
        EXPECT_GT((box->bottom_px - box->top_px) / (bottom - top), 0.7);
        EXPECT_EQ(box->truncation, 0);
        cameras.insert(rig.sensor.name);
        ++compared;
      }
    }
  }
  EXPECT_EQ(cameras.size(), 4U);
  EXPECT_GT(compared, 100U);
}

TEST(SynthCamera, AnObjectAcrossTheEdgeIsCutThere) {
  const World world(*parse_synth_options("seed=6,frames=30,road=urban,objects=60"), 0);
  std::size_t cut = 0;
  for (const RigSensor& rig : make_rig(world.options())) {
    if (rig.sensor.kind != SensorKind::camera) continue;
    const CameraModel& model = *rig.sensor.camera;
    for (int frame = 0; frame < 30; ++frame) {
      const double t = static_cast<double>(world.frame_time_ns(frame) + rig.offset_ns) * 1e-9;
      const SE3 T_world_camera = world.T_world_ego(t) * *rig.sensor.T_ego_sensor;
      for (const std::size_t agent : world.agents_near(t, 60)) {
        const auto box = image_box(world, agent, model, T_world_camera, t);
        if (!box) continue;
        EXPECT_GE(box->left_px, 0);
        EXPECT_GE(box->top_px, 0);
        EXPECT_LE(box->right_px, model.width_px);
        EXPECT_LE(box->bottom_px, model.height_px);
        const bool at_edge = box->left_px == 0 || box->top_px == 0 || box->right_px == model.width_px ||
                             box->bottom_px == model.height_px;
        if (box->truncation > 0.05) {
          EXPECT_TRUE(at_edge) << rig.sensor.name << " agent " << agent << " truncation " << box->truncation;
          ++cut;
        }
      }
    }
  }
  EXPECT_GT(cut, 5U);
}

}  // namespace
}  // namespace concord::synth
