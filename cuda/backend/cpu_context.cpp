#include <tbb/info.h>
#include <tbb/task_arena.h>
#include <string>

#include "cuda/kernels.hpp"
#include "cuda/kernels/kernels_impl.hpp"

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
  void box_pairs(const PairRequest& request, std::vector<PairRow>& rows) override {
    arena_.execute([&] { cpu::box_pairs(request, rows); });
  }
  void box_iou(const BoxColumns& a, const BoxColumns& b, double* iou) override {
    arena_.execute([&] { cpu::box_iou(a, b, iou); });
  }
  void track_motion(const MotionRequest& request, MotionRow* rows) override {
    arena_.execute([&] { cpu::track_motion(request, rows); });
  }

 private:
  int threads_;
  tbb::task_arena arena_;
};

}  // namespace

std::unique_ptr<ExecutionContext> make_cpu_context(int threads) { return std::make_unique<CpuContext>(threads); }

}  // namespace concord::kernels
