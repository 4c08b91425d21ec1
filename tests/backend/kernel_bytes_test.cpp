// The CPU and the GPU give the same bytes: both give the recorded ones.

#include <gtest/gtest.h>

#include "cuda/kernels.hpp"
#include "tests/support/devices.hpp"
#include "tests/support/kernel_bytes.hpp"

namespace concord::tests {
namespace {

std::uint64_t bytes_on(kernels::ExecutionContext& context) {
  return bytes_of({
      .box_pairs = [&](const auto& request, auto& pairs) { context.box_pairs(request, pairs); },
      .box_iou = [&](const auto& a, const auto& b, double* iou) { context.box_iou(a, b, iou); },
      .track_motion = [&](const auto& request, const auto& columns) { context.track_motion(request, columns); },
  });
}

TEST(KernelBytes, OnTheCpu) {
  for (const int threads : {1, 2}) EXPECT_EQ(bytes_on(*kernels::make_cpu_context(threads)), kKernelBytes);
}

TEST(KernelBytes, OnTheGpu) {
  if (kernels::probe_cuda().devices == 0) GTEST_SKIP() << "no usable cuda device";
  EXPECT_EQ(bytes_on(*kernels::make_cuda_context(0)), kKernelBytes);
}

}  // namespace
}  // namespace concord::tests
