#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "src/synth/simulate.hpp"

namespace concord::synth {
namespace {

using TextAt = std::function<std::string(double time_s)>;

/// One tag a stretch of frames with the same text; frames of the empty text have none.
void add_spans(const World& world, const std::string& type, const TextAt& text_at, std::vector<Tag>& tags) {
  const auto count = static_cast<std::uint32_t>(world.frames());
  std::string text;
  for (std::uint32_t frame = 0; frame < count; ++frame) {
    const std::string now = text_at(static_cast<double>(world.frame_time_ns(static_cast<int>(frame))) * 1e-9);
    if (frame > 0 && now == text) {
      if (!text.empty()) tags.back().frame_end = frame;
      continue;
    }
    text = now;
    if (!text.empty())
      tags.push_back({.type = type, .value = text, .number = {}, .frame_begin = frame, .frame_end = frame});
  }
}

std::string name_of(Weather weather) {
  constexpr std::array<const char*, 4> kNames{"clear", "rain", "heavy_rain", "fog"};
  return kNames[static_cast<std::size_t>(weather)];
}

std::string name_of(Light light) {
  constexpr std::array<const char*, 3> kNames{"day", "dusk", "night"};
  return kNames[static_cast<std::size_t>(light)];
}

std::string name_of(SynthRoad type) {
  return type == SynthRoad::highway ? "highway" : type == SynthRoad::rural ? "rural" : "urban";
}

std::string speed_band(double speed_mps) {
  const double kmh = speed_mps * 3.6;
  return kmh < 30 ? "0-30" : kmh < 50 ? "30-50" : kmh < 80 ? "50-80" : "80+";
}

}  // namespace

std::vector<Tag> make_tags(const World& world) {
  std::vector<Tag> tags;
  const Road& road = world.road();
  const auto station = [&](double time_s) { return world.ego_motion(time_s).s_m; };
  add_spans(
      world, "weather", [&](double t) { return name_of(world.weather(t)); }, tags);
  add_spans(
      world, "illumination", [&](double) { return name_of(world.light()); }, tags);
  add_spans(
      world, "road_type", [&](double t) { return name_of(road.section_at(station(t)).type); }, tags);
  add_spans(
      world, "ego_speed_band_kmh", [&](double t) { return speed_band(world.ego_motion(t).speed_mps); }, tags);
  add_spans(
      world, "road_geometry",
      [&](double t) { return std::abs(road.centre().at(station(t)).curvature_per_m) > 1e-4 ? "curve" : "straight"; },
      tags);
  add_spans(
      world, "junction",
      [&](double t) {
        const double* junction = road.nearest_junction(station(t));
        return junction != nullptr && std::abs(station(t) - *junction) < 30 ? "signalised" : "";
      },
      tags);
  for (const Manoeuvre& manoeuvre : world.manoeuvres()) {
    Tag tag{.type = "scenario", .value = std::string(manoeuvre.kind), .number = manoeuvre.actor, .frame_begin = kNone};
    for (int frame = 0; frame < world.frames(); ++frame) {
      const double time_s = static_cast<double>(world.frame_time_ns(frame)) * 1e-9;
      if (time_s < manoeuvre.begin_s || time_s > manoeuvre.end_s) continue;
      if (tag.frame_begin == kNone) tag.frame_begin = static_cast<std::uint32_t>(frame);
      tag.frame_end = static_cast<std::uint32_t>(frame);
    }
    if (tag.frame_begin != kNone) tags.push_back(std::move(tag));
  }
  return tags;
}

}  // namespace concord::synth
