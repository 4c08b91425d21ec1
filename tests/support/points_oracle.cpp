#include "tests/support/points_oracle.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

namespace concord::tests {
namespace {

using kernels::BoxColumns;
using kernels::BoxDetailRow;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct PlainBox {
  bool valid = false;
  std::array<double, 3> center{}, half{};
  std::array<std::array<double, 3>, 3> axis{};  ///< axis[k]: the box's axis k
};

PlainBox plain_box(const BoxColumns& c, std::size_t i) {
  PlainBox box;
  const std::array<double, 3> size{c.length_m[i], c.width_m[i], c.height_m[i]};
  box.center = {c.x_m[i], c.y_m[i], c.z_m[i]};
  const double norm = std::sqrt(c.qw[i] * c.qw[i] + c.qx[i] * c.qx[i] + c.qy[i] * c.qy[i] + c.qz[i] * c.qz[i]);
  box.valid = norm > 0 && std::isfinite(norm);
  for (int k = 0; k < 3; ++k) box.valid &= std::isfinite(box.center[k]) && std::isfinite(size[k]) && size[k] >= 0;
  const double s = 1.0 / norm, w = c.qw[i] * s, x = c.qx[i] * s, y = c.qy[i] * s, z = c.qz[i] * s;
  box.axis = {{{1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)},
               {2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)},
               {2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)}}};
  for (int k = 0; k < 3; ++k) box.half[k] = 0.5 * size[k];
  return box;
}

std::array<double, 3> local_of(const PlainBox& box, double x, double y, double z) {
  const std::array<double, 3> d{x - box.center[0], y - box.center[1], z - box.center[2]};
  std::array<double, 3> at{};
  for (int k = 0; k < 3; ++k) at[k] = box.axis[k][0] * d[0] + box.axis[k][1] * d[1] + box.axis[k][2] * d[2];
  return at;
}

bool in_box(const PlainBox& box, const std::array<double, 3>& at, double margin) {
  bool inside = box.valid;
  for (int k = 0; k < 3; ++k) inside &= std::abs(at[k]) <= box.half[k] + margin;
  return inside;
}

/// Object points along one axis -> the ends of the fullest stretch, from a histogram kept as a map.
void set_edges(const std::vector<double>& along, double half, double gap_m, const kernels::BoxDetailRequest& request,
               int axis, BoxDetailRow& row) {
  const double reach = half + request.margin_m;
  const int bins = std::min(128, static_cast<int>(std::min(2 * reach / 0.05, 1e6)) + 1);
  const double step = 2 * reach / bins;
  row.edge_step_m[axis] = step;
  row.edge_m[axis] = row.edge_m[axis + 3] = kNan;
  std::map<int, std::uint32_t> histogram;
  for (const double at : along) ++histogram[std::clamp(static_cast<int>((at + reach) / step), 0, bins - 1)];
  std::vector<std::map<int, std::uint32_t>> stretches;
  for (const auto& [bin, count] : histogram) {
    const bool joins = !stretches.empty() && (bin - stretches.back().rbegin()->first - 1) * step <= gap_m;
    if (!joins) stretches.emplace_back();
    stretches.back()[bin] = count;
  }
  const auto sum = [](const std::map<int, std::uint32_t>& stretch) {
    std::uint32_t total = 0;
    for (const auto& [bin, count] : stretch) total += count;
    return total;
  };
  const auto fullest = std::max_element(stretches.begin(), stretches.end(),
                                        [&](const auto& a, const auto& b) { return sum(a) < sum(b); });
  if (fullest == stretches.end()) return;
  const std::uint32_t held = sum(*fullest), trim = held >= 100 ? 2 : (held >= 30 ? 1 : 0);
  std::uint32_t passed = 0;
  auto low = fullest->begin();
  while ((passed += low->second) <= trim) ++low;
  passed = 0;
  auto high = fullest->rbegin();
  while ((passed += high->second) <= trim) ++high;
  row.edge_m[axis] = (high->first + 1) * step - reach - half;
  row.edge_m[axis + 3] = -(low->first * step - reach) - half;
}

/// An object point of a box, with its number in the scene.
struct ObjectPoint {
  float x, y;
  std::uint64_t number;
};

/// Sum of the distances of `points` (up to 0.3 m, in steps of 10 um) from the sides of their bounding box turned by (c,
/// s).
std::int64_t distance_from_sides(const std::vector<ObjectPoint>& points, double c, double s) {
  std::vector<double> u, v;
  for (const ObjectPoint& p : points) {
    const double x = p.x, y = p.y;
    u.push_back(c * x + s * y);
    v.push_back(c * y - s * x);
  }
  const auto [low_u, high_u] = std::minmax_element(u.begin(), u.end());
  const auto [low_v, high_v] = std::minmax_element(v.begin(), v.end());
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    const double nearest = std::min({u[i] - *low_u, *high_u - u[i], v[i] - *low_v, *high_v - v[i], 0.3});
    sum += static_cast<std::int64_t>(nearest * 1e5);
  }
  return sum;
}

void set_fit(const std::vector<ObjectPoint>& objects, const kernels::BoxDetailRequest& request, BoxDetailRow& row) {
  row.fit_points = row.fit_turn = 0;
  row.fit_gain = kNan;
  if (request.turns == 0 || objects.size() < 20) return;
  const std::uint64_t stride = 1 + (objects.size() - 1) / 256;
  std::vector<ObjectPoint> chosen;
  for (const ObjectPoint& p : objects) {
    if ((p.number * 0x9E3779B97F4A7C15U >> 40U) % stride == 0) chosen.push_back(p);
  }
  row.fit_points = static_cast<std::uint32_t>(chosen.size());
  std::vector<std::int64_t> sums;
  for (std::uint32_t turn = 0; turn < request.turns; ++turn) {
    sums.push_back(chosen.empty() ? 0 : distance_from_sides(chosen, request.turn_cos[turn], request.turn_sin[turn]));
  }
  const auto best = std::min_element(sums.begin(), sums.end());
  row.fit_turn = static_cast<std::uint32_t>(best - sums.begin());
  row.fit_gain = sums[0] > 0 ? 1.0 - static_cast<double>(*best) / static_cast<double>(sums[0]) : 0.0;
}

/// Part of the way from `from` (0) to `to` (1) and on that lies in the box shrunk to `share`; empty when first >
/// second.
std::pair<double, double> stretch_in(const PlainBox& box, double share, const std::array<double, 3>& from,
                                     const std::array<double, 3>& to) {
  double enter = 0, leave = std::numeric_limits<double>::infinity();
  for (int k = 0; k < 3; ++k) {
    const double half = share * box.half[k], step = to[k] - from[k];
    if (step != 0) {
      enter = std::max(enter, std::min((-half - from[k]) / step, (half - from[k]) / step));
      leave = std::min(leave, std::max((-half - from[k]) / step, (half - from[k]) / step));
    } else if (std::abs(from[k]) > half) {
      return {1, 0};
    }
  }
  return {enter, leave};
}

}  // namespace

void PointScene::add_point(double x, double y, double z) {
  x_m.push_back(static_cast<float>(x));
  y_m.push_back(static_cast<float>(y));
  z_m.push_back(static_cast<float>(z));
}

void PointScene::end_frame() {
  point_offset.push_back(x_m.size());
  box_offset.push_back(static_cast<std::uint32_t>(boxes.size()));
}

kernels::PointColumns PointScene::points() const {
  return {x_m.data(), y_m.data(), z_m.data(), point_offset.data(), frames()};
}

BoxColumns PointScene::box_columns() const {
  return {boxes.x_m.data(),     boxes.y_m.data(),      boxes.z_m.data(), boxes.length_m.data(),
          boxes.width_m.data(), boxes.height_m.data(), boxes.qw.data(),  boxes.qx.data(),
          boxes.qy.data(),      boxes.qz.data(),       boxes.size()};
}

void add_random_frame(PointScene& scene, std::size_t points, std::size_t boxes, bool tilted, std::mt19937_64& engine) {
  std::uniform_real_distribution<double> unit(-1, 1);
  std::vector<Cuboid> placed;
  for (std::size_t i = 0; i < boxes; ++i) {
    const double tilt = tilted ? 0.5 : 0.0;
    placed.push_back({Vec3(60 * unit(engine), 60 * unit(engine), 0.5 + unit(engine)),
                      Vec3(2.5 + 2 * unit(engine), 1.2 + unit(engine), 1.6 + unit(engine)),
                      quat_from_ypr(3.2 * unit(engine), tilt * unit(engine), tilt * unit(engine))});
    scene.add_box(placed.back());
  }
  for (std::size_t i = 0; i < points; ++i) {
    if (placed.empty() || i % 3 == 0) {
      scene.add_point(80 * unit(engine), 80 * unit(engine), 0.1 * unit(engine));
      continue;
    }
    const Cuboid& box = placed[i % placed.size()];
    const Vec3 p =
        box.center_m + box.rotation * (0.7 * box.size_m.cwiseProduct(Vec3(unit(engine), unit(engine), unit(engine))));
    scene.add_point(p.x(), p.y(), p.z());
  }
  scene.end_frame();
}

std::vector<std::uint32_t> oracle_points_in_boxes(const PointScene& scene) {
  std::vector<std::uint32_t> counts(scene.boxes.size(), 0);
  for (std::uint32_t f = 0; f < scene.frames(); ++f) {
    for (std::uint32_t row = scene.box_offset[f]; row < scene.box_offset[f + 1]; ++row) {
      const PlainBox box = plain_box(scene.box_columns(), row);
      for (std::uint64_t i = scene.point_offset[f]; i < scene.point_offset[f + 1]; ++i) {
        counts[row] += in_box(box, local_of(box, scene.x_m[i], scene.y_m[i], scene.z_m[i]), 0) ? 1 : 0;
      }
      if (!box.valid) counts[row] = BoxDetailRow::no_count;
    }
  }
  return counts;
}

/// Means and variances of points in the axes of a box, in fractions of its reach.
void set_moments(const std::vector<std::array<float, 3>>& points, const PlainBox& box, double margin_m,
                 BoxDetailRow& row) {
  row.object_points = points.size();
  for (int k = 0; k < 3; ++k) row.middle_m[k] = row.variance_m2[k] = kNan;
  row.covariance_xy_m2 = kNan;
  if (points.empty()) return;
  const auto n = static_cast<double>(points.size());
  std::array<double, 3> mean{}, unit_m{};
  const auto units = [&](const std::array<float, 3>& point, int k) {
    return static_cast<std::int64_t>(static_cast<double>(point[k]) / unit_m[k]);
  };
  for (int k = 0; k < 3; ++k) {
    unit_m[k] = (box.half[k] + margin_m) / 32768;
    std::int64_t sum = 0, square = 0;
    for (const auto& point : points) {
      sum += units(point, k);
      square += units(point, k) * units(point, k);
    }
    mean[k] = static_cast<double>(sum) / n;
    row.middle_m[k] = mean[k] * unit_m[k];
    row.variance_m2[k] = (static_cast<double>(square) / n - mean[k] * mean[k]) * (unit_m[k] * unit_m[k]);
  }
  std::int64_t product = 0;
  for (const auto& point : points) product += units(point, 0) * units(point, 1);
  row.covariance_xy_m2 = (static_cast<double>(product) / n - mean[0] * mean[1]) * (unit_m[0] * unit_m[1]);
}

std::vector<BoxDetailRow> oracle_box_details(const PointScene& scene, const kernels::BoxDetailRequest& request) {
  std::vector<BoxDetailRow> rows(scene.boxes.size());
  for (std::uint32_t f = 0; f < scene.frames(); ++f) {
    std::vector<PlainBox> boxes;
    for (std::uint32_t row = scene.box_offset[f]; row < scene.box_offset[f + 1]; ++row) {
      boxes.push_back(plain_box(scene.box_columns(), row));
    }
    for (std::size_t b = 0; b < boxes.size(); ++b) {
      const PlainBox& box = boxes[b];
      BoxDetailRow& row = rows[scene.box_offset[f] + b];
      row = {};
      std::array<std::vector<double>, 3> along;
      std::vector<ObjectPoint> objects;
      std::vector<std::array<float, 3>> object_places;
      double nearest = std::numeric_limits<double>::infinity(), farthest = -1;
      for (std::uint64_t i = scene.point_offset[f]; i < scene.point_offset[f + 1]; ++i) {
        const double x = scene.x_m[i], y = scene.y_m[i], z = scene.z_m[i];
        const auto at = local_of(box, x, y, z);
        const bool inside = in_box(box, at, 0);
        const bool in_any = std::any_of(boxes.begin(), boxes.end(), [&](const PlainBox& other) {
          return in_box(other, local_of(other, x, y, z), 0);
        });
        const bool known = request.ground_m != nullptr && !std::isnan(request.ground_m[i]);
        const bool object =
            known ? z - request.ground_m[i] > request.clearance_m : at[2] > request.clearance_m - box.half[2];
        if (inside) {
          ++row.inside;
          row.inside_object += object ? 1 : 0;
          nearest = std::min(nearest, x * x + y * y + z * z);
          farthest = std::max(farthest, x * x + y * y + z * z);
        }
        if (!object || !(inside || (!in_any && in_box(box, at, request.margin_m)))) continue;
        const std::array<float, 3> rounded{static_cast<float>(at[0]), static_cast<float>(at[1]),
                                           static_cast<float>(at[2])};
        objects.push_back({rounded[0], rounded[1], i});
        object_places.push_back(rounded);
        for (int k = 0; k < 3; ++k) {
          const int m = (k + 1) % 3, n = (k + 2) % 3;
          const double across = rounded[m], over = rounded[n], along_k = rounded[k];
          if (std::abs(across) > box.half[m] || std::abs(over) > box.half[n]) continue;
          along[k].push_back(along_k);
          for (const int side : {0, 1}) {
            const double out = (side == 0 ? along_k : -along_k) - box.half[k];
            if (out > 0 && out <= request.shell_m) ++row.beyond[k + 3 * side];
            if (out <= 0 && out >= -request.shell_m) ++row.within[k + 3 * side];
          }
        }
      }
      const double distance = std::sqrt(box.center[0] * box.center[0] + box.center[1] * box.center[1]);
      for (int k = 0; k < 3; ++k) {
        const double slope = k == 2 ? request.gap_slope_up : request.gap_slope;
        set_edges(along[k], box.half[k], request.gap_m + slope * distance, request, k, row);
      }
      row.nearest_m = farthest >= 0 ? std::sqrt(nearest) : kNan;
      row.farthest_m = farthest >= 0 ? std::sqrt(farthest) : kNan;
      set_fit(objects, request, row);
      set_moments(object_places, box, request.margin_m, row);
      if (box.valid) continue;
      row.inside = BoxDetailRow::no_count;
      for (double& step : row.edge_step_m) step = kNan;
    }
  }
  return rows;
}

std::vector<std::uint32_t> oracle_clusters(const PointScene& scene, const std::vector<std::uint8_t>& use,
                                           double distance_m) {
  std::vector<std::uint32_t> labels(scene.x_m.size(), kernels::ClusterRequest::no_cluster);
  for (std::uint32_t f = 0; f < scene.frames(); ++f) {
    const std::uint64_t begin = scene.point_offset[f], end = scene.point_offset[f + 1];
    const auto taken = [&](std::uint64_t i) {
      return (use.empty() || use[i] != 0) && std::isfinite(scene.x_m[i]) && std::isfinite(scene.y_m[i]) &&
             std::isfinite(scene.z_m[i]);
    };
    for (std::uint64_t seed = begin; seed < end; ++seed) {
      if (labels[seed] != kernels::ClusterRequest::no_cluster || !taken(seed)) continue;
      std::vector<std::uint64_t> open{seed};
      labels[seed] = static_cast<std::uint32_t>(seed - begin);
      while (!open.empty()) {
        const std::uint64_t i = open.back();
        open.pop_back();
        for (std::uint64_t k = begin; k < end; ++k) {
          if (labels[k] != kernels::ClusterRequest::no_cluster || !taken(k)) continue;
          const double dx = static_cast<double>(scene.x_m[i]) - scene.x_m[k],
                       dy = static_cast<double>(scene.y_m[i]) - scene.y_m[k],
                       dz = static_cast<double>(scene.z_m[i]) - scene.z_m[k];
          if (dx * dx + dy * dy + dz * dz > distance_m * distance_m) continue;
          labels[k] = labels[seed];
          open.push_back(k);
        }
      }
    }
  }
  return labels;
}

std::vector<kernels::OcclusionRow> oracle_occlusion(const kernels::OcclusionRequest& request) {
  std::vector<kernels::OcclusionRow> rows(request.boxes.count, kernels::OcclusionRow{});
  for (std::uint32_t s = 0; s < request.sweeps.frames; ++s) {
    const std::uint32_t frame = request.sweep_frame[s];
    for (std::uint32_t row = request.box_offset[frame]; row < request.box_offset[frame + 1]; ++row) {
      const PlainBox box = plain_box(request.boxes, row);
      if (!box.valid) continue;
      const auto from = local_of(box, request.origin_x_m[s], request.origin_y_m[s], request.origin_z_m[s]);
      for (std::uint64_t i = request.sweeps.offset[s]; i < request.sweeps.offset[s + 1]; ++i) {
        const auto to = local_of(box, request.sweeps.x_m[i], request.sweeps.y_m[i], request.sweeps.z_m[i]);
        bool meets = std::isfinite(to[0]) && std::isfinite(to[1]) && std::isfinite(to[2]);
        // A return straight above or below the sensor has no direction in the horizontal plane.
        meets &= static_cast<float>(request.sweeps.x_m[i] - request.origin_x_m[s]) != 0 ||
                 static_cast<float>(request.sweeps.y_m[i] - request.origin_y_m[s]) != 0;
        if (!meets) continue;
        const auto [core_enter, core_leave] = stretch_in(box, request.core, from, to);
        if (core_enter > core_leave) continue;
        const auto [enter, leave] = stretch_in(box, 1, from, to);
        const double length_m =
            std::sqrt((to[0] - from[0]) * (to[0] - from[0]) + (to[1] - from[1]) * (to[1] - from[1]) +
                      (to[2] - from[2]) * (to[2] - from[2]));
        const bool before = enter > 1 && (enter - 1) * length_m > request.near_m;
        ++(before ? rows[row].front : (enter <= 1 && leave < 1 ? rows[row].behind : rows[row].inside));
      }
    }
  }
  return rows;
}

}  // namespace concord::tests
