#pragma once

#include "src/readers/nuscenes/tables.hpp"

namespace concord::readers::nuscenes {

/// Reads the tables whose every row is used: attribute, category, visibility, sensor and log.
[[nodiscard]] Result<void> read_small_tables(Tables& tables);

/// Reads scene.json. A malformed row is a scene with an error.
[[nodiscard]] Result<void> read_scenes(Tables& tables);

}  // namespace concord::readers::nuscenes
