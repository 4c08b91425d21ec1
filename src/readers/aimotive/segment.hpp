#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "concord/dataset.hpp"
#include "src/readers/common/json.hpp"

namespace concord::readers::aimotive {

/// The files of one recorded segment.
struct Segment {
  std::filesystem::path folder;
  [[nodiscard]] std::filesystem::path boxes() const { return folder / "dynamic" / "box" / "3d_body"; }
  [[nodiscard]] std::filesystem::path calibration() const {
    return folder / "sensor" / "calibration" / "calibration.json";
  }
};

/// The segments that `input` is or holds: itself, or folders below it up to three levels deep. Sorted by name.
[[nodiscard]] std::vector<Segment> find_segments(const std::filesystem::path& input);

/// Reads one segment: labels, rig and the recordings that are there.
[[nodiscard]] Result<Drive> read_segment(const Segment& segment, const OpenOptions& options,
                                         const std::filesystem::path& source);

/// The frame of a recording or label file: the digits before its first dot, behind the last underscore; empty when
/// there are none.
[[nodiscard]] std::string frame_of_file(const std::filesystem::path& file);

/// ObjectId as text; it may be a number or a string. Empty when absent; what cannot be an id is an error.
[[nodiscard]] Result<std::string> object_id(const Node& object);

/// Adds the labels of `folder` (one JSON file a frame) to a set of that name. Files of frames that the drive does not
/// have are an error.
[[nodiscard]] Result<LabelSet> read_labels(const std::filesystem::path& folder, std::string name, Drive& drive);

/// Sensors of calibration.json, in the order of their names.
[[nodiscard]] Result<void> append_sensors(const std::filesystem::path& calibration, Drive& drive);

/// `text`, the label file of `frame`, with the edits applied: all else keeps its bytes. `sources` are the texts of the
/// frames that labels are copied from, by frame name. An edit of an unknown label is an error.
[[nodiscard]] Result<std::string> patch_labels(std::string_view text, const std::string& frame,
                                               const std::vector<LabelEdit>& edits,
                                               const std::unordered_map<std::string, std::string_view>& sources,
                                               const std::filesystem::path& path);

}  // namespace concord::readers::aimotive
