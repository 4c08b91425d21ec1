#include <algorithm>
#include <optional>
#include <vector>

#include "src/seeding/place.hpp"

namespace concord::seeding {
namespace {

constexpr double kLeastFreezeStepM = 0.01;

bool one_space(const Labels& labels, const std::vector<std::uint32_t>& rows) {
  return std::all_of(rows.begin(), rows.end(), [&](std::uint32_t row) {
    return labels.same_space(labels.frame(rows.front()), labels.frame(row));
  });
}

double distance_m(const Attempt& attempt, std::uint32_t a, std::uint32_t b) {
  return (attempt.plan.box(a).center_m - attempt.plan.box(b).center_m).norm();
}

// The label's own cuboid at the place and with the rotation of another.
Cuboid moved_to(Cuboid own, const Cuboid& place) {
  own.center_m = place.center_m;
  own.rotation = place.rotation;
  return own;
}

bool delay_span(const Attempt& attempt, std::uint32_t row, std::size_t frames) {
  const Labels& labels = attempt.labels();
  const std::size_t span = attempt.draw_count("span_frames");
  const double min_displacement_m = attempt.draw("min_displacement_m");
  // `row` is the first label that gives its geometry.
  const std::vector<std::uint32_t> run = labels.run(row, span + frames);
  if (run.empty() || !one_space(labels, run)) return false;
  if (!attempt.plan.is_free(run[frames], run.back())) return false;
  for (std::size_t i = frames; i < run.size(); ++i) {
    if (!(distance_m(attempt, run[i - frames], run[i]) >= min_displacement_m)) return false;
  }
  attempt.plan.take(run[frames], run.back());
  for (std::size_t i = frames; i < run.size(); ++i) {
    attempt.plan.set_box(run[i], moved_to(attempt.plan.box(run[i]), attempt.plan.box(run[i - frames])));
  }
  attempt.plan.add_row(attempt.info, run[frames], run.back(), static_cast<double>(frames));
  return true;
}

bool delay_track(const Attempt& attempt, std::uint32_t row, std::size_t frames) {
  const Labels& labels = attempt.labels();
  const std::uint32_t track = labels.track(row);
  if (track == kNone || labels.place(row) != 0 || !attempt.plan.track_is_free(track)) return false;
  const std::size_t count = labels.rows_of(track).size();
  const std::vector<std::uint32_t> run = labels.run(row, count);
  if (run.size() < frames + 2 || !one_space(labels, run)) return false;
  double moved_m = 0;
  for (std::size_t i = frames; i < count; ++i) moved_m += distance_m(attempt, run[i - frames], run[i]);
  if (!(moved_m >= attempt.draw("min_displacement_m") * static_cast<double>(count - frames))) return false;
  const Cuboid first = attempt.plan.box(run[0]);
  const Vec3 step = attempt.plan.box(run[1]).center_m - first.center_m;
  attempt.plan.take_track(track);
  for (std::size_t i = 0; i < count; ++i) {
    Cuboid place = i < frames ? first : attempt.plan.box(run[i - frames]);
    if (i < frames) place.center_m -= static_cast<double>(frames - i) * step;
    attempt.plan.set_box(run[i], moved_to(attempt.plan.box(run[i]), place));
  }
  attempt.plan.add_row(attempt.info, run.front(), run.back(), static_cast<double>(frames));
  return true;
}

}  // namespace

bool place_delay(const Attempt& attempt, std::uint32_t row) {
  const std::size_t frames = attempt.draw_count("frames");
  return attempt.choice("extent") == "track" ? delay_track(attempt, row, frames) : delay_span(attempt, row, frames);
}

bool place_freeze(const Attempt& attempt, std::uint32_t row) {
  const Labels& labels = attempt.labels();
  const std::size_t frames = attempt.draw_count("frames");
  // `row` is the label whose geometry stays, then the frozen ones, then a neighbour.
  const std::vector<std::uint32_t> run = labels.run(row, frames + 2);
  if (run.empty() || !one_space(labels, run) || !attempt.plan.is_free(run[1], run[frames])) return false;
  for (std::size_t i = 1; i <= frames; ++i) {
    const double least_m = i == frames ? attempt.draw("min_displacement_m") : kLeastFreezeStepM;
    if (!(distance_m(attempt, row, run[i]) >= least_m)) return false;
  }
  attempt.plan.take(run[1], run[frames]);
  const Cuboid place = attempt.plan.box(row);
  for (std::size_t i = 1; i <= frames; ++i) attempt.plan.set_box(run[i], moved_to(attempt.plan.box(run[i]), place));
  attempt.plan.add_row(attempt.info, run[1], run[frames], static_cast<double>(frames));
  return true;
}

}  // namespace concord::seeding
