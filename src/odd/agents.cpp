#include "src/odd/agents.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace concord::odd {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kNear_m = 50;  ///< around the ego, for densities and standing traffic
constexpr double kKmh = 1 / 3.6;

/// Concord classes as the taxonomy's agent types; a class without a line has that of its parent.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kAgentTypes{{{"car", "car"},
                                                                                     {"van", "car"},
                                                                                     {"truck", "truck"},
                                                                                     {"construction_vehicle", "truck"},
                                                                                     {"bus", "bus"},
                                                                                     {"trailer", "trailer"},
                                                                                     {"rail_vehicle", "train"},
                                                                                     {"motorcycle", "motorcycle"},
                                                                                     {"motorcyclist", "motorcycle"},
                                                                                     {"bicycle", "bicycle"},
                                                                                     {"cyclist", "bicycle"},
                                                                                     {"rider", "rider"},
                                                                                     {"person", "pedestrian"},
                                                                                     {"animal", "animal"}}};

std::string_view agent_type_of(const Taxonomy& taxonomy, ClassCode code) {
  for (const ClassCode ancestor : taxonomy.lineage(code)) {
    for (const auto& [name, type] : kAgentTypes) {
      if (taxonomy.at(ancestor).name == name) return type;
    }
  }
  return {};
}

std::string_view occlusion_of(const LabelSet& labels, std::size_t row) {
  constexpr std::string_view kVisible = "visible", kPartly = "partly_occluded", kLargely = "largely_occluded";
  if (const auto level = labels.occlusion_level.get(row)) {
    return *level == 0 ? kVisible : *level == 1 ? kPartly : *level == 2 ? kLargely : std::string_view();
  }
  const auto share = labels.visibility.get(row);
  if (!share || !std::isfinite(*share)) return {};
  return *share >= 0.8 ? kVisible : *share >= 0.4 ? kPartly : kLargely;
}

const std::vector<double>& distance_edges_m() {
  static const std::vector<double> kEdges{5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200};
  return kEdges;
}
const std::vector<double>& speed_edges_mps() {
  static const std::vector<double> kEdges{2 * kKmh,  5 * kKmh,  10 * kKmh,  20 * kKmh,  30 * kKmh,  50 * kKmh,
                                          70 * kKmh, 80 * kKmh, 100 * kKmh, 120 * kKmh, 130 * kKmh, 160 * kKmh};
  return kEdges;
}

/// The bin of a number, or -1 where it is not known.
int bin_of(double value, const std::vector<double>& edges) {
  if (std::isnan(value)) return -1;
  return static_cast<int>(std::upper_bound(edges.begin(), edges.end(), value) - edges.begin());
}

/// A row of the result while its object may go on.
struct Run {
  ObjectSpan span;
  int distance_bin = -1, speed_bin = -1;
  bool is_open = false;

  [[nodiscard]] bool goes_on_as(const Run& next) const {
    return is_open && span.frame_index_end + 1 == next.span.frame_index && span.agent_type == next.span.agent_type &&
           span.occlusion == next.span.occlusion && distance_bin == next.distance_bin && speed_bin == next.speed_bin;
  }
  void take_in(const ObjectSpan& next) {
    span.frame_index_end = next.frame_index_end;
    span.distance_low_m = std::min(span.distance_low_m, next.distance_low_m);
    span.distance_high_m = std::max(span.distance_high_m, next.distance_high_m);
    span.speed_low_mps = std::min(span.speed_low_mps, next.speed_low_mps);
    span.speed_high_mps = std::max(span.speed_high_mps, next.speed_high_mps);
  }
};

/// Counts of one frame.
struct FrameCounts {
  std::uint32_t agents = 0, vehicles = 0, vulnerable = 0;  ///< near the ego
  std::uint32_t vulnerable_anywhere = 0, standing = 0;
};

}  // namespace

Agents agents_of(const Drive& drive, const LabelSet& labels, const LabelSetMeasurements& measured) {
  const Taxonomy& taxonomy = *drive.taxonomy;
  const auto road_user = taxonomy.find("road_user"), animal = taxonomy.find("animal");
  std::vector<std::uint8_t> class_is_agent(taxonomy.size(), 0);
  std::vector<std::string_view> type_of_class(taxonomy.size());
  for (std::size_t i = 0; i < taxonomy.size(); ++i) {
    const auto code = static_cast<ClassCode>(i);
    const bool is_agent = (road_user && taxonomy.is_a(code, *road_user)) || (animal && taxonomy.is_a(code, *animal));
    class_is_agent[i] = is_agent ? 1 : 0;
    if (is_agent) type_of_class[i] = agent_type_of(taxonomy, code);
  }
  Agents agents{std::vector<std::uint8_t>(labels.size(), 0), std::vector<std::string_view>(labels.size()),
                std::vector<double>(labels.size(), kNaN)};
  for (std::size_t row = 0; row < labels.size(); ++row) {
    agents.is_agent[row] = class_is_agent[labels.class_code[row]] != 0 && measured.cuboids.finite[row] != 0 ? 1 : 0;
    agents.agent_type[row] = type_of_class[labels.class_code[row]];
  }
  if (!measured.motion.world) return agents;
  const ResidualTable& residuals = measured.residuals;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const double speed_mps = std::hypot(residuals.velocity_along_mps[i], residuals.velocity_across_mps[i]);
    if (std::isfinite(speed_mps)) agents.speed_mps[residuals.row[i]] = speed_mps;
  }
  return agents;
}

std::vector<ObjectSpan> object_spans(const Drive& drive, const LabelSet& labels, const LabelSetMeasurements& measured,
                                     const Agents& agents) {
  std::vector<ObjectSpan> spans;
  std::vector<Run> runs(labels.tracks.size());
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    if (agents.is_agent[row] == 0) continue;
    const bool has_track = labels.track[row] != kNone;
    const double distance_m = measured.cuboids.range_m[row];
    const double speed_mps = agents.speed_mps[row];
    Run next{.span = {.drive = drive.name,
                      .object = std::string(has_track ? labels.tracks.at(labels.track[row]) : labels.label_id[row]),
                      .agent_type = std::string(agents.agent_type[row]),
                      .occlusion = std::string(occlusion_of(labels, row)),
                      .distance_low_m = distance_m,
                      .distance_high_m = distance_m,
                      .speed_low_mps = speed_mps,
                      .speed_high_mps = speed_mps,
                      .frame_index = labels.frame[row],
                      .frame_index_end = labels.frame[row]},
             .distance_bin = bin_of(distance_m, distance_edges_m()),
             .speed_bin = bin_of(speed_mps, speed_edges_mps()),
             .is_open = true};
    if (!has_track) {
      spans.push_back(std::move(next.span));
      continue;
    }
    Run& run = runs[labels.track[row]];
    if (run.goes_on_as(next)) {
      run.take_in(next.span);
      continue;
    }
    if (run.is_open) spans.push_back(std::move(run.span));
    run = std::move(next);
  }
  for (Run& run : runs) {
    if (run.is_open) spans.push_back(std::move(run.span));
  }
  std::sort(spans.begin(), spans.end(), [](const ObjectSpan& a, const ObjectSpan& b) {
    return std::tie(a.frame_index, a.object, a.frame_index_end, a.distance_low_m) <
           std::tie(b.frame_index, b.object, b.frame_index_end, b.distance_low_m);
  });
  return spans;
}

void claim_traffic(const Drive& drive, const LabelSet& labels, const LabelSetMeasurements& measured,
                   const Agents& agents, Claims& claims) {
  constexpr double kStands_mps = 0.5, kDrives_mps = 2;
  constexpr std::uint32_t kLeastStanding = 3;
  const Taxonomy& taxonomy = *drive.taxonomy;
  const auto vehicle = taxonomy.find("vehicle");
  std::vector<double> fastest_mps(labels.tracks.size(), 0);
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    if (labels.track[row] == kNone || std::isnan(agents.speed_mps[row])) continue;
    double& fastest = fastest_mps[labels.track[row]];
    fastest = std::max(fastest, agents.speed_mps[row]);
  }
  std::vector<FrameCounts> counts(drive.frames.size());
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    if (agents.is_agent[row] == 0) continue;
    FrameCounts& frame = counts[labels.frame[row]];
    const ClassCode code = labels.class_code[row];
    const bool is_vulnerable = taxonomy.at(code).vulnerable;
    if (is_vulnerable) ++frame.vulnerable_anywhere;
    if (measured.cuboids.range_m[row] > kNear_m) continue;
    ++frame.agents;
    if (is_vulnerable) ++frame.vulnerable;
    if (!vehicle || !taxonomy.is_a(code, *vehicle)) continue;
    ++frame.vehicles;
    // What stands but drove, or will: a parked car is no traffic.
    const auto state = labels.moving_state.get(row);
    const bool stands = agents.speed_mps[row] < kStands_mps && labels.track[row] != kNone &&
                        fastest_mps[labels.track[row]] > kDrives_mps;
    if (state ? *state == MovingState::stopped : stands) ++frame.standing;
  }

  const LabelScope& scope = labels.scope;
  const bool holds_vulnerable =
      scope.classes.empty() || std::any_of(scope.classes.begin(), scope.classes.end(),
                                           [&](ClassCode code) { return taxonomy.at(code).vulnerable; });
  const bool is_all_round = scope.known && !scope.camera_view;
  const bool is_whole = is_all_round && scope.max_range_m.value_or(kNear_m) >= kNear_m;
  const std::vector<double> edges{0.01, 0.03, 0.06, 0.11, 0.21, 0.51};  // 1, 3, 6, 11, 21, 51 within 50 m
  const auto claim_density = [&](std::string_view name, std::uint32_t FrameCounts::*member, bool is_held) {
    std::vector<double> density;
    for (const FrameCounts& frame : counts) density.push_back(static_cast<double>(frame.*member) / (2 * kNear_m));
    claims.add_runs(name, density, edges, !is_whole || !is_held);
  };
  claim_density("agent_density", &FrameCounts::agents, holds_vulnerable);
  claim_density("vehicle_density", &FrameCounts::vehicles, true);
  claim_density("vulnerable_density", &FrameCounts::vulnerable, holds_vulnerable);

  std::vector<std::string_view> vulnerable, standing;
  const bool knows_motion = measured.motion.world || labels.moving_state.present();
  for (const FrameCounts& frame : counts) {
    const std::string_view none = is_all_round ? "false" : "";
    vulnerable.push_back(frame.vulnerable_anywhere > 0 ? "true" : holds_vulnerable ? none : "");
    standing.push_back(!knows_motion ? "" : frame.standing >= kLeastStanding ? "true" : is_whole ? "false" : "");
  }
  claims.add_word_runs("vulnerable_road_user", vulnerable);
  claims.add_word_runs("stationary_traffic", standing);
}

}  // namespace concord::odd
