#pragma once

#include <string_view>
#include <vector>

#include "concord/finding.hpp"
#include "src/odd/cell_counts.hpp"
#include "src/odd/classify.hpp"
#include "src/odd/coverage_spec.hpp"
#include "src/odd/drive_view.hpp"

namespace concord::odd {

/// Findings on labels of a drive's own label set.
using DriveFindings = std::vector<const Finding*>;

/// Appends the rows of one drive to `block`: a row a run of frames with the same values, frames outside the ODD left
/// out. Values that hold at the same time for an attribute that may have several give a row each. An error where a
/// drive has over 64 combinations of such values at once.
[[nodiscard]] Result<void> append_rows(const DriveView& drive, std::uint32_t drive_number, const CoverageSpec& spec,
                                       const Taxonomy& taxonomy, const Verdicts& verdicts,
                                       const DriveFindings& findings, CellBlock& block);

}  // namespace concord::odd
