#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "src/checks/check.hpp"
#include "src/checks/point_evidence.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double floor_m = 0.15;
  double noise_per_range = 0.004;
  double min_turn_rad = 0.12;
  double min_points = 30;
  double min_matched = 0.6;
  double max_rms_m = 0.15;
  double max_apart_m = 0.05;
  double min_pairs = 2;

  static std::vector<Field<Parameters>> fields() {
    using P = Parameters;
    return {{&P::floor_m, "floor_m", "m", 0, 10, "difference of the motions of label and points that is allowed"},
            {&P::noise_per_range, "noise_per_range", "1", 0, 1, "metres allowed more for each metre of range"},
            {&P::min_turn_rad, "min_turn_rad", "rad", 0, 3.2, "difference of their turns that is allowed"},
            {&P::min_points, "min_points", "1", 12, 300, "points that each of two labels needs"},
            {&P::min_matched, "min_matched", "1", 0, 1, "share of points that the registration must match"},
            {&P::max_rms_m, "max_rms_m", "m", 0, 0.2, "distance at which it may leave them"},
            {&P::max_apart_m, "max_apart_m", "m", 0, 10, "difference of the results from two starts"},
            {&P::min_pairs, "min_pairs", "1", 1, 1000, "pairs in a row that must tell of a track that drifts"}};
  }
};

/// What one registration tells of its later label: how far it lies from where the points moved the earlier one.
struct Drift {
  std::uint32_t row_from, row_to;
  Vec3 off_m;  ///< in the axes of row_to
  double turn_rad;
  double seconds;  ///< between the two, as frames of 0.1 s where times are missing
};

/// Of vectors of about the same way, their mean.
std::optional<Vec3> common(const Vec3& a, const Vec3& b) {
  constexpr double kApart = 0.5;
  if ((a - b).norm() > kApart * std::max(a.norm(), b.norm())) return std::nullopt;
  return 0.5 * (a + b);
}

class MotionMismatch {
 public:
  MotionMismatch(CheckContext& context, const PerClass<Parameters>& parameters)
      : context_(context), parameters_(parameters) {
    const RegistrationTable& table = context.measured().registrations;
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (!is_sure(i)) continue;
      const Vec3 off_m(table.along_m[i], table.across_m[i], 0);  // heights are for points.floating_box
      drifts_.push_back(
          {table.row_from[i], table.row_to[i], off_m, table.turn_rad[i], seconds(table.row_from[i], table.row_to[i])});
      examined_.push_back(table.row_to[i]);
    }
    std::sort(examined_.begin(), examined_.end());
    examined_.erase(std::unique(examined_.begin(), examined_.end()), examined_.end());
    for (const std::uint32_t row : examined_) context.examine(row);
    for (std::size_t i = 0; i < drifts_.size(); ++i) {
      into_[drifts_[i].row_to].push_back(i);
      out_of_[drifts_[i].row_from].push_back(i);
    }
    used_.assign(drifts_.size(), 0);
  }

  void judge() {
    for (const auto& [row, ins] : into_) judge_lone_label(row, ins);
    for (std::size_t i = 0; i < drifts_.size(); ++i) judge_chain_from(i);
  }

 private:
  [[nodiscard]] bool is_sure(std::size_t i) const {
    const RegistrationTable& table = context_.measured().registrations;
    const std::uint32_t from = table.row_from[i], to = table.row_to[i];
    if (!is_measured(context_, from) || !is_measured(context_, to)) return false;
    const Parameters& p = parameters_[context_.class_of(to)];
    return std::min(table.points_from[i], table.points_to[i]) >= p.min_points && table.matched[i] >= p.min_matched &&
           table.rms_m[i] <= p.max_rms_m && table.apart_m[i] <= p.max_apart_m;
  }
  [[nodiscard]] double seconds(std::uint32_t row_from, std::uint32_t row_to) const {
    const LabelSet& labels = context_.labels();
    const double by_time_s = seconds_between(context_.drive().frames, labels.frame[row_from], labels.frame[row_to]);
    return by_time_s > 0 ? by_time_s : 0.1 * (static_cast<double>(labels.frame[row_to]) - labels.frame[row_from]);
  }
  [[nodiscard]] double limit_m(std::uint32_t row) const {
    const Parameters& p = parameters_[context_.class_of(row)];
    return p.floor_m + p.noise_per_range * context_.range_m(row);
  }

  void add(std::uint32_t first, std::uint32_t last, const Vec3& off_m, double value_m, double limit_m,
           std::uint32_t corrected) {
    Draft& draft = context_.add_span(first, last, value_m, limit_m);
    Cuboid box = context_.labels().cuboid.at(corrected);
    box.center_m -= box.rotation.normalized() * off_m;
    const std::size_t at = draft.proposals.size();
    draft.propose_center(box);
    if (first != last) draft.only_for(context_.labels().label_id[corrected], at);
  }

  /// The points moved evenly from the label before to the label after, and this one lies beside their way.
  void judge_lone_label(std::uint32_t row, const std::vector<std::size_t>& ins) {
    const auto outs = out_of_.find(row);
    if (outs == out_of_.end()) return;
    for (const std::size_t in : ins) {
      for (const std::size_t out : outs->second) {
        const Drift &before = drifts_[in], &after = drifts_[out];
        const auto off_m = common(before.off_m, -after.off_m);
        const double turn_rad = 0.5 * (before.turn_rad - after.turn_rad);
        const bool turned_alike =
            before.turn_rad * after.turn_rad < 0 && std::abs(before.turn_rad + after.turn_rad) < std::abs(turn_rad);
        const double turn_limit_rad = parameters_[context_.class_of(row)].min_turn_rad;
        if (turned_alike && std::abs(turn_rad) > turn_limit_rad) {
          used_[in] = used_[out] = 1;  // points.wrong_heading speaks of it; its centre is not to be trusted
          return;
        }
        if (!off_m || off_m->norm() <= limit_m(row)) continue;
        used_[in] = used_[out] = 1;
        add(row, row, *off_m, off_m->norm(), limit_m(row), row);
        return;
      }
    }
  }

  /// Registration after registration tells that the labels leave their points to one side.
  void judge_chain_from(std::size_t first) {
    if (used_[first] != 0) return;
    std::size_t last = first, pairs = 1;
    Vec3 sum_m = drifts_[first].off_m;
    double sum_s = drifts_[first].seconds;
    used_[first] = 1;
    for (bool goes_on = true; goes_on;) {
      goes_on = false;
      const auto next = out_of_.find(drifts_[last].row_to);
      if (next == out_of_.end()) break;
      for (const std::size_t k : next->second) {
        if (used_[k] != 0 || !common(drifts_[k].off_m / drifts_[k].seconds, sum_m / sum_s)) continue;
        used_[k] = 1;
        sum_m += drifts_[k].off_m;
        sum_s += drifts_[k].seconds;
        ++pairs;
        last = k;
        goes_on = true;
        break;
      }
    }
    const std::uint32_t row = drifts_[last].row_to;
    if (static_cast<double>(pairs) < parameters_[context_.class_of(row)].min_pairs) return;
    if (sum_m.norm() <= 2 * limit_m(row)) return;
    add(drifts_[first].row_from, row, sum_m, sum_m.norm(), 2 * limit_m(row), row);
  }

  CheckContext& context_;
  const PerClass<Parameters>& parameters_;
  std::vector<Drift> drifts_;
  std::vector<std::uint32_t> examined_;
  std::map<std::uint32_t, std::vector<std::size_t>> into_, out_of_;  ///< label row -> drifts
  std::vector<std::uint8_t> used_;
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  if (!context.measured().registrations.available) {
    context.skip("this build cannot register points (CONCORD_OPEN3D)");
    return;
  }
  MotionMismatch(context, parameters).judge();
}

}  // namespace

Check points_motion_mismatch() {
  return define<Parameters>({.id = "points.motion_mismatch",
                             .title = "The label moves otherwise than its points",
                             .error_type = error_type::kBoundingBox,
                             .severity = Severity::warning,
                             .fault = Fault::position,
                             .scope = Scope::span,
                             .unit = "m",
                             .message = "{object} moves {value} m away from its points {frames}, limit {limit} m",
                             .inputs = {kTracks, kPointClouds}},
                            judge_rows);
}

}  // namespace concord::judging
