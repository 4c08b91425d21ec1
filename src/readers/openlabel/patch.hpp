#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "concord/dataset.hpp"
#include "src/readers/openlabel/read.hpp"

namespace concord::readers::openlabel {

/// `text`, a label file, with the edits applied; every byte outside the edited labels' values stays. A changed class or
/// track moves the label's data in that frame to an object of that class and track, which is added to `objects` where
/// there is none (its text `track_id` keeps the identity). Pointers and frame_intervals are left as they are.
[[nodiscard]] Result<std::string> patch_text(std::string_view text, const std::vector<LabelEdit>& edits,
                                             const std::filesystem::path& file, const ReadOptions& options);

}  // namespace concord::readers::openlabel
