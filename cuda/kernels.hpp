#pragma once

// The only interface of the kernels that the host sees.

#include <memory>
#include <string>
#include <vector>

#include "cuda/types.hpp"

namespace concord::kernels {

/// One compute backend on one device. Calls are synchronous; not for use from two threads at once. Every backend gives
/// the same bytes for the same input. Exceptions mean a lost device or exhausted memory.
class ExecutionContext {
 public:
  virtual ~ExecutionContext() = default;
  [[nodiscard]] virtual std::string device_name() const = 0;

  /// Appends every overlapping pair of every frame to `rows`, sorted by (frame, row_a, row_b). Boxes with a number that
  /// is not finite, a negative size or a zero quaternion overlap nothing; boxes without volume have 3D ratios of 0.
  virtual void box_pairs(const PairRequest& request, std::vector<PairRow>& rows) = 0;

  /// iou[i] = 3D IoU of a[i] and b[i]; NaN when either box is invalid as above. `a` and `b` have equal counts.
  virtual void box_iou(const BoxColumns& a, const BoxColumns& b, double* iou) = 0;

  /// rows[s] for each step of the request.
  virtual void track_motion(const MotionRequest& request, MotionRow* rows) = 0;
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
