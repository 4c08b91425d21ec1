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

/// In the world where `order`, that of `set`, says so, else in the ego frames. Tracks of one label are left out. Where
/// a frame that holds labels has no time, each frame counts as 0.1 s.
[[nodiscard]] TrackSamples make_track_samples(const Drive& drive, const LabelSet& set, const TrackOrder& order);

/// `rows` are the kernel's, one a sample.
[[nodiscard]] ResidualTable make_residual_table(const TrackSamples& samples, const kernels::ResidualRow* rows);

/// One row a track code.
[[nodiscard]] TrackNoiseTable summarise_noise(const ResidualTable& residuals, std::size_t tracks);

}  // namespace concord::measure
