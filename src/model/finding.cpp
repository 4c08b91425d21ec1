#include "concord/finding.hpp"

#include <array>
#include <cmath>

#include "concord/attributes.hpp"
#include "concord/hash.hpp"

namespace concord {
namespace {

template <std::size_t N>
std::string_view name_of(const std::array<std::string_view, N>& names, std::uint8_t value) {
  return value < N ? names[value] : names[0];
}

template <class Enum, std::size_t N>
Enum value_of(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return Enum::unknown;
}

constexpr std::array<std::string_view, 4> kSeverities{"unknown", "info", "warning", "error"};
constexpr std::array<std::string_view, 12> kFaults{"unknown", "missing",   "spurious", "position", "size", "heading",
                                                   "class",   "attribute", "identity", "timing",   "rig",  "schema"};
constexpr std::array<std::string_view, 9> kScopes{"unknown", "label", "pair",  "span", "track",
                                                  "sensor",  "frame", "drive", "night"};
constexpr std::array<std::string_view, 4> kStates{"unknown", "completed", "skipped", "failed"};
constexpr std::array<std::string_view, 3> kValueStates{"unknown", "known", "conflicting"};
constexpr std::array<std::string_view, 3> kValueSources{"unknown", "tagged", "derived"};

// A byte that no dataset id contains keeps ("a", "bc") and ("ab", "c") apart.
void append(std::string& key, std::string_view part) {
  key += part;
  key += '\x1f';
}

}  // namespace

std::string_view to_string(Severity value) { return name_of(kSeverities, static_cast<std::uint8_t>(value)); }
std::string_view to_string(Fault value) { return name_of(kFaults, static_cast<std::uint8_t>(value)); }
std::string_view to_string(Scope value) { return name_of(kScopes, static_cast<std::uint8_t>(value)); }
std::string_view to_string(CheckState value) { return name_of(kStates, static_cast<std::uint8_t>(value)); }
std::string_view to_string(ValueState value) { return name_of(kValueStates, static_cast<std::uint8_t>(value)); }
std::string_view to_string(ValueSource value) { return name_of(kValueSources, static_cast<std::uint8_t>(value)); }
Severity parse_severity(std::string_view text) { return value_of<Severity>(kSeverities, text); }

std::string finding_id(const Finding& f) {
  std::string key;
  for (const std::string_view part :
       {std::string_view(f.drive), std::string_view(f.label_set), std::string_view(f.check), to_string(f.scope),
        std::string_view(f.frame), std::string_view(f.track), std::string_view(f.label), std::string_view(f.sensor),
        std::string_view(f.other_track), std::string_view(f.other_label)}) {
    append(key, part);
  }
  return short_hash(key);
}

std::string finding_fingerprint(const Finding& f) {
  std::string key;
  append(key, f.drive);
  append(key, to_string(f.fault));
  append(key, f.class_name);
  append(key, f.time_ns == kNoTime ? "frame " + f.frame
                                   : std::to_string(std::llround(static_cast<double>(f.time_ns) / 1e8)));
  for (const double place : {f.x_m, f.y_m, f.z_m}) {
    // Beyond the range of a long a rounded number is meaningless, so such a place counts as none.
    append(key, std::isfinite(place) && std::abs(place) < 1e15 ? std::to_string(std::llround(place)) : "");
  }
  return short_hash(key);
}

std::string_view range_band(double range_m) {
  if (range_m < 30) return "0-30";
  if (range_m < 50) return "30-50";
  return "50+";
}

}  // namespace concord
