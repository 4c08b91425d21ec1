#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "src/checks/check.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_frames = 6;
  double min_move_m = 2;
  double max_speed_mps = 60;
  double min_straight = 0.7;
  double max_range_m = 60;
  double judge_standing = 1;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::min_frames, "min_frames", "1", 2, 1000, "frames in which the points must be there"},
        {&Parameters::min_move_m, "min_move_m", "m", 0, 100, "way from which it moves: this, and 1.5 times its length"},
        {&Parameters::max_speed_mps, "max_speed_mps", "m/s", 0, 200, "faster clusters are not joined to one object"},
        {&Parameters::min_straight, "min_straight", "1", 0, 1, "way as the crow flies over the way of a moving object"},
        {&Parameters::max_range_m, "max_range_m", "m", 0, 1000, "farther clusters are not looked at"},
        {&Parameters::judge_standing, "judge_standing", "1", 0, 1,
         "1: standing objects of the size of a car count too"}};
  }
};

/// One object: clusters of consecutive frames.
struct Chain {
  std::vector<std::uint32_t> clusters;
  std::vector<Vec3> place_m;  ///< in the frame in which objects are followed
};

class Follower {
 public:
  Follower(const CheckContext& context, const Parameters& parameters) : context_(context), parameters_(parameters) {}

  std::vector<Chain> chains() {
    const ClusterTable& table = context_.measured().clusters;
    std::uint32_t begin = 0;
    while (begin < table.size()) {
      std::uint32_t end = begin;
      while (end < table.size() && table.frame[end] == table.frame[begin]) ++end;
      advance(begin, end);
      begin = end;
    }
    for (auto& chain : open_) done_.push_back(std::move(chain));
    return std::move(done_);
  }

 private:
  [[nodiscard]] Vec3 place_of(std::uint32_t cluster) const {
    const ClusterTable& table = context_.measured().clusters;
    const Vec3 place(table.x_m[cluster], table.y_m[cluster], table.z_m[cluster]);
    const Frames& frames = context_.drive().frames;
    return frames.has_pose(table.frame[cluster]) ? Vec3(frames.T_world_ego[table.frame[cluster]] * place) : place;
  }

  /// Joins the clusters of one frame to the chains that end in the frame before, nearest pairs first.
  void advance(std::uint32_t begin, std::uint32_t end) {
    const ClusterTable& table = context_.measured().clusters;
    struct Pair {
      double distance_m;
      std::size_t chain;
      std::uint32_t cluster;
    };
    std::vector<Pair> pairs;
    for (std::size_t c = 0; c < open_.size(); ++c) {
      const std::uint32_t last = open_[c].clusters.back();
      if (table.frame[last] + 1 != table.frame[begin]) continue;
      const double dt_s = seconds_between(context_.drive().frames, table.frame[last], table.frame[begin]);
      const Vec3 step = open_[c].place_m.size() > 1
                            ? Vec3(open_[c].place_m.back() - open_[c].place_m[open_[c].place_m.size() - 2])
                            : Vec3(Vec3::Zero());
      // A first step may be any plausible one, later ones follow the motion so far; the middle of what is seen jumps
      // when another side comes into view.
      const double reach_m = open_[c].place_m.size() > 1 ? 1.0 + 0.3 * table.length_m[last]
                                                         : std::min(parameters_.max_speed_mps * dt_s, 2.5);
      for (std::uint32_t cluster = begin; cluster < end; ++cluster) {
        const double ratio = (table.length_m[cluster] + 0.5) / (table.length_m[last] + 0.5);
        const double distance_m = (place_of(cluster) - open_[c].place_m.back() - step).head<2>().norm();
        if (distance_m <= reach_m && ratio > 0.5 && ratio < 2) pairs.push_back({distance_m, c, cluster});
      }
    }
    std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
      return std::tie(a.distance_m, a.chain, a.cluster) < std::tie(b.distance_m, b.chain, b.cluster);
    });
    std::vector<std::uint8_t> taken(end - begin, 0), continued(open_.size(), 0);
    for (const Pair& pair : pairs) {
      if (taken[pair.cluster - begin] != 0 || continued[pair.chain] != 0) continue;
      taken[pair.cluster - begin] = continued[pair.chain] = 1;
      open_[pair.chain].clusters.push_back(pair.cluster);
      open_[pair.chain].place_m.push_back(place_of(pair.cluster));
    }
    std::vector<Chain> next;
    for (std::size_t c = 0; c < open_.size(); ++c) (continued[c] != 0 ? next : done_).push_back(std::move(open_[c]));
    for (std::uint32_t cluster = begin; cluster < end; ++cluster) {
      if (taken[cluster - begin] == 0) next.push_back({{cluster}, {place_of(cluster)}});
    }
    open_ = std::move(next);
  }

  const CheckContext& context_;
  const Parameters& parameters_;
  std::vector<Chain> open_, done_;
};

double median_of(const std::vector<double>& column, const std::vector<std::uint32_t>& rows) {
  std::vector<double> values;
  for (const std::uint32_t row : rows) values.push_back(column[row]);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Size and place over the ground of what could be a road user.
bool could_be_road_user(const ClusterTable& table, const Chain& chain) {
  const double length_m = median_of(table.length_m, chain.clusters), width_m = median_of(table.width_m, chain.clusters),
               height_m = median_of(table.height_m, chain.clusters),
               bottom_m = median_of(table.bottom_above_ground_m, chain.clusters);
  return length_m >= 0.3 && length_m <= 13 && width_m <= 3.2 && height_m >= 0.4 && height_m <= 3.7 && bottom_m <= 0.8;
}

bool is_like_a_standing_car(const ClusterTable& table, const Chain& chain) {
  const double length_m = median_of(table.length_m, chain.clusters), width_m = median_of(table.width_m, chain.clusters),
               height_m = median_of(table.height_m, chain.clusters);
  return length_m >= 3.2 && length_m <= 5.6 && width_m >= 1.3 && width_m <= 2.3 && height_m >= 0.8 && height_m <= 1.9;
}

bool moves(const ClusterTable& table, const Chain& chain, const Parameters& p) {
  double way_m = 0;
  for (std::size_t i = 1; i < chain.place_m.size(); ++i) way_m += (chain.place_m[i] - chain.place_m[i - 1]).norm();
  const double net_m = (chain.place_m.back() - chain.place_m.front()).norm();
  // The visible part of a long thing moves with the viewer, but not by more than its own length.
  const double needed_m = std::max(p.min_move_m, 1.5 * median_of(table.length_m, chain.clusters));
  return net_m >= needed_m && net_m >= p.min_straight * way_m;
}

/// Clusters by frame, and whether one of them covers a place.
class Covers {
 public:
  explicit Covers(const CheckContext& context) : context_(context), first_(context.drive().frames.size() + 1, 0) {
    for (const std::uint32_t frame : context.measured().clusters.frame) ++first_[frame + 1];
    for (std::size_t f = 1; f < first_.size(); ++f) first_[f] += first_[f - 1];
  }

  [[nodiscard]] bool covered(std::uint32_t frame, const Vec3& place_m) const {
    constexpr double kMargin_m = 0.5;
    const ClusterTable& table = context_.measured().clusters;
    const Frames& frames = context_.drive().frames;
    const Vec3 p = frames.has_pose(frame) ? Vec3(frames.T_world_ego[frame].inverse() * place_m) : place_m;
    for (std::uint32_t i = first_[frame]; i < first_[frame + 1]; ++i) {
      const double dx = p.x() - table.x_m[i], dy = p.y() - table.y_m[i];
      const double c = std::cos(table.yaw_rad[i]), s = std::sin(table.yaw_rad[i]);
      if (std::abs(c * dx + s * dy) <= 0.5 * table.length_m[i] + kMargin_m &&
          std::abs(c * dy - s * dx) <= 0.5 * table.width_m[i] + kMargin_m) {
        return true;
      }
    }
    return false;
  }

  /// The chain moves along something that stays: its places are covered while it is elsewhere.
  [[nodiscard]] bool lies_on_something(const Chain& chain) const {
    constexpr double kShare = 0.2;
    const ClusterTable& table = context_.measured().clusters;
    const double apart_m = median_of(table.length_m, chain.clusters) + 1.5;
    std::size_t looked = 0, found = 0;
    for (std::size_t i = 0; i < chain.clusters.size(); ++i) {
      for (std::size_t k = 0; k < chain.clusters.size(); ++k) {
        if ((chain.place_m[i] - chain.place_m[k]).norm() < apart_m) continue;
        ++looked;
        found += covered(table.frame[chain.clusters[k]], chain.place_m[i]) ? 1U : 0U;
      }
    }
    return static_cast<double>(found) > kShare * static_cast<double>(looked);
  }

 private:
  const CheckContext& context_;
  std::vector<std::uint32_t> first_;  ///< per frame, into the cluster table
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const Parameters& p = parameters[kUnknownClass];
  const LabelSet& labels = context.labels();
  const ClusterTable& table = context.measured().clusters;
  const Frames& frames = context.drive().frames;
  if (static_cast<double>(frames.size()) < p.min_frames) return context.skip("too few frames to follow an object");
  if (frames.T_world_ego.empty()) return context.skip("no ego poses: what stands cannot be told from what moves");
  if (labels.scope.camera_view)
    return context.skip("only what camera " + *labels.scope.camera_view + " sees is labelled");
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    if (context.is_valid_object(row)) context.examine(row);
  }
  const double max_range_m = std::min(p.max_range_m, labels.scope.max_range_m.value_or(p.max_range_m));
  const Covers covers(context);
  for (const Chain& chain : Follower(context, p).chains()) {
    if (static_cast<double>(chain.clusters.size()) < p.min_frames || !could_be_road_user(table, chain)) continue;
    const bool moving = moves(table, chain, p);
    if (!moving && (p.judge_standing < 0.5 || !is_like_a_standing_car(table, chain))) continue;
    const std::uint32_t first = chain.clusters.front(), last = chain.clusters.back();
    if (std::hypot(table.x_m[first], table.y_m[first]) > max_range_m) continue;
    if (moving && covers.lies_on_something(chain)) continue;
    Draft& draft = context.add_frame(table.frame[first], static_cast<double>(chain.clusters.size()), p.min_frames);
    context.set_frames(draft, table.frame[first], table.frame[last]);
    Finding& finding = draft.finding;
    finding.scope = Scope::span;
    finding.x_m = chain.place_m.front().x();
    finding.y_m = chain.place_m.front().y();
    finding.z_m = chain.place_m.front().z();
    // Tells apart several of one frame: nothing else in a finding's id does.
    finding.other_label = fmt::format("points at {:.1f} {:.1f}", finding.x_m, finding.y_m);
  }
}

}  // namespace

Check points_unlabelled_object() {
  return define<Parameters>({.id = "points.unlabelled_object",
                             .title = "Points that move or look like a road user have no label",
                             .error_type = error_type::kEdgeCaseOmission,
                             .severity = Severity::warning,
                             .fault = Fault::missing,
                             .scope = Scope::span,
                             .unit = "1",
                             .message = "{other_label} have no label, seen in {value} frames {frames}, limit {limit}",
                             .inputs = {kPointClouds}},
                            judge_rows);
}

}  // namespace concord::judging
