#pragma once

#include <filesystem>

#include "concord/dataset.hpp"
#include "src/readers/nuscenes/tables.hpp"

namespace concord::readers::nuscenes {

/// Dataset::patch: `out` becomes a copy of `input` whose sample_annotation.json and, where tracks or classes change,
/// instance.json and category.json differ in the edited labels and in the links (prev, next, first, last, count) that
/// follow from them. See README.md for what an edit of a track or class does.
[[nodiscard]] Result<void> patch_dataset(Tables& tables, const std::filesystem::path& input, const DatasetEdits& edits,
                                         const std::filesystem::path& out);

}  // namespace concord::readers::nuscenes
