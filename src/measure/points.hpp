#pragma once

#include <vector>

#include "concord/drive.hpp"
#include "concord/measure.hpp"
#include "concord/measurements.hpp"
#include "cuda/kernels.hpp"

namespace concord::measure {

/// The clouds of a batch as one set of columns, frame by frame, in the layout of the kernels.
struct BatchPoints {
  explicit BatchPoints(const CloudBatch& batch);

  std::vector<float> x_m, y_m, z_m;
  std::vector<std::uint64_t> frame_offset, sweep_offset;
  std::vector<std::uint32_t> sweep_frame;
  std::vector<double> origin_x_m, origin_y_m, origin_z_m;

  [[nodiscard]] kernels::PointColumns by_frame() const;
  [[nodiscard]] kernels::PointColumns by_sweep() const;
};

/// See Measurer::measure_points; without registrations. `points` are those of the batch.
void measure_points(kernels::ExecutionContext& context, const Drive& drive, const CloudBatch& batch,
                    const BatchPoints& points, bool clusters, std::vector<LabelSetMeasurements>& measured);

/// Points of a batch that belong to no label, joined and described. `ground_m` is per point.
void append_clusters(kernels::ExecutionContext& context, const CloudBatch& batch, const BatchPoints& points,
                     const std::vector<float>& ground_m, const std::vector<std::uint8_t>& explained,
                     ClusterTable& table);

}  // namespace concord::measure
