#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "src/checks/check.hpp"
#include "src/checks/residuals.hpp"
#include "src/checks/score.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_gap_s = 1;
  double max_mismatch_m = 0.5;
  double max_mismatch_per_range = 0.01;
  double max_acceleration_mps2 = 6;
  double max_size_ratio = 1.3;
  double min_labels = 2;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::max_gap_s, "max_gap_s", "s", 0, 100, "longest time between the two tracks"},
            {&Parameters::max_mismatch_m, "max_mismatch_m", "m", 0, 100,
             "largest distance between where the first track leads and where the second begins"},
            {&Parameters::max_mismatch_per_range, "max_mismatch_per_range", "1", 0, 1,
             "metres more for each metre of range"},
            {&Parameters::max_acceleration_mps2, "max_acceleration_mps2", "m/s^2", 0, 100,
             "a change of velocity between the tracks that is allowed in addition"},
            {&Parameters::max_size_ratio, "max_size_ratio", "1", 1, 100, "largest ratio of their sizes"},
            {&Parameters::min_labels, "min_labels", "labels", 1, 1000, "labels that each of them must have"}};
  }
};

/// One end of a track.
struct TrackEnd {
  std::uint32_t track = 0, row = 0;
  Vec3 position_m = Vec3::Zero(), velocity_mps = Vec3::Zero();
};

class SplitFinder {
 public:
  SplitFinder(CheckContext& context, const PerClass<Parameters>& parameters)
      : context_(context), parameters_(parameters), residuals_(context), rows_(context.labels()) {}

  void run() {
    std::map<std::uint32_t, std::vector<TrackEnd>> begins;  // by frame
    for (std::size_t track = 0; track < rows_.size(); ++track) {
      if (const auto begin = end_of(track, true)) begins[context_.labels().frame[begin->row]].push_back(*begin);
    }
    for (std::size_t track = 0; track < rows_.size(); ++track) {
      const auto end = end_of(track, false);
      if (!end) continue;
      context_.examine(end->row);
      judge_end(*end, begins);
    }
  }

 private:
  std::optional<TrackEnd> end_of(std::size_t track, bool first) const {
    const auto rows = rows_.of(track);
    if (rows.empty()) return std::nullopt;
    const std::uint32_t row = first ? rows.front() : rows.back();
    if (!context_.is_valid_object(row)) return std::nullopt;
    if (static_cast<double>(rows.size()) < parameters_[context_.class_of(row)].min_labels) return std::nullopt;
    TrackEnd end{static_cast<std::uint32_t>(track), row, residuals_.position_of(row)};
    const std::size_t begin = residuals_.first(track), last = residuals_.last(track);
    if (last - begin >= 2) {
      // Over up to four labels; the curve at the very end would multiply their noise.
      const std::size_t reach = std::min<std::size_t>(3, last - begin - 1);
      end.velocity_mps = first ? residuals_.mean_velocity_mps(begin, begin + reach)
                               : residuals_.mean_velocity_mps(last - 1 - reach, last - 1);
    }
    return end;
  }

  [[nodiscard]] bool same_kind(std::uint32_t a, std::uint32_t b) const {
    const ClassCode class_a = context_.class_of(a), class_b = context_.class_of(b);
    return context_.taxonomy().is_a(class_a, class_b) || context_.taxonomy().is_a(class_b, class_a);
  }

  void judge_end(const TrackEnd& end, const std::map<std::uint32_t, std::vector<TrackEnd>>& begins) {
    const LabelSet& labels = context_.labels();
    const Parameters& p = parameters_[context_.class_of(end.row)];
    const std::uint32_t frame = labels.frame[end.row];
    const TrackEnd* best = nullptr;
    double best_mismatch_m = 0, best_limit_m = 1;
    for (auto it = begins.upper_bound(frame); it != begins.end(); ++it) {
      const double gap_s = seconds_between(context_.drive().frames, frame, it->first);
      if (gap_s > p.max_gap_s) break;
      if (!(gap_s > 0)) continue;
      for (const TrackEnd& begin : it->second) {
        if (begin.track == end.track || !same_kind(end.row, begin.row)) continue;
        if (size_ratio(labels.cuboid, end.row, begin.row) > p.max_size_ratio) continue;
        const Vec3 way = (end.velocity_mps + begin.velocity_mps) / 2 * gap_s;
        const double mismatch_m = (begin.position_m - end.position_m - way).head<2>().norm();
        const double limit_m = p.max_mismatch_m + p.max_mismatch_per_range * context_.range_m(end.row) +
                               p.max_acceleration_mps2 * gap_s * gap_s / 4;
        if (mismatch_m > limit_m ||
            (end.velocity_mps - begin.velocity_mps).head<2>().norm() > 3 + p.max_acceleration_mps2 * gap_s)
          continue;
        if (best == nullptr || mismatch_m * best_limit_m < best_mismatch_m * limit_m) {
          best = &begin;
          best_mismatch_m = mismatch_m;
          best_limit_m = limit_m;
        }
      }
    }
    if (best == nullptr) return;
    Draft& draft = context_.add_pair(best->row, end.row, best->row, best_mismatch_m, best_limit_m);
    context_.set_frames(draft, labels.frame[best->row], labels.frame[best->row]);
    draft.finding.score = 1 - 0.5 * best_mismatch_m / best_limit_m;
    draft.propose_text("track", labels.tracks.at(end.track));
  }

  CheckContext& context_;
  const PerClass<Parameters>& parameters_;
  Residuals residuals_;
  TrackRows rows_;
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  SplitFinder(context, parameters).run();
}

}  // namespace

Check temporal_id_split() {
  return define<Parameters>(
      {.id = "temporal.id_split",
       .title = "One object has two consecutive tracks",
       .error_type = error_type::kMisalignedHandOffs,
       .severity = Severity::warning,
       .fault = Fault::identity,
       .scope = Scope::pair,
       .unit = "m",
       .message = "{object} begins {frames} where {other} ended: {value} m from its motion, limit {limit} m",
       .inputs = {kTracks}},
      judge_rows);
}

}  // namespace concord::judging
