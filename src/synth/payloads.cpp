#include "src/synth/payloads.hpp"

#include <algorithm>
#include <charconv>
#include <future>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "src/synth/lidar.hpp"
#include "src/synth/radar.hpp"
#include "src/synth/rig.hpp"

namespace concord::synth {
namespace {

constexpr std::size_t kWorlds = 4;
/// Sweeps of repeated frames are kept up to this size, all worlds together.
constexpr std::size_t kSweepBytes = std::size_t{256} << 20U;
constexpr std::size_t kBytesAPoint = 20;

/// Bounded memory of what was simulated last.
class Memory {
 public:
  std::shared_ptr<const World> world(const SynthOptions& options, int drive) {
    const std::string key = to_string(options) + "#" + std::to_string(drive);
    std::promise<std::shared_ptr<const World>> promise;
    std::shared_future<std::shared_ptr<const World>> future;
    bool is_new = false;
    {
      const std::lock_guard lock(mutex_);
      const auto known =
          std::find_if(worlds_.begin(), worlds_.end(), [&](const KnownWorld& each) { return each.key == key; });
      if (known != worlds_.end()) {
        worlds_.splice(worlds_.begin(), worlds_, known);
      } else {
        is_new = true;
        worlds_.push_front({key, promise.get_future().share()});
        if (worlds_.size() > kWorlds) {
          forget_sweeps(worlds_.back().key + ":");
          worlds_.pop_back();
        }
      }
      future = worlds_.front().world;
    }
    // Others who ask for the same world wait for it; other worlds are not held up.
    if (is_new) {
      try {
        promise.set_value(std::make_shared<const World>(options, drive));
      } catch (...) {
        promise.set_exception(std::current_exception());
        const std::lock_guard lock(mutex_);
        worlds_.remove_if([&](const KnownWorld& each) { return each.key == key; });
      }
    }
    return future.get();
  }

  std::shared_ptr<const PointCloud> sweep(const World& world, const std::string& key, int frame) {
    if (world.options().frames <= world.frames()) return std::make_shared<PointCloud>(cast(world, frame).cloud);
    {
      const std::lock_guard lock(mutex_);
      if (const auto known = sweeps_.find(key); known != sweeps_.end()) return known->second;
    }
    PointCloud made = cast(world, frame).cloud;
    for (auto* column : {&made.x_m, &made.y_m, &made.z_m, &made.intensity}) column->shrink_to_fit();
    made.time_offset_ns.shrink_to_fit();
    auto cloud = std::make_shared<const PointCloud>(std::move(made));
    const std::lock_guard lock(mutex_);
    const std::size_t bytes = cloud->size() * kBytesAPoint;
    // When full, begin anew: of laps that come in order no part is worth more than another.
    if (sweep_bytes_ + bytes > kSweepBytes) {
      sweeps_.clear();
      sweep_bytes_ = 0;
    }
    if (sweeps_.emplace(key, cloud).second) sweep_bytes_ += bytes;
    return cloud;
  }

 private:
  /// Drops the sweeps of a world that nobody asks for any more: a run over many drives must not keep all of them.
  void forget_sweeps(const std::string& prefix) {
    auto it = sweeps_.lower_bound(prefix);
    while (it != sweeps_.end() && it->first.starts_with(prefix)) {
      sweep_bytes_ -= it->second->size() * kBytesAPoint;
      it = sweeps_.erase(it);
    }
  }

  struct KnownWorld {
    std::string key;
    std::shared_future<std::shared_ptr<const World>> world;
  };
  std::mutex mutex_;
  std::list<KnownWorld> worlds_;  ///< last used first
  std::map<std::string, std::shared_ptr<const PointCloud>> sweeps_;
  std::size_t sweep_bytes_ = 0;
};

Memory& memory() {
  static Memory all;
  return all;
}

struct Place {
  std::shared_ptr<const World> world;
  int frame = 0;
};

Result<Place> place_of(std::string_view path) {
  const auto refuse = [&](std::string message, std::string expected) {
    return Error{ErrorCode::malformed, std::move(message), std::string(path.substr(0, 200)), std::move(expected)};
  };
  const std::size_t mark = path.rfind('#');
  if (mark == std::string_view::npos || !path.starts_with(kSynthPrefix)) {
    return refuse("is no synthetic recording", "synthetic:OPTIONS#DRIVE:FRAME");
  }
  CONCORD_ASSIGN_OR_RETURN(const SynthOptions options, parse_synth_options(path.substr(0, mark)));
  const char* const end = path.data() + path.size();
  int drive = -1;
  int frame = -1;
  const auto [colon, bad_drive] = std::from_chars(path.data() + mark + 1, end, drive);
  if (bad_drive != std::errc() || colon == end || *colon != ':') {
    return refuse("names no frame", "synthetic:OPTIONS#DRIVE:FRAME");
  }
  const auto [rest, bad_frame] = std::from_chars(colon + 1, end, frame);
  const int frames = options.cycle > 0 ? std::min(options.cycle, options.frames) : options.frames;
  if (bad_frame != std::errc() || rest != end || drive < 0 || drive >= options.drives || frame < 0 || frame >= frames) {
    return refuse("names a drive or frame that does not exist",
                  "drives 0 to " + std::to_string(options.drives - 1) + ", frames 0 to " + std::to_string(frames - 1));
  }
  return Place{shared_world(options, drive), frame};
}

}  // namespace

std::shared_ptr<const World> shared_world(const SynthOptions& options, int drive) {
  return memory().world(options, drive);
}

Result<PointCloud> simulate_cloud(std::string_view path) {
  CONCORD_ASSIGN_OR_RETURN(const Place place, place_of(path));
  if (place.world->options().lidar_beams == 0) {
    return Error{ErrorCode::not_found, "has no LiDAR", std::string(path.substr(0, 200)), "lidar_beams above 0"};
  }
  return *memory().sweep(*place.world, std::string(path), place.frame);
}

Result<RadarDetections> simulate_radar(std::string_view path, std::string_view sensor) {
  CONCORD_ASSIGN_OR_RETURN(const Place place, place_of(path));
  for (const RigSensor& candidate : make_rig(place.world->options())) {
    if (candidate.sensor.kind != SensorKind::radar || candidate.sensor.name != sensor) continue;
    return scan(*place.world, candidate, place.frame).detections;
  }
  return Error{ErrorCode::not_found, "has no radar '" + std::string(sensor.substr(0, 80)) + "'",
               std::string(path.substr(0, 200)), "radar_front or radar_rear"};
}

}  // namespace concord::synth
