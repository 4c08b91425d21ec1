#include <cuda_runtime_api.h>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "cuda/kernels.hpp"
#include "cuda/kernels/kernels_impl.hpp"
#include "cuda/kernels/project_boxes.hpp"

namespace concord::kernels {
namespace {

std::string name_of(int device) {
  cudaDeviceProp properties{};
  return cudaGetDeviceProperties(&properties, device) == cudaSuccess ? properties.name : "unknown GPU";
}

class CudaContext final : public ExecutionContext {
 public:
  explicit CudaContext(int device) : device_(device) {
    select();
    keep_pool();
  }

  [[nodiscard]] std::string device_name() const override {
    return "cuda:" + std::to_string(device_) + " (" + name_of(device_) + ")";
  }
  void box_pairs(const PairRequest& request, PairColumns& pairs) override {
    select();
    cuda::box_pairs(request, pairs);
  }
  void box_iou(const BoxColumns& a, const BoxColumns& b, double* iou) override {
    select();
    cuda::box_iou(a, b, iou);
  }
  void track_motion(const MotionRequest& request, const MotionColumns& columns) override {
    select();
    cuda::track_motion(request, columns);
  }
  void points_in_boxes(const BoxPointsRequest& request, std::uint32_t* counts) override {
    select();
    cuda::points_in_boxes(request, counts);
  }
  void points_near_boxes(const BoxPointsRequest& request, double margin_m, std::uint8_t* near) override {
    select();
    cuda::points_near_boxes(request, margin_m, near);
  }
  void box_details(const BoxDetailRequest& request, BoxDetailRow* rows) override {
    select();
    cuda::box_details(request, rows);
  }
  void ground(const GroundRequest& request, float* point_ground_m, GroundRow* rows) override {
    select();
    cuda::ground(request, point_ground_m, rows);
  }
  void clusters(const ClusterRequest& request, std::uint32_t* labels) override {
    select();
    cuda::clusters(request, labels);
  }
  void occlusion(const OcclusionRequest& request, OcclusionRow* rows) override {
    select();
    cuda::occlusion(request, rows);
  }
  void track_residuals(const ResidualRequest& request, ResidualRow* rows) override {
    select();
    cuda::track_residuals(request, rows);
  }
  void project_boxes(const ProjectionRequest& request, ProjectionRow* rows) override {
    select();
    cuda::project_boxes(request, rows);
  }

 private:
  /// Memory that kernels give back stays with the program, up to this bound, for the next ones.
  void keep_pool() const {
    std::uint64_t bytes = std::uint64_t{1} << 30U;
    cudaMemPool_t pool = nullptr;
    if (cudaDeviceGetDefaultMemPool(&pool, device_) == cudaSuccess) {
      (void)cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &bytes);
    }
    (void)cudaGetLastError();  // a device without pools works too
  }

  /// The current device belongs to the thread, and stages of a pipeline may run on any.
  void select() const {
    if (const cudaError_t failure = cudaSetDevice(device_); failure != cudaSuccess) {
      throw std::runtime_error("cuda:" + std::to_string(device_) + ": " + cudaGetErrorString(failure));
    }
  }
  int device_;
};

}  // namespace

CudaProbe probe_cuda() {
  CudaProbe probe{.compiled = true, .devices = 0, .detail = {}};
  if (const cudaError_t failure = cudaGetDeviceCount(&probe.devices); failure != cudaSuccess) {
    probe.devices = 0;
    probe.detail = cudaGetErrorString(failure);
  } else if (probe.devices == 0) {
    probe.detail = "no CUDA device";
  }
  for (int i = 0; i < probe.devices; ++i) probe.detail += (i > 0 ? ", " : "") + name_of(i);
  return probe;
}

std::unique_ptr<ExecutionContext> make_cuda_context(int device) { return std::make_unique<CudaContext>(device); }

}  // namespace concord::kernels
