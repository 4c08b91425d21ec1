#include "src/synth/annotate.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "src/synth/lidar.hpp"
#include "src/synth/point_grid.hpp"
#include "src/synth/radar.hpp"
#include "src/synth/random.hpp"
#include "src/synth/rig.hpp"

namespace concord::synth {
namespace {

/// Objects are looked at this far beyond the labels' range, for labels that bridge a moment outside.
constexpr double kBeyond_m = 15;
/// Where the LiDAR is mounted, or would be.
const Vec3 kLookout_m(1.1, 0, 1.95);

// The careful annotator: deviations of a whole track, and of each label.
constexpr double kPadding_m = 0.05;
constexpr double kTrackSize = 0.006, kTrackPosition_m = 0.02, kTrackYaw_rad = 0.004;
constexpr double kPosition_m = 0.012, kHeight_m = 0.008, kYaw_rad = 0.004;

Cuboid as_drawn(const Cuboid& truth, double noise, std::uint64_t track_seed, std::uint64_t label_seed) {
  if (noise == 0) return truth;
  Random track(track_seed);
  Random label(label_seed);
  Cuboid box = truth;
  const double padding_m = kPadding_m * std::min(noise, 1.0);
  for (int axis = 0; axis < 3; ++axis) {
    box.size_m[axis] = truth.size_m[axis] * (1 + noise * kTrackSize * track.normal()) + (axis < 2 ? 2 : 1) * padding_m;
  }
  const double yaw = noise * (kTrackYaw_rad * track.normal() + kYaw_rad * label.normal());
  const Vec3 shift(noise * (kTrackPosition_m * track.normal() + kPosition_m * label.normal()),
                   noise * (kTrackPosition_m * track.normal() + kPosition_m * label.normal()),
                   // It stands on the ground.
                   0.5 * (box.size_m.z() - truth.size_m.z()) + noise * kHeight_m * label.normal());
  box.center_m += truth.rotation * shift;
  box.rotation = (truth.rotation * quat_from_ypr(yaw, 0, 0)).normalized();
  return box;
}

ImageBox as_drawn(const ImageBox& truth, const CameraModel& camera, double noise_px, std::uint64_t seed) {
  Random random(seed);
  ImageBox box = truth;
  const auto shifted = [&](double edge, double limit) {
    // An edge on the image's border stays there.
    if (edge <= 0 || edge >= limit) return edge;
    return std::clamp(edge + noise_px * random.normal(), 0.0, limit);
  };
  box.left_px = shifted(box.left_px, camera.width_px);
  box.right_px = std::max(box.left_px + 1, shifted(box.right_px, camera.width_px));
  box.top_px = shifted(box.top_px, camera.height_px);
  box.bottom_px = std::max(box.top_px + 1, shifted(box.bottom_px, camera.height_px));
  return box;
}

class Look {
 public:
  Look(const World& world, int frame)
      : world_(world),
        options_(world.options()),
        frame_(frame),
        time_ns_(world.frame_time_ns(frame)),
        time_s_(static_cast<double>(time_ns_) * 1e-9),
        T_ego_world_(world.T_world_ego(time_s_).inverse()),
        rig_(make_rig(options_)) {}

  std::vector<Seen> run() {
    const double reach_m = std::max(options_.lidar_range_m, options_.range_m + kBeyond_m);
    const bool has_lidar = options_.lidar_beams > 0;
    const Scene scene(world_, time_s_, reach_m, has_lidar);
    const Vec3 origin = T_ego_world_.inverse() * kLookout_m;
    const Turn turn = make_turn(options_);
    std::vector<Seen> seen;
    for (std::size_t i = 0; i < scene.solids().size(); ++i) {
      const Solid& solid = scene.solids()[i];
      if (solid.agent == kFixture) break;
      const Vec3 place = T_ego_world_ * Vec3(solid.x_m, solid.y_m, solid.z_m);
      if (std::hypot(place.x(), place.y()) > options_.range_m + kBeyond_m) continue;
      Seen object;
      object.agent = solid.agent;
      const Vec3 from_lidar = place - kLookout_m;
      const double pass_s = has_lidar ? turn.passes_s(std::atan2(from_lidar.y(), from_lidar.x())) : 0;
      const Cuboid truth = transformed(T_ego_world_, world_.box(solid.agent, time_s_ + pass_s));
      const std::uint32_t id = world_.agents()[solid.agent].id;
      object.box = as_drawn(truth, options_.label_noise, hash(world_.seed(), 0x7AC4, id),
                            hash(world_.seed(), 0x1ABE1, id, frame_));
      object.velocity_mps = T_ego_world_.linear() * world_.velocity_mps(solid.agent, time_s_ + pass_s);
      object.range_m = std::hypot(object.box.center_m.x(), object.box.center_m.y());
      object.visibility = visible_share(scene, i, origin, hash(world_.seed(), 0x5EE, frame_, id));
      seen.push_back(std::move(object));
    }
    if (has_lidar) count_lidar(scene, seen);
    for (std::uint32_t sensor = 0; sensor < rig_.size(); ++sensor) {
      if (rig_[sensor].sensor.kind == SensorKind::radar) count_radar(rig_[sensor], seen);
      if (rig_[sensor].sensor.kind == SensorKind::camera) draw_images(sensor, seen);
    }
    return seen;
  }

 private:
  void count_lidar(const Scene& scene, std::vector<Seen>& seen) {
    Sweep sweep = cast(world_, scene, frame_);
    PointCloud& cloud = sweep.cloud;
    transform_points(*rig_.front().sensor.T_ego_sensor, cloud.x_m, cloud.y_m, cloud.z_m);
    const PointGrid grid(cloud.x_m, cloud.y_m, cloud.z_m);
    for (Seen& object : seen) {
      grid.for_each_inside(object.box, [&](std::uint32_t point) {
        ++object.lidar_points;
        if (sweep.source[point] == object.agent) ++object.own_points;
      });
    }
  }

  void count_radar(const RigSensor& radar, std::vector<Seen>& seen) {
    RadarScan found = scan(world_, radar, frame_);
    const SE3 T_world_ego = world_.T_world_ego(static_cast<double>(time_ns_ + radar.offset_ns) * 1e-9);
    RadarDetections& d = found.detections;
    transform_points(T_ego_world_ * T_world_ego * *radar.sensor.T_ego_sensor, d.x_m, d.y_m, d.z_m);
    const PointGrid grid(d.x_m, d.y_m, d.z_m);
    for (Seen& object : seen) {
      grid.for_each_inside(object.box, [&](std::uint32_t) { ++object.radar_points; });
    }
  }

  void draw_images(std::uint32_t sensor, std::vector<Seen>& seen) {
    const RigSensor& camera = rig_[sensor];
    const double time_s = static_cast<double>(time_ns_ + camera.offset_ns) * 1e-9;
    const SE3 T_world_camera = world_.T_world_ego(time_s) * *camera.sensor.T_ego_sensor;
    constexpr double kLeastVisible = 0.15;
    for (Seen& object : seen) {
      if (object.visibility < kLeastVisible) continue;
      const auto box = image_box(world_, object.agent, *camera.sensor.camera, T_world_camera, time_s);
      if (!box) continue;
      const std::uint64_t seed = hash(world_.seed(), 0x2DB0, world_.agents()[object.agent].id, frame_, sensor);
      object.images.push_back({sensor, as_drawn(*box, *camera.sensor.camera, options_.pixel_noise_px, seed)});
    }
  }

  const World& world_;
  const SynthOptions& options_;
  int frame_;
  TimeNs time_ns_;
  double time_s_;
  SE3 T_ego_world_;
  std::vector<RigSensor> rig_;
};

/// Where one agent was seen.
struct Sighting {
  int frame = 0;
  std::size_t place = 0;  ///< index into the frame's list
  bool good = false;
};

}  // namespace

std::vector<Seen> look(const World& world, int frame) { return Look(world, frame).run(); }

std::vector<std::vector<std::uint8_t>> choose_labels(const World& world, const std::vector<std::vector<Seen>>& frames) {
  constexpr int kLeastRun = 5;
  constexpr double kLeastVisible = 0.15;
  const SynthOptions& options = world.options();
  const int bridge = static_cast<int>(std::ceil(kBridged_s * options.rate_hz));
  std::vector<std::vector<std::uint8_t>> chosen(frames.size());
  std::map<std::uint32_t, std::vector<Sighting>> sightings;
  for (std::size_t f = 0; f < frames.size(); ++f) {
    chosen[f].assign(frames[f].size(), 0);
    for (std::size_t i = 0; i < frames[f].size(); ++i) {
      const Seen& seen = frames[f][i];
      const bool enough =
          options.lidar_beams > 0 ? seen.own_points >= options.min_points : seen.visibility >= kLeastVisible;
      sightings[seen.agent].push_back({static_cast<int>(f), i, enough && seen.range_m <= options.range_m});
    }
  }
  for (auto& entry : sightings) {
    std::vector<Sighting>& list = entry.second;
    const int count = static_cast<int>(list.size());
    const auto at = [&](int k) -> Sighting& { return list[static_cast<std::size_t>(k)]; };
    std::vector<std::uint8_t> keep(list.size(), 0);
    const auto fill = [&](int from, int to) {
      for (int k = from; k <= to; ++k) keep[static_cast<std::size_t>(k)] = 1;
    };
    for (int k = 0, last = -1; k < count; ++k) {
      if (!at(k).good) continue;
      // Only over frames in which the object is near enough to be looked at.
      const bool whole = last >= 0 && at(k).frame - at(last).frame == k - last;
      fill(whole && at(k).frame - at(last).frame <= bridge ? last : k, k);
      last = k;
    }
    for (int k = 0; k < count; ++k) {
      if (keep[static_cast<std::size_t>(k)] == 0) continue;
      int end = k;
      while (end + 1 < count && keep[static_cast<std::size_t>(end + 1)] != 0 && at(end + 1).frame == at(end).frame + 1)
        ++end;
      int begin = k;
      while (end - begin + 1 < kLeastRun) {
        const bool later = end + 1 < count && at(end + 1).frame == at(end).frame + 1;
        const bool earlier = begin > 0 && at(begin - 1).frame == at(begin).frame - 1;
        if (!later && !earlier) break;
        later ? ++end : --begin;
      }
      fill(begin, end);
      k = end;
    }
    for (int k = 0; k < count; ++k) {
      chosen[static_cast<std::size_t>(at(k).frame)][at(k).place] = keep[static_cast<std::size_t>(k)];
    }
  }
  return chosen;
}

}  // namespace concord::synth
