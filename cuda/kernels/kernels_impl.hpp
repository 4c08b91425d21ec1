#pragma once

#include "cuda/backend/backend.hpp"
#include "cuda/types.hpp"

// The operations of one backend; cuda/kernels.hpp documents them.
namespace concord::kernels::CONCORD_BACKEND_NS {

void box_pairs(const PairRequest& request, PairColumns& pairs);
void box_iou(const BoxColumns& a, const BoxColumns& b, double* iou);
void track_motion(const MotionRequest& request, const MotionColumns& columns);
void points_in_boxes(const BoxPointsRequest& request, std::uint32_t* counts);
void points_near_boxes(const BoxPointsRequest& request, double margin_m, std::uint8_t* near);
void ground(const GroundRequest& request, float* point_ground_m, GroundRow* rows);
void clusters(const ClusterRequest& request, std::uint32_t* labels);
void occlusion(const OcclusionRequest& request, OcclusionRow* rows);
void box_details(const BoxDetailRequest& request, BoxDetailRow* rows);
void track_residuals(const ResidualRequest& request, ResidualRow* rows);

}  // namespace concord::kernels::CONCORD_BACKEND_NS
