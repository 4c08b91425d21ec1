#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "cuda/kernels.hpp"
#include "tests/support/devices.hpp"

namespace concord::tests {

/// Tests of the kernels themselves, once a device; `cuda` is skipped by name where there is no GPU.
class KernelTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "cpu") {
      context_ = kernels::make_cpu_context(2);
    } else if (kernels::probe_cuda().devices > 0) {
      context_ = kernels::make_cuda_context(0);
    } else {
      GTEST_SKIP() << "no usable " << GetParam() << " device";
    }
  }
  std::unique_ptr<kernels::ExecutionContext> context_;
};

}  // namespace concord::tests
