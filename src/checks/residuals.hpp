#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "src/checks/context.hpp"

namespace concord::judging {

/// A sustained jump of a track between the residual row before `index` and `index`: five labels on each side follow one
/// motion, but not on one path.
struct Step {
  std::size_t index = 0;
  Vec3 step_m = Vec3::Zero();  ///< later minus earlier part, axes of the motion table's frame
  double limit_m = 0;

  [[nodiscard]] double size_m() const { return step_m.head<2>().norm(); }
};

/// What a horizontal step must exceed to be one.
struct StepLimits {
  double noise_m = 0.06;            ///< least scatter of a label's centre, near the ego
  double noise_per_range = 0.0015;  ///< metres of scatter more for each metre of range
  double quiet_noise_m = 0.03;      ///< least scatter where the labels around scatter far less than that
  double noise_factor = 4;          ///< standard deviations
  double max_jerk_mps3 = 10;
};

/// The residual table of a context with positions and directions in the frame of the motion table (the world where ego
/// poses are known).
class Residuals {
 public:
  explicit Residuals(const CheckContext& context);

  [[nodiscard]] const ResidualTable& table() const { return table_; }
  [[nodiscard]] std::uint32_t label(std::size_t index) const { return table_.row[index]; }
  /// Residual rows of a track are [first(track), last(track)); empty for tracks of one label.
  [[nodiscard]] std::size_t first(std::size_t track) const { return offset_[track]; }
  [[nodiscard]] std::size_t last(std::size_t track) const { return offset_[track + 1]; }
  [[nodiscard]] std::size_t tracks() const { return offset_.size() - 1; }

  [[nodiscard]] Vec3 position_m(std::size_t index) const { return position_of(label(index)); }
  [[nodiscard]] Vec3 position_of(std::uint32_t row) const;
  /// Unit vector of the label's heading, horizontal.
  [[nodiscard]] Vec3 heading(std::size_t index) const;
  /// A vector in the label's own axes, turned into the frame of the motion table.
  [[nodiscard]] Vec3 from_own_axes(std::size_t index, double along, double across, double up) const;
  /// A vector in the frame of the motion table, turned into the ego axes of label `row`.
  [[nodiscard]] Vec3 to_ego_axes(std::uint32_t row, const Vec3& vector) const;
  /// The label's residual, and its step, in the frame of the motion table.
  [[nodiscard]] Vec3 residual_m(std::size_t index) const;
  [[nodiscard]] Vec3 step_m(std::size_t index) const;
  /// Velocity of the neighbours' curve at the label; zero where it is not known.
  [[nodiscard]] Vec3 velocity_mps(std::size_t index) const;
  /// Average velocity from residual row `from` to `to`; zero where no time passes between them.
  [[nodiscard]] Vec3 mean_velocity_mps(std::size_t from, std::size_t to) const;
  /// Where the neighbours put the label, ego frame of its frame.
  [[nodiscard]] Cuboid predicted(std::size_t index) const;

  /// Steps of a track beyond the limits: the strongest of each group of neighbouring rows, by index.
  [[nodiscard]] std::vector<Step> steps_of(std::size_t track, const StepLimits& limits) const;

 private:
  const CheckContext& context_;
  const ResidualTable& table_;
  std::vector<std::size_t> offset_;
};

}  // namespace concord::judging
