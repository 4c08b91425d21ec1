#include "src/checks/track_probes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "src/checks/point_evidence.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

constexpr std::size_t kMostLabels = 3;
constexpr double kFewestRays = 4;
constexpr double kOffPerSide = 0.15;

/// Medians over the labels beside a probe.
struct Beside {
  double points = 0;
  Vec3 middle_m = Vec3::Zero();
};

Beside beside_of(const CheckContext& context, std::span<const std::uint32_t> rows) {
  const PointTable& points = context.measured().points;
  std::vector<double> counts;
  std::array<std::vector<double>, 3> middles;
  for (const std::uint32_t row : rows.first(std::min(rows.size(), kMostLabels))) {
    if (!is_measured(context, row) || !std::isfinite(points.middle_m[0][row])) continue;
    counts.push_back(points.inside_object[row]);
    for (std::size_t k = 0; k < 3; ++k) middles[k].push_back(static_cast<double>(points.middle_m[k][row]));
  }
  if (counts.empty()) return {};
  return {median_of(counts), Vec3(median_of(middles[0]), median_of(middles[1]), median_of(middles[2]))};
}

}  // namespace

TrackProbes::TrackProbes(const CheckContext& context)
    : context_(context), before_(context.labels().tracks.size()), after_(context.labels().tracks.size()) {
  const ProbeTable& probes = context.measured().probes;
  for (std::uint32_t i = 0; i < probes.size(); ++i) {
    if (probes.row_before[i] == kNone) {
      before_[probes.track[i]].push_back(i);
    } else if (probes.row_after[i] == kNone) {
      after_[probes.track[i]].push_back(i);
    } else {
      gaps_.push_back({probes.row_before[i], {i}});
    }
  }
  for (auto& list : before_) std::reverse(list.begin(), list.end());  // probes are sorted by frame
  std::stable_sort(gaps_.begin(), gaps_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> joined;
  for (auto& gap : gaps_) {
    if (joined.empty() || joined.back().first != gap.first) {
      joined.push_back(std::move(gap));
    } else {
      joined.back().second.push_back(gap.second.front());
    }
  }
  gaps_ = std::move(joined);
}

const std::vector<std::uint32_t>& TrackProbes::gap_after(std::uint32_t row) const {
  static const std::vector<std::uint32_t> kNothing;
  const auto found =
      std::lower_bound(gaps_.begin(), gaps_.end(), row, [](const auto& gap, std::uint32_t r) { return gap.first < r; });
  return found == gaps_.end() || found->first != row ? kNothing : found->second;
}

Sight TrackProbes::sight(std::uint32_t probe, std::span<const std::uint32_t> rows, const SightLimits& limits) const {
  const ProbeTable& probes = context_.measured().probes;
  const PointTable& points = probes.points;
  if (!context_.measured().clouds.measured(probes.frame[probe]) || points.inside[probe] == kNone) return Sight::unknown;
  if (probes.labelled[probe] != 0) return Sight::unknown;
  const double rays =
      static_cast<double>(points.rays_front[probe]) + points.rays_inside[probe] + points.rays_behind[probe];
  if (rays < kFewestRays) return Sight::unknown;
  const double hidden = hidden_share(points, probe);
  if (hidden > 1 - limits.max_hidden) return Sight::hidden;
  const Beside beside = beside_of(context_, rows);
  if (beside.points < limits.min_points) return Sight::unknown;
  bool in_place = points.inside_object[probe] >= std::max(limits.min_points, limits.min_share * beside.points);
  const Vec3 size = probes.box.at(probe).size_m;
  for (std::size_t k = 0; in_place && k < 3; ++k) {
    const auto axis = static_cast<Eigen::Index>(k);
    const double off_m = static_cast<double>(points.middle_m[k][probe]) - beside.middle_m[axis];
    in_place = std::abs(off_m) <= limits.max_off_m + kOffPerSide * size[axis];
  }
  if (in_place && hidden <= limits.max_hidden) return Sight::there;
  return hidden > limits.max_hidden ? Sight::unknown : Sight::empty;
}

std::vector<Field<EndParameters>> EndParameters::fields() {
  using P = EndParameters;
  return {{&P::min_frames, "min_frames", "1", 1, 5, "frames in a row in which the object must be seen without a label"},
          {&P::max_range_m, "max_range_m", "m", 0, 1000, "places farther away are not looked at"},
          {&P::min_points, "min_points", "1", 1, 100000, "points of the object in a label beside, and where none is"},
          {&P::min_share, "min_share", "1", 0, 1, "share of the points of the labels beside that must be there"},
          {&P::max_hidden, "max_hidden", "1", 0, 1, "share of the rays that may end before the object"},
          {&P::max_off_m, "max_off_m", "m", 0, 10,
           "distance of the points' middle from where it lies in the labels beside; 15 % of each side more"}};
}

void add_unlabelled_ends(CheckContext& context, const PerClass<EndParameters>& parameters, TrackEnd end) {
  const LabelSet& labels = context.labels();
  const ProbeTable& probes = context.measured().probes;
  const TrackProbes by_track(context);
  const TrackRows tracks(labels);
  for (std::uint32_t track = 0; track < tracks.size(); ++track) {
    const auto& own = end == TrackEnd::start ? by_track.before(track) : by_track.after(track);
    if (own.empty()) continue;
    std::vector<std::uint32_t> rows(tracks.of(track).begin(), tracks.of(track).end());
    if (end == TrackEnd::end) std::reverse(rows.begin(), rows.end());
    if (!context.is_valid_object(rows.front())) continue;
    const EndParameters& p = parameters[context.class_of(rows.front())];
    const SightLimits limits{p.min_points, p.min_share, p.max_hidden, p.max_off_m};
    const double max_range_m = std::min(p.max_range_m, labels.scope.max_range_m.value_or(p.max_range_m));
    std::size_t seen = 0;
    for (; seen < own.size(); ++seen) {
      const double range_m = probes.box.at(own[seen]).center_m.head<2>().norm();
      const Sight sight = by_track.sight(own[seen], rows, limits);
      if (seen == 0 && sight != Sight::unknown && range_m <= max_range_m) context.examine(rows.front());
      if (!(range_m <= max_range_m) || sight != Sight::there) break;
    }
    if (static_cast<double>(seen) < p.min_frames) continue;
    const std::uint32_t near = own.front(), far = own[seen - 1];
    const std::uint32_t first = end == TrackEnd::start ? far : near, last = end == TrackEnd::start ? near : far;
    Draft& draft = context.add_span(rows.front(), rows.front(), static_cast<double>(seen), p.min_frames);
    draft.finding.scope = Scope::span;
    context.set_frames(draft, probes.frame[first], probes.frame[last]);
    const Cuboid missing = probes.box.at(first);
    draft.propose_center(missing);
    draft.propose("yaw_rad", yaw_of(missing.rotation.normalized()), "rad");
  }
}

}  // namespace concord::judging
