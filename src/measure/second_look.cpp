#include "src/measure/second_look.hpp"

#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "src/measure/registration/icp.hpp"

namespace concord::measure {
namespace {

constexpr double kAround_m = 0.5, kAboveGround_m = 0.2, kAboveTop_m = 0.3;
constexpr std::size_t kMostPoints = 300, kFewestPoints = 12;

bool is_usable(const Cuboid& box) {
  return box.center_m.allFinite() && box.size_m.allFinite() && box.size_m.minCoeff() > 0 && box.rotation.norm() > 0;
}

/// A cuboid with what it takes to test points against it.
struct Place {
  explicit Place(const Cuboid& box)
      : center_m(box.center_m), half_m(0.5 * box.size_m), R_box_ego(box.rotation.normalized().conjugate()) {}
  [[nodiscard]] Vec3 in_axes(const Vec3& point_m) const { return R_box_ego * (point_m - center_m); }
  [[nodiscard]] bool contains(const Vec3& point_m) const {
    return (in_axes(point_m).cwiseAbs() - half_m).maxCoeff() <= 0;
  }
  Vec3 center_m, half_m;
  Quat R_box_ego;
};

/// Every n-th of them, so that at most kMostPoints stay.
std::vector<Vec3> thinned(const std::vector<Vec3>& points) {
  if (points.size() <= kMostPoints) return points;
  std::vector<Vec3> some;
  for (std::size_t i = 0; i < kMostPoints; ++i) some.push_back(points[i * points.size() / kMostPoints]);
  return some;
}

/// Points of the label's object in its axes: above the ground, in the cuboid or beside it and in no other one.
std::vector<Vec3> object_points(const LabelSet& set, const PointTable& table, std::uint32_t row,
                                const CloudBatch& batch, const BatchPoints& points) {
  const Cuboid box = set.cuboid.at(row);
  if (!is_usable(box)) return {};
  const Place own(box);
  const double reach_m = own.half_m.norm() + 2 * kAround_m;
  std::vector<Place> others;
  const std::uint32_t frame = set.frame[row];
  for (std::uint32_t other = set.frame_offset[frame]; other < set.frame_offset[frame + 1]; ++other) {
    const Cuboid that = set.cuboid.at(other);
    if (other == row || !is_usable(that)) continue;
    if ((that.center_m - box.center_m).norm() <= reach_m + 0.5 * that.size_m.norm()) others.emplace_back(that);
  }
  // Of the label's own bottom, not of its centre: boxes may be tilted.
  const double bottom_m = (box.rotation.normalized() * Vec3(0, 0, -own.half_m.z()) + box.center_m).z();
  const auto above_m = static_cast<double>(table.bottom_above_ground_m[row]);
  const double floor_m = (std::isfinite(above_m) ? bottom_m - above_m : bottom_m) + kAboveGround_m;
  std::vector<Vec3> found;
  const std::size_t index = frame - batch.first_frame;
  for (std::uint64_t i = points.frame_offset[index]; i < points.frame_offset[index + 1]; ++i) {
    const Vec3 point_m(static_cast<double>(points.x_m[i]), static_cast<double>(points.y_m[i]),
                       static_cast<double>(points.z_m[i]));
    if (std::abs(point_m.x() - own.center_m.x()) > reach_m || std::abs(point_m.y() - own.center_m.y()) > reach_m) {
      continue;
    }
    if (point_m.z() <= floor_m) continue;
    const Vec3 at_m = own.in_axes(point_m);
    if (std::abs(at_m.x()) > own.half_m.x() + kAround_m || std::abs(at_m.y()) > own.half_m.y() + kAround_m) continue;
    if (at_m.z() > own.half_m.z() + kAboveTop_m) continue;
    if (std::any_of(others.begin(), others.end(), [&](const Place& other) { return other.contains(point_m); })) {
      continue;
    }
    found.push_back(at_m);
  }
  return thinned(found);
}

Vec3 middle_of(const std::vector<Vec3>& points) {
  Vec3 sum = Vec3::Zero();
  for (const Vec3& point : points) sum += point;
  return sum / static_cast<double>(points.size());
}

bool is_better(const Alignment& a, const Alignment& b) {
  return a.matched != b.matched ? a.matched > b.matched : a.rms_m < b.rms_m;
}

struct Registered {
  Alignment alignment;
  double apart_m;
};

/// From two starts: as the labels moved, and with the middles on each other.
std::optional<Registered> registered(const std::vector<Vec3>& from, const std::vector<Vec3>& to) {
  if (std::min(from.size(), to.size()) < kFewestPoints) return std::nullopt;
  SE3 by_middle = SE3::Identity();
  by_middle.translation() = middle_of(to) - middle_of(from);
  const auto first = align(from, to, SE3::Identity()), second = align(from, to, by_middle);
  if (!first || !second) return std::nullopt;
  return Registered{is_better(*second, *first) ? *second : *first,
                    (first->T_to_from.translation() - second->T_to_from.translation()).norm()};
}

void append(const LabelPair& pair, std::size_t points_from, std::size_t points_to, const Registered& found,
            RegistrationTable& table) {
  const SE3& T = found.alignment.T_to_from;
  table.track.push_back(pair.track);
  table.row_from.push_back(pair.row_from);
  table.row_to.push_back(pair.row_to);
  table.points_from.push_back(static_cast<std::uint32_t>(points_from));
  table.points_to.push_back(static_cast<std::uint32_t>(points_to));
  // The points lie off the label by as much as it lies off them the other way.
  table.along_m.push_back(-T.translation().x());
  table.across_m.push_back(-T.translation().y());
  table.up_m.push_back(-T.translation().z());
  table.turn_rad.push_back(wrap_angle(-yaw_of(Quat(T.linear()))));
  table.rms_m.push_back(found.alignment.rms_m);
  table.matched.push_back(found.alignment.matched);
  table.apart_m.push_back(found.apart_m);
}

}  // namespace

SecondLook::SecondLook(const Drive& drive, const std::vector<LabelSetMeasurements>& measured) {
  if (!can_register()) return;
  for (std::size_t s = 0; s < measured.size(); ++s) {
    SetPlan& plan = sets_.emplace_back();
    const LabelSet& set = drive.label_sets[s];
    plan.pairs = plan_registrations(drive, set, measured[s], order_by_track(drive, set));
    for (std::size_t i = 0; i < plan.pairs.size(); ++i) {
      plan.last_use[plan.pairs[i].row_from] = plan.last_use[plan.pairs[i].row_to] = i;
    }
  }
}

std::size_t SecondLook::add(const Drive& drive, const CloudBatch& batch, const BatchPoints& points,
                            std::vector<LabelSetMeasurements>& measured) {
  std::size_t tried = 0;
  for (std::size_t s = 0; s < sets_.size(); ++s) {
    SetPlan& plan = sets_[s];
    measured[s].registrations.available = true;
    const LabelSet& set = drive.label_sets[s];
    const std::uint32_t first = set.frame_offset[batch.first_frame];
    const std::uint32_t end = set.frame_offset[batch.first_frame + batch.frames()];
    std::vector<std::uint32_t> wanted;
    for (auto at = plan.last_use.lower_bound(first); at != plan.last_use.end() && at->first < end; ++at) {
      if (batch.state[set.frame[at->first] - batch.first_frame] == frame_cloud::kMeasured) wanted.push_back(at->first);
    }
    std::vector<std::vector<Vec3>> found(wanted.size());
    tbb::parallel_for(std::size_t{0}, wanted.size(), [&](std::size_t i) {
      found[i] = object_points(set, measured[s].points, wanted[i], batch, points);
    });
    for (std::size_t i = 0; i < wanted.size(); ++i) plan.kept.emplace(wanted[i], std::move(found[i]));

    std::size_t last = plan.next;
    while (last < plan.pairs.size() && plan.pairs[last].row_to < end) ++last;
    std::vector<std::optional<Registered>> results(last - plan.next);
    const auto points_of = [&](std::uint32_t row) -> const std::vector<Vec3>& {
      static const std::vector<Vec3> kNothing;  // its cloud was not measured
      const auto at = plan.kept.find(row);
      return at == plan.kept.end() ? kNothing : at->second;
    };
    tbb::parallel_for(std::size_t{0}, results.size(), [&](std::size_t i) {
      const LabelPair& pair = plan.pairs[plan.next + i];
      results[i] = registered(points_of(pair.row_from), points_of(pair.row_to));
    });
    tried += results.size();
    for (std::size_t i = 0; i < results.size(); ++i) {
      const LabelPair& pair = plan.pairs[plan.next + i];
      if (!results[i]) continue;
      append(pair, points_of(pair.row_from).size(), points_of(pair.row_to).size(), *results[i],
             measured[s].registrations);
    }
    plan.next = last;
    std::erase_if(plan.kept, [&](const auto& entry) { return plan.last_use.at(entry.first) < plan.next; });
  }
  return tried;
}

}  // namespace concord::measure
