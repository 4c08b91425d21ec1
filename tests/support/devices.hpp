#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "concord/measure.hpp"

namespace concord::tests {

/// The Measurer of a device, or nullptr where the machine has none.
inline std::unique_ptr<Measurer> measurer_on(const std::string& device, int threads = 2,
                                             std::size_t memory_bytes = std::size_t{1} << 30U) {
  auto measurer = Measurer::create({.device = device, .threads = threads, .memory_bytes = memory_bytes});
  if (!measurer) return nullptr;
  return std::move(measurer).value();
}

/// Tests that run once a device; `cuda` is skipped by name where there is no GPU.
class DeviceTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    measurer_ = measurer_on(GetParam());
    // Every machine has a CPU: without that backend the test has failed, not been skipped.
    if (measurer_ == nullptr && GetParam() != "cpu") GTEST_SKIP() << "no usable " << GetParam() << " device";
    ASSERT_NE(measurer_, nullptr);
  }
  std::unique_ptr<Measurer> measurer_;
};

inline const auto kDevices = ::testing::Values("cpu", "cuda");
inline std::string device_name_of(const ::testing::TestParamInfo<std::string>& info) { return info.param; }

}  // namespace concord::tests
