#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "concord/drive.hpp"
#include "src/readers/common/json.hpp"
#include "src/readers/openlabel/transforms.hpp"

namespace concord::readers::openlabel {

/// Poses of coordinate systems times frames that state transforms: a file of some megabytes can ask for many gigabytes.
inline constexpr std::size_t kMaxFramePoses = 2'000'000;

/// The frames of a file in ascending order of their numbers. A file without frames has one, number 0.
struct FrameList {
  struct Entry {
    std::int64_t number = 0;
    std::string_view key;            ///< the number as written
    std::optional<Node> node;        ///< nullopt for the one frame of a file without frames
    std::optional<Node> properties;  ///< frame_properties
    std::shared_ptr<const CoordinateSystems::Resolved> transforms;
  };
  std::vector<Entry> entries;
  bool single = false;  ///< the file has no frames

  /// First and last index of the frames whose numbers lie in [begin, end]; nullopt when there is none.
  [[nodiscard]] std::optional<std::pair<std::uint32_t, std::uint32_t>> range(std::int64_t begin,
                                                                             std::int64_t end) const;
};

/// Closed interval of frame numbers. Its length is never a cost: intervals are only clipped against frames that exist.
struct FrameInterval {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// The member `frame_intervals` of an object, context or tag; a missing end is the largest number.
[[nodiscard]] Result<std::vector<FrameInterval>> read_intervals(const Node& owner);

/// Reads the list and resolves the transforms of each frame.
[[nodiscard]] Result<FrameList> read_frame_list(const Node& openlabel, const CoordinateSystems& systems);

/// Appends the frames to `frames`: names, times, poses.
[[nodiscard]] Result<void> append_frames(const FrameList& list, Frames& frames);

}  // namespace concord::readers::openlabel
