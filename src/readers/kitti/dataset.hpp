#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "concord/dataset.hpp"
#include "src/readers/kitti/label_lines.hpp"

namespace concord::readers::kitti {

/// Where the parts of one of KITTI's two benchmarks lie below a `training` or `testing` folder.
struct Layout {
  LineLayout lines;
  std::string format;
  std::string labels;  ///< folder of label files
};

/// The folder that holds `layout.labels`: `input` itself, or its `training` folder; or, for a single label file, its
/// folder's parent. Empty when there is none.
[[nodiscard]] std::filesystem::path find_root(const std::filesystem::path& input, const Layout& layout);

/// Opens a benchmark folder: one drive a label file.
[[nodiscard]] Result<std::unique_ptr<Dataset>> open_kitti(const std::filesystem::path& input, const Layout& layout,
                                                          const OpenOptions& options);

}  // namespace concord::readers::kitti
