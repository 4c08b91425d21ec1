#pragma once

#include <string>
#include <vector>

#include "concord/report.hpp"

namespace concord::seeding {

/// What the configuration of a report says of the priors that it was judged with.
struct LearnedFrom {
  std::string priors_sha256;  ///< empty: judged without priors
  bool calibrated = false;    ///< its scores are probabilities
  std::vector<std::string> drives, calibration_drives;
};
[[nodiscard]] LearnedFrom learned_from(const Report& report);

}  // namespace concord::seeding
