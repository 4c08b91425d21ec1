#include "src/measure/points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "src/measure/box_view.hpp"
#include "src/measure/probes.hpp"

namespace concord::measure {
namespace {

using kernels::BoxColumns;
using kernels::BoxDetailRow;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
/// A point this close to a label is explained by it: mirrors, open doors, loose boxes.
constexpr double kExplainedMargin_m = 0.5;
constexpr double kCore = 0.8;  ///< rays count that meet a box shrunk to this share

/// Rows of a table, sorted by frame, in the frames of a batch.
struct BatchRows {
  BatchRows(const LabelSet& set, const CloudBatch& batch) : first(set.frame_offset[batch.first_frame]) {
    for (std::uint32_t f = 0; f <= batch.frames(); ++f) {
      offset.push_back(set.frame_offset[batch.first_frame + f] - first);
    }
  }
  BatchRows(const std::vector<std::uint32_t>& frame, const CloudBatch& batch) : first(at(frame, batch.first_frame)) {
    for (std::uint32_t f = 0; f <= batch.frames(); ++f) offset.push_back(at(frame, batch.first_frame + f) - first);
  }
  std::uint32_t first;
  std::vector<std::uint32_t> offset;  ///< per frame of the batch, from 0

 private:
  static std::uint32_t at(const std::vector<std::uint32_t>& frame, std::uint32_t wanted) {
    return static_cast<std::uint32_t>(std::lower_bound(frame.begin(), frame.end(), wanted) - frame.begin());
  }
};

/// Turns that are tried to align a box: 0, then alternately to both sides in steps of 3 degrees up to 45.
struct Turns {
  Turns() {
    for (int i = 0; i <= 30; ++i) {
      const int steps = i % 2 == 0 ? i / 2 : -(i + 1) / 2;
      rad.push_back(3.0 * steps * std::numbers::pi / 180.0);
      cos.push_back(std::cos(rad.back()));
      sin.push_back(std::sin(rad.back()));
    }
  }
  std::vector<double> rad, cos, sin;
};

/// Centre of the bottom, along the box's own up axis.
Vec3 bottom_of(const Cuboid& box) {
  const double norm = box.rotation.norm();
  if (!(norm > 0)) return box.center_m;
  return box.center_m - box.rotation.normalized() * Vec3(0, 0, 0.5 * box.size_m.z());
}

std::uint8_t seen_faces(const Cuboid& box, const CloudBatch& batch, std::uint32_t frame) {
  unsigned seen = 0;
  if (!(box.rotation.norm() > 0)) return 0;
  const Quat rotation = box.rotation.normalized();
  for (const CloudBatch::Sweep& sweep : batch.sweeps) {
    if (sweep.frame != frame) continue;
    const Vec3 sensor = rotation.conjugate() * (sweep.origin_m - box.center_m);
    for (int k = 0; k < 3; ++k) {
      if (sensor[k] > 0.5 * box.size_m[k]) seen |= 1U << k;
      if (-sensor[k] > 0.5 * box.size_m[k]) seen |= 1U << (k + 3);
    }
  }
  return static_cast<std::uint8_t>(seen);
}

void copy_details(const BoxDetailRow& row, const Turns& turns, std::size_t at, PointTable& table) {
  table.inside[at] = row.inside;  // no_count is kNone
  static_assert(BoxDetailRow::no_count == kNone);
  table.inside_object[at] = row.inside_object;
  for (std::size_t face = 0; face < kFaces; ++face) {
    table.beyond[face][at] = row.beyond[face];
    table.within[face][at] = row.within[face];
    table.edge_m[face][at] = static_cast<float>(row.edge_m[face]);
  }
  for (std::size_t axis = 0; axis < 3; ++axis) table.edge_step_m[axis][at] = static_cast<float>(row.edge_step_m[axis]);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    table.middle_m[axis][at] = static_cast<float>(row.middle_m[axis]);
    table.spread_m2[axis][at] = static_cast<float>(row.variance_m2[axis]);
  }
  table.covariance_xy_m2[at] = static_cast<float>(row.covariance_xy_m2);
  table.object_points[at] = static_cast<std::uint32_t>(row.object_points);
  table.nearest_m[at] = static_cast<float>(row.nearest_m);
  table.farthest_m[at] = static_cast<float>(row.farthest_m);
  if (row.fit_points > 0) {
    table.fit_turn_rad[at] = static_cast<float>(turns.rad[row.fit_turn]);
    table.fit_gain[at] = static_cast<float>(row.fit_gain);
  }
}

/// See PointTable::expected.
float expected_returns(const kernels::OcclusionRow& rays) {
  const double returned = static_cast<double>(rays.front) + rays.inside + rays.behind;
  const double answered = static_cast<double>(rays.directions) - rays.silent;
  if (!(returned > 0) || !(answered > 0)) return kNan;
  return static_cast<float>(returned * rays.directions / answered / (kCore * kCore));
}

/// `ground` is that below each box, or nullptr.
void measure_boxes(kernels::ExecutionContext& context, const CuboidColumns& cuboids, const BatchRows& rows,
                   const CloudBatch& batch, const BatchPoints& points, const std::vector<float>& ground_m,
                   const kernels::GroundRow* ground, PointTable& table) {
  static const Turns kTurns;
  const std::size_t count = rows.offset.back();
  const BoxColumns boxes = view(cuboids, rows.first, count);
  std::vector<BoxDetailRow> details(count);
  kernels::BoxDetailRequest request;
  request.boxes = boxes;
  request.box_offset = rows.offset.data();
  request.points = points.by_frame();
  request.ground_m = ground_m.data();
  request.turn_cos = kTurns.cos.data();
  request.turn_sin = kTurns.sin.data();
  request.turns = static_cast<std::uint32_t>(kTurns.rad.size());
  context.box_details(request, details.data());
  std::vector<kernels::OcclusionRow> rays(count);
  context.occlusion({boxes, rows.offset.data(), batch.frames(), points.by_sweep(), points.sweep_frame.data(),
                     points.origin_x_m.data(), points.origin_y_m.data(), points.origin_z_m.data(), kCore, 0.5},
                    rays.data());
  for (std::uint32_t f = 0; f < batch.frames(); ++f) {
    if (batch.state[f] != frame_cloud::kMeasured) continue;
    for (std::uint32_t i = rows.offset[f]; i < rows.offset[f + 1]; ++i) {
      const std::size_t at = rows.first + i;
      copy_details(details[i], kTurns, at, table);
      const Cuboid box = cuboids.at(at);
      table.seen[at] = seen_faces(box, batch, batch.first_frame + f);
      if (ground != nullptr) {
        table.bottom_above_ground_m[at] = static_cast<float>(bottom_of(box).z() - ground[i].height_m);
        table.ground_support[at] = ground[i].support;
      }
      table.rays_front[at] = rays[i].front;
      table.rays_inside[at] = rays[i].inside;
      table.rays_behind[at] = rays[i].behind;
      table.directions[at] = rays[i].directions;
      table.directions_silent[at] = rays[i].silent;
      table.expected[at] = expected_returns(rays[i]);
    }
  }
}

/// Rows of labels that were not measured.
void prepare(std::size_t rows, PointTable& table) {
  table.inside.assign(rows, kNone);
  for (auto* column : {&table.inside_object, &table.object_points, &table.ground_support, &table.rays_front,
                       &table.rays_inside, &table.rays_behind, &table.directions, &table.directions_silent}) {
    column->assign(rows, 0);
  }
  for (std::size_t face = 0; face < kFaces; ++face) {
    table.beyond[face].assign(rows, 0);
    table.within[face].assign(rows, 0);
    table.edge_m[face].assign(rows, kNan);
  }
  for (auto& step : table.edge_step_m) step.assign(rows, kNan);
  table.seen.assign(rows, 0);
  for (auto* column : {&table.nearest_m, &table.farthest_m, &table.bottom_above_ground_m, &table.expected,
                       &table.covariance_xy_m2, &table.fit_turn_rad, &table.fit_gain}) {
    column->assign(rows, kNan);
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    table.middle_m[axis].assign(rows, kNan);
    table.spread_m2[axis].assign(rows, kNan);
  }
}

/// Places where the ground is asked for: the bottoms of the cuboids of all label sets, frame by frame.
struct Places {
  Places(const Drive& drive, const std::vector<BatchRows>& rows, std::uint32_t frames) {
    first_of_set.assign(rows.size(), std::vector<std::size_t>(frames));
    for (std::uint32_t f = 0; f < frames; ++f) {
      for (std::size_t s = 0; s < rows.size(); ++s) {
        first_of_set[s][f] = x_m.size();
        for (std::uint32_t i = rows[s].offset[f]; i < rows[s].offset[f + 1]; ++i) {
          const Vec3 bottom = bottom_of(drive.label_sets[s].cuboid.at(rows[s].first + i));
          x_m.push_back(bottom.x());
          y_m.push_back(bottom.y());
        }
      }
      offset.push_back(static_cast<std::uint32_t>(x_m.size()));
    }
  }
  std::vector<double> x_m, y_m;
  std::vector<std::uint32_t> offset{0};
  std::vector<std::vector<std::size_t>> first_of_set;  ///< per set and frame
};

}  // namespace

BatchPoints::BatchPoints(const CloudBatch& batch) {
  std::size_t total = 0;
  for (const CloudBatch::Sweep& sweep : batch.sweeps) total += sweep.cloud.size();
  for (auto* column : {&x_m, &y_m, &z_m}) column->reserve(total);
  frame_offset.assign(batch.frames() + std::size_t{1}, 0);
  sweep_offset.push_back(0);
  for (const CloudBatch::Sweep& sweep : batch.sweeps) {
    x_m.insert(x_m.end(), sweep.cloud.x_m.begin(), sweep.cloud.x_m.end());
    y_m.insert(y_m.end(), sweep.cloud.y_m.begin(), sweep.cloud.y_m.end());
    z_m.insert(z_m.end(), sweep.cloud.z_m.begin(), sweep.cloud.z_m.end());
    sweep_offset.push_back(x_m.size());
    sweep_frame.push_back(sweep.frame - batch.first_frame);
    origin_x_m.push_back(sweep.origin_m.x());
    origin_y_m.push_back(sweep.origin_m.y());
    origin_z_m.push_back(sweep.origin_m.z());
    frame_offset[sweep.frame - batch.first_frame + 1] = x_m.size();
  }
  for (std::size_t f = 1; f < frame_offset.size(); ++f)
    frame_offset[f] = std::max(frame_offset[f], frame_offset[f - 1]);
}

kernels::PointColumns BatchPoints::by_frame() const {
  return {x_m.data(), y_m.data(), z_m.data(), frame_offset.data(), static_cast<std::uint32_t>(frame_offset.size() - 1)};
}

kernels::PointColumns BatchPoints::by_sweep() const {
  return {x_m.data(), y_m.data(), z_m.data(), sweep_offset.data(), static_cast<std::uint32_t>(sweep_offset.size() - 1)};
}

void measure_points(kernels::ExecutionContext& context, const Drive& drive, const CloudBatch& batch,
                    const BatchPoints& points, bool clusters, std::vector<LabelSetMeasurements>& measured) {
  std::vector<BatchRows> rows;
  for (const LabelSet& set : drive.label_sets) rows.emplace_back(set, batch);

  const Places places(drive, rows, batch.frames());
  std::vector<float> ground_m(points.x_m.size());
  std::vector<kernels::GroundRow> ground(places.x_m.size());
  context.ground({points.by_frame(), places.x_m.data(), places.y_m.data(), places.offset.data(), places.x_m.size()},
                 ground_m.data(), ground.data());

  for (std::size_t s = 0; s < rows.size(); ++s) {
    const LabelSet& set = drive.label_sets[s];
    std::vector<kernels::GroundRow> own;
    for (std::uint32_t f = 0; f < batch.frames(); ++f) {
      const auto begin = ground.begin() + static_cast<std::ptrdiff_t>(places.first_of_set[s][f]);
      own.insert(own.end(), begin, begin + (rows[s].offset[f + 1] - rows[s].offset[f]));
    }
    CloudTable& clouds = measured[s].clouds;
    if (!clouds.present()) {
      clouds.state.assign(drive.frames.size(), frame_cloud::kNone);
      prepare(set.size(), measured[s].points);
      measured[s].probes = make_probes(drive, set, order_by_track(drive, set));
      prepare(measured[s].probes.size(), measured[s].probes.points);
    }
    std::copy(batch.state.begin(), batch.state.end(), clouds.state.begin() + batch.first_frame);
    measure_boxes(context, set.cuboid, rows[s], batch, points, ground_m, own.data(), measured[s].points);
    ProbeTable& probes = measured[s].probes;
    measure_boxes(context, probes.box, BatchRows(probes.frame, batch), batch, points, ground_m, nullptr, probes.points);
    if (!clusters) continue;
    std::vector<std::uint8_t> explained(points.x_m.size());
    context.points_near_boxes(
        {view(set.cuboid, rows[s].first, rows[s].offset.back()), rows[s].offset.data(), points.by_frame()},
        kExplainedMargin_m, explained.data());
    append_clusters(context, batch, points, ground_m, explained, measured[s].clusters);
  }
}

}  // namespace concord::measure
