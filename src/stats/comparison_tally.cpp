#include "src/stats/comparison_tally.hpp"

#include <algorithm>
#include <set>

namespace concord::stats {
namespace {

/// 3D IoU of two rows; 0 where the table does not hold the pair.
double iou_of(const PairTable& overlaps, std::uint32_t row_a, std::uint32_t row_b) {
  const auto begin = std::lower_bound(overlaps.row_a.begin(), overlaps.row_a.end(), row_a) - overlaps.row_a.begin();
  for (auto i = static_cast<std::size_t>(begin); i < overlaps.size() && overlaps.row_a[i] == row_a; ++i) {
    if (overlaps.row_b[i] == row_b) return overlaps.iou_3d[i];
  }
  return 0;
}

ScopedLabels scoped_in(const DriveSets& drive, std::size_t set, std::size_t other, const ScopeLimits& limits) {
  ScopedLabels scoped = scope_labels(*drive.drive, *drive.sets[set], *drive.sets[other], limits);
  for (std::size_t row = 0; row < scoped.standing.size(); ++row) {
    const std::uint32_t frame = drive.sets[set]->frame[row];
    if (drive.covered[other][frame] == 0 || drive.covered[set][frame] == 0) scoped.standing[row] = Standing::out;
  }
  return scoped;
}

}  // namespace

ComparisonTally::ComparisonTally(std::size_t candidates, ComparisonRule rule, MeasureOffsets measure_offsets)
    : rule_(std::move(rule)),
      measure_offsets_(measure_offsets),
      pairs_(candidates, PairTally(rule_.seed)),
      all_(candidates + 1, rule_.seed) {}

CandidatePairs ComparisonTally::candidates_of(const DriveSets::Measured& measured) const {
  switch (rule_.by) {
    case MatchBy::iou_3d:
      return pairs_by_iou_3d(measured.overlaps);
    case MatchBy::iou_bev:
      return pairs_by_iou_bev(measured.overlaps);
    case MatchBy::distance:
      break;
  }
  return pairs_by_distance(measured.centres);
}

void ComparisonTally::add_pair(const DriveSets& drive, const DriveSets::Measured& measured, PairTally& tally) {
  const LabelSet& reference = *drive.sets[0];
  const LabelSet& candidate = *drive.sets[measured.second];
  const std::vector<ScopedLabels> scoped{scoped_in(drive, 0, measured.second, rule_.limits),
                                         scoped_in(drive, measured.second, 0, rule_.limits)};
  const CandidatePairs candidates = candidates_of(measured);
  const Matching matching = match_labels(reference, scoped[0], candidate, scoped[1], candidates, rule_.match);
  inexact_ += matching.inexact;
  std::vector<double> iou;
  std::vector<ObjectRows> objects;
  for (const auto& [row_a, row_b] : matching.pairs) {
    iou.push_back(iou_of(measured.overlaps, row_a, row_b));
    objects.push_back({row_a, row_b});
  }
  const OffsetTable offsets = measure_offsets_(reference, candidate, matching.pairs);
  const std::vector<PairErrors> errors = pair_errors(*drive.drive->taxonomy, scoped[0], matching.pairs, offsets, iou);
  tally.detection.add(reference, scoped[0], candidate, scoped[1], matching, errors);
  tally.by_drive.add(drive.drive->name, scoped[0], scoped[1], matching, errors);
  const std::vector<const LabelSet*> sets{&reference, &candidate};
  tally.ratings.add(*drive.drive, sets, scoped, objects);
  if (reference.tracks.size() > 0 && candidate.tracks.size() > 0) {
    tally.tracking.add(reference, scoped[0], candidate, scoped[1], matching, candidates, rule_.match);
  }
  if (drive.nuscenes && candidate.score.present()) {
    tally.nuscenes.add(*drive.drive, reference, candidate, measured.centres, drive.covered[measured.second]);
  }
  ++tally.drives;
  tally.frames += std::count(drive.covered[measured.second].begin(), drive.covered[measured.second].end(), 1);
}

/// Objects over all sets that the drive has.
void ComparisonTally::add_all(const DriveSets& drive) {
  std::vector<const LabelSet*> sets;
  std::vector<ScopedLabels> scoped;
  std::vector<SetPairs> pairs;
  const LabelSet absent_frames = [&] {
    LabelSet empty;
    empty.finish(drive.drive->frames.size());
    return empty;
  }();
  for (std::size_t set = 0; set < drive.sets.size(); ++set) {
    // A set that is absent keeps its place among the raters.
    sets.push_back(drive.sets[set] != nullptr ? drive.sets[set] : &absent_frames);
    scoped.push_back(drive.sets[set] != nullptr ? scoped_in(drive, set, 0, rule_.limits) : ScopedLabels());
  }
  for (const DriveSets::Measured& measured : drive.measured) {
    pairs.push_back({measured.first, measured.second, candidates_of(measured)});
  }
  const std::vector<ObjectRows> objects = group_objects(sets, scoped, pairs, rule_.match);
  all_.add(*drive.drive, sets, scoped, objects);
  for (const ObjectRows& rows : objects) {
    const auto labels = std::count_if(rows.begin(), rows.end(), [](std::uint32_t row) { return row != kNone; });
    objects_labels_ += labels;
    objects_alone_ += labels == 1 ? 1 : 0;
    const auto first = static_cast<std::size_t>(
        std::find_if(rows.begin(), rows.end(), [](std::uint32_t row) { return row != kNone; }) - rows.begin());
    for (const DriveSets::Measured& measured : drive.measured) {
      if (rows[measured.first] == kNone || rows[measured.second] == kNone) continue;
      spread_[scoped[first].class_code[rows[first]]].add(
          iou_of(measured.overlaps, rows[measured.first], rows[measured.second]));
    }
  }
}

void ComparisonTally::add(const DriveSets& drive) {
  ++drives_;
  for (const DriveSets::Measured& measured : drive.measured) {
    if (measured.first == 0) add_pair(drive, measured, pairs_[measured.second - 1]);
  }
  add_all(drive);
}

void ComparisonTally::merge(const ComparisonTally& other) {
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    pairs_[i].drives += other.pairs_[i].drives;
    pairs_[i].frames += other.pairs_[i].frames;
    pairs_[i].detection.merge(other.pairs_[i].detection);
    pairs_[i].by_drive.merge(other.pairs_[i].by_drive);
    pairs_[i].ratings.merge(other.pairs_[i].ratings);
    pairs_[i].tracking.merge(other.pairs_[i].tracking);
    pairs_[i].nuscenes.merge(other.pairs_[i].nuscenes);
  }
  all_.merge(other.all_);
  objects_labels_ += other.objects_labels_;
  objects_alone_ += other.objects_alone_;
  for (const auto& [code, moments] : other.spread_) spread_[code].merge(moments);
  drives_ += other.drives_;
  inexact_ += other.inexact_;
}

Comparison ComparisonTally::finish(const Taxonomy& taxonomy) const {
  Comparison comparison;
  comparison.drives = drives_;
  for (const PairTally& tally : pairs_) {
    comparison.candidates.push_back(
        {.candidate = {},
         .drives = tally.drives,
         .frames = tally.frames,
         .reference_not_checked = tally.detection.reference_not_checked(),
         .candidate_not_checked = tally.detection.candidate_not_checked(),
         .slices = tally.detection.slices(taxonomy),
         .by_drive = tally.by_drive.scores(taxonomy),
         .confusion = tally.detection.confusion(taxonomy),
         .agreement = tally.ratings.scores(tally.detection.unmatched_share()),
         .track_errors = tally.tracking.track_errors(),
         .matched_tracks = tally.tracking.matched_tracks(),
         .tracking = tally.tracking.scores(taxonomy),
         .nuscenes = tally.nuscenes.empty() ? std::nullopt : std::optional(tally.nuscenes.score())});
  }
  std::set<std::string> left_out;
  for (const PairTally& tally : pairs_) {
    tally.detection.list_left_out(left_out);
    tally.ratings.list_left_out(left_out);
  }
  for (const std::string& name : left_out) {
    comparison.notes.push_back("not checked: " + name + ", which has too many values");
  }
  if (pairs_.size() > 1) {
    comparison.agreement = all_.scores(
        objects_labels_ > 0 ? static_cast<double>(objects_alone_) / static_cast<double>(objects_labels_) : kUndefined);
  }
  Moments all;
  for (const auto& [code, moments] : spread_) all.merge(moments);
  comparison.spread.push_back({"", all.count(), all.mean(), all.variance()});
  for (const auto& [code, moments] : spread_) {
    comparison.spread.push_back({taxonomy.at(code).name, moments.count(), moments.mean(), moments.variance()});
  }
  return comparison;
}

}  // namespace concord::stats
