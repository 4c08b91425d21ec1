#include "src/stats/tracking_tally.hpp"

#include <algorithm>

namespace concord::stats {
namespace {

/// The tracks of one set's labels that count, by class: track numbers, and each label's place in its frame's list.
class Numbered {
 public:
  Numbered(const LabelSet& set, const ScopedLabels& scoped, const std::vector<std::uint8_t>& counts)
      : place(set.size(), kNone), set_(set), scoped_(scoped), counts_(counts) {}

  /// Adds the labels of `frame` to the frames of their classes' scenes.
  template <class List, class Tracks>
  void add_frame(std::uint32_t frame, std::map<ClassCode, TrackScene>& scenes, const List& list, const Tracks& tracks) {
    for (std::uint32_t row = set_.frame_offset[frame]; row < set_.frame_offset[frame + 1]; ++row) {
      if (counts_[row] == 0) continue;
      const ClassCode code = scoped_.class_code[row];
      TrackScene& scene = scenes[code];
      scene.frames.resize(set_.frame_offset.size() - 1);
      std::uint32_t& next = tracks(scene);
      std::uint32_t number = next;
      if (set_.track[row] != kNone) {
        number = numbers_.try_emplace({code, set_.track[row]}, next).first->second;
      }
      if (number == next) ++next;
      auto& present = list(scene.frames[frame]);
      place[row] = static_cast<std::uint32_t>(present.size());
      present.push_back(number);
    }
  }

  std::vector<std::uint32_t> place;

 private:
  const LabelSet& set_;
  const ScopedLabels& scoped_;
  const std::vector<std::uint8_t>& counts_;
  std::map<std::pair<ClassCode, std::uint32_t>, std::uint32_t> numbers_;
};

double similarity_of(double measure, bool distance) {
  return distance ? std::max(0.0, 1 - measure / kZeroSimilarityM) : measure;
}

}  // namespace

void TrackingTally::add(const LabelSet& reference, const ScopedLabels& scoped_reference, const LabelSet& candidate,
                        const ScopedLabels& scoped_candidate, const Matching& matching, const CandidatePairs& pairs,
                        const MatchRule& rule) {
  std::map<ClassCode, TrackScene> scenes;
  Numbered of_reference(reference, scoped_reference, matching.counts_a);
  Numbered of_candidate(candidate, scoped_candidate, matching.counts_b);
  const auto frames = static_cast<std::uint32_t>(reference.frame_offset.size() - 1);
  for (std::uint32_t frame = 0; frame < frames; ++frame) {
    of_reference.add_frame(
        frame, scenes, [](TrackScene::Frame & f) -> auto& { return f.reference; },
        [](TrackScene & s) -> auto& { return s.reference_tracks; });
    of_candidate.add_frame(
        frame, scenes, [](TrackScene::Frame & f) -> auto& { return f.candidate; },
        [](TrackScene & s) -> auto& { return s.candidate_tracks; });
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::uint32_t row_a = pairs.row_a[i];
    const std::uint32_t row_b = pairs.row_b[i];
    if (of_reference.place[row_a] == kNone || of_candidate.place[row_b] == kNone) continue;
    const ClassCode code = scoped_reference.class_code[row_a];
    const double similarity = similarity_of(pairs.measure[i], rule.distance);
    if (code != scoped_candidate.class_code[row_b] || !(similarity > 0)) continue;
    scenes[code].frames[pairs.frame[i]].pairs.push_back(
        {of_reference.place[row_a], of_candidate.place[row_b], similarity});
  }
  for (const auto& [code, scene] : scenes) {
    classes_[code].merge(count_tracking(scene, similarity_of(rule.gate[code], rule.distance)));
  }
}

void TrackingTally::merge(const TrackingTally& other) {
  for (const auto& [code, counts] : other.classes_) classes_[code].merge(counts);
}

TrackingCounts TrackingTally::all() const {
  TrackingCounts sum;
  for (const auto& [code, counts] : classes_) sum.merge(counts);
  return sum;
}

std::vector<TrackingScore> TrackingTally::scores(const Taxonomy& taxonomy) const {
  if (empty()) return {};
  std::vector<TrackingScore> scores{all().score("")};
  for (const auto& [code, counts] : classes_) scores.push_back(counts.score(taxonomy.at(code).name));
  return scores;
}

std::vector<ErrorSummary> TrackingTally::track_errors() const {
  if (empty()) return {};
  const TrackingCounts sum = all();
  return {sum.start_frames.summary("start", "frames"), sum.end_frames.summary("end", "frames")};
}

}  // namespace concord::stats
