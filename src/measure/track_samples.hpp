#pragma once

#include <cstdint>
#include <vector>

#include "concord/drive.hpp"
#include "concord/measurements.hpp"
#include "cuda/types.hpp"
#include "src/measure/track_order.hpp"

namespace concord::measure {

/// The labels of tracks as the residual kernel reads them: track after track, by time, only finite boxes.
struct TrackSamples {
  std::vector<std::uint32_t> row, track, begin, end;
  std::vector<double> time_s, x_m, y_m, z_m, length_m, width_m, height_m;
  std::vector<double> axis_rad, heading_x, heading_y;

  [[nodiscard]] std::size_t size() const { return row.size(); }
  /// View of the columns; valid while this lives.
  [[nodiscard]] kernels::ResidualRequest request() const;
};

/// The samples of a label set, whole tracks at a time, so that what the kernel needs does not grow with the drive.
/// In the world where `order`, that of `set`, says so, else in the ego frames. Tracks of one label are left out. Where
/// a frame that holds labels has no time, each frame counts as 0.1 s.
class TrackSampler {
 public:
  TrackSampler(const Drive& drive, const LabelSet& set, const TrackOrder& order, std::size_t batch_labels);
  /// The next tracks, until they have `batch_labels` labels; empty at the end.
  [[nodiscard]] TrackSamples next();

 private:
  const Drive& drive_;
  const LabelSet& set_;
  const TrackOrder& order_;
  std::size_t batch_labels_;
  std::size_t track_ = 0;
  bool timed_ = false;
};

/// `rows` are the kernel's, one a sample.
void append_residuals(const TrackSamples& samples, const kernels::ResidualRow* rows, ResidualTable& table);

/// One row a track code.
[[nodiscard]] TrackNoiseTable summarise_noise(const ResidualTable& residuals, std::size_t tracks);

}  // namespace concord::measure
