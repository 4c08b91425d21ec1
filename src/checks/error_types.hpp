#pragma once

#include <array>
#include <string_view>

/// The 18 annotation error types of arXiv 2511.16410, in its three groups. Each check names the one it looks for.
namespace concord::judging::error_type {

// Completeness.
inline constexpr std::string_view kAttributeOmission = "attribute omission";
inline constexpr std::string_view kMissingFeedbackLoop = "missing feedback loop";
inline constexpr std::string_view kPrivacyOmission = "privacy/compliance omission";
inline constexpr std::string_view kEdgeCaseOmission = "edge-case omission";
inline constexpr std::string_view kSelectionBias = "selection bias";
inline constexpr std::string_view kSensorSynchronisation = "sensor synchronisation issues";
// Accuracy.
inline constexpr std::string_view kWrongClass = "wrong class label";
inline constexpr std::string_view kBoundingBox = "bounding-box errors";
inline constexpr std::string_view kGranularity = "granularity mismatch";
inline constexpr std::string_view kInsufficientGuidance = "insufficient guidance";
inline constexpr std::string_view kBiasDriven = "bias-driven errors";
// Consistency.
inline constexpr std::string_view kInterAnnotator = "inter-annotator disagreement";
inline constexpr std::string_view kAmbiguousInstructions = "ambiguous instructions";
inline constexpr std::string_view kLackOfPurpose = "lack of purpose knowledge";
inline constexpr std::string_view kMisalignedHandOffs = "misaligned hand-offs";
inline constexpr std::string_view kLimitedReview = "limited review and logging";
inline constexpr std::string_view kLackOfStandards = "lack of frameworks and standards";
inline constexpr std::string_view kCrossModality = "cross-modality misalignment";

inline constexpr std::array<std::string_view, 18> kAll{
    kAttributeOmission,     kMissingFeedbackLoop,   kPrivacyOmission,    kEdgeCaseOmission,
    kSelectionBias,         kSensorSynchronisation, kWrongClass,         kBoundingBox,
    kGranularity,           kInsufficientGuidance,  kBiasDriven,         kInterAnnotator,
    kAmbiguousInstructions, kLackOfPurpose,         kMisalignedHandOffs, kLimitedReview,
    kLackOfStandards,       kCrossModality};

}  // namespace concord::judging::error_type
