#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "concord/drive.hpp"
#include "src/readers/kitti/label_lines.hpp"

namespace concord::readers::kitti {

/// Fills `set` with the labels of `lines` (stably sorted by frame): cuboids in the ego frame, 2D boxes of image_02,
/// occlusion and truncation. `drive` gives sensors and taxonomy; its frames must cover the lines' frames.
void append_labels(const Drive& drive, const SE3& T_ego_camera, const std::vector<LabelLine>& lines, LineLayout layout,
                   LabelSet& set);

/// What KITTI's annotators were asked to label.
[[nodiscard]] LabelScope kitti_scope(const Taxonomy& taxonomy);

}  // namespace concord::readers::kitti
