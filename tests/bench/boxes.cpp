#include "tests/bench/boxes.hpp"

#include <fmt/format.h>

#include <numbers>
#include <random>

namespace concord::bench {

CuboidColumns random_boxes(std::size_t count, double extent_m, double tilt_rad, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  CuboidColumns boxes;
  boxes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Vec3 center(extent_m * unit(engine), extent_m * unit(engine), unit(engine));
    const Vec3 size(3.5 + 2 * unit(engine), 1.6 + 0.5 * unit(engine), 1.4 + 0.5 * unit(engine));
    const double yaw = 2 * std::numbers::pi * unit(engine);
    boxes.push_back(
        {center, size, quat_from_ypr(yaw, tilt_rad * (2 * unit(engine) - 1), tilt_rad * (2 * unit(engine) - 1))});
  }
  return boxes;
}

kernels::BoxColumns view(const CuboidColumns& boxes) {
  return {boxes.x_m.data(),     boxes.y_m.data(),      boxes.z_m.data(), boxes.length_m.data(),
          boxes.width_m.data(), boxes.height_m.data(), boxes.qw.data(),  boxes.qx.data(),
          boxes.qy.data(),      boxes.qz.data(),       boxes.size()};
}

Drive drive_of_tracks(std::size_t frames, std::size_t tracks) {
  Drive drive;
  drive.name = "tracks";
  drive.taxonomy = std::make_shared<const Taxonomy>(Taxonomy::builtin("kitti").value());
  const ClassCode car = drive.taxonomy->classify("Car");
  LabelSet set;
  const CuboidColumns start = random_boxes(tracks, 100, 0, 3);
  for (std::uint32_t f = 0; f < frames; ++f) {
    const SE3 T_world_ego = make_se3(Vec3(0.8 * f, 0, 0), quat_from_ypr(0.001 * f, 0.01, 0.02));
    drive.frames.push_back(std::to_string(f), static_cast<TimeNs>(f) * 100'000'000, T_world_ego);
    for (std::size_t i = 0; i < tracks; ++i) {
      Cuboid box = start.at(i);
      box.center_m += box.rotation * Vec3(0.5 * f, 0, 0);
      box.rotation = quat_from_ypr(0.002 * f, 0, 0) * box.rotation;
      set.push_back(f, fmt::format("{}:{}", f, i), set.tracks.intern(std::to_string(i)), car, "Car",
                    transformed(T_world_ego.inverse(), box));
    }
  }
  set.finish(frames);
  drive.label_sets.push_back(std::move(set));
  return drive;
}

std::unique_ptr<kernels::ExecutionContext> make_context(const std::string& device, int threads) {
  if (device == "cpu") return kernels::make_cpu_context(threads);
  return kernels::make_cuda_context(device.starts_with("cuda:") ? std::stoi(device.substr(5)) : 0);
}

}  // namespace concord::bench
