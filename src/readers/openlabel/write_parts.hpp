#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "src/readers/common/json_writer.hpp"

namespace concord::readers::openlabel {

/// Frame numbers of a drive: its own names where they are ascending numbers, else 0, 1, 2 ... beside the names.
struct FrameNumbers {
  std::vector<std::int64_t> number;
  bool named = false;  ///< the names are not the numbers and must be written beside them
};

[[nodiscard]] FrameNumbers number_frames(const Drive& drive);

/// `"coordinate_systems": ..., "streams": ...`.
void write_rig(const Drive& drive, JsonWriter& json);
/// The value of `frame_properties` of one frame; `first_record` moves over the frame's recordings.
void write_frame_properties(const Drive& drive, const FrameNumbers& numbers, std::uint32_t frame,
                            std::size_t& next_record, const std::filesystem::path& folder, JsonWriter& json);
/// `"frame_intervals": [...]` over the ascending frame indices `frames`.
void write_intervals(const FrameNumbers& numbers, const std::vector<std::uint32_t>& frames, JsonWriter& json);

/// How the labels of one set are spread over OpenLABEL objects: one object for each pair of track and raw class.
class ObjectPlan {
 public:
  ObjectPlan(const Drive& drive, const LabelSet& set);
  /// `"objects": {...}` of the root.
  void write_objects(const FrameNumbers& numbers, JsonWriter& json) const;
  /// `"objects": {...}` of one frame.
  void write_frame(std::uint32_t frame, JsonWriter& json);

 private:
  struct Object {
    std::string uid;
    std::string type;
    std::uint32_t track = kNone;
    std::vector<std::uint32_t> frames;
  };
  struct Entry {
    std::uint32_t object = 0;
    std::vector<std::uint32_t> cuboids, boxes;  ///< rows
  };
  std::uint32_t object_of(std::uint32_t track, std::string_view type, ClassCode code);
  void name_objects();
  std::vector<Entry> entries_of(std::uint32_t frame) const;
  void write_cuboid(std::uint32_t row, std::size_t place, bool with_order, std::string_view id, JsonWriter& json) const;
  void write_box(std::uint32_t row, const Entry& entry, bool with_order, std::string_view id, JsonWriter& json) const;

  const Drive& drive_;
  const LabelSet& set_;
  std::vector<Object> objects_;
  std::vector<std::uint32_t> object_of_row_, object_of_box_;
  std::vector<std::uint32_t> box_offset_;  ///< boxes of frame f: [box_offset_[f], box_offset_[f + 1])
};

}  // namespace concord::readers::openlabel
