#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "concord/seeding.hpp"
#include "src/seeding/place.hpp"

namespace concord {
namespace seeding {

bool Attempt::wants(std::uint32_t row) const {
  if (entry.classes.empty()) return true;
  const Taxonomy& taxonomy = *labels().drive().taxonomy;
  return std::any_of(entry.classes.begin(), entry.classes.end(), [&](const std::string& name) {
    const auto code = taxonomy.find(name);
    return code && taxonomy.is_a(labels().set().class_code[row], *code);
  });
}

namespace {

/// Order of placing: what needs most room comes first.
enum class Reach : std::uint8_t { drive, track, span, label };

constexpr std::array<Place, 16> kPlace{place_shift,    place_rotate, place_flip,      place_resize,
                                       place_lift,     place_drop,   place_duplicate, place_phantom,
                                       place_swap_ids, place_split,  place_merge,     place_swap_class,
                                       place_flicker,  place_delay,  place_freeze,    place_shrink};

bool has_choice(const ErrorEntry& entry, std::string_view name, std::string_view value) {
  const auto found = entry.choices.find(name);
  return found != entry.choices.end() && found->second == value;
}

Reach reach_of(const ErrorEntry& entry) {
  switch (entry.kind) {
    case ErrorKind::shrink_batch:
      return Reach::drive;
    case ErrorKind::swap_ids:
    case ErrorKind::split:
    case ErrorKind::merge:
      return Reach::track;
    case ErrorKind::drop:
    case ErrorKind::flicker:
    case ErrorKind::freeze:
      return Reach::span;
    case ErrorKind::delay:
    case ErrorKind::swap_class:
      if (has_choice(entry, "extent", "track")) return Reach::track;
      return entry.kind == ErrorKind::delay ? Reach::span : Reach::label;
    default:
      return Reach::label;
  }
}

double mean_of(const ErrorEntry& entry, std::string_view name) {
  const std::vector<double>& values = entry.numbers.find(name)->second;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Labels (tracks, for track errors) that one error of this entry changes on average.
double size_of(const ErrorEntry& entry) {
  switch (entry.kind) {
    case ErrorKind::drop:
    case ErrorKind::duplicate:
    case ErrorKind::phantom:
    case ErrorKind::freeze:
      return mean_of(entry, "frames");
    case ErrorKind::flicker:
      return 0.5 * (mean_of(entry, "frames") + 1);
    case ErrorKind::delay:
      return has_choice(entry, "extent", "track") ? 1 : mean_of(entry, "span_frames");
    case ErrorKind::swap_ids:
    case ErrorKind::merge:
      return 2;
    default:
      return 1;
  }
}

/// How many errors each entry places in this drive: share x labels (tracks) / size, rounded so that the drive's total
/// is within one of its share and every entry gets its share on average over drives and seeds.
std::vector<std::uint64_t> quotas(const SeedingSpec& spec, const Labels& labels, const std::string& random_key) {
  std::array<double, 2> weights{};  // of label errors, of track errors
  for (const ErrorEntry& entry : spec.errors) {
    if (entry.prevalence || reach_of(entry) == Reach::drive) continue;
    weights[reach_of(entry) == Reach::track ? 1 : 0] += entry.weight;
  }
  const auto tracks = static_cast<double>(labels.set().tracks.size());
  double reached = 0;
  Random random(random_key + "quota");
  const double phase = random.uniform();
  std::vector<std::uint64_t> counts;
  for (const ErrorEntry& entry : spec.errors) {
    const Reach reach = reach_of(entry);
    const bool of_tracks = reach == Reach::track;
    const double weight = weights[of_tracks ? 1 : 0];
    double share = weight > 0 ? entry.weight / weight : 0;
    share *= of_tracks ? spec.track_prevalence.value_or(spec.prevalence) : spec.prevalence;
    if (reach == Reach::drive) share = 1;
    if (entry.prevalence) share = *entry.prevalence;
    const double population = reach == Reach::drive ? 1 : of_tracks ? tracks : static_cast<double>(labels.size());
    const double before = std::floor(reached + phase);
    reached += share * population / size_of(entry);
    counts.push_back(static_cast<std::uint64_t>(std::floor(reached + phase) - before));
  }
  return counts;
}

std::uint64_t place_all(Plan& plan, const ErrorEntry& entry, std::uint64_t count, const std::string& random_key) {
  Random random(random_key);
  const ErrorKindInfo& info = error_kinds()[static_cast<std::size_t>(entry.kind)];
  const Attempt attempt{plan, entry, info, random};
  const Place place = kPlace[static_cast<std::size_t>(entry.kind)];
  const Labels& labels = plan.labels();
  if (reach_of(entry) == Reach::drive) return count > 0 && place(attempt, 0) ? 1 : 0;
  std::vector<std::uint32_t> candidates;
  for (std::uint32_t row = 0; count > 0 && row < labels.size(); ++row) {
    if (labels.eligible(row) && attempt.wants(row)) candidates.push_back(row);
  }
  random.shuffle(candidates);
  // A free place is looked for among all labels of a frame: in a drive without one that must end.
  const std::uint64_t tries = entry.kind == ErrorKind::phantom ? 1000 + 50 * count : candidates.size();
  if (candidates.size() > tries) candidates.resize(tries);
  std::uint64_t placed = 0;
  for (const std::uint32_t row : candidates) {
    if (placed == count) break;
    if (place(attempt, row)) ++placed;
  }
  return placed;
}

}  // namespace
}  // namespace seeding

SeededDrive seed_errors(const Drive& drive, const SeedingSpec& spec, const SeedingOptions& options) {
  using namespace seeding;
  SeededDrive seeded;
  seeded.counts.resize(spec.errors.size());
  if (drive.label_sets.empty()) return seeded;
  const Labels labels(drive);
  const std::string random_key = fmt::format("{}\x1f{}\x1f", options.seed, drive.name);
  Plan plan(labels, spec.guard_frames, options.noise_m, options.seed);
  const std::vector<std::uint64_t> counts = quotas(spec, labels, random_key);
  for (const Reach reach : {Reach::drive, Reach::track, Reach::span, Reach::label}) {
    for (std::size_t i = 0; i < spec.errors.size(); ++i) {
      if (reach_of(spec.errors[i]) != reach) continue;
      const std::uint64_t placed =
          place_all(plan, spec.errors[i], counts[i], fmt::format("{}entry\x1f{}", random_key, i));
      seeded.counts[i] = {counts[i], placed};
    }
  }
  plan.finish(seeded);
  return seeded;
}

}  // namespace concord
