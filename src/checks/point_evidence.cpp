#include "src/checks/point_evidence.hpp"

#include <algorithm>
#include <cmath>

namespace concord::judging {
namespace {

constexpr std::array<Face, 4> kSides{Face::front, Face::left, Face::rear, Face::right};
constexpr double kSeenWell = 0.3;      ///< incidence from which a face must return points all over
constexpr double kHiddenShare = 0.1;   ///< a label with more rays that end before it is partly hidden
constexpr double kSilentShare = 0.34;  ///< with more directions without a return: at the edge of the field of view
constexpr double kMaxTruncation = 0.02;

/// The two sides that meet the given side at a corner.
std::array<Face, 2> beside(Face face) {
  if (face == Face::front || face == Face::rear) return {Face::left, Face::right};
  return {Face::front, Face::rear};
}

/// The table rounds outwards to the resolution of the axis; half of it back is right on average.
double outwards(const PointTable& points, std::uint32_t row, Face face) {
  return static_cast<double>(points.edge_m[index(face)][row]) -
         0.5 * static_cast<double>(points.edge_step_m[index(face) % 3][row]);
}

bool sticks_out(const PointTable& points, std::uint32_t row, Face face) {
  std::uint32_t objects = points.inside_object[row];
  for (const Face side : kSides) objects += points.beyond[index(side)][row];
  const std::uint32_t beyond = points.beyond[index(face)][row];
  return beyond >= 5 && beyond >= 0.01 * objects;
}

}  // namespace

bool is_measured(const CheckContext& context, std::uint32_t row) {
  const LabelSetMeasurements& measured = context.measured();
  return context.is_valid_object(row) && measured.clouds.measured(context.labels().frame[row]) &&
         measured.points.inside[row] != kNone;
}

double hidden_share(const PointTable& points, std::uint32_t row) {
  const double front = points.rays_front[row];
  const double all = front + points.rays_inside[row] + points.rays_behind[row];
  return all > 0 ? front / all : 1.0;
}

double incidence(const Cuboid& box, Face face) {
  const Vec3 ego = box.rotation.normalized().conjugate() * (-box.center_m);
  const std::size_t axis = index(face) % 3;
  const double sign = index(face) < 3 ? 1.0 : -1.0;
  const double ahead = sign * ego[static_cast<Eigen::Index>(axis)] - 0.5 * box.size_m[static_cast<Eigen::Index>(axis)];
  const double distance = std::hypot(ego.x(), ego.y());
  return distance > 0 ? std::max(ahead / distance, 0.0) : 0.0;
}

BoxEvidence box_evidence(const CheckContext& context, std::uint32_t row, double min_points) {
  BoxEvidence evidence;
  const PointTable& points = context.measured().points;
  if (!is_measured(context, row)) return evidence;
  std::uint32_t objects = points.inside_object[row];
  for (const Face face : kSides) objects += points.beyond[index(face)][row];
  if (objects < min_points) return evidence;

  // Of a box that is turned against its points every face looks wrong: points.wrong_heading says it once.
  constexpr float kTurned_rad = 0.1F, kGain = 0.3F;
  if (std::abs(points.fit_turn_rad[row]) > kTurned_rad && points.fit_gain[row] >= kGain) return evidence;

  const Cuboid box = context.labels().cuboid.at(row);
  const double directions = points.directions[row];
  const bool whole = hidden_share(points, row) <= kHiddenShare &&
                     points.directions_silent[row] <= kSilentShare * directions &&
                     context.labels().truncation.get(row).value_or(0) <= kMaxTruncation;
  for (const Face face : kSides) {
    FaceEvidence& found = evidence[index(face)];
    const double out_m = outwards(points, row, face);
    if (std::isnan(out_m)) continue;
    if (out_m > 0) {
      found = {sticks_out(points, row, face), out_m};
      // A few stray points outside say at least that the object reaches the face.
      if (!found.known && incidence(box, face) >= kSeenWell && whole) found = {true, 0};
      continue;
    }
    const auto [one, other] = beside(face);
    const bool must_reach =
        incidence(box, face) >= kSeenWell || std::max(incidence(box, one), incidence(box, other)) >= 0.5;
    // A third of the length without a point was rather not seen (windows, dark paint) than labelled in excess.
    const double size_m = box.size_m[static_cast<Eigen::Index>(index(face) % 3)];
    found = {whole && must_reach && -out_m < 0.3 * size_m, out_m};
  }
  const double top_m = outwards(points, row, Face::top);
  if (top_m > 0 && sticks_out(points, row, Face::top)) evidence[index(Face::top)] = {true, top_m};
  return evidence;
}

}  // namespace concord::judging
