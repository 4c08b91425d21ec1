#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "concord/dataset.hpp"
#include "src/readers/kitti/label_lines.hpp"

namespace concord::readers::kitti {

/// `text`, a label file, with the edits applied: only the edited fields of edited lines differ, copies are inserted
/// behind the last line of their frame. Cuboids are moved from the ego frame with `T_camera_ego`.
[[nodiscard]] Result<std::string> patch_label_text(std::string_view text, LineLayout layout, const SE3& T_camera_ego,
                                                   const std::vector<LabelEdit>& edits,
                                                   const std::filesystem::path& path);

}  // namespace concord::readers::kitti
