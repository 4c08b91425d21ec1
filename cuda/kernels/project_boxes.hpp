#pragma once

#include "cuda/backend/backend.hpp"
#include "cuda/projection_types.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {

/// As ExecutionContext::project_boxes (cuda/kernels.hpp).
void project_boxes(const ProjectionRequest& request, ProjectionRow* rows);

}  // namespace concord::kernels::CONCORD_BACKEND_NS
