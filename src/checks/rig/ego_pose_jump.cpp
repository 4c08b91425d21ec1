#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <optional>

#include "src/checks/check.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/residuals.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_objects = 4;
  double min_jump_m = 0.25;
  double noise_factor = 3;
  double min_share = 0.7;
  double max_left = 0.4;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::min_objects, "min_objects", "1", 3, 1000, "objects that must be seen before and after"},
        {&Parameters::min_jump_m, "min_jump_m", "m", 0, 100, "least common displacement"},
        {&Parameters::noise_factor, "noise_factor", "1", 0, 100, "the same in standard deviations of the label noise"},
        {&Parameters::min_share, "min_share", "1", 0, 1, "share of the objects that must follow the common motion"},
        {&Parameters::max_left, "max_left", "1", 0, 1,
         "largest part of the displacements that one rigid motion may leave unexplained"}};
  }
};

/// Displacement of one object in a frame, seen from the ego.
struct Shift {
  Eigen::Vector2d place_m, shift_m;
  double noise_m = 0;
};

/// Rigid motion of the ego (shift and small turn) that explains the displacements of most objects.
struct CommonMotion {
  double jump_m = 0;   ///< root mean square of the explained displacements
  double left_m = 0;   ///< of what is left of them
  double noise_m = 0;  ///< median of the objects' label noise
  double share = 0;    ///< of the objects that take part
};

CommonMotion fit_common_motion(std::vector<Shift> shifts, double min_share) {
  const std::size_t all = shifts.size();
  const auto least = static_cast<std::size_t>(std::ceil(min_share * static_cast<double>(all)));
  CommonMotion motion;
  while (true) {
    // shift = t + turn x place, three unknowns.
    Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
    Eigen::Vector3d right = Eigen::Vector3d::Zero();
    for (const Shift& s : shifts) {
      Eigen::Matrix<double, 2, 3> row;
      row << 1, 0, -s.place_m.y(), 0, 1, s.place_m.x();
      normal += row.transpose() * row;
      right += row.transpose() * s.shift_m;
    }
    const Eigen::Vector3d x = normal.ldlt().solve(right);
    double jump = 0, left = 0, worst = -1;
    std::size_t worst_at = 0;
    for (std::size_t i = 0; i < shifts.size(); ++i) {
      const Shift& s = shifts[i];
      const Eigen::Vector2d explained(x[0] - x[2] * s.place_m.y(), x[1] + x[2] * s.place_m.x());
      const double misfit = (s.shift_m - explained).squaredNorm();
      jump += explained.squaredNorm();
      left += misfit;
      if (misfit > worst) {
        worst = misfit;
        worst_at = i;
      }
    }
    const auto count = static_cast<double>(shifts.size());
    std::vector<double> noises;
    for (const Shift& s : shifts) noises.push_back(s.noise_m);
    motion = {std::sqrt(jump / count), std::sqrt(left / count), median_of(noises), count / static_cast<double>(all)};
    // Objects with a fault of their own are left out, as long as most remain.
    if (shifts.size() <= std::max<std::size_t>(least, 4) || worst < 4 * left / count) return motion;
    shifts.erase(shifts.begin() + static_cast<std::ptrdiff_t>(worst_at));
  }
}

class JumpFinder {
 public:
  JumpFinder(CheckContext& context, const Parameters& p) : context_(context), p_(p), residuals_(context) {}

  void run() {
    const std::size_t frames = context_.drive().frames.size();
    single_.resize(frames);
    lasting_.resize(frames);
    const ResidualTable& table = residuals_.table();
    for (std::size_t i = 0; i < table.size(); ++i) collect(i);
    std::vector<std::uint8_t> near_single(frames, 0);
    for (std::uint32_t frame = 0; frame < frames; ++frame) {
      const auto motion = judged(single_[frame]);
      if (!motion) continue;
      for (std::size_t f = frame - std::min<std::size_t>(frame, kReach); f <= std::min(frame + kReach, frames - 1); ++f)
        near_single[f] = 1;
      report(frame, *motion);
    }
    std::vector<double> jumps(frames, 0.0);
    std::vector<std::optional<CommonMotion>> motions(frames);
    for (std::uint32_t frame = 0; frame < frames; ++frame) {
      motions[frame] = near_single[frame] != 0 ? std::nullopt : judged(lasting_[frame]);
      if (motions[frame]) jumps[frame] = motions[frame]->jump_m / (0.05 + motions[frame]->left_m);
    }
    for (std::uint32_t frame = 0; frame < frames; ++frame) {
      if (!motions[frame]) continue;
      bool strongest = true;
      for (std::size_t f = frame - std::min<std::size_t>(frame, kReach); f <= std::min(frame + kReach, frames - 1);
           ++f) {
        strongest = strongest && (jumps[f] < jumps[frame] || (jumps[f] == jumps[frame] && f >= frame));
      }
      if (strongest) report(frame, *motions[frame]);
    }
  }

 private:
  static constexpr std::size_t kReach = 5;
  static constexpr double kClear = 5;  // times the scatter of the neighbours, which a lasting step spoils

  void collect(std::size_t i) {
    const ResidualTable& table = residuals_.table();
    const std::uint32_t row = table.row[i], frame = context_.labels().frame[row];
    if (!context_.is_valid_object(row)) return;
    const Vec3 place = context_.labels().cuboid.at(row).center_m;
    const double noise_m = std::max(0.03, context_.measured().noise.along_m[table.track[i]]);
    if (table.before[i] >= 2 && table.after[i] >= 2 && std::isfinite(table.along_m[i])) {
      context_.examine(row);
      const Vec3 off = residuals_.to_ego_axes(row, residuals_.residual_m(i));
      // The neighbours must agree with each other, or the fault is not of this frame.
      const bool clear = off.head<2>().norm() > kClear * table.fit_rms_m[i];
      single_[frame].push_back(
          {place.head<2>(), clear ? Eigen::Vector2d(off.head<2>()) : Eigen::Vector2d(0, 0), noise_m * table.gain[i]});
    }
    if (std::isfinite(table.step_gain[i])) {
      const Vec3 off = residuals_.to_ego_axes(row, residuals_.step_m(i));
      const bool clear = off.head<2>().norm() > kClear * table.step_rms_m[i];
      lasting_[frame].push_back({place.head<2>(), clear ? Eigen::Vector2d(off.head<2>()) : Eigen::Vector2d(0, 0),
                                 noise_m * table.step_gain[i]});
    }
  }

  [[nodiscard]] std::optional<CommonMotion> judged(const std::vector<Shift>& shifts) const {
    if (static_cast<double>(shifts.size()) < p_.min_objects) return std::nullopt;
    // What a common motion explains is at most what there is: without enough of it, as in nearly every frame, none is
    // fitted, which takes the square of the number of objects.
    double squares_m2 = 0;
    for (const Shift& s : shifts) squares_m2 += s.shift_m.squaredNorm();
    const double part = p_.min_share * static_cast<double>(shifts.size());
    if (squares_m2 < p_.min_jump_m * p_.min_jump_m * std::max(1.0, part)) return std::nullopt;
    const CommonMotion motion = fit_common_motion(shifts, p_.min_share);
    if (motion.jump_m < limit_m(motion) || motion.left_m > p_.max_left * motion.jump_m) return std::nullopt;
    return motion;
  }
  [[nodiscard]] double limit_m(const CommonMotion& motion) const {
    return std::max(p_.min_jump_m, p_.noise_factor * motion.noise_m);
  }
  void report(std::uint32_t frame, const CommonMotion& motion) {
    context_.add_frame(frame, motion.jump_m, limit_m(motion));
  }

  CheckContext& context_;
  const Parameters& p_;
  Residuals residuals_;
  std::vector<std::vector<Shift>> single_, lasting_;  ///< per frame
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  JumpFinder(context, parameters[kUnknownClass]).run();
}

}  // namespace

Check rig_ego_pose_jump() {
  return define<Parameters>(
      {.id = "rig.ego_pose_jump",
       .title = "Every object jumps at once: the ego pose is wrong",
       .error_type = error_type::kSensorSynchronisation,
       .severity = Severity::error,
       .fault = Fault::rig,
       .scope = Scope::frame,
       .unit = "m",
       .message = "all objects jump together by {value} m {frames}, limit {limit} m: its ego pose is wrong",
       .inputs = {kTracks, kEgoPoses}},
      judge_rows);
}

}  // namespace concord::judging
