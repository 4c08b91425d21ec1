#include <algorithm>
#include <cmath>
#include <optional>

#include "src/seeding/place.hpp"

namespace concord::seeding {
namespace {

constexpr double kNearestPhantomM = 5;
constexpr double kFarthestPhantomM = 20;
constexpr double kSameDirectionCosine = 0.95;
constexpr int kPhantomTries = 20;

double radius_m(const Cuboid& box) { return 0.5 * std::hypot(box.size_m.x(), box.size_m.y()); }

double horizontal_m(const Vec3& v) { return std::hypot(v.x(), v.y()); }

// No label of the frame comes nearer to `box` than the clearance, measured between the circles around both; nor the
// ego.
bool is_clear(const Attempt& attempt, std::uint32_t frame, const Cuboid& box, double clearance_m) {
  const Labels& labels = attempt.labels();
  const Cuboid own = labels.to_ego(frame, box);
  if (horizontal_m(own.center_m) < radius_m(box) + clearance_m) return false;
  for (const Cuboid& other : attempt.plan.boxes_in(frame)) {
    const double least_m = radius_m(own) + radius_m(other) + clearance_m;
    if (!(horizontal_m(other.center_m - own.center_m) >= least_m)) return false;
  }
  return true;
}

// A place beside the label that its sensor sees as well and where `count` frames have no label.
std::optional<Cuboid> free_place(const Attempt& attempt, std::uint32_t row, std::size_t count) {
  const Labels& labels = attempt.labels();
  const std::uint32_t frame = labels.frame(row);
  const double clearance_m = attempt.draw("clearance_m");
  const Vec3 from_ego = labels.to_ego(frame, attempt.plan.box(row)).center_m;
  for (int i = 0; i < kPhantomTries; ++i) {
    Cuboid box = attempt.plan.box(row);
    const double distance_m = kNearestPhantomM + (kFarthestPhantomM - kNearestPhantomM) * attempt.random.uniform();
    box.center_m += distance_m * attempt.random.direction();
    const Vec3 seen = labels.to_ego(frame, box).center_m;
    const double cosine =
        (seen.x() * from_ego.x() + seen.y() * from_ego.y()) / (horizontal_m(seen) * horizontal_m(from_ego));
    if (!(cosine >= kSameDirectionCosine)) continue;
    bool clear = true;
    for (std::size_t k = 0; k < count && clear; ++k) {
      clear = is_clear(attempt, frame + static_cast<std::uint32_t>(k), box, clearance_m);
    }
    if (clear) return box;
  }
  return std::nullopt;
}

}  // namespace

bool place_drop(const Attempt& attempt, std::uint32_t row) {
  const Labels& labels = attempt.labels();
  if (labels.track(row) == kNone) return false;
  const std::string& where = attempt.choice("where");
  const std::size_t count = attempt.draw_count("frames");
  const std::vector<std::uint32_t> run = labels.run(row, count);
  if (run.empty() || !attempt.plan.is_free(run.front(), run.back())) return false;
  const auto track = labels.rows_of(labels.track(row));
  const std::size_t before = labels.place(run.front());
  const std::size_t after = track.size() - 1 - labels.place(run.back());
  const auto kept = static_cast<std::size_t>(attempt.plan.guard_frames());
  if (where == "inside") {
    if (before < kept || after < kept) return false;
    if (labels.neighbour(run.front(), -1) == kNone || labels.neighbour(run.back(), 1) == kNone) return false;
  } else if (where == "start" ? before != 0 || after < kept : after != 0 || before < kept) {
    return false;
  }
  attempt.plan.take(run.front(), run.back());
  for (const std::uint32_t dropped : run) attempt.plan.drop(dropped);
  attempt.plan.add_row(attempt.info, run.front(), run.back(), static_cast<double>(count));
  return true;
}

bool place_duplicate(const Attempt& attempt, std::uint32_t row) {
  const Labels& labels = attempt.labels();
  if (labels.track(row) == kNone) return false;
  const double offset_m = attempt.draw("offset_m");
  const std::vector<std::uint32_t> run = labels.run(row, attempt.draw_count("frames"));
  if (run.empty() || !attempt.plan.is_free(run.front(), run.back())) return false;
  const Vec3 offset = offset_m * attempt.random.direction();
  const std::string track = attempt.plan.new_track();
  attempt.plan.take(run.front(), run.back());
  for (const std::uint32_t copied : run) {
    Cuboid box = attempt.plan.box(copied);
    box.center_m += offset;
    attempt.plan.add(copied, labels.frame(copied), box, track);
  }
  attempt.plan.add_row(attempt.info, run.front(), run.back(), offset_m, track);
  return true;
}

bool place_phantom(const Attempt& attempt, std::uint32_t row) {
  const Labels& labels = attempt.labels();
  // The label is taken too: what is copied must not be dropped.
  if (labels.track(row) == kNone || !attempt.plan.is_free(row)) return false;
  const std::size_t count = attempt.draw_count("frames");
  const std::uint32_t frame = labels.frame(row);
  if (frame + count > labels.drive().frames.size()) return false;
  for (std::size_t k = 1; k < count; ++k) {
    if (!labels.same_space(frame, frame + static_cast<std::uint32_t>(k))) return false;
  }
  const std::optional<Cuboid> box = free_place(attempt, row, count);
  if (!box) return false;
  const std::string track = attempt.plan.new_track();
  attempt.plan.take(row, row);
  for (std::size_t k = 0; k < count; ++k) {
    attempt.plan.add(row, frame + static_cast<std::uint32_t>(k), *box, track);
  }
  attempt.plan.add_row(attempt.info, {.track = track,
                                      .label = std::string(labels.set().label_id[row]),
                                      .other_track = {},
                                      .first_frame = frame,
                                      .last_frame = frame + static_cast<std::uint32_t>(count) - 1,
                                      .magnitude = static_cast<double>(count)});
  return true;
}

}  // namespace concord::seeding
