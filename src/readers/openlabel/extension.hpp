#pragma once

#include <array>
#include <string_view>

// What Concord's drives hold and OpenLABEL has no field for: names that the reader and the writer share. README.md of
// this folder documents each.
namespace concord::readers::openlabel {

/// The member that holds Concord's additions to metadata, frame_properties, stream_properties, cuboids and boxes.
inline constexpr std::string_view kExtension = "concord";

/// Static text of an object that states its track where the object's uid does not; "" means no identity.
inline constexpr std::string_view kTrackId = "track_id";

// Numbers of a cuboid (in its `attributes`) or of its object (in `object_data`).
inline constexpr std::string_view kOcclusionLevel = "occlusion_level";
inline constexpr std::string_view kTruncation = "truncation";
inline constexpr std::string_view kVisibility = "visibility";
inline constexpr std::string_view kLidarPoints = "lidar_points";
inline constexpr std::string_view kRadarPoints = "radar_points";
inline constexpr std::string_view kVelocityX = "velocity_x_mps";
inline constexpr std::string_view kVelocityY = "velocity_y_mps";
inline constexpr std::string_view kScore = "score";
inline constexpr std::string_view kLabelledAt = "labelled_at_ns";

// Texts of a cuboid or of its object.
inline constexpr std::string_view kLabelId = "label_id";
inline constexpr std::string_view kMovingState = "moving_state";
inline constexpr std::string_view kAnnotator = "annotator";
inline constexpr std::string_view kVendor = "vendor";
inline constexpr std::string_view kBatch = "batch";
inline constexpr std::string_view kGuidelineVersion = "guideline_version";
inline constexpr std::string_view kReviewStage = "review_stage";

inline constexpr std::array<std::string_view, 8> kReservedTexts{kTrackId, kLabelId, kMovingState,      kAnnotator,
                                                                kVendor,  kBatch,   kGuidelineVersion, kReviewStage};
/// Prefix of an attribute whose own name is one of the reserved texts (or begins with this prefix).
inline constexpr std::string_view kAttributePrefix = "attribute:";

/// Names of MovingState, by its value.
inline constexpr std::array<std::string_view, 4> kMovingStates{"unknown", "moving", "stopped", "parked"};
/// Names of LabelScope::Extent, by its value.
inline constexpr std::array<std::string_view, 3> kExtents{"unknown", "amodal", "visible"};
/// Names of PayloadFormat, by its value.
inline constexpr std::array<std::string_view, 8> kPayloadFormats{"none", "kitti_bin",    "nuscenes_bin", "pcd",
                                                                 "ply",  "raw_xyzi_f32", "image",        "synthetic"};

}  // namespace concord::readers::openlabel
