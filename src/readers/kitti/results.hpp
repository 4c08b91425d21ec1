#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "concord/drive.hpp"
#include "concord/result.hpp"

namespace concord::readers::kitti {

/// Reads the results of one sequence below `folder` as a further label set: `SSSS.txt` in it or in class folders (Car,
/// Pedestrian, Cyclist), in any of three layouts: KITTI lines with a score; comma-separated 3D detections (frame, class
/// 1 pedestrian 2 car 3 cyclist, box, score, h w l, x y z, ry, alpha); comma-separated 2D detections (frame, box,
/// score) whose class is the folder's name. A sequence without a file gives an empty set and a note in `drive`.
[[nodiscard]] Result<LabelSet> read_results(Drive& drive, const SE3& T_ego_camera, const std::string& set_name,
                                            const std::filesystem::path& folder, std::string_view sequence);

}  // namespace concord::readers::kitti
