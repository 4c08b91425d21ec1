#pragma once

#include <string_view>
#include <vector>

#include "concord/attributes.hpp"
#include "src/odd/claims.hpp"

namespace concord::odd {

/// The road users and animals of a drive's own label set.
struct Agents {
  std::vector<std::uint8_t> is_agent;        ///< per label row
  std::vector<std::string_view> agent_type;  ///< of its class; empty where the classes of ODDs have no such
  std::vector<double> speed_mps;             ///< over ground; NaN where not known
};
[[nodiscard]] Agents agents_of(const Drive& drive, const LabelSet& labels, const LabelSetMeasurements& measured);

/// What each agent is over time: one row a run of consecutive frames in which its type, its occlusion and the bins of
/// its distance and speed stay. Sorted by first frame, then object.
[[nodiscard]] std::vector<ObjectSpan> object_spans(const Drive& drive, const LabelSet& labels,
                                                   const LabelSetMeasurements& measured, const Agents& agents);

/// Adds what the agents say of the drive: densities, whether there are vulnerable road users, whether traffic stands.
/// "There are none" is known only where the label set is known to hold all of them around the ego.
void claim_traffic(const Drive& drive, const LabelSet& labels, const LabelSetMeasurements& measured,
                   const Agents& agents, Claims& claims);

}  // namespace concord::odd
