#pragma once

#include "concord/drive.hpp"
#include "src/readers/common/json.hpp"
#include "src/readers/openlabel/frames.hpp"

namespace concord::readers::openlabel {

/// Appends `tags`: one Tag for each value of their data (one text and one number together are one Tag), or a bare Tag,
/// in each frame interval; and `contexts`: a bare Tag and one "type.name" for each value, static or of frames.
[[nodiscard]] Result<void> append_tags(const Node& openlabel, const FrameList& frames, std::vector<Tag>& tags);

/// The text of a number: the shortest that reads back exactly.
[[nodiscard]] std::string number_text(double value);

}  // namespace concord::readers::openlabel
