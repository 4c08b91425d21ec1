#include "src/measure/track_samples.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace concord::measure {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kNominalFrame_s = 0.1;

bool is_finite(const Cuboid& box) {
  return box.center_m.allFinite() && box.size_m.allFinite() && box.rotation.coeffs().allFinite();
}

/// Seconds between two frames: of their times, or of their numbers where not `timed` or beyond 64 bits.
double seconds_between_frames(const Frames& frames, std::uint32_t from, std::uint32_t to, bool timed) {
  const double seconds = timed ? seconds_between(frames.time_ns[from], frames.time_ns[to]) : kNan;
  return std::isnan(seconds) ? (static_cast<double>(to) - static_cast<double>(from)) * kNominalFrame_s : seconds;
}

/// Appends samples one after the other; a track is complete when the next one begins.
class SampleWriter {
 public:
  SampleWriter(const Drive& drive, const LabelSet& set, bool world, bool timed, TrackSamples& samples)
      : drive_(drive), set_(set), samples_(samples), world_(world), timed_(timed) {}

  void append(std::uint32_t row) {
    Cuboid box = set_.cuboid.at(row);
    if (world_) box = transformed(drive_.frames.T_world_ego[set_.frame[row]], box);
    if (!is_finite(box) || !(box.rotation.norm() > 0)) return;
    const double yaw = yaw_of(box.rotation.normalized());
    if (samples_.row.empty() || samples_.track.back() != set_.track[row]) {
      close_track();
      first_row_ = row;
      origin_m_ = box.center_m;
      axis_rad_ = yaw;
    } else {
      // Modulo half a turn: a box that is turned round keeps its axis.
      axis_rad_ += std::remainder(yaw - axis_rad_, std::numbers::pi);
    }
    const Vec3 offset = box.center_m - origin_m_;
    samples_.row.push_back(row);
    samples_.track.push_back(set_.track[row]);
    samples_.time_s.push_back(seconds_between_frames(drive_.frames, set_.frame[first_row_], set_.frame[row], timed_));
    samples_.x_m.push_back(offset.x());
    samples_.y_m.push_back(offset.y());
    samples_.z_m.push_back(offset.z());
    samples_.length_m.push_back(box.size_m.x());
    samples_.width_m.push_back(box.size_m.y());
    samples_.height_m.push_back(box.size_m.z());
    samples_.axis_rad.push_back(axis_rad_);
    samples_.heading_x.push_back(std::cos(yaw));
    samples_.heading_y.push_back(std::sin(yaw));
  }

  void close_track() {
    const auto begin = static_cast<std::uint32_t>(samples_.begin.size());
    const auto end = static_cast<std::uint32_t>(samples_.row.size());
    samples_.begin.resize(end, begin);
    samples_.end.resize(end, end);
  }

 private:
  const Drive& drive_;
  const LabelSet& set_;
  TrackSamples& samples_;
  bool world_ = false;
  bool timed_ = false;
  std::uint32_t first_row_ = 0;
  Vec3 origin_m_ = Vec3::Zero();
  double axis_rad_ = 0;
};

/// 1.4826 times the median of the magnitudes; NaN where there are fewer than `least`.
double scale_of(std::vector<double>& values, std::size_t least) {
  if (values.size() < std::max<std::size_t>(least, 1)) return kNan;
  for (double& value : values) value = std::abs(value);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return 1.4826 * *middle;
}

/// Scale of residual over gain, a track code each.
std::vector<double> scales_of(const ResidualTable& residuals, std::size_t tracks, const std::vector<double>& residual,
                              const std::vector<double>& gain) {
  constexpr std::size_t kLeast = 8;
  std::vector<double> scales(tracks, kNan);
  std::vector<double> all, own;
  for (std::size_t i = 0; i < residuals.size();) {
    own.clear();
    const std::uint32_t track = residuals.track[i];
    for (; i < residuals.size() && residuals.track[i] == track; ++i) {
      if (std::isfinite(residual[i])) own.push_back(residual[i] / gain[i]);
    }
    all.insert(all.end(), own.begin(), own.end());
    scales[track] = scale_of(own, kLeast);
  }
  const double common = scale_of(all, 1);
  for (double& scale : scales) {
    if (std::isnan(scale)) scale = common;
  }
  return scales;
}

}  // namespace

kernels::ResidualRequest TrackSamples::request() const {
  return {.time_s = time_s.data(),
          .x_m = x_m.data(),
          .y_m = y_m.data(),
          .z_m = z_m.data(),
          .length_m = length_m.data(),
          .width_m = width_m.data(),
          .height_m = height_m.data(),
          .axis_rad = axis_rad.data(),
          .heading_x = heading_x.data(),
          .heading_y = heading_y.data(),
          .begin = begin.data(),
          .end = end.data(),
          .count = size()};
}

TrackSampler::TrackSampler(const Drive& drive, const LabelSet& set, const TrackOrder& order, std::size_t batch_labels)
    : drive_(drive), set_(set), order_(order), batch_labels_(batch_labels) {
  timed_ = std::all_of(set.frame.begin(), set.frame.end(),
                       [&](std::uint32_t frame) { return drive.frames.time_ns[frame] != kNoTime; });
}

TrackSamples TrackSampler::next() {
  TrackSamples samples;
  SampleWriter writer(drive_, set_, order_.world, timed_, samples);
  for (; track_ + 1 < order_.offset.size() && samples.size() < batch_labels_; ++track_) {
    if (order_.offset[track_ + 1] - order_.offset[track_] < 2) continue;
    for (std::size_t i = order_.offset[track_]; i < order_.offset[track_ + 1]; ++i) writer.append(order_.rows[i]);
  }
  writer.close_track();
  return samples;
}

void append_residuals(const TrackSamples& samples, const kernels::ResidualRow* rows, ResidualTable& table) {
  table.row.insert(table.row.end(), samples.row.begin(), samples.row.end());
  table.track.insert(table.track.end(), samples.track.begin(), samples.track.end());
  table.time_s.insert(table.time_s.end(), samples.time_s.begin(), samples.time_s.end());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const kernels::ResidualRow& r = rows[i];
    table.before.push_back(r.neighbours_before);
    table.after.push_back(r.neighbours_after);
    table.along_m.push_back(r.along_m);
    table.across_m.push_back(r.across_m);
    table.up_m.push_back(r.up_m);
    table.heading_rad.push_back(std::remainder(r.heading_rad, std::numbers::pi));
    table.length_m.push_back(r.length_m);
    table.width_m.push_back(r.width_m);
    table.height_m.push_back(r.height_m);
    table.gain.push_back(r.gain);
    table.acceleration_gain_s2.push_back(r.acceleration_gain_s2);
    table.jerk_gain_s3.push_back(r.jerk_gain_s3);
    table.snap_gain_s4.push_back(r.snap_gain_s4);
    table.fit_rms_m.push_back(r.fit_rms_m);
    table.heading_gain.push_back(r.heading_gain);
    table.heading_fit_rms_rad.push_back(r.heading_fit_rms_rad);
    table.velocity_along_mps.push_back(r.velocity_along_mps);
    table.velocity_across_mps.push_back(r.velocity_across_mps);
    table.acceleration_along_mps2.push_back(r.acceleration_along_mps2);
    table.acceleration_across_mps2.push_back(r.acceleration_across_mps2);
    const bool inner = i > samples.begin[i] && i + 1 < samples.end[i];
    const double between_s = inner ? samples.time_s[i + 1] - samples.time_s[i - 1] : 0;
    table.jerk_along_mps3.push_back(
        between_s > 0 ? (rows[i + 1].acceleration_along_mps2 - rows[i - 1].acceleration_along_mps2) / between_s : kNan);
    table.yaw_rate_radps.push_back(r.yaw_rate_radps);
    const double speed_mps = std::hypot(r.velocity_along_mps, r.velocity_across_mps);
    table.curvature_1pm.push_back(speed_mps > 0 ? r.yaw_rate_radps / speed_mps : kNan);
    table.slip_rad.push_back(std::atan2(r.slip_sin, r.slip_cos));
    table.step_along_m.push_back(r.step_along_m);
    table.step_across_m.push_back(r.step_across_m);
    table.step_up_m.push_back(r.step_up_m);
    table.step_heading_rad.push_back(r.step_heading_rad);
    table.step_gain.push_back(r.step_gain);
    table.step_jerk_gain_s3.push_back(r.step_jerk_gain_s3);
    table.step_rms_m.push_back(r.step_rms_m);
  }
}

TrackNoiseTable summarise_noise(const ResidualTable& residuals, std::size_t tracks) {
  TrackNoiseTable noise;
  noise.along_m = scales_of(residuals, tracks, residuals.along_m, residuals.gain);
  noise.across_m = scales_of(residuals, tracks, residuals.across_m, residuals.gain);
  noise.up_m = scales_of(residuals, tracks, residuals.up_m, residuals.gain);
  noise.heading_rad = scales_of(residuals, tracks, residuals.heading_rad, residuals.heading_gain);
  noise.jitter_m.assign(tracks, kNan);
  std::vector<double> own;
  for (std::size_t i = 0; i < residuals.size();) {
    own.clear();
    const std::uint32_t track = residuals.track[i];
    for (; i < residuals.size() && residuals.track[i] == track; ++i) {
      if (!std::isfinite(residuals.along_m[i])) continue;
      own.push_back(residuals.along_m[i] / residuals.gain[i]);
      own.push_back(residuals.across_m[i] / residuals.gain[i]);
    }
    noise.jitter_m[track] = scale_of(own, 2);
  }
  return noise;
}

}  // namespace concord::measure
