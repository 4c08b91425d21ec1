#include "src/fixing/label_state.hpp"

#include <algorithm>
#include <cmath>

namespace concord::fixing {
namespace {

constexpr double kNoticeable_m = 1e-3;
constexpr double kNoticeable_rad = 1e-4;
constexpr double kLeastShare = 0.1;

}  // namespace

std::array<bool, kParts> Correction::parts() const {
  std::array<bool, kParts> changed{};
  const auto set = [&](Part part, bool value) { changed[static_cast<std::size_t>(part)] = value; };
  const double least_m = std::max(kNoticeable_m, kLeastShare * shift_own_m.norm());
  set(Part::along, std::abs(shift_own_m.x()) >= least_m);
  set(Part::across, std::abs(shift_own_m.y()) >= least_m);
  set(Part::up, std::abs(shift_own_m.z()) >= least_m || std::abs(rise_m) >= kNoticeable_m);
  set(Part::length, std::abs(grow_m.x()) >= kNoticeable_m);
  set(Part::width, std::abs(grow_m.y()) >= kNoticeable_m);
  set(Part::height, std::abs(grow_m.z()) >= kNoticeable_m);
  set(Part::heading, std::abs(turn_rad) >= kNoticeable_rad);
  set(Part::class_, raw_class.has_value());
  if (deletes) changed.fill(true);
  return changed;
}

Cuboid Correction::applied_to(const Cuboid& box) const {
  Cuboid corrected = box;
  const Quat rotation = box.rotation.normalized();
  if (shift_own_m != Vec3::Zero()) corrected.center_m += rotation * shift_own_m;
  corrected.center_m.z() += rise_m;
  corrected.size_m += grow_m;
  if (turn_rad != 0) corrected.rotation = (rotation * quat_from_ypr(turn_rad, 0, 0)).normalized();
  return corrected;
}

void Correction::add(const Correction& other) {
  shift_own_m += other.shift_own_m;
  rise_m += other.rise_m;
  grow_m += other.grow_m;
  turn_rad += other.turn_rad;
  if (other.raw_class) raw_class = other.raw_class;
  deletes |= other.deletes;
}

Correction difference(const Cuboid& from, const Cuboid& to, bool vertical) {
  Correction correction;
  const Vec3 shift_m = to.center_m - from.center_m;
  if (vertical) {
    correction.rise_m = shift_m.z();
  } else {
    correction.shift_own_m = from.rotation.normalized().conjugate() * shift_m;
  }
  correction.grow_m = to.size_m - from.size_m;
  correction.turn_rad = yaw_of(from.rotation.normalized().conjugate() * to.rotation.normalized());
  return correction;
}

}  // namespace concord::fixing
