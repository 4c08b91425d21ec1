#pragma once

#include <cstdint>
#include <vector>

#include "concord/geometry.hpp"
#include "cuda/kernels.hpp"
#include "src/measure/box_view.hpp"
#include "src/measure/camera_models.hpp"

namespace concord::tests {

/// Boxes of one frame before one camera, in the camera's own frame (x right, y down, z forward).
class ProjectionScene {
 public:
  explicit ProjectionScene(const CameraModel& camera)
      : model_(measure::projection_model(camera, camera.width_px, camera.height_px)) {
    for (int i = 0; i < 3; ++i) view_.rotation[4 * i] = 1;
  }
  void add(const Cuboid& box, const Vec3& velocity_mps = Vec3::Zero()) {
    boxes_.push_back(box);
    for (int axis = 0; axis < 3; ++axis) velocity_[axis].push_back(velocity_mps[axis]);
  }
  kernels::ProjectionView& view() { return view_; }
  [[nodiscard]] const CuboidColumns& boxes() const { return boxes_; }
  [[nodiscard]] const kernels::ProjectionModel& model() const { return model_; }

  std::vector<kernels::ProjectionRow> project(kernels::ExecutionContext& context, double near_m = 0.1) const {
    const std::vector<std::uint32_t> box_offset{0, static_cast<std::uint32_t>(boxes_.size())};
    const std::vector<std::uint64_t> row_offset{0, boxes_.size()};
    std::vector<kernels::ProjectionRow> rows(boxes_.size());
    kernels::ProjectionRequest request;
    request.boxes = measure::view(boxes_, 0, boxes_.size());
    request.box_offset = box_offset.data();
    request.frames = 1;
    request.velocity_x_mps = velocity_[0].data();
    request.velocity_y_mps = velocity_[1].data();
    request.velocity_z_mps = velocity_[2].data();
    request.cameras = &model_;
    request.camera_count = 1;
    request.views = &view_;
    request.view_count = 1;
    request.row_offset = row_offset.data();
    request.near_m = near_m;
    context.project_boxes(request, rows.data());
    return rows;
  }

 private:
  kernels::ProjectionModel model_;
  kernels::ProjectionView view_{};
  CuboidColumns boxes_;
  std::vector<double> velocity_[3];
};

}  // namespace concord::tests
