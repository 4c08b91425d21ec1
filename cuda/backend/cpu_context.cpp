#include <tbb/info.h>
#include <tbb/task_arena.h>
#include <string>

#include "cuda/kernels.hpp"
#include "cuda/kernels/kernels_impl.hpp"
#include "cuda/kernels/project_boxes.hpp"

namespace concord::kernels {
namespace {

/// Thrust's TBB system runs inside an arena of the asked size.
class CpuContext final : public ExecutionContext {
 public:
  explicit CpuContext(int threads)
      : threads_(threads > 0 ? threads : tbb::info::default_concurrency()), arena_(threads_) {}

  [[nodiscard]] std::string device_name() const override {
    return "cpu (" + std::to_string(threads_) + (threads_ == 1 ? " thread)" : " threads)");
  }
  void box_pairs(const PairRequest& request, PairColumns& pairs) override {
    arena_.execute([&] { cpu::box_pairs(request, pairs); });
  }
  void box_iou(const BoxColumns& a, const BoxColumns& b, double* iou) override {
    arena_.execute([&] { cpu::box_iou(a, b, iou); });
  }
  void track_motion(const MotionRequest& request, const MotionColumns& columns) override {
    arena_.execute([&] { cpu::track_motion(request, columns); });
  }
  void points_in_boxes(const BoxPointsRequest& request, std::uint32_t* counts) override {
    arena_.execute([&] { cpu::points_in_boxes(request, counts); });
  }
  void points_near_boxes(const BoxPointsRequest& request, double margin_m, std::uint8_t* near) override {
    arena_.execute([&] { cpu::points_near_boxes(request, margin_m, near); });
  }
  void box_details(const BoxDetailRequest& request, BoxDetailRow* rows) override {
    arena_.execute([&] { cpu::box_details(request, rows); });
  }
  void ground(const GroundRequest& request, float* point_ground_m, GroundRow* rows) override {
    arena_.execute([&] { cpu::ground(request, point_ground_m, rows); });
  }
  void clusters(const ClusterRequest& request, std::uint32_t* labels) override {
    arena_.execute([&] { cpu::clusters(request, labels); });
  }
  void occlusion(const OcclusionRequest& request, OcclusionRow* rows) override {
    arena_.execute([&] { cpu::occlusion(request, rows); });
  }
  void track_residuals(const ResidualRequest& request, ResidualRow* rows) override {
    arena_.execute([&] { cpu::track_residuals(request, rows); });
  }
  void project_boxes(const ProjectionRequest& request, ProjectionRow* rows) override {
    arena_.execute([&] { cpu::project_boxes(request, rows); });
  }

 private:
  int threads_;
  tbb::task_arena arena_;
};

}  // namespace

std::unique_ptr<ExecutionContext> make_cpu_context(int threads) { return std::make_unique<CpuContext>(threads); }

}  // namespace concord::kernels
