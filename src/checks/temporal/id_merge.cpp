#include <algorithm>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/residuals.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_step_m = 2.5;
  double min_step_lengths = 0.75;
  double return_s = 5;
  double min_gap_s = 1.6;
  double max_gap_s = 30;
  double max_acceleration_mps2 = 8;
  double min_size_ratio = 1.2;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::min_step_m, "min_step_m", "m", 0, 1000, "smaller steps are misplaced labels"},
            {&Parameters::min_step_lengths, "min_step_lengths", "1", 0, 100,
             "the same in lengths of the object, where that is more"},
            {&Parameters::return_s, "return_s", "s", 0, 1000,
             "a track that comes back within this is misplaced for a while"},
            {&Parameters::min_gap_s, "min_gap_s", "s", 0, 1000,
             "from this time on without a label, a gap is judged as such"},
            {&Parameters::max_gap_s, "max_gap_s", "s", 0, 10000, "nothing can be said over longer gaps"},
            {&Parameters::max_acceleration_mps2, "max_acceleration_mps2", "m/s^2", 0, 200,
             "largest acceleration during a gap"},
            {&Parameters::min_size_ratio, "min_size_ratio", "1", 1, 100,
             "a rigid object that has changed a side by this factor over a gap is another one"}};
  }
};

class MergeFinder {
 public:
  MergeFinder(CheckContext& context, const PerClass<Parameters>& parameters)
      : context_(context), parameters_(parameters), residuals_(context) {}

  void run() {
    for (std::size_t track = 0; track < residuals_.tracks(); ++track) {
      if (residuals_.first(track) == residuals_.last(track)) continue;
      judge_steps(track);
      judge_gaps(track);
    }
  }

 private:
  void judge_steps(std::size_t track) {
    const ResidualTable& table = residuals_.table();
    const std::vector<Step> steps = residuals_.steps_of(track, {});
    for (std::size_t s = 0; s < steps.size(); ++s) {
      const std::uint32_t row = table.row[steps[s].index];
      const Parameters& p = parameters_[context_.class_of(row)];
      const double limit_m =
          std::max({p.min_step_m, p.min_step_lengths * context_.labels().cuboid.length_m[row], steps[s].limit_m});
      if (steps[s].size_m() <= limit_m) continue;
      const auto is_near = [&](std::size_t other) {
        return std::abs(table.time_s[steps[other].index] - table.time_s[steps[s].index]) <= p.return_s;
      };
      const auto undoes = [&](std::size_t other) {
        return (steps[other].step_m + steps[s].step_m).head<2>().norm() < 0.4 * steps[s].size_m();
      };
      bool returns = false;
      for (std::size_t back = s; !returns && back-- > 0 && is_near(back);) returns = undoes(back);
      for (std::size_t on = s + 1; !returns && on < steps.size() && is_near(on); ++on) returns = undoes(on);
      if (!returns) context_.add_label(row, steps[s].size_m(), limit_m);
    }
  }

  void judge_gaps(std::size_t track) {
    const ResidualTable& table = residuals_.table();
    for (std::size_t i = residuals_.first(track); i < residuals_.last(track); ++i) {
      if (!context_.is_valid_object(table.row[i])) continue;
      context_.examine(table.row[i]);
      if (i == residuals_.first(track) || !context_.is_valid_object(table.row[i - 1])) continue;
      const Parameters& p = parameters_[context_.class_of(table.row[i])];
      const double gap_s = table.time_s[i] - table.time_s[i - 1];
      if (gap_s <= p.min_gap_s || gap_s > p.max_gap_s) continue;
      const std::size_t before = i - 1 - std::min<std::size_t>(3, i - 1 - residuals_.first(track));
      const std::size_t after = std::min(i + 3, residuals_.last(track) - 1);
      const Vec3 mean_mps = (residuals_.mean_velocity_mps(before, i - 1) + residuals_.mean_velocity_mps(i, after)) / 2;
      const double off_m =
          (residuals_.position_m(i) - residuals_.position_m(i - 1) - mean_mps * gap_s).head<2>().norm();
      const double motion_m = p.min_step_m + p.max_acceleration_mps2 * gap_s * gap_s / 4;
      if (off_m > motion_m) {
        context_.add_label(table.row[i], off_m, motion_m);
      } else if (off_m > p.min_step_m && is_resized(table.row[i - 1], table.row[i], p)) {
        context_.add_label(table.row[i], off_m, p.min_step_m);
      }
    }
  }

  [[nodiscard]] bool is_resized(std::uint32_t before, std::uint32_t after, const Parameters& p) const {
    if (!context_.taxonomy().at(context_.class_of(after)).rigid) return false;
    if (context_.labels().scope.extent == LabelScope::Extent::visible) return false;
    return size_ratio(context_.labels().cuboid, before, after) >= p.min_size_ratio;
  }

  CheckContext& context_;
  const PerClass<Parameters>& parameters_;
  Residuals residuals_;
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  MergeFinder(context, parameters).run();
}

}  // namespace

Check temporal_id_merge() {
  return define<Parameters>(
      {.id = "temporal.id_merge",
       .title = "One track holds two objects, one after the other",
       .error_type = error_type::kMisalignedHandOffs,
       .severity = Severity::warning,
       .fault = Fault::identity,
       .scope = Scope::label,
       .unit = "m",
       .message = "{object} goes on {value} m beside its motion from frame {frame} on, limit {limit} m",
       .inputs = {kTracks, kEgoPoses}},
      judge_rows);
}

}  // namespace concord::judging
