#pragma once

#include "concord/drive.hpp"
#include "concord/measurements.hpp"
#include "src/measure/track_order.hpp"

namespace concord::measure {

/// The probes of a label set (see ProbeTable), their points not measured yet. `order` is that of `set`.
[[nodiscard]] ProbeTable make_probes(const Drive& drive, const LabelSet& set, const TrackOrder& order);

}  // namespace concord::measure
