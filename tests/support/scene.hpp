#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "concord/drive.hpp"
#include "concord/measure.hpp"
#include "concord/result.hpp"

namespace concord::tests {

/// What a scene says that a check must report. Empty and absent members match anything.
struct Expectation {
  std::string check;
  std::string track, other_track, label, class_name;
  std::string frame, frame_end;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> frame_within;  ///< range of the first frame's index
  std::optional<double> value;
  std::vector<std::pair<std::string, std::string>> proposals;  ///< field and its number or text
  bool optional = false;                                       ///< may be missing; claims the finding if it is there
  int line = 0;
};

/// A drive of a few described objects with the findings that it must cause: the examples in the checks' pages.
struct Scene {
  std::string title;
  int line = 0;  ///< of the scene in its page
  Drive drive;
  std::optional<CloudBatch> clouds;  ///< of all frames, where the scene has a LiDAR
  std::vector<Expectation> expectations;
};

/// The scenes of a check's page: its fenced ```yaml blocks. Expectations without `check` are of `check`.
///
///     scene: title
///     frames: 20               # named 0 ... 19
///     rate_hz: 10              # or times_s: [...], or times_s: none
///     ego: {speed_mps: 5, turn_deg_s: 3, at: {7: {shift_m: [x, y, z], turn_deg: 1}}}  # at: poses stated wrongly
///     poses: none              # the labels stay relative to the ego, poses are withheld
///     unrecorded: [3]          # frames without a recording
///     attributes: {name: [allowed values]}
///     extent: visible
///     tags: [{type: weather, value: rain, first: 0, last: 19}]
///     lidar: true              # sweeps of the objects as they really are, without `at` and `skip`: cast_rays()
///     tracks:                  # label ids are frame:track, frame:#n without id, with #n for a repeated one
///       - {id: A, class: car, size: [l, w, h], start: [x, y, z], velocity: [x, y, z], acceleration: [x, y, z],
///          turn_deg_s: 0, heading_deg: 0, braking: {frame: 3, mps2: 7}, first: 0, last: 19, skip: [3],
///          occlusion: 2, truncation: 0.1, visibility: 0.5, lidar_points: 7, attributes: {name: value},
///          moving_state: parked, stored_velocity: [x, y, z], scatter_m: 0.1,  # of every label, within +-
///          key_frames: 5,      # labels between every fifth frame lie on straight lines
///          growth: 1.01,       # factor of the size from label to label
///          phantom: true (a label without an object), unlabelled: true (an object without labels),
///          at: {4: {...}, "6-8": {shift_m: [x, y, z], turn_deg: 180, size: [...], scale: [...], class: c, track: B,
///                                 attributes: {...}, late_frames: 2, frozen_at: 3, moving_state: moving, occlusion:
///                                 2}}}
///     expect: []               # or entries as Expectation
///
/// Positions, velocities and headings are of the world; an object turns as its velocity does.
[[nodiscard]] Result<std::vector<Scene>> parse_scenes(std::string_view page, std::string_view check,
                                                      std::string_view where);

}  // namespace concord::tests
