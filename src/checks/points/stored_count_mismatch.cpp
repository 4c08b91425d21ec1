#include <algorithm>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/point_evidence.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_points = 3;
  double max_share = 0.1;
  double max_mismatching = 0.5;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::max_points, "max_points", "1", 0, 100000, "points by which the counts may differ"},
            {&Parameters::max_share, "max_share", "1", 0, 1, "and share of the larger count"},
            {&Parameters::max_mismatching, "max_mismatching", "1", 0, 1,
             "with a larger share of the labels the counts follow another rule and are not judged"}};
  }
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const PointTable& points = context.measured().points;
  const auto& stored = context.labels().lidar_points;
  std::uint64_t counted = 0, mismatching = 0;
  for (std::uint32_t row = 0; row < context.labels().size(); ++row) {
    if (!is_measured(context, row) || !stored.get(row)) continue;
    context.examine(row);
    ++counted;
    const Parameters& p = parameters[context.class_of(row)];
    const double own = points.inside[row], theirs = *stored.get(row);
    const double limit = std::max(p.max_points, p.max_share * std::max(own, theirs));
    if (std::abs(own - theirs) <= limit) continue;
    ++mismatching;
    context.add_label(row, std::abs(own - theirs), limit);
  }
  constexpr std::uint64_t kFewest = 10;
  if (counted == 0) context.skip("no label has a stored point count and a cloud");
  if (counted >= kFewest &&
      static_cast<double>(mismatching) > parameters[kUnknownClass].max_mismatching * static_cast<double>(counted)) {
    context.skip("most stored point counts differ: they count another thing (several sweeps, another region)");
  }
}

}  // namespace

Check points_stored_count_mismatch() {
  return define<Parameters>({.id = "points.stored_count_mismatch",
                             .title = "The stored point count is not that of the cloud",
                             .error_type = error_type::kBoundingBox,
                             .severity = Severity::info,
                             .fault = Fault::attribute,
                             .scope = Scope::label,
                             .unit = "1",
                             .message = "the stored point count of {object} differs by {value} {frames}, limit {limit}",
                             .inputs = {kPointClouds}},
                            judge_rows);
}

}  // namespace concord::judging
