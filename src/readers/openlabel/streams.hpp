#pragma once

#include <filesystem>

#include "concord/drive.hpp"
#include "src/readers/common/json.hpp"
#include "src/readers/openlabel/frames.hpp"
#include "src/readers/openlabel/transforms.hpp"

namespace concord::readers::openlabel {

/// A rig with more streams is refused.
inline constexpr std::size_t kMaxStreams = 1000;

/// What the ending of a recording's name says: .pcd.bin is nuScenes', .bin plain float32 x y z intensity.
[[nodiscard]] PayloadFormat payload_format_of(std::string_view uri);

/// Sensors of `streams`: kind, pose (of the coordinate system of the same name), camera model. What a stream states
/// only in frames (pose, intrinsics) is taken from the first frame that does.
[[nodiscard]] Result<void> append_sensors(const Node& openlabel, const CoordinateSystems& systems,
                                          const FrameList& frames, Drive& drive);

/// Recordings that exist as files: `frame_properties.streams.<name>.uri`, and, in a file without frames,
/// `streams.<name>.uri`. A relative uri is relative to the folder of `file` and may not leave it.
[[nodiscard]] Result<void> append_records(const Node& openlabel, const FrameList& frames,
                                          const std::filesystem::path& file, Drive& drive);

}  // namespace concord::readers::openlabel
