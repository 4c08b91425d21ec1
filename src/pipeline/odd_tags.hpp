#pragma once

#include <string_view>

#include "concord/drive.hpp"
#include "concord/pipeline.hpp"
#include "concord/result.hpp"

namespace concord::pipeline {

/// End of the names of files with the tags of one drive.
inline constexpr std::string_view kTagsFileEnd = ".odd.yaml";

/// Adds the tags of `DRIVE.odd.yaml`, where there is such a file: in the folder of `options.odd_tags`, or without that
/// in the drive's source, or beside it where that is a file. A drive whose name is no file name has none. What is wrong
/// in the file is an error of the drive.
[[nodiscard]] Result<void> add_tags_file(const ValidateOptions& options, Drive& drive);

}  // namespace concord::pipeline
