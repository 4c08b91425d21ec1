#pragma once

#include <cstdint>
#include <vector>

#include "src/odd/definition.hpp"
#include "src/odd/drive_view.hpp"

namespace concord::odd {

/// Whether a frame lies in an ODD: 1 inside, -1 outside, 0 not determined, since something it asks for is not known.
using Verdicts = std::vector<std::int8_t>;

/// The verdict of each frame, by Kleene's three-valued logic: all roots and rules must hold. A condition on objects
/// holds in an include clause where all of them satisfy it, in an exclude clause where one does. What would take over a
/// million conditions to work out is not determined.
[[nodiscard]] Verdicts classify(const Definition& definition, const Taxonomy& taxonomy, const DriveView& drive);

}  // namespace concord::odd
