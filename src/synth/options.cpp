#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <system_error>
#include <variant>

#include "concord/synth.hpp"

namespace concord {
namespace {

using Field = std::variant<std::uint64_t SynthOptions::*, int SynthOptions::*, double SynthOptions::*,
                           bool SynthOptions::*, SynthRoad SynthOptions::*>;

struct Entry {
  SynthKey key;
  Field field;
};

constexpr std::array<std::string_view, 4> kRoads{"mixed", "urban", "rural", "highway"};
/// Without `cycle` every frame is simulated and kept, so that there is a bound.
constexpr int kMaxSimulatedFrames = 20'000;
constexpr double kMaxSeed = 9007199254740992.0;  // 2^53

SynthKey number(std::string_view name, double low, double high, std::string_view help) {
  return {.name = name, .minimum = low, .maximum = high, .help = help};
}
SynthKey whole(std::string_view name, double low, double high, std::string_view help) {
  return {.name = name, .minimum = low, .maximum = high, .whole = true, .help = help};
}

const std::array<Entry, 23> kEntries{{
    {whole("seed", 0, kMaxSeed, "equal seeds and options give equal bytes"), &SynthOptions::seed},
    {whole("drives", 1, 100'000, "drives, each with a world of its own"), &SynthOptions::drives},
    {whole("frames", 1, 10'000'000, "frames a drive; more than 20000 need cycle"), &SynthOptions::frames},
    {whole("cycle", 0, kMaxSimulatedFrames, "simulate this many frames and repeat them with new tracks; 0: all"),
     &SynthOptions::cycle},
    {whole("objects", 0, 300, "road users around the ego, about"), &SynthOptions::objects},
    {{.name = "road", .values = "mixed, urban, rural, highway", .help = "kind of road"}, &SynthOptions::road},
    {number("rate_hz", 1, 50, "frames a second"), &SynthOptions::rate_hz},
    {number("time_jitter_ms", 0, 10, "largest deviation of a frame from its nominal time"),
     &SynthOptions::time_jitter_ms},
    {number("slope", 0, 2, "0: flat ground, 1: hills of up to about 3 %"), &SynthOptions::slope},
    {whole("curbs", 0, 1, "raised sidewalks"), &SynthOptions::curbs},
    {whole("lidar_beams", 0, 128, "beams of the LiDAR; 0: none"), &SynthOptions::lidar_beams},
    {number("lidar_azimuth_deg", 0.05, 10, "angle between two firings of the LiDAR"), &SynthOptions::lidar_azimuth_deg},
    {number("lidar_range_m", 10, 200, "reach of the LiDAR"), &SynthOptions::lidar_range_m},
    {number("lidar_noise_m", 0, 0.5, "standard deviation of its ranges"), &SynthOptions::lidar_noise_m},
    {number("lidar_dropout", 0, 1, "share of its returns that is lost at any range"), &SynthOptions::lidar_dropout},
    {whole("rolling", 0, 1, "the world moves on while the LiDAR turns"), &SynthOptions::rolling},
    {whole("cameras", 0, 4, "front, rear fisheye, left, right, in this order"), &SynthOptions::cameras},
    {number("pixel_noise_px", 0, 20, "standard deviation of the edges of 2D boxes"), &SynthOptions::pixel_noise_px},
    {whole("radars", 0, 2, "front, rear, in this order"), &SynthOptions::radars},
    {number("radar_noise", 0, 10, "scale of the radar's noise; 0: none, and no ghosts"), &SynthOptions::radar_noise},
    {number("range_m", 10, 150, "objects further away are not labelled"), &SynthOptions::range_m},
    {whole("min_points", 0, 1000, "objects with fewer LiDAR points are not labelled"), &SynthOptions::min_points},
    {number("label_noise", 0, 10, "scale of the annotator's noise; 0: exact boxes"), &SynthOptions::label_noise},
}};

Error refuse(std::string_view key, std::string message, std::string expected) {
  return {ErrorCode::invalid_argument, std::move(message), std::string(kSynthPrefix) + std::string(key.substr(0, 80)),
          std::move(expected)};
}

Result<void> assign(const Entry& entry, std::string_view text, SynthOptions& options) {
  const SynthKey& key = entry.key;
  const std::string shown = "'" + std::string(text.substr(0, 80)) + "' is ";
  if (const auto* road = std::get_if<SynthRoad SynthOptions::*>(&entry.field)) {
    for (std::size_t i = 0; i < kRoads.size(); ++i) {
      if (kRoads[i] != text) continue;
      options.*(*road) = static_cast<SynthRoad>(i);
      return {};
    }
    return refuse(key.name, shown + "unknown", "one of " + std::string(key.values));
  }
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = failure == std::errc() && end == text.data() + text.size() && std::isfinite(value);
  if (!is_number || value < key.minimum || value > key.maximum || (key.whole && value != std::floor(value))) {
    return refuse(
        key.name, shown + (is_number ? "out of range" : "no number"),
        fmt::format("{} from {:.17g} to {:.17g}", key.whole ? "a whole number" : "a number", key.minimum, key.maximum));
  }
  std::visit(
      [&](auto field) {
        auto& target = options.*field;
        using T = std::decay_t<decltype(target)>;
        if constexpr (std::is_same_v<T, bool>) {
          target = value != 0;
        } else {
          target = static_cast<T>(value);
        }
      },
      entry.field);
  return {};
}

std::string value_text(const Entry& entry, const SynthOptions& options) {
  return std::visit(
      [&](auto field) -> std::string {
        const auto& value = options.*field;
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, SynthRoad>) {
          return std::string(kRoads.at(static_cast<std::size_t>(value)));
        } else if constexpr (std::is_same_v<T, bool>) {
          return value ? "1" : "0";
        } else {
          return fmt::format("{}", value);
        }
      },
      entry.field);
}

/// What single ranges do not express.
Result<void> check_together(const SynthOptions& options) {
  if (options.cycle == 0 && options.frames > kMaxSimulatedFrames) {
    return refuse("frames", fmt::format("{} frames are too many to simulate", options.frames),
                  fmt::format("at most {}, or cycle=K to repeat K frames", kMaxSimulatedFrames));
  }
  constexpr double kMaxLabels = 1.2e8;
  if (static_cast<double>(options.frames) * options.objects > kMaxLabels) {
    return refuse("frames", "frames times objects is beyond 1.2e8", "fewer frames a drive, and more drives");
  }
  constexpr double kMaxRays = 1e6;
  if (options.lidar_beams * 360.0 / options.lidar_azimuth_deg > kMaxRays) {
    return refuse("lidar_azimuth_deg", "more than 1000000 rays a sweep", "fewer beams or a larger angle");
  }
  if (options.rate_hz * 2e-3 * options.time_jitter_ms >= 1) {
    return refuse("time_jitter_ms", "frames would change their order", "less than half the time between two frames");
  }
  return {};
}

}  // namespace

std::span<const SynthKey> synth_keys() {
  static const auto keys = [] {
    std::array<SynthKey, kEntries.size()> list{};
    for (std::size_t i = 0; i < list.size(); ++i) {
      list[i] = kEntries[i].key;
      list[i].default_value = value_text(kEntries[i], SynthOptions{});
    }
    return list;
  }();
  return keys;
}

Result<SynthOptions> parse_synth_options(std::string_view text) {
  if (text.starts_with(kSynthPrefix)) text.remove_prefix(kSynthPrefix.size());
  SynthOptions options;
  std::set<std::string_view> seen;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(item.size() + 1, text.size()));
    const std::size_t equals = item.find('=');
    const std::string_view name = item.substr(0, equals);
    const auto* const entry =
        std::find_if(kEntries.begin(), kEntries.end(), [&](const Entry& e) { return e.key.name == name; });
    if (entry == kEntries.end()) {
      std::string known;
      for (const Entry& e : kEntries) known += (known.empty() ? "" : ", ") + std::string(e.key.name);
      return refuse("", "unknown key '" + std::string(name.substr(0, 80)) + "'", "key=value of " + known);
    }
    if (equals == std::string_view::npos) return refuse(name, "has no value", "key=value");
    if (!seen.insert(name).second) return refuse(name, "is given twice", "each key once");
    CONCORD_RETURN_IF_ERROR(assign(*entry, item.substr(equals + 1), options));
  }
  CONCORD_RETURN_IF_ERROR(check_together(options));
  return options;
}

std::string to_string(const SynthOptions& options) {
  std::string text;
  for (const Entry& entry : kEntries) {
    const std::string value = value_text(entry, options);
    if (value == value_text(entry, SynthOptions{})) continue;
    text += (text.empty() ? "" : ",") + std::string(entry.key.name) + "=" + value;
  }
  return std::string(kSynthPrefix) + text;
}

}  // namespace concord
