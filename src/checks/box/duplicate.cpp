#include <algorithm>

#include "src/checks/check.hpp"
#include "src/checks/pair_policy.hpp"
#include "src/checks/pairs.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_iou = 0.5;
  double min_iou_other_class = 0.8;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::min_iou, "min_iou", "1", 0.01, 1,
             "3D IoU from which two labels of one class are the same object"},
            {&Parameters::min_iou_other_class, "min_iou_other_class", "1", 0.01, 1,
             "3D IoU from which two labels of different classes are the same object"}};
  }
};

// The duplicate is the label whose track is shorter; of equal tracks, the later label.
bool first_is_duplicate(const LabelSet& labels, const TrackRows& tracks, std::uint32_t a, std::uint32_t b) {
  const auto length = [&](std::uint32_t row) {
    return labels.track[row] == kNone ? std::size_t{1} : tracks.of(labels.track[row]).size();
  };
  return length(a) < length(b);
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const PairTable& table = context.measured().pairs;
  const LabelSet& labels = context.labels();
  const TrackRows tracks(labels);
  const PairPolicy policy(context);
  const auto limit_of = [&](std::uint32_t pair) {
    const ClassCode a = context.class_of(table.row_a[pair]);
    const ClassCode b = context.class_of(table.row_b[pair]);
    return policy.is_same_kind(a, b) ? std::max(parameters[a].min_iou, parameters[b].min_iou)
                                     : std::max(parameters[a].min_iou_other_class, parameters[b].min_iou_other_class);
  };
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    if (context.is_valid_object(row)) context.examine(row);
  }
  std::vector<std::uint32_t> duplicates;
  for (std::uint32_t pair = 0; pair < table.size(); ++pair) {
    const std::uint32_t a = table.row_a[pair];
    const std::uint32_t b = table.row_b[pair];
    if (!context.is_valid_object(a) || !context.is_valid_object(b)) continue;
    if (table.iou_3d[pair] >= limit_of(pair)) duplicates.push_back(pair);
  }
  for_each_pair_run(context, std::move(duplicates), [&](std::span<const std::uint32_t> run) {
    const std::uint32_t worst = *std::max_element(
        run.begin(), run.end(), [&](std::uint32_t a, std::uint32_t b) { return table.iou_3d[a] < table.iou_3d[b]; });
    std::uint32_t extra = table.row_b[run.front()];
    std::uint32_t original = table.row_a[run.front()];
    if (first_is_duplicate(labels, tracks, original, extra)) std::swap(extra, original);
    Draft& draft = context.add_pair(extra, original, table.row_a[run.back()], table.iou_3d[worst], limit_of(worst));
    draft.propose_text("delete", labels.label_id[extra]);
  });
}

}  // namespace

Check box_duplicate() {
  return define<Parameters>(
      {.id = "box.duplicate",
       .title = "Two labels describe the same object",
       .error_type = error_type::kBoundingBox,
       .severity = Severity::error,
       .fault = Fault::spurious,
       .scope = Scope::pair,
       .unit = "1",
       .message = "{object} and {other} are the same object {frames}: 3D IoU {value}, limit {limit}"},
      judge_rows);
}

}  // namespace concord::judging
