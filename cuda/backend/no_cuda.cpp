#include <stdexcept>

#include "cuda/kernels.hpp"

namespace concord::kernels {

CudaProbe probe_cuda() { return {.compiled = false, .devices = 0, .detail = "built without the CUDA toolkit"}; }

std::unique_ptr<ExecutionContext> make_cuda_context(int /*device*/) {
  throw std::runtime_error("built without the CUDA toolkit");
}

}  // namespace concord::kernels
