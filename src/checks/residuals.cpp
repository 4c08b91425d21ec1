#include "src/checks/residuals.hpp"

#include <algorithm>
#include <cmath>

namespace concord::judging {

Residuals::Residuals(const CheckContext& context)
    : context_(context), table_(context.measured().residuals), offset_(context.labels().tracks.size() + 1, 0) {
  for (const std::uint32_t track : table_.track) ++offset_[track + 1];
  for (std::size_t i = 1; i < offset_.size(); ++i) offset_[i] += offset_[i - 1];
}

Vec3 Residuals::position_of(std::uint32_t row) const {
  const CuboidColumns& box = context_.labels().cuboid;
  const Vec3 center(box.x_m[row], box.y_m[row], box.z_m[row]);
  if (!context_.measured().motion.world) return center;
  return context_.drive().frames.T_world_ego[context_.labels().frame[row]] * center;
}

Vec3 Residuals::heading(std::size_t index) const {
  const std::uint32_t row = label(index);
  Quat rotation = context_.labels().cuboid.at(row).rotation;
  if (context_.measured().motion.world) {
    rotation = Quat(context_.drive().frames.T_world_ego[context_.labels().frame[row]].rotation()) * rotation;
  }
  const double yaw = yaw_of(rotation.normalized());
  return {std::cos(yaw), std::sin(yaw), 0};
}

Vec3 Residuals::from_own_axes(std::size_t index, double along, double across, double up) const {
  const Vec3 h = heading(index);
  return {along * h.x() - across * h.y(), along * h.y() + across * h.x(), up};
}

Vec3 Residuals::to_ego_axes(std::uint32_t row, const Vec3& vector) const {
  if (!context_.measured().motion.world) return vector;
  return context_.drive().frames.T_world_ego[context_.labels().frame[row]].rotation().transpose() * vector;
}

Vec3 Residuals::residual_m(std::size_t index) const {
  return from_own_axes(index, table_.along_m[index], table_.across_m[index], table_.up_m[index]);
}

Vec3 Residuals::step_m(std::size_t index) const {
  return from_own_axes(index, table_.step_along_m[index], table_.step_across_m[index], table_.step_up_m[index]);
}

Vec3 Residuals::velocity_mps(std::size_t index) const {
  if (!std::isfinite(table_.velocity_along_mps[index])) return Vec3::Zero();
  return from_own_axes(index, table_.velocity_along_mps[index], table_.velocity_across_mps[index], 0);
}

Vec3 Residuals::mean_velocity_mps(std::size_t from, std::size_t to) const {
  const double dt_s = table_.time_s[to] - table_.time_s[from];
  if (!(dt_s > 0)) return Vec3::Zero();
  return (position_m(to) - position_m(from)) / dt_s;
}

Cuboid Residuals::predicted(std::size_t index) const {
  const std::uint32_t row = label(index);
  Cuboid box = context_.labels().cuboid.at(row);
  const Vec3 off = to_ego_axes(row, residual_m(index));
  if (off.allFinite()) box.center_m -= off;
  if (std::isfinite(table_.heading_rad[index])) {
    box.rotation = quat_from_ypr(-table_.heading_rad[index], 0, 0) * box.rotation;
  }
  return box;
}

std::vector<Step> Residuals::steps_of(std::size_t track, const StepLimits& limits) const {
  constexpr std::size_t kReach = 4;  // a step shows in the windows of its neighbours too
  const TrackNoiseTable& noise = context_.measured().noise;
  std::vector<Step> candidates;
  for (std::size_t i = first(track) + 1; i + 1 < last(track); ++i) {
    if (!std::isfinite(table_.step_gain[i]) || !context_.is_valid_object(label(i))) continue;
    // The track's noise is that of residuals, which steps themselves spoil in a short track: no more of it than twice
    // the scatter around the step.
    const double track_m = std::max(noise.along_m[track], noise.across_m[track]);
    constexpr double kClearly = 2;
    const double quiet_m = std::max(limits.quiet_noise_m, kClearly * table_.step_rms_m[i]);
    const double least_m = std::min(limits.noise_m + limits.noise_per_range * context_.range_m(label(i)), quiet_m);
    const double own_m = std::max({least_m, table_.step_rms_m[i], std::min(track_m, 2 * table_.step_rms_m[i])});
    const Step step{
        i, step_m(i),
        limits.noise_factor * own_m * table_.step_gain[i] + limits.max_jerk_mps3 * table_.step_jerk_gain_s3[i]};
    if (step.size_m() > step.limit_m) candidates.push_back(step);
  }
  // At its place a step is the largest for the least scatter around it.
  const auto strength = [&](const Step& step) {
    return step.size_m() / (limits.noise_m + table_.step_rms_m[step.index]) / table_.step_gain[step.index];
  };
  std::vector<Step> kept;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    bool strongest = true;
    for (std::size_t d = c; d-- > 0 && candidates[c].index - candidates[d].index <= kReach;) {
      const bool same_way = candidates[d].step_m.head<2>().dot(candidates[c].step_m.head<2>()) > 0;
      strongest = strongest && (!same_way || strength(candidates[d]) < strength(candidates[c]));
    }
    for (std::size_t d = c + 1; d < candidates.size() && candidates[d].index - candidates[c].index <= kReach; ++d) {
      const bool same_way = candidates[d].step_m.head<2>().dot(candidates[c].step_m.head<2>()) > 0;
      strongest = strongest && (!same_way || strength(candidates[d]) <= strength(candidates[c]));
    }
    if (strongest) kept.push_back(candidates[c]);
  }
  return kept;
}

}  // namespace concord::judging
