#pragma once

#include <string>

#include "tools/output/finding_view.hpp"

namespace concord::tools {

/// The finding as one self-contained SVG: bird's-eye view (x up, y left) and side view (along the suspect) of the shown
/// frame, in its ego frame, with the suspect, its track before and after, the proposal, the labels around it, the
/// points (thinned out where there are many), the ego, a scale and a legend. Labels that are not finite are named, not
/// drawn.
[[nodiscard]] std::string draw_finding(const FindingView& view);

}  // namespace concord::tools
