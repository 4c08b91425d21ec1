#include <memory>
#include <random>

#include "concord/measure.hpp"
#include "src/stats/comparison_tally.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/boxes.hpp"

namespace concord::bench {
namespace {

/// A drive of tracks as reference with a detector's output: each label shifted a little, one in ten missed, scored.
Drive drive_with_detections(std::size_t frames, std::size_t tracks) {
  Drive drive = drive_of_tracks(frames, tracks);
  drive.taxonomy = std::make_shared<const Taxonomy>(std::move(Taxonomy::builtin("")).value());
  LabelSet& reference = drive.label_sets[0];
  reference.class_code.assign(reference.size(), *drive.taxonomy->find("car"));
  std::mt19937_64 engine(5);
  std::uniform_real_distribution<double> unit(0, 1);
  LabelSet candidate;
  for (std::uint32_t row = 0; row < reference.size(); ++row) {
    if (unit(engine) < 0.1) continue;
    Cuboid box = reference.cuboid.at(row);
    box.center_m += 0.3 * Vec3(unit(engine) - 0.5, unit(engine) - 0.5, 0);
    const std::uint32_t track = candidate.tracks.intern(reference.tracks.at(reference.track[row]));
    const std::uint32_t added = candidate.push_back(reference.frame[row], reference.label_id[row], track,
                                                    reference.class_code[row], "Car", box);
    candidate.score.set(added, unit(engine));
    candidate.velocity_x_mps.set(added, 5);
    candidate.velocity_y_mps.set(added, 0);
  }
  candidate.finish(frames);
  drive.label_sets.push_back(std::move(candidate));
  return drive;
}

/// All that `concord compare` does once the labels are read: overlaps, matching, errors, kappas, tracking. An item is a
/// label of the reference.
Work compare_drive(const Target& target, const char* name, std::size_t frames) {
  struct State {
    Drive drive;
    std::unique_ptr<Measurer> measurer;
    stats::ComparisonRule rule;
    Comparison comparison;
  };
  const auto state = std::make_shared<State>();
  state->drive = drive_with_detections(frames, 100);
  state->measurer = std::move(Measurer::create({.device = target.device, .threads = target.threads})).value();
  state->rule.match.gate.assign(state->drive.taxonomy->size(), 0.5);
  const auto run = [state] {
    stats::DriveSets sets;
    sets.drive = &state->drive;
    sets.sets = {&state->drive.label_sets[0], &state->drive.label_sets[1]};
    sets.covered.assign(2, std::vector<std::uint8_t>(state->drive.frames.size(), 1));
    sets.measured.push_back({0, 1, std::move(state->measurer->measure_between(state->drive, 0, 1)).value(), {}});
    stats::ComparisonTally tally(1, state->rule, &measure_offsets);
    tally.add(sets);
    state->comparison = tally.finish(*state->drive.taxonomy);
  };
  const auto labels = static_cast<double>(state->drive.label_sets[0].size());
  return {name, run, labels, {.flops = 0, .bytes = 2 * (10 * 8 + 3 * 4) * labels}, {}};
}

}  // namespace

Work compare_short(const Target& target) { return compare_drive(target, "compare_short", 50); }
Work compare_long(const Target& target) { return compare_drive(target, "compare_long", 1000); }

/// nuScenes' detection metrics of 6,000 samples with 40 boxes each, in 150 scenes. An item is a box of the reference.
Work nuscenes_metrics(const Target& /*target*/) {
  struct State {
    Drive drive = drive_with_detections(40, 40);
    NuscenesScore score;
  };
  constexpr int kScenes = 150;
  const auto state = std::make_shared<State>();
  const auto run = [state] {
    const std::vector<std::uint8_t> covered(state->drive.frames.size(), 1);
    const LabelSet& reference = state->drive.label_sets[0];
    const LabelSet& candidate = state->drive.label_sets[1];
    stats::NuscenesTally tally;
    for (int scene = 0; scene < kScenes; ++scene) {
      const CentrePairTable pairs =
          measure_centre_pairs(reference, measure_centres(state->drive, reference), candidate,
                               measure_centres(state->drive, candidate), stats::NuscenesTally::kFarthestM);
      tally.add(state->drive, reference, candidate, pairs, covered);
    }
    state->score = tally.score();
  };
  const double labels = kScenes * static_cast<double>(state->drive.label_sets[0].size());
  return {"nuscenes_metrics", run, labels, {.flops = 0, .bytes = 2 * 13 * 8 * labels}, {}};
}

/// HOTA, CLEAR and identity measures of 100 sequences of 200 frames with 20 tracks. An item is a label of the
/// reference.
Work tracking_metrics(const Target& /*target*/) {
  struct State {
    stats::TrackScene scene;
    TrackingScore score;
  };
  constexpr int kSequences = 100;
  constexpr std::uint32_t kFrames = 200;
  constexpr std::uint32_t kTracks = 20;
  const auto state = std::make_shared<State>();
  state->scene.reference_tracks = kTracks;
  state->scene.candidate_tracks = 2 * kTracks;
  std::mt19937_64 engine(6);
  std::uniform_real_distribution<double> unit(0, 1);
  for (std::uint32_t f = 0; f < kFrames; ++f) {
    stats::TrackScene::Frame frame;
    for (std::uint32_t track = 0; track < kTracks; ++track) {
      frame.reference.push_back(track);
      // Every track is broken in the middle; neighbours overlap a little.
      frame.candidate.push_back(track + (f < kFrames / 2 ? 0 : kTracks));
      frame.pairs.push_back({track, track, 0.4 + 0.6 * unit(engine)});
      if (track + 1 < kTracks) frame.pairs.push_back({track, track + 1, 0.2 * unit(engine) + 1e-3});
    }
    state->scene.frames.push_back(std::move(frame));
  }
  const auto run = [state] {
    stats::TrackingCounts counts;
    for (int sequence = 0; sequence < kSequences; ++sequence) counts.merge(stats::count_tracking(state->scene, 0.5));
    state->score = counts.score("");
  };
  const double labels = double{kSequences} * kFrames * kTracks;
  return {"tracking_metrics", run, labels, {.flops = 0, .bytes = 2 * 16 * labels}, {}};
}

}  // namespace concord::bench
