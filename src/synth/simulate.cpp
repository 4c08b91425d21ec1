#include "src/synth/simulate.hpp"

#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "src/synth/annotate.hpp"
#include "src/synth/rig.hpp"

namespace concord::synth {
namespace {

/// 2024-01-01T00:00:00Z; every drive begins an hour later than the one before.
constexpr TimeNs kEpoch_ns = 1'704'067'200'000'000'000;
constexpr TimeNs kHour_ns = 3'600'000'000'000;
constexpr double kStanding_mps = 0.2;

class Assembly {
 public:
  explicit Assembly(const World& world) : world_(world), options_(world.options()), rig_(make_rig(options_)) {}

  Drive run() {
    drive_.name = drive_name(options_, world_.drive());
    drive_.format = "synthetic";
    drive_.source = to_string(options_);
    // Concord's own class names need no mapping.
    drive_.taxonomy = std::make_shared<const Taxonomy>(Taxonomy::builtin("synthetic").value());
    for (const RigSensor& sensor : rig_) drive_.sensors.push_back(sensor.sensor);
    add_frames();
    add_labels();
    add_tags();
    if (options_.frames > world_.frames()) {
      drive_.notes.push_back(fmt::format("{} frames are simulated and repeated with new tracks", world_.frames()));
    }
    return std::move(drive_);
  }

 private:
  [[nodiscard]] int lap_of(int frame) const { return frame / world_.frames(); }

  void add_frames() {
    const SE3 T_next_lap = world_.T_next_lap();
    SE3 T_lap = SE3::Identity();
    const TimeNs start_ns = kEpoch_ns + world_.drive() * kHour_ns;
    std::vector<std::string> paths;
    for (int k = 0; k < world_.frames(); ++k) paths.push_back(payload_path(world_, k));
    for (int frame = 0; frame < options_.frames; ++frame) {
      const int k = frame % world_.frames();
      if (frame > 0 && k == 0) T_lap = renormalised(T_lap * T_next_lap);
      const TimeNs time_ns = world_.frame_time_ns(k);
      const TimeNs shift_ns = start_ns + lap_of(frame) * world_.lap_time_ns();
      drive_.frames.push_back(std::to_string(frame), time_ns + shift_ns, T_lap * pose(time_ns));
      for (std::uint32_t sensor = 0; sensor < rig_.size(); ++sensor) {
        SensorRecord record{.frame = static_cast<std::uint32_t>(frame),
                            .sensor = sensor,
                            .time_ns = time_ns + rig_[sensor].offset_ns + shift_ns,
                            .format = PayloadFormat::none,
                            .path = {},
                            .T_world_ego = {}};
        if (rig_[sensor].sensor.kind != SensorKind::camera) {
          record.format = PayloadFormat::synthetic;
          record.path = paths[static_cast<std::size_t>(k)];
        }
        // The LiDAR's reference time is the frame's.
        if (rig_[sensor].sensor.kind != SensorKind::lidar) {
          record.T_world_ego = T_lap * pose(time_ns + rig_[sensor].offset_ns);
        }
        drive_.records.push_back(std::move(record));
      }
    }
  }

  [[nodiscard]] SE3 pose(TimeNs time_ns) const { return world_.T_world_ego(static_cast<double>(time_ns) * 1e-9); }

  /// Rounding errors of many laps must not add up to a rotation that is none.
  static SE3 renormalised(const SE3& T) { return make_se3(T.translation(), Quat(T.linear())); }

  void add_labels() {
    const auto count = static_cast<std::size_t>(world_.frames());
    std::vector<std::vector<Seen>> frames(count);
    tbb::parallel_for(std::size_t{0}, count, [&](std::size_t f) { frames[f] = look(world_, static_cast<int>(f)); });
    const auto chosen = choose_labels(world_, frames);
    LabelSet set;
    set.name = "labels";
    set.scope = scope();
    stride_ = world_.agents().back().id + 1;
    for (int frame = 0; frame < options_.frames; ++frame) {
      const auto k = static_cast<std::size_t>(frame % world_.frames());
      for (std::size_t i = 0; i < frames[k].size(); ++i) {
        if (chosen[k][i] != 0) add_label(frame, frames[k][i], set);
      }
    }
    set.finish(drive_.frames.size());
    drive_.label_sets.push_back(std::move(set));
  }

  [[nodiscard]] LabelScope scope() const {
    LabelScope scope;
    scope.known = true;
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      scope.classes.push_back(*drive_.taxonomy->find(class_name(static_cast<Kind>(kind))));
    }
    scope.max_range_m = options_.range_m;
    if (options_.lidar_beams > 0) scope.min_points = options_.min_points;
    scope.extent = LabelScope::Extent::amodal;
    scope.cycle_includes_rider = true;
    return scope;
  }

  [[nodiscard]] std::uint32_t track_number(int lap, std::uint32_t agent_id) const {
    return agent_id + static_cast<std::uint32_t>(lap) * stride_;
  }

  void add_label(int frame, const Seen& seen, LabelSet& set) {
    const Agent& agent = world_.agents()[seen.agent];
    const std::string track = std::to_string(track_number(lap_of(frame), agent.id));
    const ClassCode code = *drive_.taxonomy->find(class_name(agent.kind));
    const std::string id = std::to_string(frame) + ":" + track;
    const std::uint32_t row = set.push_back(static_cast<std::uint32_t>(frame), id, set.tracks.intern(track), code,
                                            class_name(agent.kind), seen.box);
    set.visibility.set(row, seen.visibility);
    set.occlusion_level.set(row, seen.visibility >= 0.8 ? 0 : seen.visibility >= 0.4 ? 1 : 2);
    if (options_.lidar_beams > 0) set.lidar_points.set(row, seen.lidar_points);
    if (options_.radars > 0) set.radar_points.set(row, seen.radar_points);
    set.velocity_x_mps.set(row, seen.velocity_mps.x());
    set.velocity_y_mps.set(row, seen.velocity_mps.y());
    const bool moves = seen.velocity_mps.norm() > kStanding_mps;
    set.moving_state.set(row, agent.parked ? MovingState::parked : moves ? MovingState::moving : MovingState::stopped);
    Box2dTable& boxes = set.boxes_2d;
    for (const Seen::Image& image : seen.images) {
      // Truncation is a matter of images; the label's is that of the front camera.
      if (image.sensor == front_camera()) set.truncation.set(row, image.box.truncation);
      boxes.truncation.set(boxes.size(), image.box.truncation);
      boxes.occlusion_level.set(boxes.size(), *set.occlusion_level.get(row));
      boxes.frame.push_back(static_cast<std::uint32_t>(frame));
      boxes.sensor.push_back(image.sensor);
      boxes.cuboid_row.push_back(row);
      boxes.track.push_back(set.track[row]);
      boxes.class_code.push_back(code);
      boxes.left_px.push_back(image.box.left_px);
      boxes.top_px.push_back(image.box.top_px);
      boxes.right_px.push_back(image.box.right_px);
      boxes.bottom_px.push_back(image.box.bottom_px);
      boxes.label_id.push_back(id);
    }
  }

  [[nodiscard]] std::uint32_t front_camera() const { return options_.lidar_beams > 0 ? 1 : 0; }

  void add_tags() {
    const std::vector<Tag> tags = make_tags(world_);
    const auto frames = static_cast<std::uint32_t>(options_.frames);
    for (int lap = 0; lap * world_.frames() < options_.frames; ++lap) {
      const auto shift = static_cast<std::uint32_t>(lap * world_.frames());
      for (Tag tag : tags) {
        tag.frame_begin += shift;
        tag.frame_end = std::min(tag.frame_end + shift, frames - 1);
        if (tag.frame_begin >= frames) continue;
        if (tag.number && *tag.number > 0) tag.number = track_number(lap, static_cast<std::uint32_t>(*tag.number));
        drive_.tags.push_back(std::move(tag));
      }
    }
  }

  const World& world_;
  const SynthOptions& options_;
  std::vector<RigSensor> rig_;
  std::uint32_t stride_ = 1;
  Drive drive_;
};

}  // namespace

std::string drive_name(const SynthOptions& options, int drive) {
  return fmt::format("synth_{}_{:03}", options.seed, drive);
}

std::string payload_path(const World& world, int frame) {
  return fmt::format("{}#{}:{}", to_string(world.options()), world.drive(), frame);
}

Drive make_drive(const World& world) { return Assembly(world).run(); }

}  // namespace concord::synth
