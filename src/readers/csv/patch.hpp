#pragma once

#include <string>
#include <vector>

#include "concord/dataset.hpp"
#include "src/readers/csv/labels.hpp"

namespace concord::readers::csv {

/// The edits of one drive and the rows of its file that are its own.
struct DriveEdits {
  Drive drive;  ///< as read: frames and poses
  std::vector<RowPlace> places;
  const std::vector<LabelEdit>* edits = nullptr;
};

/// The file's text with the edits made: only the edited fields of edited rows change, dropped rows vanish, copies are
/// added behind the last row of their frame.
[[nodiscard]] Result<std::string> patch_text(const Mapping& mapping, const Layout& layout, const Table& table,
                                             const std::vector<DriveEdits>& drives);

}  // namespace concord::readers::csv
