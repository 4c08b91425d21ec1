#include <algorithm>
#include <vector>

#include "src/seeding/place.hpp"

namespace concord::seeding {
namespace {

constexpr double kNearestSwapM = 1;
constexpr std::uint32_t kMaxPartners =
    1000;  // labels of the frame that are looked at; bounds the work in crowded frames

bool is_sound(const Labels& labels, std::uint32_t track_code) {
  const auto& tracks = labels.sound_tracks();
  return std::binary_search(tracks.begin(), tracks.end(), track_code);
}

// `row` and the frame before are labelled, with `count` labels before it and as many from it on.
bool is_inside(const Labels& labels, std::uint32_t row, std::size_t count) {
  const std::size_t before = labels.place(row);
  const std::size_t from_here = labels.rows_of(labels.track(row)).size() - before;
  return before >= count && from_here >= count && labels.neighbour(row, -1) != kNone;
}

double distance_m(const Attempt& attempt, std::uint32_t a, std::uint32_t b) {
  return (attempt.plan.box(a).center_m - attempt.plan.box(b).center_m).norm();
}

bool usable(const Attempt& attempt, std::uint32_t row) {
  const Labels& labels = attempt.labels();
  return labels.track(row) != kNone && is_sound(labels, labels.track(row)) &&
         attempt.plan.track_is_free(labels.track(row));
}

}  // namespace

bool place_swap_ids(const Attempt& attempt, std::uint32_t row) {
  const Labels& labels = attempt.labels();
  const std::size_t count = attempt.draw_count("min_labels");
  const double max_distance_m = attempt.draw("max_distance_m");
  if (!usable(attempt, row) || !is_inside(labels, row, count)) return false;
  std::vector<std::uint32_t> partners;
  const std::uint32_t frame = labels.frame(row);
  const std::uint32_t first = labels.set().frame_offset[frame];
  const std::uint32_t count_in_frame = labels.set().frame_offset[frame + 1] - first;
  for (std::uint32_t i = 1; i < std::min(count_in_frame, kMaxPartners); ++i) {
    const std::uint32_t other = first + (row - first + i) % count_in_frame;
    if (!labels.eligible(other) || !usable(attempt, other) || !is_inside(labels, other, count)) continue;
    if (labels.set().class_code[other] != labels.set().class_code[row]) continue;
    const double apart_m = distance_m(attempt, row, other);
    if (apart_m >= kNearestSwapM && apart_m <= max_distance_m) partners.push_back(other);
  }
  if (partners.empty()) return false;
  const std::uint32_t other = partners[attempt.random.below(partners.size())];
  const std::string own_name(labels.track_name(row));
  const std::string other_name(labels.track_name(other));
  std::uint32_t last_frame = frame;
  const auto rename = [&](std::uint32_t from, const std::string& name) {
    const auto rows = labels.rows_of(labels.track(from));
    for (std::size_t i = labels.place(from); i < rows.size(); ++i) attempt.plan.set_track(rows[i], name);
    last_frame = std::max(last_frame, labels.frame(rows.back()));
    attempt.plan.take_track(labels.track(from));
  };
  rename(row, other_name);
  rename(other, own_name);
  attempt.plan.add_row(attempt.info, {.track = own_name,
                                      .label = std::string(labels.set().label_id[row]),
                                      .other_track = other_name,
                                      .first_frame = frame,
                                      .last_frame = last_frame,
                                      .magnitude = distance_m(attempt, row, other)});
  return true;
}

bool place_split(const Attempt& attempt, std::uint32_t row) {
  const Labels& labels = attempt.labels();
  if (!usable(attempt, row) || !is_inside(labels, row, attempt.draw_count("min_labels"))) return false;
  const auto rows = labels.rows_of(labels.track(row));
  const std::string name = attempt.plan.new_track();
  for (std::size_t i = labels.place(row); i < rows.size(); ++i) attempt.plan.set_track(rows[i], name);
  attempt.plan.take_track(labels.track(row));
  attempt.plan.add_row(attempt.info, row, rows.back(), static_cast<double>(rows.size() - labels.place(row)), name);
  return true;
}

bool place_merge(const Attempt& attempt, std::uint32_t row) {
  const Labels& labels = attempt.labels();
  if (!usable(attempt, row) || labels.place(row) != 0) return false;
  const std::int64_t max_gap = static_cast<std::int64_t>(attempt.draw("max_gap_frames"));
  const double min_distance_m = attempt.draw("min_distance_m");
  std::vector<std::uint32_t> ends;
  const std::int64_t begin = labels.frame(row);
  for (const std::uint32_t end : labels.ends_within(begin - max_gap - 1, begin - 1)) {
    if (!attempt.plan.track_is_free(labels.track(end))) continue;
    if (labels.set().class_code[end] != labels.set().class_code[row]) continue;
    if (!labels.same_space(labels.frame(row), labels.frame(end))) continue;
    if (distance_m(attempt, end, row) >= min_distance_m) ends.push_back(end);
  }
  if (ends.empty()) return false;
  const std::uint32_t end = ends[attempt.random.below(ends.size())];
  const std::string name(labels.track_name(end));
  const auto rows = labels.rows_of(labels.track(row));
  for (const std::uint32_t renamed : rows) attempt.plan.set_track(renamed, name);
  attempt.plan.take_track(labels.track(row));
  attempt.plan.take_track(labels.track(end));
  attempt.plan.add_row(attempt.info, {.track = name,
                                      .label = std::string(labels.set().label_id[row]),
                                      .other_track = std::string(labels.track_name(row)),
                                      .first_frame = labels.frame(row),
                                      .last_frame = labels.frame(rows.back()),
                                      .magnitude = distance_m(attempt, end, row)});
  return true;
}

}  // namespace concord::seeding
