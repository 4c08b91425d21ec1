#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "src/checks/context.hpp"

namespace concord::judging {

/// Groups `pairs` (rows of the pair table) into runs: pairs of the same two tracks in consecutive frames (one frame may
/// be left out), and every pair with an untracked label alone. `visit` gets the rows of the pair table of one run, by
/// frame.
void for_each_pair_run(const CheckContext& context, std::vector<std::uint32_t> pairs,
                       const std::function<void(std::span<const std::uint32_t>)>& visit);

}  // namespace concord::judging
