#pragma once

#include <array>
#include <string>
#include <string_view>

#include "concord/drive.hpp"

namespace concord::report {

/// Report texts of enumerations that only kept drives hold, in order of their numbers.
template <class Enum>
struct EnumTexts;
template <>
struct EnumTexts<SensorKind> {
  static constexpr std::array<std::string_view, 4> kAll{"unknown", "lidar", "camera", "radar"};
};
template <>
struct EnumTexts<CameraModel::Kind> {
  static constexpr std::array<std::string_view, 3> kAll{"pinhole", "brown_conrady", "kannala_brandt"};
};
template <>
struct EnumTexts<PayloadFormat> {
  static constexpr std::array<std::string_view, 9> kAll{
      "none", "kitti_bin", "nuscenes_bin", "pcd", "ply", "raw_xyzi_f32", "image", "synthetic", "aimotive_radar"};
  static_assert(static_cast<std::size_t>(PayloadFormat::aimotive_radar) + 1 == kAll.size());
};
template <>
struct EnumTexts<MovingState> {
  static constexpr std::array<std::string_view, 4> kAll{"unknown", "moving", "stopped", "parked"};
};
template <>
struct EnumTexts<LabelScope::Extent> {
  static constexpr std::array<std::string_view, 3> kAll{"unknown", "amodal", "visible"};
};

template <class Enum>
std::string text_of(Enum value) {
  const auto& texts = EnumTexts<Enum>::kAll;
  const auto index = static_cast<std::size_t>(value);
  return std::string(texts[index < texts.size() ? index : 0]);
}

/// The first value for a text that this version does not know.
template <class Enum>
Enum from_text(std::string_view text) {
  const auto& texts = EnumTexts<Enum>::kAll;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i] == text) return static_cast<Enum>(i);
  }
  return Enum{};
}

}  // namespace concord::report
