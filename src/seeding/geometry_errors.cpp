#include <numbers>

#include "src/seeding/place.hpp"

namespace concord::seeding {
namespace {

constexpr double kRadPerDeg = std::numbers::pi / 180;

Quat about_own_axis(const Cuboid& box, double angle_rad) {
  return (box.rotation * quat_from_ypr(angle_rad, 0, 0)).normalized();
}

bool has_neighbours(const Labels& labels, std::uint32_t row) {
  return labels.neighbour(row, -1) != kNone && labels.neighbour(row, 1) != kNone;
}

void commit(const Attempt& attempt, std::uint32_t row, const Cuboid& box, double magnitude) {
  attempt.plan.take(row, row);
  attempt.plan.set_box(row, box);
  attempt.plan.add_row(attempt.info, row, row, magnitude);
}

// Horizontal unit vector of the box's heading, or of its left side.
Vec3 own_direction(const Cuboid& box, bool along) {
  Vec3 axis = box.rotation * (along ? Vec3::UnitX() : Vec3::UnitY());
  axis.z() = 0;
  return axis.norm() > 1e-6 ? axis.normalized() : Vec3::UnitX();
}

}  // namespace

bool place_shift(const Attempt& attempt, std::uint32_t row) {
  if (!attempt.plan.is_free(row)) return false;
  Cuboid box = attempt.plan.box(row);
  const double distance_m = attempt.draw("distance_m");
  const std::string& direction = attempt.choice("direction");
  const double side = attempt.random.below(2) == 0 ? 1 : -1;
  const Vec3 way = direction == "random" ? attempt.random.direction() : side * own_direction(box, direction == "along");
  box.center_m += distance_m * way;
  commit(attempt, row, box, distance_m);
  return true;
}

bool place_rotate(const Attempt& attempt, std::uint32_t row) {
  if (!attempt.plan.is_free(row) || !has_neighbours(attempt.labels(), row)) return false;
  Cuboid box = attempt.plan.box(row);
  const double angle_deg = attempt.draw("angle_deg");
  const double side = attempt.random.below(2) == 0 ? 1 : -1;
  box.rotation = about_own_axis(box, side * angle_deg * kRadPerDeg);
  commit(attempt, row, box, angle_deg);
  return true;
}

bool place_flip(const Attempt& attempt, std::uint32_t row) {
  if (!attempt.plan.is_free(row) || !has_neighbours(attempt.labels(), row)) return false;
  Cuboid box = attempt.plan.box(row);
  // Half a turn about z without a sine.
  box.rotation = box.rotation * Quat(0, 0, 0, 1);
  commit(attempt, row, box, 180);
  return true;
}

bool place_resize(const Attempt& attempt, std::uint32_t row) {
  if (!attempt.plan.is_free(row)) return false;
  Cuboid box = attempt.plan.box(row);
  const double factor = attempt.draw("factor");
  const std::string& axis = attempt.choice("axis");
  const std::uint64_t drawn = attempt.random.below(3);
  if (axis == "all") box.size_m *= factor;
  if (axis == "length" || (axis == "any" && drawn == 0)) box.size_m.x() *= factor;
  if (axis == "width" || (axis == "any" && drawn == 1)) box.size_m.y() *= factor;
  if (axis == "height" || (axis == "any" && drawn == 2)) box.size_m.z() *= factor;
  commit(attempt, row, box, factor);
  return true;
}

bool place_lift(const Attempt& attempt, std::uint32_t row) {
  if (!attempt.plan.is_free(row)) return false;
  Cuboid box = attempt.plan.box(row);
  const double height_m = attempt.draw("height_m");
  const std::string& direction = attempt.choice("direction");
  const bool drawn_up = attempt.random.below(2) == 0;
  box.center_m.z() += direction == "up" || (direction == "random" && drawn_up) ? height_m : -height_m;
  commit(attempt, row, box, height_m);
  return true;
}

bool place_shrink(const Attempt& attempt, std::uint32_t /*row*/) {
  const Labels& labels = attempt.labels();
  const double factor = attempt.draw("factor");
  std::uint32_t first = kNone;
  std::uint32_t last = kNone;
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    if (!labels.eligible(row) || !attempt.wants(row)) continue;
    if (labels.track(row) != kNone && labels.place(row) == 0 && !attempt.plan.track_is_free(labels.track(row))) {
      return false;  // an entry before this one shrinks the same labels
    }
  }
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    if (!labels.eligible(row) || !attempt.wants(row)) continue;
    Cuboid box = attempt.plan.box(row);
    box.size_m *= factor;
    attempt.plan.set_box(row, box);
    if (labels.track(row) != kNone) {
      attempt.plan.take_track(labels.track(row));
    } else {
      attempt.plan.take(row, row);
    }
    if (first == kNone) first = row;
    last = row;
  }
  if (first == kNone) return false;
  attempt.plan.add_row(attempt.info, {.track = {},
                                      .label = {},
                                      .other_track = {},
                                      .first_frame = labels.frame(first),
                                      .last_frame = labels.frame(last),
                                      .magnitude = factor});
  return true;
}

}  // namespace concord::seeding
