#include <algorithm>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/point_evidence.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_rays = 15;
  double min_behind = 0.9;
  double max_silent = 0.4;
  double max_points = 0;
  double max_density = 0.02;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::min_rays, "min_rays", "1", 1, 100000, "fewer rays through the cuboid decide nothing"},
            {&Parameters::min_behind, "min_behind", "1", 0, 1, "share of the rays that must return behind the cuboid"},
            {&Parameters::max_silent, "max_silent", "1", 0, 1,
             "with a larger share of directions without any return the surface may be one that reflects nothing"},
            {&Parameters::max_points, "max_points", "1", 0, 1000, "points above the ground that still count as empty"},
            {&Parameters::max_density, "max_density", "1", 0, 1,
             "and as share of what a solid body of that size would return from that range"}};
  }
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const PointTable& points = context.measured().points;
  const auto rays = [&](std::uint32_t row) {
    return static_cast<double>(points.rays_front[row]) + points.rays_inside[row] + points.rays_behind[row];
  };
  // Whether the label can be judged at all: enough rays, few of them hidden or lost.
  const auto decides = [&](std::uint32_t row) {
    const Parameters& p = parameters[context.class_of(row)];
    return is_measured(context, row) && rays(row) >= p.min_rays &&
           points.directions_silent[row] <= p.max_silent * points.directions[row];
  };
  for (std::uint32_t row = 0; row < context.labels().size(); ++row) {
    if (decides(row)) context.examine(row);
  }
  for_each_bad_run(
      TrackRows(context.labels()),
      [&](std::uint32_t row) {
        if (!decides(row)) return false;
        const Parameters& p = parameters[context.class_of(row)];
        const double expected = static_cast<double>(points.expected[row]);
        const double most = std::max(p.max_points, std::isfinite(expected) ? p.max_density * expected : 0.0);
        return points.inside_object[row] <= most && points.rays_behind[row] >= p.min_behind * rays(row);
      },
      [&](std::span<const std::uint32_t> rows) {
        std::uint32_t clearest = rows.front();
        for (const std::uint32_t row : rows) {
          if (points.rays_behind[row] > points.rays_behind[clearest]) clearest = row;
        }
        context
            .add_span(rows.front(), rows.back(), points.rays_behind[clearest],
                      parameters[context.class_of(clearest)].min_rays)
            .propose("delete", 1, "1");
      });
}

}  // namespace

Check points_empty_box() {
  return define<Parameters>({.id = "points.empty_box",
                             .title = "The LiDAR looks through the cuboid",
                             .error_type = error_type::kBoundingBox,
                             .severity = Severity::error,
                             .fault = Fault::spurious,
                             .scope = Scope::span,
                             .unit = "1",
                             .message = "{object} is empty and {value} rays pass through it {frames}, limit {limit}",
                             .inputs = {kPointClouds}},
                            judge_rows);
}

}  // namespace concord::judging
