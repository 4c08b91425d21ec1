#pragma once

// The words of specs and review files, in the order of their enumerations.

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "concord/finding.hpp"

namespace concord::acceptance {

inline constexpr std::array<std::string_view, 3> kUnits{"label", "track", "object_second"};
inline constexpr std::array<std::string_view, 2> kStages{"first_pass", "final"};
inline constexpr std::array<std::string_view, 5> kIntegrities{"QM", "ASIL_A", "ASIL_B", "ASIL_C", "ASIL_D"};
inline constexpr std::array<std::string_view, 3> kPlanKinds{"stratified", "census", "gold"};
inline constexpr std::array<std::string_view, 4> kMetrics{"defect_rate", "recall", "kappa", "p95_centre"};
inline constexpr std::array<std::string_view, 4> kVerdicts{"", "clean", "defect", "unsure"};
inline constexpr std::array<std::string_view, 3> kRangeBands{"0-30", "30-50", "50+"};

/// The enumerator that is called `name`, or nothing.
template <class Enum, std::size_t N>
[[nodiscard]] std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

/// "a, b or c"; what is empty is left out.
template <std::size_t N>
[[nodiscard]] std::string any_of(const std::array<std::string_view, N>& names) {
  std::string text;
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i].empty()) continue;
    text += (text.empty() ? "" : i + 1 == N ? " or " : ", ") + std::string(names[i]);
  }
  return text;
}

/// The fault called `name`; unknown where none is.
[[nodiscard]] inline Fault find_fault(std::string_view name) {
  for (int code = 1; code <= static_cast<int>(Fault::schema); ++code) {
    if (to_string(static_cast<Fault>(code)) == name) return static_cast<Fault>(code);
  }
  return Fault::unknown;
}

/// Every fault's name.
[[nodiscard]] inline std::string fault_names() {
  std::string text;
  for (int code = 1; code <= static_cast<int>(Fault::schema); ++code) {
    text += (text.empty() ? "" : ", ") + std::string(to_string(static_cast<Fault>(code)));
  }
  return text;
}

}  // namespace concord::acceptance
