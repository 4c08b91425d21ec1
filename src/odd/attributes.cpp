#include "concord/attributes.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

#include "src/odd/agents.hpp"
#include "src/odd/claims.hpp"
#include "src/odd/ego_motion.hpp"
#include "src/odd/sun.hpp"
#include "src/odd/tag_meanings.hpp"

namespace concord {
namespace {

using odd::Claims;
using odd::TagMeanings;

constexpr double kKmh = 1 / 3.6;

/// 0, `step`, 2 `step` ... up to `last`.
std::vector<double> edges_every(double step, double first, double last) {
  std::vector<double> edges;
  for (double i = std::round(first / step); i * step <= last + step / 2; ++i) edges.push_back(i * step);
  return edges;
}

void claim_ego(const Drive& drive, Claims& claims) {
  const odd::EgoMotion motion = odd::ego_motion_of(drive.frames);
  std::vector<double> speeds{1 * kKmh};  // below: it stands
  for (const double edge : edges_every(5 * kKmh, 5 * kKmh, 300 * kKmh)) speeds.push_back(edge);
  claims.add_runs("ego_speed", motion.speed_mps, speeds);
  claims.add_runs("ego_acceleration", motion.acceleration_mps2, edges_every(0.5, -10, 10));
  claims.add_runs("ego_path_curvature", motion.curvature_1pm, {0.0005, 0.001, 0.002, 0.004, 0.01, 0.02, 0.05, 0.1});
}

/// Nanoseconds that the frame times lack to count from 1970 UTC, where that is known.
std::optional<TimeNs> offset_to_utc(const Drive& drive) {
  for (const Tag& tag : drive.tags) {
    if (tag.type != "start_utc") continue;
    const auto start = odd::parse_utc(tag.value);
    if (!start || drive.frames.time_ns.empty() || drive.frames.time_ns.front() == kNoTime) return std::nullopt;
    return static_cast<TimeNs>(static_cast<std::uint64_t>(*start) -
                               static_cast<std::uint64_t>(drive.frames.time_ns.front()));
  }
  if (drive.format == "nuscenes") return 0;
  return std::nullopt;
}

void claim_sun(const Drive& drive, Claims& claims) {
  const TagMeanings& meanings = TagMeanings::builtin();
  const auto offset = offset_to_utc(drive);
  const auto latitude = meanings.number(drive, "latitude_deg"), longitude = meanings.number(drive, "longitude_deg");
  if (!offset || !latitude || !longitude || std::abs(*latitude) > 90 || std::abs(*longitude) > 360) return;
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> elevation_rad(drive.frames.size(), kNaN), time_of_day_s(drive.frames.size(), kNaN);
  for (std::size_t frame = 0; frame < drive.frames.size(); ++frame) {
    if (drive.frames.time_ns[frame] == kNoTime) continue;
    const double unix_s = (static_cast<double>(drive.frames.time_ns[frame]) + static_cast<double>(*offset)) * 1e-9;
    constexpr double kLatest_s = 7.3e9;  // 2200; the formula is of our time
    if (std::abs(unix_s) > kLatest_s) continue;
    const odd::Sun sun = odd::sun_at(unix_s, *latitude, *longitude);
    elevation_rad[frame] = sun.elevation_rad;
    time_of_day_s[frame] = sun.time_of_day_s;
  }
  constexpr double kDegree = std::numbers::pi / 180;
  claims.add_runs("sun_elevation", elevation_rad, edges_every(2 * kDegree, -90 * kDegree, 90 * kDegree));
  claims.add_runs("time_of_day", time_of_day_s, edges_every(3600, 3600, 23 * 3600));
}

}  // namespace

DriveAttributes attributes_of(const Drive& drive, std::span<const LabelSetMeasurements> measurements) {
  DriveAttributes result;
  result.frames = odd::exposure_of(drive);
  Claims claims(static_cast<std::uint32_t>(drive.frames.size()));
  const TagMeanings& meanings = TagMeanings::builtin();
  for (const Tag& tag : drive.tags) meanings.claim(tag, claims);
  claim_ego(drive, claims);
  claim_sun(drive, claims);
  if (!drive.label_sets.empty() && !measurements.empty() && drive.taxonomy != nullptr) {
    const LabelSet& labels = drive.label_sets.front();
    const odd::Agents agents = odd::agents_of(drive, labels, measurements.front());
    odd::claim_traffic(drive, labels, measurements.front(), agents, claims);
    result.objects = odd::object_spans(drive, labels, measurements.front(), agents);
  }
  result.attributes = claims.settle(drive.name, [&](std::string_view name) { return meanings.several(name); });
  return result;
}

}  // namespace concord
