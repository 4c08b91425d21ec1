#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "src/stats/tracking_tally.hpp"

namespace concord::stats {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
/// A pair that was matched in the frame before outweighs every similarity.
constexpr double kContinued = 1000;
/// Brings counts of frames into the range of the assignment's weights, exactly.
constexpr double kCountUnit = 0x1p-20;
constexpr std::uint32_t kNoTrack = 0xFFFFFFFFU;

/// A pair of tracks that is similar in at least one frame.
struct TrackPair {
  std::uint32_t reference, candidate;
  double alignment = 0;      ///< sum over frames of the pair's share of similarity
  std::int64_t similar = 0;  ///< frames with the threshold's similarity
};

class SceneCounter {
 public:
  SceneCounter(const TrackScene& scene, double threshold)
      : scene_(scene),
        threshold_(threshold),
        reference_length_(scene.reference_tracks, 0),
        candidate_length_(scene.candidate_tracks, 0) {}

  TrackingCounts count() {
    counts_.reference_tracks = scene_.reference_tracks;
    counts_.candidate_tracks = scene_.candidate_tracks;
    for (const TrackScene::Frame& frame : scene_.frames) add_lengths(frame);
    list_track_pairs();
    count_hota();
    count_clear();
    count_identity();
    return std::move(counts_);
  }

 private:
  void add_lengths(const TrackScene::Frame& frame) {
    counts_.reference_labels += std::ssize(frame.reference);
    counts_.candidate_labels += std::ssize(frame.candidate);
    for (const std::uint32_t track : frame.reference) ++reference_length_[track];
    for (const std::uint32_t track : frame.candidate) ++candidate_length_[track];
  }

  void list_track_pairs() {
    std::unordered_map<std::uint64_t, std::uint32_t> known;
    std::vector<double> of_reference;
    std::vector<double> of_candidate;
    for (const TrackScene::Frame& frame : scene_.frames) {
      of_reference.assign(frame.reference.size(), 0);
      of_candidate.assign(frame.candidate.size(), 0);
      for (const TrackScene::Pair& pair : frame.pairs) {
        of_reference[pair.reference] += pair.similarity;
        of_candidate[pair.candidate] += pair.similarity;
      }
      for (const TrackScene::Pair& pair : frame.pairs) {
        const std::uint32_t reference = frame.reference[pair.reference];
        const std::uint32_t candidate = frame.candidate[pair.candidate];
        const auto next = static_cast<std::uint32_t>(track_pairs_.size());
        const auto [place, is_new] = known.try_emplace((std::uint64_t{reference} << 32U) | candidate, next);
        if (is_new) track_pairs_.push_back({reference, candidate});
        pair_of_.push_back(place->second);
        TrackPair& tracks = track_pairs_[place->second];
        const double all = of_reference[pair.reference] + of_candidate[pair.candidate] - pair.similarity;
        if (all > kEpsilon) tracks.alignment += pair.similarity / all;
        if (pair.similarity >= threshold_) ++tracks.similar;
      }
    }
  }

  [[nodiscard]] double length_sum(const TrackPair& tracks) const {
    return static_cast<double>(reference_length_[tracks.reference] + candidate_length_[tracks.candidate]);
  }

  /// One assignment a frame, by global alignment times similarity; each threshold then keeps what is similar enough.
  void count_hota() {
    std::vector<std::array<std::int64_t, kAlphas>> matches(track_pairs_.size());
    std::size_t position = 0;
    for (const TrackScene::Frame& frame : scene_.frames) {
      edges_.clear();
      for (std::size_t i = 0; i < frame.pairs.size(); ++i) {
        const TrackPair& tracks = track_pairs_[pair_of_[position + i]];
        const double alignment = tracks.alignment / (length_sum(tracks) - tracks.alignment);
        edges_.push_back({frame.pairs[i].reference, frame.pairs[i].candidate, alignment * frame.pairs[i].similarity});
      }
      for (const std::uint32_t i : assigner_.optimal(edges_)) {
        const double similarity = frame.pairs[i].similarity;
        for (std::size_t a = 0; a < kAlphas && similarity >= alpha_at(a) - kEpsilon; ++a) {
          ++matches[pair_of_[position + i]][a];
          ++counts_.hota_matches[a];
          counts_.similarity[a] += similarity;
        }
      }
      position += frame.pairs.size();
    }
    for (std::size_t p = 0; p < track_pairs_.size(); ++p) {
      const auto of_reference = static_cast<double>(reference_length_[track_pairs_[p].reference]);
      const auto of_candidate = static_cast<double>(candidate_length_[track_pairs_[p].candidate]);
      for (std::size_t a = 0; a < kAlphas; ++a) {
        const auto n = static_cast<double>(matches[p][a]);
        if (n == 0) continue;
        counts_.association[a] += n * n / (of_reference + of_candidate - n);
        counts_.association_recall[a] += n * n / of_reference;
        counts_.association_precision[a] += n * n / of_candidate;
      }
    }
  }

  void count_clear() {
    std::vector<std::uint32_t> last(scene_.reference_tracks, kNoTrack);      // that the track was ever matched with
    std::vector<std::uint32_t> previous(scene_.reference_tracks, kNoTrack);  // in the frame before
    std::vector<std::uint32_t> now(scene_.reference_tracks, kNoTrack);
    std::vector<std::int64_t> matched(scene_.reference_tracks, 0);
    std::vector<std::int64_t> begun(scene_.reference_tracks, 0);
    for (const TrackScene::Frame& frame : scene_.frames) {
      // A frame that lacks one side changes nothing of what was matched before, as in TrackEval.
      if (frame.reference.empty() || frame.candidate.empty()) continue;
      edges_.clear();
      for (const TrackScene::Pair& pair : frame.pairs) {
        const bool continued = previous[frame.reference[pair.reference]] == frame.candidate[pair.candidate];
        const bool similar = pair.similarity >= threshold_ - kEpsilon;
        edges_.push_back(
            {pair.reference, pair.candidate, similar ? pair.similarity + (continued ? kContinued : 0) : 0});
      }
      std::fill(now.begin(), now.end(), kNoTrack);
      for (const std::uint32_t i : assigner_.optimal(edges_)) {
        const std::uint32_t reference = frame.reference[frame.pairs[i].reference];
        const std::uint32_t candidate = frame.candidate[frame.pairs[i].candidate];
        if (last[reference] != kNoTrack && last[reference] != candidate) ++counts_.identity_switches;
        if (previous[reference] == kNoTrack) ++begun[reference];
        last[reference] = now[reference] = candidate;
        ++matched[reference];
        ++counts_.matches;
        counts_.matched_similarity += frame.pairs[i].similarity;
      }
      std::swap(previous, now);
    }
    for (std::size_t track = 0; track < matched.size(); ++track) {
      const double share = static_cast<double>(matched[track]) / static_cast<double>(reference_length_[track]);
      ++(share > 0.8 ? counts_.mostly_tracked : share >= 0.2 ? counts_.partly_tracked : counts_.mostly_lost);
      counts_.fragmentations += std::max<std::int64_t>(begun[track] - 1, 0);
    }
  }

  void count_identity() {
    std::vector<Edge> edges;
    std::vector<std::uint32_t> pairs(track_pairs_.size());
    for (std::uint32_t p = 0; p < pairs.size(); ++p) pairs[p] = p;
    std::sort(pairs.begin(), pairs.end(), [&](std::uint32_t x, std::uint32_t y) {
      return std::pair(track_pairs_[x].reference, track_pairs_[x].candidate) <
             std::pair(track_pairs_[y].reference, track_pairs_[y].candidate);
    });
    for (const std::uint32_t p : pairs) {
      edges.push_back({track_pairs_[p].reference, track_pairs_[p].candidate,
                       static_cast<double>(track_pairs_[p].similar) * kCountUnit});
    }
    const auto span_of = [&](std::size_t tracks, const auto& list) {
      std::vector<std::pair<std::int64_t, std::int64_t>> spans(tracks, {-1, -1});
      for (std::size_t f = 0; f < scene_.frames.size(); ++f) {
        for (const std::uint32_t track : list(scene_.frames[f])) {
          if (spans[track].first < 0) spans[track].first = static_cast<std::int64_t>(f);
          spans[track].second = static_cast<std::int64_t>(f);
        }
      }
      return spans;
    };
    const auto reference_span = span_of(
        scene_.reference_tracks, [](const auto& frame) -> const auto& { return frame.reference; });
    const auto candidate_span = span_of(
        scene_.candidate_tracks, [](const auto& frame) -> const auto& { return frame.candidate; });
    for (const std::uint32_t i : assigner_.optimal(edges)) {
      counts_.identity_matches += track_pairs_[pairs[i]].similar;
      const auto& of_reference = reference_span[edges[i].a];
      const auto& of_candidate = candidate_span[edges[i].b];
      counts_.start_frames.add(static_cast<double>(of_candidate.first - of_reference.first));
      counts_.end_frames.add(static_cast<double>(of_candidate.second - of_reference.second));
    }
  }

  const TrackScene& scene_;
  double threshold_;
  TrackingCounts counts_;
  std::vector<std::int64_t> reference_length_, candidate_length_;
  std::vector<TrackPair> track_pairs_;
  std::vector<std::uint32_t> pair_of_;  ///< into track_pairs_, for every pair of every frame in order
  std::vector<Edge> edges_;
  Assigner assigner_;
};

double ratio(double part, double whole) { return whole > 0 ? part / whole : kUndefined; }

}  // namespace

TrackingCounts count_tracking(const TrackScene& scene, double threshold) {
  return SceneCounter(scene, threshold).count();
}

void TrackingCounts::merge(const TrackingCounts& other) {
  const auto sum = [&](auto member) { this->*member += other.*member; };
  for (auto member :
       {&TrackingCounts::reference_labels, &TrackingCounts::candidate_labels, &TrackingCounts::reference_tracks,
        &TrackingCounts::candidate_tracks, &TrackingCounts::matches, &TrackingCounts::identity_switches,
        &TrackingCounts::fragmentations, &TrackingCounts::mostly_tracked, &TrackingCounts::partly_tracked,
        &TrackingCounts::mostly_lost, &TrackingCounts::identity_matches}) {
    sum(member);
  }
  sum(&TrackingCounts::matched_similarity);
  for (std::size_t a = 0; a < kAlphas; ++a) {
    hota_matches[a] += other.hota_matches[a];
    association[a] += other.association[a];
    association_recall[a] += other.association_recall[a];
    association_precision[a] += other.association_precision[a];
    similarity[a] += other.similarity[a];
  }
  start_frames.merge(other.start_frames);
  end_frames.merge(other.end_frames);
}

TrackingScore TrackingCounts::score(std::string class_name) const {
  TrackingScore s;
  s.class_name = std::move(class_name);
  s.reference_labels = reference_labels;
  s.candidate_labels = candidate_labels;
  s.reference_tracks = reference_tracks;
  s.candidate_tracks = candidate_tracks;
  s.matches = matches;
  s.misses = reference_labels - matches;
  s.false_positives = candidate_labels - matches;
  s.identity_switches = identity_switches;
  s.fragmentations = fragmentations;
  s.mostly_tracked = mostly_tracked;
  s.partly_tracked = partly_tracked;
  s.mostly_lost = mostly_lost;
  const auto reference = static_cast<double>(reference_labels);
  const auto candidate = static_cast<double>(candidate_labels);
  if (reference + candidate == 0) return s;
  s.hota = s.deta = s.assa = s.loca = 0;
  s.detection_recall = s.detection_precision = s.association_recall = s.association_precision = 0;
  for (std::size_t a = 0; a < kAlphas; ++a) {
    const auto tp = static_cast<double>(hota_matches[a]);
    const double deta = tp / (reference + candidate - tp);
    const double assa = association[a] / std::max(tp, 1.0);
    s.hota_at.push_back(std::sqrt(deta * assa));
    s.hota += s.hota_at.back() / kAlphas;
    s.deta += deta / kAlphas;
    s.assa += assa / kAlphas;
    s.loca += (tp > 0 ? similarity[a] / tp : 1.0) / kAlphas;
    s.detection_recall += tp / std::max(reference, 1.0) / kAlphas;
    s.detection_precision += tp / std::max(candidate, 1.0) / kAlphas;
    s.association_recall += association_recall[a] / std::max(tp, 1.0) / kAlphas;
    s.association_precision += association_precision[a] / std::max(tp, 1.0) / kAlphas;
  }
  const auto found = static_cast<double>(matches);
  s.mota = ratio(found - static_cast<double>(s.false_positives + identity_switches), reference);
  s.motp = ratio(matched_similarity, found);
  const auto identified = static_cast<double>(identity_matches);
  s.idf1 = ratio(2 * identified, reference + candidate);
  s.id_recall = ratio(identified, reference);
  s.id_precision = ratio(identified, candidate);
  return s;
}

}  // namespace concord::stats
