#include <algorithm>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/residuals.hpp"
#include "src/checks/tracks.hpp"
#include "src/model/interpolate.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_labels = 3;
  double min_missed_m = 0.5;
  double min_speed_mps = 1;
  double same_m = 0.002;
  double same_rad = 0.002;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::min_labels, "min_labels", "labels", 2, 1000,
             "labels that are copies of each other, the first included"},
            {&Parameters::min_missed_m, "min_missed_m", "m", 0, 1000, "way that the object has made meanwhile"},
            {&Parameters::min_speed_mps, "min_speed_mps", "m/s", 0, 100,
             "speed before and after, for an object that moves"},
            {&Parameters::same_m, "same_m", "m", 0, 1, "boxes are copies when centre and sides differ by no more, ..."},
            {&Parameters::same_rad, "same_rad", "rad", 0, 1, "... and headings by no more than this"}};
  }
};

/// Tilt is left out: a format that stores only the yaw cannot keep it while the ego moves.
bool is_copy(const Cuboid& a, const Cuboid& b, const Parameters& p) {
  return (a.center_m - b.center_m).cwiseAbs().maxCoeff() <= p.same_m &&
         (a.size_m - b.size_m).cwiseAbs().maxCoeff() <= p.same_m &&
         std::abs(wrap_angle(yaw_of(a.rotation.normalized()) - yaw_of(b.rotation.normalized()))) <= p.same_rad;
}

/// One track's boxes in one frame of reference: the ego's or the world's.
class FrozenFinder {
 public:
  FrozenFinder(CheckContext& context, const PerClass<Parameters>& parameters)
      : context_(context), parameters_(parameters), residuals_(context) {}

  void run() {
    for (std::size_t track = 0; track < residuals_.tracks(); ++track) {
      const std::size_t begin = residuals_.first(track), end = residuals_.last(track);
      for (std::size_t i = begin; i < end; ++i) {
        if (context_.is_valid_object(residuals_.label(i))) context_.examine(residuals_.label(i));
      }
      for (const bool world : {false, true}) {
        if (world && !context_.measured().motion.world) continue;
        for (std::size_t i = begin; i < end;) {
          std::size_t last = i;
          while (last + 1 < end && are_copies(last, last + 1, world)) ++last;
          judge_run(begin, i, last, end);
          i = last + 1;
        }
      }
    }
  }

 private:
  [[nodiscard]] bool are_copies(std::size_t a, std::size_t b, bool world) const {
    const std::uint32_t row_a = residuals_.label(a), row_b = residuals_.label(b);
    if (!context_.is_valid_object(row_a) || !context_.is_valid_object(row_b)) return false;
    Cuboid one = context_.labels().cuboid.at(row_a), other = context_.labels().cuboid.at(row_b);
    if (world) {
      const std::vector<SE3>& poses = context_.drive().frames.T_world_ego;
      one = transformed(poses[context_.labels().frame[row_a]], one);
      other = transformed(poses[context_.labels().frame[row_b]], other);
    }
    return is_copy(one, other, parameters_[context_.class_of(row_a)]);
  }

  /// Copies [first, last] of one box: frozen when the object moved before them and is found further on after them.
  void judge_run(std::size_t begin, std::size_t first, std::size_t last, std::size_t end) {
    const std::uint32_t row = residuals_.label(first);
    const Parameters& p = parameters_[context_.class_of(row)];
    if (static_cast<double>(last - first + 1) < p.min_labels) return;
    const std::vector<double>& time_s = residuals_.table().time_s;
    const bool has_after = last + 1 < end;
    // Without labels around, or at rest before and after, an unmoved box is right.
    if (first < begin + 1 || !has_after) return;
    const Vec3 before_mps = residuals_.mean_velocity_mps(first - std::min<std::size_t>(3, first - begin), first);
    const std::size_t far = std::min(last + 4, end - 1);
    const Vec3 after_mps = far > last + 1 ? residuals_.mean_velocity_mps(last + 1, far) : before_mps;
    if (before_mps.head<2>().norm() < p.min_speed_mps || after_mps.head<2>().norm() < p.min_speed_mps) return;
    // The way from the first copy to the label after the last one, had the object gone on; and what was really made.
    const double run_s = time_s[last] - time_s[first], whole_s = time_s[last + 1] - time_s[first];
    const Vec3 expected_m = (before_mps + after_mps) / 2 * whole_s;
    const Vec3 made_m = residuals_.position_m(last + 1) - residuals_.position_m(first);
    const Vec3 missed_m = (before_mps + after_mps) / 2 * run_s;
    // An object that really stood still resumes from where it stood.
    if (made_m.head<2>().dot(expected_m.head<2>()) < 0.6 * expected_m.head<2>().squaredNorm()) return;
    const double value_m = missed_m.head<2>().norm();
    if (value_m < p.min_missed_m) return;
    const std::uint32_t copy = residuals_.label(first + 1);
    Draft& draft = context_.add_span(copy, residuals_.label(last), value_m, p.min_missed_m);
    for (std::size_t i = first + 1; i <= last; ++i) {
      const std::uint32_t frozen = residuals_.label(i);
      const std::size_t proposed = draft.proposals.size();
      const Cuboid between = interpolated(context_.drive(), context_.labels(), row, residuals_.label(last + 1),
                                          context_.labels().frame[frozen]);
      draft.propose_center(between);
      draft.propose("yaw_rad", yaw_of(between.rotation), "rad");
      draft.only_for(context_.labels().label_id[frozen], proposed);
    }
  }

  CheckContext& context_;
  const PerClass<Parameters>& parameters_;
  Residuals residuals_;
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  FrozenFinder(context, parameters).run();
}

}  // namespace

Check temporal_frozen_box() {
  return define<Parameters>({.id = "temporal.frozen_box",
                             .title = "A label was copied unchanged while its object moved",
                             .error_type = error_type::kLimitedReview,
                             .severity = Severity::error,
                             .fault = Fault::position,
                             .scope = Scope::span,
                             .unit = "m",
                             .message = "{object} is frozen {frames} while it moves on by {value} m",
                             .inputs = {kTracks}},
                            judge_rows);
}

}  // namespace concord::judging
