#include "src/checks/view_deviations.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "src/checks/point_evidence.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kWindow_s = 1.0;
constexpr std::size_t kMostOnASide = 3, kFewest = 3;
constexpr double kElongated = 0.4;  ///< difference of the variances along and across over their sum
constexpr double kLeastNoise_m = 0.015, kLeastNoise_rad = 0.015;
constexpr double kUnknownNoise_m = 0.1, kUnknownNoise_rad = 0.1;  ///< of tracks too short to tell
constexpr std::size_t kFewestForNoise = 6;
constexpr double kMotionNoise_m = 0.02, kMotionNoise_rad = 0.01;
constexpr double kJerk_mps3 = 10, kAcceleration_mps2 = 4, kSnap_mps4 = 20, kYawAcceleration_radps2 = 0.5;

struct Neighbours {
  std::vector<std::size_t> before, after;
  [[nodiscard]] bool enough() const {
    return !before.empty() && !after.empty() && before.size() + after.size() >= kFewest;
  }
};

/// A difference to the neighbours: the mean of the medians of both sides. NaN where a side has none.
struct Beside {
  double mean = kNan;
  /// Both sides tell of about the same. A right label at the end of a run of wrong ones differs from one side only.
  bool agree = false;
};

Beside beside(const Neighbours& neighbours, const std::function<double(std::size_t)>& difference) {
  constexpr double kApart = 0.85;  // an object that is passed looks different from frame to frame
  std::array<double, 2> middle{};
  for (std::size_t side = 0; side < 2; ++side) {
    std::vector<double> values;
    for (const std::size_t k : side == 0 ? neighbours.before : neighbours.after) {
      const double value = difference(k);
      if (std::isfinite(value)) values.push_back(value);
    }
    if (values.empty()) return {};
    middle[side] = median_of(values);
  }
  const double larger = std::max(std::abs(middle[0]), std::abs(middle[1]));
  return {0.5 * (middle[0] + middle[1]), std::abs(middle[0] - middle[1]) <= kApart * larger};
}

/// Of each label of a track.
using Column = std::vector<Beside>;

/// 1.4826 times the median magnitude: the scatter that the track has anyway.
double scatter_of(const Column& deviations, double otherwise) {
  std::vector<double> values;
  for (const Beside& deviation : deviations) {
    if (std::isfinite(deviation.mean)) values.push_back(std::abs(deviation.mean));
  }
  return values.size() < kFewestForNoise ? otherwise : 1.4826 * median_of(values);
}

class TrackView {
 public:
  TrackView(const CheckContext& context, std::span<const std::uint32_t> rows,
            const std::vector<std::uint32_t>& residual_of, double min_points)
      : context_(context), points_(context.measured().points), rows_(rows), residual_of_(residual_of) {
    for (const std::uint32_t row : rows) {
      usable_.push_back(is_measured(context, row) && points_.object_points[row] >= min_points ? 1 : 0);
    }
  }

  std::vector<ViewDeviation> deviations() {
    find_neighbours();
    std::vector<ViewDeviation> all(rows_.size());
    const std::array<Witnessed ViewDeviation::*, 3> axes{&ViewDeviation::along, &ViewDeviation::across,
                                                         &ViewDeviation::up};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const Column off = deviation([&, axis](std::size_t i) { return middle(axis, i); }, false);
      const double scatter_m = scatter_of(off, kUnknownNoise_m);
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (!std::isfinite(off[i].mean)) continue;
        all[i].known = true;
        Witnessed& witnessed = all[i].*axes[axis];
        // The label moves against its points.
        witnessed.by_points = -off[i].mean;
        witnessed.sides_agree = off[i].agree;
        witnessed.points_noise = std::max({scatter_m, sampling_noise(axis, i), kLeastNoise_m});
        add_motion(axis, rows_[i], witnessed);
      }
    }
    const Column turned = deviation([&](std::size_t i) { return axis_angle(i); }, true);
    const double scatter_rad = scatter_of(turned, kUnknownNoise_rad);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (!std::isfinite(turned[i].mean)) continue;
      all[i].turn_known = true;
      all[i].turn.by_points = -turned[i].mean;
      all[i].turn.sides_agree = turned[i].agree;
      all[i].turn.points_noise = std::max(scatter_rad, kLeastNoise_rad);
      add_turn(rows_[i], all[i].turn);
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (!all[i].known) continue;
      all[i].length_m = size_change(0, i);
      all[i].width_m = size_change(1, i);
    }
    return all;
  }

 private:
  void find_neighbours() {
    const Frames& frames = context_.drive().frames;
    const LabelSet& labels = context_.labels();
    neighbours_.resize(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto is_near = [&](std::size_t k) {
        return std::abs(seconds_between(frames, labels.frame[rows_[k]], labels.frame[rows_[i]])) <= kWindow_s;
      };
      Neighbours& found = neighbours_[i];
      for (std::size_t k = i; k-- > 0 && found.before.size() < kMostOnASide && is_near(k);) {
        if (usable_[k] != 0) found.before.push_back(k);
      }
      for (std::size_t k = i + 1; k < rows_.size() && found.after.size() < kMostOnASide && is_near(k); ++k) {
        if (usable_[k] != 0) found.after.push_back(k);
      }
    }
  }

  /// Of each label, its value minus that of its neighbours; angles modulo half a turn.
  [[nodiscard]] Column deviation(const std::function<double(std::size_t)>& value, bool is_axis) const {
    Column off(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (usable_[i] == 0 || !neighbours_[i].enough()) continue;
      off[i] = beside(neighbours_[i], [&](std::size_t k) {
        const double difference = value(i) - value(k);
        return is_axis ? std::remainder(difference, std::numbers::pi) : difference;
      });
    }
    return off;
  }

  [[nodiscard]] double middle(std::size_t axis, std::size_t i) const {
    return static_cast<double>(points_.middle_m[axis][rows_[i]]);
  }

  /// Standard deviation of the mean of so many points, and of that of its neighbours.
  [[nodiscard]] double sampling_noise(std::size_t axis, std::size_t i) const {
    const double variance = static_cast<double>(points_.spread_m2[axis][rows_[i]]) / points_.object_points[rows_[i]];
    const auto others = static_cast<double>(neighbours_[i].before.size() + neighbours_[i].after.size());
    return std::sqrt(std::max(variance, 0.0) * (1 + 1 / others));
  }

  /// Direction of the largest spread in the label's axes; NaN where the object looks round.
  [[nodiscard]] double axis_angle(std::size_t i) const {
    const std::uint32_t row = rows_[i];
    const double xx = static_cast<double>(points_.spread_m2[0][row]),
                 yy = static_cast<double>(points_.spread_m2[1][row]),
                 xy = static_cast<double>(points_.covariance_xy_m2[row]);
    const double apart = std::hypot(xx - yy, 2 * xy);
    return apart > kElongated * (xx + yy) ? 0.5 * std::atan2(2 * xy, xx - yy) : kNan;
  }

  void add_motion(std::size_t axis, std::uint32_t row, Witnessed& witnessed) const {
    witnessed.by_motion = kNan;
    if (residual_of_[row] == kNone) return;
    const ResidualTable& table = context_.measured().residuals;
    const TrackNoiseTable& noise = context_.measured().noise;
    const std::uint32_t i = residual_of_[row], track = table.track[i];
    const std::array<double, 3> off{table.along_m[i], table.across_m[i], table.up_m[i]};
    const std::array<double, 3> own{noise.along_m[track], noise.across_m[track], noise.up_m[track]};
    witnessed.by_motion = off[axis];
    witnessed.motion_noise = std::max({own[axis], table.fit_rms_m[i], kMotionNoise_m}) * table.gain[i] +
                             kAcceleration_mps2 * table.acceleration_gain_s2[i] + kJerk_mps3 * table.jerk_gain_s3[i] +
                             kSnap_mps4 * table.snap_gain_s4[i];
  }

  void add_turn(std::uint32_t row, Witnessed& witnessed) const {
    witnessed.by_motion = kNan;
    if (residual_of_[row] == kNone) return;
    const ResidualTable& table = context_.measured().residuals;
    const std::uint32_t i = residual_of_[row];
    witnessed.by_motion = table.heading_rad[i];
    const double own_rad = context_.measured().noise.heading_rad[table.track[i]];
    witnessed.motion_noise =
        std::max({own_rad, table.heading_fit_rms_rad[i], kMotionNoise_rad}) * table.heading_gain[i] +
        kYawAcceleration_radps2 * (table.acceleration_gain_s2[i] + 10 * table.jerk_gain_s3[i]);
  }

  [[nodiscard]] double size_of(std::size_t axis, std::size_t i) const {
    const CuboidColumns& box = context_.labels().cuboid;
    return axis == 0 ? box.length_m[rows_[i]] : box.width_m[rows_[i]];
  }

  /// See ViewDeviation::length_m.
  [[nodiscard]] double size_change(std::size_t axis, std::size_t i) const {
    constexpr double kUnchanged = 0.4;
    const auto [changed_m, both] =
        beside(neighbours_[i], [&](std::size_t k) { return size_of(axis, i) - size_of(axis, k); });
    if (!both) return 0;
    for (const std::size_t face : {axis, axis + 3}) {
      const auto end_m = [&](std::size_t k) {
        return static_cast<double>(points_.edge_m[face][rows_[k]]) + 0.5 * size_of(axis, k);
      };
      const double moved_m = beside(neighbours_[i], [&](std::size_t k) { return end_m(i) - end_m(k); }).mean;
      if (std::abs(moved_m) <= kUnchanged * std::abs(0.5 * changed_m)) return changed_m;
    }
    return 0;
  }

  const CheckContext& context_;
  const PointTable& points_;
  std::span<const std::uint32_t> rows_;
  const std::vector<std::uint32_t>& residual_of_;
  std::vector<std::uint8_t> usable_;
  std::vector<Neighbours> neighbours_;
};

}  // namespace

std::optional<double> Witnessed::agreed(double sigmas) const {
  constexpr double kApart = 0.5, kPoints = 1.5;
  if (!sides_agree) return std::nullopt;
  if (!(std::abs(by_points) > kPoints * points_noise)) return std::nullopt;
  if (!std::isfinite(by_motion) || !(motion_noise > 0)) {
    return std::abs(by_points) > sigmas * points_noise ? std::optional(by_points) : std::nullopt;
  }
  const double larger = std::max(std::abs(by_points), std::abs(by_motion));
  if (by_points * by_motion <= 0 || std::abs(by_points - by_motion) > kApart * larger) return std::nullopt;
  const double points_weight = 1 / (points_noise * points_noise), motion_weight = 1 / (motion_noise * motion_noise);
  const double value = (by_points * points_weight + by_motion * motion_weight) / (points_weight + motion_weight);
  return std::abs(value) * std::sqrt(points_weight + motion_weight) > sigmas ? std::optional(value) : std::nullopt;
}

Views::Views(const CheckContext& context) : context_(context), residual_of_(context.labels().size(), kNone) {
  const ResidualTable& table = context.measured().residuals;
  for (std::uint32_t i = 0; i < table.size(); ++i) residual_of_[table.row[i]] = i;
}

std::vector<ViewDeviation> Views::of(std::span<const std::uint32_t> rows, double min_points) const {
  return TrackView(context_, rows, residual_of_, min_points).deviations();
}

}  // namespace concord::judging
