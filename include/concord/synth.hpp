#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "concord/result.hpp"

namespace concord {

enum class SynthRoad : std::uint8_t { mixed, urban, rural, highway };

/// What a synthetic drive is made of. The values here are the defaults; `synth_keys()` gives the ranges.
struct SynthOptions {
  std::uint64_t seed = 1;
  int drives = 1;
  int frames = 100;
  int cycle = 0;
  int objects = 30;
  SynthRoad road = SynthRoad::mixed;
  double rate_hz = 10;
  double time_jitter_ms = 1;
  double slope = 1;
  bool curbs = true;
  int lidar_beams = 32;
  double lidar_azimuth_deg = 0.4;
  double lidar_range_m = 120;
  double lidar_noise_m = 0.02;
  double lidar_dropout = 0.03;
  bool rolling = true;
  int cameras = 2;
  double pixel_noise_px = 1;
  int radars = 2;
  double radar_noise = 1;
  double range_m = 80;
  int min_points = 3;
  double label_noise = 1;
};

/// One key of `synthetic:key=value,...`; `concord synth` has an option of the same name (with - for _).
struct SynthKey {
  std::string_view name;
  double minimum = 0, maximum = 0;
  bool whole = false;         ///< takes whole numbers only
  std::string_view values{};  ///< of keys that take a word: "mixed, urban, rural, highway"
  std::string_view help{};
  std::string default_value{};
};
[[nodiscard]] std::span<const SynthKey> synth_keys();

inline constexpr std::string_view kSynthPrefix = "synthetic:";

/// Parses `key=value,key=value`, with or without the prefix `synthetic:`. Unknown and repeated keys, values out of
/// range and combinations that cannot be simulated are errors that name the key.
[[nodiscard]] Result<SynthOptions> parse_synth_options(std::string_view text);
/// `synthetic:` and the keys that differ from their defaults; parsing it gives the same options.
[[nodiscard]] std::string to_string(const SynthOptions& options);

enum class SynthClouds : std::uint8_t {
  pcd,   ///< one binary PCD a sweep: x y z intensity and time; radar detections too
  none,  ///< no files: the clouds are simulated again when they are read
};

/// Writes every drive of `options` as ASAM OpenLABEL to the new or empty folder `out`: `NAME.json`, and the sweeps
/// below `NAME/`. Reading it back gives the drives that `synthetic:` gives.
[[nodiscard]] Result<void> write_synthetic(const SynthOptions& options, SynthClouds clouds,
                                           const std::filesystem::path& out);

}  // namespace concord
