#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/drive.hpp"
#include "concord/measurements.hpp"
#include "concord/result.hpp"

namespace concord {

// Fixed enumerations of the report: UNKNOWN is 0 and numbers are never reused.
enum class ValueState : std::uint8_t { unknown = 0, known = 1, conflicting = 2 };
enum class ValueSource : std::uint8_t { unknown = 0, tagged = 1, derived = 2 };

/// Report names: "known", "derived" ...
[[nodiscard]] std::string_view to_string(ValueState value);
[[nodiscard]] std::string_view to_string(ValueSource value);

/// What one frame adds to the exposure. Whole numbers, so that sums do not depend on their order.
struct FrameExposure {
  std::string drive;
  std::int64_t duration_ns = kNoTime;  ///< until the next frame; kNoTime: not known
  std::int64_t distance_mm = kNoTime;  ///< that the ego covers meanwhile; kNoTime: not known
};

/// What an attribute of the drive is over some frames: a word ("wet", "true") or numbers from `low` to `high`, both
/// ends included, in SI units. Where an attribute is not known there is no row. Known rows of one attribute overlap
/// only where it may have several values at once; conflicting rows stand for values that cannot all be true.
struct AttributeSpan {
  std::string drive, attribute, value;
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  ValueState state = ValueState::unknown;
  ValueSource source = ValueSource::unknown;
  std::uint32_t frame_index = 0, frame_index_end = 0;  ///< first and last frame

  [[nodiscard]] bool is_number() const { return low == low; }
};

/// What one object is over some frames: agent type and occlusion as words (empty: not known), distance from the ego and
/// speed over ground as ranges (NaN: not known).
struct ObjectSpan {
  std::string drive;
  std::string object;  ///< the track, or the label where it has none
  std::string agent_type, occlusion;
  double distance_low_m = std::numeric_limits<double>::quiet_NaN();
  double distance_high_m = std::numeric_limits<double>::quiet_NaN();
  double speed_low_mps = std::numeric_limits<double>::quiet_NaN();
  double speed_high_mps = std::numeric_limits<double>::quiet_NaN();
  std::uint32_t frame_index = 0, frame_index_end = 0;
};

/// One drive, or many, as operational design domains see them.
struct DriveAttributes {
  std::vector<FrameExposure> frames;  ///< of each drive in order
  std::vector<AttributeSpan> attributes;
  std::vector<ObjectSpan> objects;
};

/// The tags of a side-car file for the drive with these frames; src/odd/ATTRIBUTES.md describes it. Whatever is wrong
/// in it is an error that names file and line.
[[nodiscard]] Result<std::vector<Tag>> read_tags_file(const std::filesystem::path& path, const Frames& frames);

/// The attributes of a drive from its tags, poses, times and own label set (the first; `measurements[0]` belongs to
/// it). src/odd/ATTRIBUTES.md says what is taken from where and how it is derived. Bounded by the number of frames,
/// tags and labels.
[[nodiscard]] DriveAttributes attributes_of(const Drive& drive, std::span<const LabelSetMeasurements> measurements);

}  // namespace concord
