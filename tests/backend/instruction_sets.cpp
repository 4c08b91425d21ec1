// The CPU kernels compiled for one instruction set (CONCORD_ARCH, see tests/CMakeLists.txt) give the recorded bytes,
// whatever the width of its vectors.

#include <gtest/gtest.h>

#include "cuda/kernels/kernels_impl.hpp"
#include "tests/support/kernel_bytes.hpp"

namespace concord::tests {
namespace {

TEST(InstructionSet, GivesTheSameBytes) {
  if (!__builtin_cpu_supports(CONCORD_ARCH)) GTEST_SKIP() << "this processor lacks " << CONCORD_ARCH;
  namespace cpu = kernels::CONCORD_BACKEND_NS;
  EXPECT_EQ(bytes_of({.box_pairs = cpu::box_pairs, .box_iou = cpu::box_iou, .track_motion = cpu::track_motion}),
            kKernelBytes);
}

}  // namespace
}  // namespace concord::tests
