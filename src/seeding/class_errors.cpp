#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "src/seeding/place.hpp"

namespace concord::seeding {
namespace {

ClassCode code_of(const Labels& labels, std::uint32_t row) { return labels.set().class_code[row]; }

// Steps from the root that both classes share.
std::size_t shared_ancestors(const Taxonomy& taxonomy, ClassCode a, ClassCode b) {
  const std::vector<ClassCode> line = taxonomy.lineage(a);
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [&](ClassCode ancestor) { return taxonomy.is_a(b, ancestor); }));
}

// The dataset's name of another class for the label: the entry's, or one of those of the drive that are nearest.
std::optional<std::string> other_class(const Attempt& attempt, std::uint32_t row) {
  const Labels& labels = attempt.labels();
  const LabelSet& set = labels.set();
  const Taxonomy& taxonomy = *labels.drive().taxonomy;
  if (!attempt.entry.to.empty()) {
    if (taxonomy.classify(attempt.entry.to) == code_of(labels, row)) return std::nullopt;
    if (set.raw_classes.at(set.raw_class[row]) == attempt.entry.to) return std::nullopt;
    return attempt.entry.to;
  }
  std::vector<std::string> nearest;
  std::size_t most = 0;
  for (std::uint32_t raw = 0; raw < set.raw_classes.size(); ++raw) {
    const std::string name(set.raw_classes.at(raw));
    const ClassCode code = taxonomy.classify(name);
    if (code == kUnknownClass || code == code_of(labels, row) || taxonomy.at(code).ignore) continue;
    const std::size_t shared = shared_ancestors(taxonomy, code_of(labels, row), code);
    if (shared > most) nearest.clear();
    if (nearest.empty() || shared == most) nearest.push_back(name);
    most = std::max(most, shared);
  }
  if (nearest.empty()) return std::nullopt;
  return nearest[attempt.random.below(nearest.size())];
}

// The labels of `run` and the neighbours before and after it have one class.
bool of_one_class(const Labels& labels, const std::vector<std::uint32_t>& run) {
  const std::uint32_t before = labels.neighbour(run.front(), -1);
  const std::uint32_t after = labels.neighbour(run.back(), 1);
  if (before == kNone || after == kNone) return false;
  const ClassCode code = code_of(labels, run.front());
  return code_of(labels, before) == code && code_of(labels, after) == code &&
         std::all_of(run.begin(), run.end(), [&](std::uint32_t row) { return code_of(labels, row) == code; });
}

bool swap_whole_track(const Attempt& attempt, std::uint32_t row) {
  const Labels& labels = attempt.labels();
  const std::uint32_t track = labels.track(row);
  const auto& sound = labels.sound_tracks();
  if (track == kNone || labels.place(row) != 0 || !attempt.plan.track_is_free(track)) return false;
  if (!std::binary_search(sound.begin(), sound.end(), track)) return false;
  const auto rows = labels.rows_of(track);
  if (std::any_of(rows.begin(), rows.end(),
                  [&](std::uint32_t other) { return code_of(labels, other) != code_of(labels, row); })) {
    return false;
  }
  const std::optional<std::string> name = other_class(attempt, row);
  if (!name) return false;
  for (const std::uint32_t changed : rows) attempt.plan.set_class(changed, *name);
  attempt.plan.take_track(track);
  attempt.plan.add_row(attempt.info, rows.front(), rows.back(), static_cast<double>(rows.size()));
  return true;
}

}  // namespace

bool place_swap_class(const Attempt& attempt, std::uint32_t row) {
  if (attempt.choice("extent") == "track") return swap_whole_track(attempt, row);
  if (!attempt.plan.is_free(row) || !of_one_class(attempt.labels(), {row})) return false;
  const std::optional<std::string> name = other_class(attempt, row);
  if (!name) return false;
  attempt.plan.take(row, row);
  attempt.plan.set_class(row, *name);
  attempt.plan.add_row(attempt.info, row, row, 1);
  return true;
}

bool place_flicker(const Attempt& attempt, std::uint32_t row) {
  const std::size_t count = attempt.draw_count("frames");
  const std::vector<std::uint32_t> run = attempt.labels().run(row, count);
  if (run.empty() || !attempt.plan.is_free(run.front(), run.back()) || !of_one_class(attempt.labels(), run))
    return false;
  const std::optional<std::string> name = other_class(attempt, row);
  if (!name) return false;
  attempt.plan.take(run.front(), run.back());
  for (std::size_t i = 0; i < run.size(); i += 2) attempt.plan.set_class(run[i], *name);
  attempt.plan.add_row(attempt.info, run.front(), run.back(), static_cast<double>(count));
  return true;
}

}  // namespace concord::seeding
