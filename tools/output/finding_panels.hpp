#pragma once

#include "tools/output/finding_view.hpp"
#include "tools/output/plane_window.hpp"
#include "tools/output/svg.hpp"

namespace concord::tools {

inline constexpr std::string_view kPointColor = "#5b6770";

/// Line and filling of a label of that role; colours that people of every colour vision tell apart (Okabe and Ito).
[[nodiscard]] Stroke look_of(Role role);

/// The shown frame from above: x up, y left, the suspect in the middle.
void draw_birds_eye(Svg& svg, const FindingView& view, const PanelArea& area);

/// The shown frame from the suspect's right side: its heading to the right, z up; points beside it within half a metre.
void draw_side(Svg& svg, const FindingView& view, const PanelArea& area);

}  // namespace concord::tools
