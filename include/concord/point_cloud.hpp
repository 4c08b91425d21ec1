#pragma once

#include <cstdint>
#include <vector>

#include "concord/drive.hpp"
#include "concord/result.hpp"

namespace concord {

/// Points as columns, float32, in the ego frame of their frame's reference time.
struct PointCloud {
  std::vector<float> x_m, y_m, z_m;
  std::vector<float> intensity;              ///< empty when the file has none
  std::vector<std::int32_t> time_offset_ns;  ///< from the record's own time; empty when the file has none

  [[nodiscard]] std::size_t size() const { return x_m.size(); }
};

/// Radar detections of one record, in the ego frame.
struct RadarDetections {
  std::vector<float> x_m, y_m, z_m;
  std::vector<float> range_rate_mps;  ///< Doppler as measured (relative), positive when moving away; empty when absent
  std::vector<float> rcs_dbsm;        ///< empty when absent

  [[nodiscard]] std::size_t size() const { return x_m.size(); }
};

/// Decodes the LiDAR cloud of `record` and moves it into the ego frame at the frame's reference time (through the
/// record's own pose where the dataset has one). Points with a non-finite coordinate are dropped.
[[nodiscard]] Result<PointCloud> load_points(const Drive& drive, const SensorRecord& record);

/// Decodes the radar detections of `record` and moves them as load_points() does; range rates stay as measured.
/// Detections with a non-finite coordinate are dropped. A record that is neither PCD nor synthetic is an error.
[[nodiscard]] Result<RadarDetections> load_radar(const Drive& drive, const SensorRecord& record);

}  // namespace concord
