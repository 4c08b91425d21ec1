#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "concord/matching.hpp"

namespace concord {

CentreColumns measure_centres(const Drive& drive, const LabelSet& set) {
  CentreColumns centres{set.cuboid.x_m, set.cuboid.y_m};
  for (std::size_t frame = 0; frame < drive.frames.size(); ++frame) {
    if (!drive.frames.has_pose(frame)) return centres;
  }
  for (std::size_t row = 0; row < set.size(); ++row) {
    const Vec3 center_m(set.cuboid.x_m[row], set.cuboid.y_m[row], set.cuboid.z_m[row]);
    const Vec3 in_world_m = drive.frames.T_world_ego[set.frame[row]] * center_m;
    centres.x_m[row] = in_world_m.x();
    centres.y_m[row] = in_world_m.y();
  }
  return centres;
}

CentrePairTable measure_centre_pairs(const LabelSet& a, const CentreColumns& centres_a, const LabelSet& b,
                                     const CentreColumns& centres_b, double max_distance_m) {
  CentrePairTable pairs;
  struct Near {
    std::uint32_t row;
    double distance_m;
  };
  std::vector<std::uint32_t> by_x;
  std::vector<Near> near;
  const std::size_t frames = std::min(a.frame_offset.size(), b.frame_offset.size());
  for (std::size_t frame = 0; frame + 1 < frames; ++frame) {
    by_x.clear();
    for (std::uint32_t row = b.frame_offset[frame]; row < b.frame_offset[frame + 1]; ++row) {
      if (std::isfinite(centres_b.x_m[row]) && std::isfinite(centres_b.y_m[row])) by_x.push_back(row);
    }
    std::stable_sort(by_x.begin(), by_x.end(),
                     [&](std::uint32_t p, std::uint32_t q) { return centres_b.x_m[p] < centres_b.x_m[q]; });
    for (std::uint32_t row = a.frame_offset[frame]; row < a.frame_offset[frame + 1]; ++row) {
      const double x_m = centres_a.x_m[row];
      const double y_m = centres_a.y_m[row];
      if (!std::isfinite(x_m) || !std::isfinite(y_m)) continue;
      near.clear();
      for (auto other = std::lower_bound(by_x.begin(), by_x.end(), x_m - max_distance_m,
                                         [&](std::uint32_t r, double from) { return centres_b.x_m[r] < from; });
           other != by_x.end() && centres_b.x_m[*other] <= x_m + max_distance_m; ++other) {
        const double dx_m = centres_b.x_m[*other] - x_m;
        const double dy_m = centres_b.y_m[*other] - y_m;
        const double distance_m = std::sqrt(dx_m * dx_m + dy_m * dy_m);
        if (distance_m <= max_distance_m) near.push_back({*other, distance_m});
      }
      std::sort(near.begin(), near.end(), [](const Near& p, const Near& q) { return p.row < q.row; });
      for (const Near& other : near) {
        pairs.frame.push_back(static_cast<std::uint32_t>(frame));
        pairs.row_a.push_back(row);
        pairs.row_b.push_back(other.row);
        pairs.distance_m.push_back(other.distance_m);
      }
    }
  }
  return pairs;
}

OffsetTable measure_offsets(const LabelSet& a, const LabelSet& b, std::span<const RowPair> pairs) {
  OffsetTable table;
  for (auto* column : {&table.along_m, &table.across_m, &table.up_m, &table.length_m, &table.width_m, &table.height_m,
                       &table.heading_rad}) {
    column->reserve(pairs.size());
  }
  for (const RowPair& pair : pairs) {
    const Cuboid from = a.cuboid.at(pair.row_a);
    const Cuboid to = b.cuboid.at(pair.row_b);
    const Quat from_ego = from.rotation.conjugate().normalized();
    const Vec3 shift_m = from_ego * (to.center_m - from.center_m);
    table.along_m.push_back(shift_m.x());
    table.across_m.push_back(shift_m.y());
    table.up_m.push_back(shift_m.z());
    const Vec3 growth_m = to.size_m - from.size_m;
    table.length_m.push_back(growth_m.x());
    table.width_m.push_back(growth_m.y());
    table.height_m.push_back(growth_m.z());
    table.heading_rad.push_back(wrap_angle(yaw_of(from_ego * to.rotation.normalized())));
  }
  return table;
}

}  // namespace concord
