#pragma once

#include "concord/dataset.hpp"

namespace concord::readers {

// One function a format, defined in its own folder; src/readers/formats.cpp lists them.
const Format& kitti_tracking_format();
const Format& kitti_object_format();
const Format& openlabel_format();
const Format& csv_format();
const Format& argoverse2_format();
const Format& nuscenes_format();
const Format& aimotive_format();
const Format& synthetic_format();

/// Whether any format recognises the path.
[[nodiscard]] bool is_dataset(const std::filesystem::path& path);

}  // namespace concord::readers
