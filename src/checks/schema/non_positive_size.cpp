#include "src/checks/check.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

void judge_rows(CheckContext& context, const PerClass<NoParameters>&) {
  const CuboidTable& cuboids = context.measured().cuboids;
  const auto is_measured = [&](std::uint32_t row) { return context.is_object(row) && cuboids.finite[row] != 0; };
  for (std::uint32_t row = 0; row < context.labels().size(); ++row) {
    if (is_measured(row)) context.examine(row);
  }
  for_each_bad_run(
      TrackRows(context.labels()), [&](std::uint32_t row) { return is_measured(row) && cuboids.min_size_m[row] <= 0; },
      [&](std::span<const std::uint32_t> rows) {
        context.add_span(rows.front(), rows.back(), cuboids.min_size_m[rows.front()], 0);
      });
}

}  // namespace

Check schema_non_positive_size() {
  return define<NoParameters>({.id = "schema.non_positive_size",
                               .title = "A cuboid has a length, width or height of zero or less",
                               .error_type = error_type::kBoundingBox,
                               .severity = Severity::error,
                               .fault = Fault::size,
                               .scope = Scope::span,
                               .unit = "m",
                               .message = "{object} has a side of {value} m {frames}"},
                              judge_rows);
}

}  // namespace concord::judging
