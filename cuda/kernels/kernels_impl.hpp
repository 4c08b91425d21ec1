#pragma once

#include <vector>

#include "cuda/backend/backend.hpp"
#include "cuda/types.hpp"

// The operations of one backend; cuda/kernels.hpp documents them.
namespace concord::kernels::CONCORD_BACKEND_NS {

void box_pairs(const PairRequest& request, std::vector<PairRow>& rows);
void box_iou(const BoxColumns& a, const BoxColumns& b, double* iou);
void track_motion(const MotionRequest& request, MotionRow* rows);

}  // namespace concord::kernels::CONCORD_BACKEND_NS
