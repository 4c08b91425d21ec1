#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "concord/columns.hpp"
#include "concord/geometry.hpp"
#include "concord/taxonomy.hpp"

namespace concord {

/// A time in nanoseconds; from which epoch is the dataset's own affair.
using TimeNs = std::int64_t;
/// "The dataset gives no time."
inline constexpr TimeNs kNoTime = std::numeric_limits<TimeNs>::min();

enum class SensorKind : std::uint8_t { unknown = 0, lidar = 1, camera = 2, radar = 3 };

/// A camera's projection from its own frame (x right, y down, z forward) to pixels.
struct CameraModel {
  enum class Kind : std::uint8_t { pinhole, brown_conrady, kannala_brandt };
  Kind kind = Kind::pinhole;
  double fx_px = 0, fy_px = 0, cx_px = 0, cy_px = 0, skew_px = 0;
  std::array<double, 8> distortion{};  ///< Brown-Conrady k1 k2 p1 p2 k3 k4 k5 k6; Kannala-Brandt k1..k4
  int width_px = 0, height_px = 0;     ///< 0 when the dataset does not say
};

/// One sensor of the rig.
struct Sensor {
  std::string name;  ///< unique in the drive
  SensorKind kind = SensorKind::unknown;
  std::optional<SE3> T_ego_sensor;    ///< where it is mounted; nothing where the dataset does not say
  std::optional<CameraModel> camera;  ///< of cameras whose projection is known
};

/// How the bytes of a recorded cloud or image are decoded.
enum class PayloadFormat : std::uint8_t {
  none = 0,
  kitti_bin,     ///< float32 x y z intensity
  nuscenes_bin,  ///< float32 x y z intensity ring
  pcd,           ///< PCL's PCD, ascii, binary or compressed; also nuScenes radar
  ply,
  raw_xyzi_f32,
  image,
  synthetic,       ///< regenerated on demand by the synthetic source; no file
  aimotive_radar,  ///< JSON targets: azimuth, elevation, range, speed, rcs
};

/// One recording of one sensor that belongs to a frame. The payload is loaded only on demand.
struct SensorRecord {
  std::uint32_t frame = 0;
  std::uint32_t sensor = 0;
  TimeNs time_ns = kNoTime;
  PayloadFormat format = PayloadFormat::none;
  std::filesystem::path path;
  std::optional<SE3> T_world_ego;  ///< ego pose at the recording's own time, where the dataset has one
  bool in_ego_frame = false;       ///< points are stored in the ego frame of `frame`, moved there from the sensor's
};

/// The label timestamps of a drive, in the dataset's own order.
struct Frames {
  StringColumn name;                     ///< the dataset's own frame number or token
  std::vector<TimeNs> time_ns;           ///< reference time; kNoTime when the dataset gives none
  std::vector<std::uint8_t> recorded;    ///< 0 where only labels, but no recording, mention the frame
  std::vector<SE3> T_world_ego;          ///< empty when the dataset has no poses; else one a frame
  std::vector<std::uint8_t> pose_valid;  ///< one a frame when T_world_ego is not empty
  bool time_assumed = false;             ///< times were derived from a nominal rate, not recorded

  [[nodiscard]] std::size_t size() const { return time_ns.size(); }
  [[nodiscard]] bool has_pose(std::size_t frame) const { return frame < pose_valid.size() && pose_valid[frame] != 0; }
  /// Appends one frame; pass no pose for datasets without.
  void push_back(std::string_view frame_name, TimeNs time, const std::optional<SE3>& pose, bool is_recorded = true);
};

/// Whether a label's object was said to move.
enum class MovingState : std::uint8_t { unknown = 0, moving = 1, stopped = 2, parked = 3 };

/// A text attribute of labels as the dataset states it ("vehicle.parked"), one code a label.
struct AttributeColumn {
  std::string name;
  Dictionary values;
  std::vector<std::uint32_t> code;   ///< per label row into `values`; kNone where absent (may be shorter than the set)
  std::vector<std::string> allowed;  ///< the enumeration that the format defines; empty when any value is allowed
};

/// What a dataset's annotators were asked to label. Outside it completeness and agreement are "not checked".
struct LabelScope {
  enum class Extent : std::uint8_t { unknown, amodal, visible };
  bool known = false;
  std::vector<ClassCode> classes;  ///< labelled classes; empty means not stated
  std::optional<double> max_range_m;
  std::optional<std::string> camera_view;  ///< only objects inside this camera's image are labelled
  std::optional<int> min_points;  ///< objects with fewer LiDAR points (LiDAR + radar: nuScenes) are not labelled
  Extent extent = Extent::unknown;
  bool cycle_includes_rider = false;  ///< one box for a cycle and its rider
};

/// Axis-aligned image boxes; rows sorted by frame.
struct Box2dTable {
  std::vector<std::uint32_t> frame;
  std::vector<std::uint32_t> sensor;      ///< camera, index into Drive::sensors
  std::vector<std::uint32_t> cuboid_row;  ///< row of the cuboid on the same dataset line or object, or kNone
  std::vector<std::uint32_t> track;       ///< code into LabelSet::tracks, or kNone
  std::vector<ClassCode> class_code;
  std::vector<double> left_px, top_px, right_px, bottom_px;
  StringColumn label_id;
  OptionalColumn<double> score;
  OptionalColumn<double> truncation;
  OptionalColumn<std::int8_t> occlusion_level;

  [[nodiscard]] std::size_t size() const { return frame.size(); }
};

/// One source of labels on a drive: an annotator, a vendor, gold, a model's output. All are the same thing to the code.
///
/// Cuboids are rows sorted by frame (then in file order), in the ego frame at the frame's reference time, float64.
struct LabelSet {
  std::string name;
  LabelScope scope;

  std::vector<std::uint32_t> frame;  ///< per row, index into Drive::frames
  std::vector<std::uint32_t>
      frame_offset;       ///< rows of frame f: [frame_offset[f], frame_offset[f + 1]); set by finish()
  StringColumn label_id;  ///< the dataset's own label id; unique within the set
  Dictionary tracks;
  std::vector<std::uint32_t> track;  ///< code into `tracks`; kNone for labels without identity
  std::vector<ClassCode> class_code;
  Dictionary raw_classes;
  std::vector<std::uint32_t> raw_class;  ///< the dataset's own class name, code into `raw_classes`
  CuboidColumns cuboid;

  OptionalColumn<std::int8_t> occlusion_level;  ///< 0 fully visible, 1 partly, 2 largely occluded, 3 unknown (KITTI)
  OptionalColumn<double> truncation;            ///< share outside the image, [0, 1]
  OptionalColumn<double> visibility;            ///< visible share, [0, 1] (nuScenes bins: their middle)
  OptionalColumn<MovingState> moving_state;
  OptionalColumn<std::int32_t> lidar_points;  ///< stored count
  OptionalColumn<std::int32_t> radar_points;
  /// In the axes of the frame's ego; over ground, or relative to the ego where `velocity_relative` is set.
  OptionalColumn<double> velocity_x_mps, velocity_y_mps;
  bool velocity_relative = false;
  OptionalColumn<double> score;
  OptionalColumn<TimeNs> labelled_at_ns;
  Dictionary provenance;  ///< texts of the five columns below
  OptionalColumn<std::uint32_t> annotator, vendor, batch, guideline_version, review_stage;
  std::vector<AttributeColumn> attributes;

  Box2dTable boxes_2d;

  [[nodiscard]] std::size_t size() const { return frame.size(); }
  /// Appends a label, `box` in the ego frame of `frame_index`; optional columns are set with the returned row. A frame
  /// index below the last one's is a bug: std::logic_error.
  std::uint32_t push_back(std::uint32_t frame_index, std::string_view id, std::uint32_t track_code, ClassCode code,
                          std::string_view raw_class_name, const Cuboid& box);
  /// Builds frame_offset; call once after the last push_back. A row of a frame from `frame_count` on is a bug:
  /// std::logic_error.
  void finish(std::size_t frame_count);
};

/// A statement about the drive or a part of it (weather: rain), for ODD coverage.
struct Tag {
  std::string type;   ///< dataset's own name
  std::string value;  ///< text form; empty for a bare tag
  std::optional<double> number;
  std::uint32_t frame_begin = 0;    ///< first frame, inclusive
  std::uint32_t frame_end = kNone;  ///< last frame, inclusive; kNone: to the end
};

/// One continuous recording with its labels.
struct Drive {
  std::string name;
  std::string format;            ///< reader that made it: kitti_tracking, nuscenes, openlabel, ...
  std::filesystem::path source;  ///< the input as given
  std::shared_ptr<const Taxonomy> taxonomy;
  Frames frames;
  std::vector<Sensor> sensors;
  std::vector<SensorRecord> records;  ///< sorted by frame, then sensor
  std::vector<LabelSet> label_sets;   ///< [0] is the dataset's own; the others were added
  std::vector<Tag> tags;
  std::vector<std::filesystem::path> input_files;  ///< label, calibration and pose files read; hashed into the report
  std::vector<std::string> notes;                  ///< what a reader wants the user to know ("no oxts: no ego poses")

  /// Index of the sensor of that name, or kNone.
  [[nodiscard]] std::uint32_t find_sensor(std::string_view sensor_name) const;
};

}  // namespace concord
