#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <vector>

#include "src/checks/check.hpp"
#include "src/checks/cluster_chains.hpp"
#include "src/checks/quantiles.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_frames = 6;
  double min_move_m = 2;
  double max_speed_mps = 60;
  double min_straight = 0.7;
  double max_range_m = 60;
  double min_length_m = 0.3, max_length_m = 13;
  double max_width_m = 3.2;
  double min_height_m = 0.4, max_height_m = 3.7;
  double max_bottom_m = 0.8;
  double judge_standing = 1;
  double standing_min_length_m = 3.2, standing_max_length_m = 5.6;
  double standing_min_width_m = 1.3, standing_max_width_m = 2.3;
  double standing_min_height_m = 0.8, standing_max_height_m = 1.9;
  double max_covered = 0.2;

  static std::vector<Field<Parameters>> fields() {
    using P = Parameters;
    return {
        {&P::min_frames, "min_frames", "1", 2, 1000, "frames in which the points must be there"},
        {&P::min_move_m, "min_move_m", "m", 0, 100, "way from which it moves: this, and 1.5 times its length"},
        {&P::max_speed_mps, "max_speed_mps", "m/s", 0, 200, "faster clusters are not joined to one object"},
        {&P::min_straight, "min_straight", "1", 0, 1, "way as the crow flies over the way of a moving object"},
        {&P::max_range_m, "max_range_m", "m", 0, 1000, "farther clusters are not looked at"},
        {&P::min_length_m, "min_length_m", "m", 0, 100, "shorter clusters are no road users (a post, a sign)"},
        {&P::max_length_m, "max_length_m", "m", 0, 100, "longer ones neither (a wall, a hedge)"},
        {&P::max_width_m, "max_width_m", "m", 0, 100, "wider ones neither"},
        {&P::min_height_m, "min_height_m", "m", 0, 100, "lower ones neither (a curb, grass)"},
        {&P::max_height_m, "max_height_m", "m", 0, 100, "higher ones neither (a house, a tree)"},
        {&P::max_bottom_m, "max_bottom_m", "m", 0, 100, "lowest point above the ground that a road user may have"},
        {&P::judge_standing, "judge_standing", "1", 0, 1, "1: standing objects of the size of a car count too"},
        {&P::standing_min_length_m, "standing_min_length_m", "m", 0, 100, "length from which a standing one counts"},
        {&P::standing_max_length_m, "standing_max_length_m", "m", 0, 100, "and to which"},
        {&P::standing_min_width_m, "standing_min_width_m", "m", 0, 100, "width from which a standing one counts"},
        {&P::standing_max_width_m, "standing_max_width_m", "m", 0, 100, "and to which"},
        {&P::standing_min_height_m, "standing_min_height_m", "m", 0, 100, "height from which a standing one counts"},
        {&P::standing_max_height_m, "standing_max_height_m", "m", 0, 100, "and to which"},
        {&P::max_covered, "max_covered", "1", 0, 1,
         "share of a moving object's places that other points may cover while it is elsewhere"}};
  }
};

double middle_of(const std::vector<double>& column, const std::vector<std::uint32_t>& rows) {
  std::vector<double> values;
  for (const std::uint32_t row : rows) values.push_back(column[row]);
  return median_of(values);
}

/// Medians over the clusters of a chain.
struct ChainSize {
  ChainSize(const ClusterTable& table, const ClusterChain& chain)
      : length_m(middle_of(table.length_m, chain.clusters)),
        width_m(middle_of(table.width_m, chain.clusters)),
        height_m(middle_of(table.height_m, chain.clusters)),
        bottom_m(middle_of(table.bottom_above_ground_m, chain.clusters)) {}
  double length_m, width_m, height_m, bottom_m;
};

bool is_within(double value, double low, double high) { return value >= low && value <= high; }

/// Size and place over the ground of what could be a road user.
bool could_be_road_user(const ChainSize& size, const Parameters& p) {
  return is_within(size.length_m, p.min_length_m, p.max_length_m) && size.width_m <= p.max_width_m &&
         is_within(size.height_m, p.min_height_m, p.max_height_m) && size.bottom_m <= p.max_bottom_m;
}

bool is_like_a_standing_car(const ChainSize& size, const Parameters& p) {
  return is_within(size.length_m, p.standing_min_length_m, p.standing_max_length_m) &&
         is_within(size.width_m, p.standing_min_width_m, p.standing_max_width_m) &&
         is_within(size.height_m, p.standing_min_height_m, p.standing_max_height_m);
}

bool moves(const ClusterChain& chain, const ChainSize& size, const Parameters& p) {
  double way_m = 0;
  for (std::size_t i = 1; i < chain.place_m.size(); ++i) way_m += (chain.place_m[i] - chain.place_m[i - 1]).norm();
  const double net_m = (chain.place_m.back() - chain.place_m.front()).norm();
  // The visible part of a long thing moves with the viewer, but not by more than its own length.
  const double needed_m = std::max(p.min_move_m, 1.5 * size.length_m);
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
  [[nodiscard]] bool lies_on_something(const ClusterChain& chain, double length_m, double max_covered) const {
    const ClusterTable& table = context_.measured().clusters;
    const double apart_m = length_m + 1.5;
    std::size_t looked = 0, found = 0;
    for (std::size_t i = 0; i < chain.clusters.size(); ++i) {
      for (std::size_t k = 0; k < chain.clusters.size(); ++k) {
        if ((chain.place_m[i] - chain.place_m[k]).norm() < apart_m) continue;
        ++looked;
        found += covered(table.frame[chain.clusters[k]], chain.place_m[i]) ? 1U : 0U;
      }
    }
    return static_cast<double>(found) > max_covered * static_cast<double>(looked);
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
  for (const ClusterChain& chain : follow_clusters(table, frames, p.max_speed_mps)) {
    if (static_cast<double>(chain.clusters.size()) < p.min_frames) continue;
    const ChainSize size(table, chain);
    if (!could_be_road_user(size, p)) continue;
    const bool moving = moves(chain, size, p);
    if (!moving && (p.judge_standing < 0.5 || !is_like_a_standing_car(size, p))) continue;
    const std::uint32_t first = chain.clusters.front(), last = chain.clusters.back();
    if (std::hypot(table.x_m[first], table.y_m[first]) > max_range_m) continue;
    if (moving && covers.lies_on_something(chain, size.length_m, p.max_covered)) continue;
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
