#pragma once

// The only interface of the kernels that the host sees.

#include <memory>
#include <string>

#include "cuda/projection_types.hpp"
#include "cuda/types.hpp"

namespace concord::kernels {

/// One compute backend on one device. Calls are synchronous; not for use from two threads at once. Every backend gives
/// the same bytes for the same input. Exceptions mean a lost device or exhausted memory.
class ExecutionContext {
 public:
  virtual ~ExecutionContext() = default;
  [[nodiscard]] virtual std::string device_name() const = 0;

  /// Appends every overlapping pair of every frame to `pairs`, sorted by (frame, row_a, row_b). Boxes with a number
  /// that is not finite, a negative size or a zero quaternion overlap nothing; boxes without volume have 3D ratios of
  /// 0.
  virtual void box_pairs(const PairRequest& request, PairColumns& pairs) = 0;

  /// iou[i] = 3D IoU of a[i] and b[i]; NaN when either box is invalid as above. `a` and `b` have equal counts.
  virtual void box_iou(const BoxColumns& a, const BoxColumns& b, double* iou) = 0;

  /// Element s of every column for each step s of the request.
  virtual void track_motion(const MotionRequest& request, const MotionColumns& columns) = 0;

  /// counts[row]: points in each closed box, tested in float64; BoxDetailRow::no_count for a box with a number that is
  /// not finite, a negative size or a zero quaternion. Exact for any coordinates.
  virtual void points_in_boxes(const BoxPointsRequest& request, std::uint32_t* counts) = 0;

  /// near[i]: 1 where point i lies in a valid box of its frame grown by margin_m on all sides, else 0.
  virtual void points_near_boxes(const BoxPointsRequest& request, double margin_m, std::uint8_t* near) = 0;

  /// rows[row]: where the points of each box lie.
  virtual void box_details(const BoxDetailRequest& request, BoxDetailRow* rows) = 0;

  /// Ground under each point (point_ground_m, float32, NaN where unknown; may be nullptr) and at each place. The model
  /// reaches 128 m from the origin of the frame on both axes.
  virtual void ground(const GroundRequest& request, float* point_ground_m, GroundRow* rows) = 0;

  /// labels[i]: the smallest point, counted from the start of the frame, of the cluster of point i: two points at most
  /// distance_m apart are in one cluster. ClusterRequest::no_cluster for points left out, with NaN, or farther than
  /// 2.4e6 distances from the origin.
  virtual void clusters(const ClusterRequest& request, std::uint32_t* labels) = 0;

  /// rows[row]: rays through each box; zeros for an invalid one.
  virtual void occlusion(const OcclusionRequest& request, OcclusionRow* rows) = 0;

  /// rows[i] for each sample of the request.
  virtual void track_residuals(const ResidualRequest& request, ResidualRow* rows) = 0;

  /// rows: every box of every view's frame in the image of its camera; an invalid box has no image.
  virtual void project_boxes(const ProjectionRequest& request, ProjectionRow* rows) = 0;
};

/// The CPU backend on `threads` threads (0: all).
[[nodiscard]] std::unique_ptr<ExecutionContext> make_cpu_context(int threads);

struct CudaProbe {
  bool compiled = false;
  int devices = 0;
  std::string detail;  ///< GPU names, or why there is none
};
/// Looks for GPUs at run time; never throws.
[[nodiscard]] CudaProbe probe_cuda();
/// The CUDA backend on the GPU of that index; throws std::runtime_error when it cannot be used.
[[nodiscard]] std::unique_ptr<ExecutionContext> make_cuda_context(int device);

}  // namespace concord::kernels
