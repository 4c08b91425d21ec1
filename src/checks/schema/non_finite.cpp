#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

int count_non_finite(const CuboidColumns& c, std::uint32_t row) {
  int count = 0;
  for (const auto* column :
       {&c.x_m, &c.y_m, &c.z_m, &c.length_m, &c.width_m, &c.height_m, &c.qw, &c.qx, &c.qy, &c.qz}) {
    if (!std::isfinite((*column)[row])) ++count;
  }
  return count;
}

void judge_rows(CheckContext& context, const PerClass<NoParameters>&) {
  for (std::uint32_t row = 0; row < context.labels().size(); ++row) {
    if (context.is_object(row)) context.examine(row);
  }
  for_each_bad_run(
      TrackRows(context.labels()),
      [&](std::uint32_t row) { return context.is_object(row) && context.measured().cuboids.finite[row] == 0; },
      [&](std::span<const std::uint32_t> rows) {
        context.add_span(rows.front(), rows.back(), count_non_finite(context.labels().cuboid, rows.front()), 0);
      });
}

}  // namespace

Check schema_non_finite() {
  return define<NoParameters>({.id = "schema.non_finite",
                               .title = "A number of the cuboid is NaN or infinite",
                               .error_type = error_type::kBoundingBox,
                               .severity = Severity::error,
                               .fault = Fault::schema,
                               .scope = Scope::span,
                               .unit = "1",
                               .message = "{object}: {value} of the 10 numbers of its cuboid are not finite {frames}"},
                              judge_rows);
}

}  // namespace concord::judging
