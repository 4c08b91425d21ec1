#include "src/seeding/noise.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "src/seeding/random.hpp"

namespace concord::seeding {
namespace {

constexpr double kVerticalShare = 0.5;
constexpr double kHeadingRadPerM = 0.2;
constexpr double kSizeShare = 0.25;
constexpr double kLeastSide = 0.5;

Vec3 size_noise(Random& random, double noise_m) {
  Vec3 noise_of_sides;
  for (int axis = 0; axis < 3; ++axis) noise_of_sides[axis] = kSizeShare * noise_m * random.gauss();
  return noise_of_sides;
}

}  // namespace

std::vector<Cuboid> noisy_boxes(const Labels& labels, double noise_m, std::uint64_t seed) {
  std::vector<Cuboid> boxes;
  boxes.reserve(labels.size());
  const std::string prefix = fmt::format("{}\x1f{}\x1fnoise\x1f", seed, labels.drive().name);
  std::vector<Vec3> track_size;
  for (std::uint32_t code = 0; noise_m > 0 && code < labels.set().tracks.size(); ++code) {
    Random random(fmt::format("{}track\x1f{}", prefix, labels.set().tracks.at(code)));
    track_size.push_back(size_noise(random, noise_m));
  }
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    Cuboid box = labels.set().cuboid.at(row);
    if (noise_m > 0 && labels.eligible(row)) {
      Random random(fmt::format("{}label\x1f{}", prefix, labels.set().label_id[row]));
      const double x_m = noise_m * random.gauss();
      const double y_m = noise_m * random.gauss();
      const double z_m = kVerticalShare * noise_m * random.gauss();
      box.center_m += Vec3(x_m, y_m, z_m);
      box.rotation = (box.rotation * quat_from_ypr(kHeadingRadPerM * noise_m * random.gauss(), 0, 0)).normalized();
      const Vec3 sides = labels.track(row) == kNone ? size_noise(random, noise_m) : track_size[labels.track(row)];
      box.size_m = (box.size_m + sides).cwiseMax(kLeastSide * box.size_m);
    }
    boxes.push_back(box);
  }
  return boxes;
}

}  // namespace concord::seeding
