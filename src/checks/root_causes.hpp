#pragma once

#include <span>

#include "concord/finding.hpp"

namespace concord::judging {

/// Sets `root_cause` of the findings of one drive that another of them explains: what a jump of the ego pose does to
/// every object of every label set, and what a fault of a track does to checks that look at less of it (an exchange of
/// identities is also two jumps), within its label set. A finding is explained by one that has no root cause itself.
/// Ids are set before.
void link_root_causes(std::span<Finding> findings);

}  // namespace concord::judging
