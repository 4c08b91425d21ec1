#include <algorithm>

#include "src/checks/check.hpp"
#include "src/checks/pair_policy.hpp"
#include "src/checks/pairs.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_overlap = 0.5;
  double duplicate_iou = 0.5;
  double min_frames = 1;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::max_overlap, "max_overlap", "1", 0, 1,
             "largest share of the smaller cuboid's volume that may lie in the other; of two classes the larger limit "
             "holds"},
            {&Parameters::duplicate_iou, "duplicate_iou", "1", 0.01, 1,
             "pairs of one class with at least this 3D IoU are left to box.duplicate"},
            {&Parameters::min_frames, "min_frames", "frames", 1, 1000,
             "an overlap of two tracks must last this many frames; of two classes the larger number holds"}};
  }
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const PairTable& table = context.measured().pairs;
  const PairPolicy policy(context);
  const auto of_both = [&](std::uint32_t pair, double Parameters::*member) {
    return std::max(parameters[context.class_of(table.row_a[pair])].*member,
                    parameters[context.class_of(table.row_b[pair])].*member);
  };
  for (std::uint32_t row = 0; row < context.labels().size(); ++row) {
    if (context.is_valid_object(row)) context.examine(row);
  }
  std::vector<std::uint32_t> overlaps;
  for (std::uint32_t pair = 0; pair < table.size(); ++pair) {
    if (table.overlap_smaller[pair] <= of_both(pair, &Parameters::max_overlap)) continue;
    const std::uint32_t a = table.row_a[pair];
    const std::uint32_t b = table.row_b[pair];
    if (!context.is_valid_object(a) || !context.is_valid_object(b)) continue;
    const ClassCode class_a = context.class_of(a);
    const ClassCode class_b = context.class_of(b);
    if (policy.belong_together(class_a, class_b)) continue;
    if (policy.is_same_kind(class_a, class_b) && table.iou_3d[pair] >= of_both(pair, &Parameters::duplicate_iou))
      continue;
    overlaps.push_back(pair);
  }
  for_each_pair_run(context, std::move(overlaps), [&](std::span<const std::uint32_t> run) {
    if (static_cast<double>(run.size()) < of_both(run.front(), &Parameters::min_frames)) return;
    const auto deeper = [&](std::uint32_t x, std::uint32_t y) {
      return table.overlap_smaller[x] < table.overlap_smaller[y];
    };
    const std::uint32_t worst = *std::max_element(run.begin(), run.end(), deeper);
    context.add_pair(table.row_a[run.front()], table.row_b[run.front()], table.row_a[run.back()],
                     table.overlap_smaller[worst], of_both(worst, &Parameters::max_overlap));
  });
}

}  // namespace

Check box_overlap() {
  return define<Parameters>(
      {.id = "box.overlap",
       .title = "Two objects share space that only one can fill",
       .error_type = error_type::kBoundingBox,
       .severity = Severity::warning,
       .fault = Fault::position,
       .scope = Scope::pair,
       .unit = "1",
       .message = "{object} and {other} overlap {frames}: {value} of the smaller volume, limit {limit}"},
      judge_rows);
}

}  // namespace concord::judging
