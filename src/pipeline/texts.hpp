#pragma once

#include "concord/drive.hpp"
#include "concord/result.hpp"

namespace concord::pipeline {

/// Reports hold UTF-8, and ids as columns of equal width: an error when a text of the drive is not UTF-8 or endless.
/// Readers say it better, with file and line; this is for those that cannot.
[[nodiscard]] Result<void> require_report_texts(const Drive& drive);

}  // namespace concord::pipeline
