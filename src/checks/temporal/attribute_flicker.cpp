#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <vector>

#include "src/checks/check.hpp"
#include "src/checks/score.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_labels = 2;
  double max_s = 0.5;
  double min_around = 3;
  double min_level_change = 3;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::max_labels, "max_labels", "labels", 1, 1000, "a value that lasts no longer flickers ..."},
        {&Parameters::max_s, "max_s", "s", 0, 100, "... if it also lasts no longer than this"},
        {&Parameters::min_around, "min_around", "labels", 1, 1000, "labels on each side that agree with each other"},
        {&Parameters::min_level_change, "min_level_change", "1", 1, 10,
         "levels by which an occlusion, or an attribute whose values are whole numbers, must change; 3 leaves "
         "KITTI's occlusion out, since what passes by occludes for a moment"}};
  }
};

using ValueOf = std::function<std::optional<int>(std::uint32_t row)>;

/// The values of a column whose every value is a whole number, by code: levels, of which neighbours are alike. Empty
/// for other columns.
std::vector<int> levels_of(const AttributeColumn& column) {
  std::vector<int> levels(column.values.size());
  for (std::uint32_t code = 0; code < levels.size(); ++code) {
    const std::string_view text = column.values.at(code);
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), levels[code]);
    if (problem != std::errc() || end != text.data() + text.size()) return {};
  }
  return levels;
}

/// Values that appear for a moment between longer runs of one other value.
void judge_column(CheckContext& context, const PerClass<Parameters>& parameters, const TrackRows& tracks,
                  const ValueOf& value_of, const std::function<bool(int, int, const Parameters&)>& differ) {
  for (std::size_t code = 0; code < tracks.size(); ++code) {
    const auto rows = tracks.of(code);
    for (std::size_t i = 1; i + 1 < rows.size();) {
      const auto before = value_of(rows[i - 1]), now = value_of(rows[i]);
      const Parameters& p = parameters[context.class_of(rows[i])];
      if (!before || !now || !differ(*before, *now, p)) {
        ++i;
        continue;
      }
      std::size_t last = i;
      while (last + 1 < rows.size() && value_of(rows[last + 1]) && value_of(rows[last + 1]) != before) ++last;
      const auto around = static_cast<std::size_t>(p.min_around);
      bool settled = i >= around && last + around < rows.size();
      for (std::size_t k = 1; settled && k <= around; ++k) {
        settled = value_of(rows[i - k]) == before && value_of(rows[last + k]) == before;
      }
      const double lasts_s =
          seconds_between(context.drive().frames, context.labels().frame[rows[i]], context.labels().frame[rows[last]]);
      const auto count = static_cast<double>(last - i + 1);
      if (settled && count <= p.max_labels && lasts_s <= p.max_s) {
        Draft& draft = context.add_span(rows[i], rows[last], count, p.max_labels);
        draft.finding.score = 1 / (1 + count);
      }
      i = last + 1;
    }
  }
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  if (!labels.moving_state.present() && !labels.occlusion_level.present() && labels.attributes.empty()) {
    context.skip("labels have no attributes");
    return;
  }
  const TrackRows tracks(labels);
  for (std::size_t code = 0; code < tracks.size(); ++code) {
    for (const std::uint32_t row : tracks.of(code)) {
      if (context.is_object(row)) context.examine(row);
    }
  }
  const auto any_change = [](int a, int b, const Parameters&) { return a != b; };
  // In double: the difference of two levels of a data set need not be an int.
  const auto level_change = [](int a, int b, const Parameters& p) {
    return std::abs(static_cast<double>(a) - static_cast<double>(b)) >= p.min_level_change;
  };
  judge_column(
      context, parameters, tracks,
      [&](std::uint32_t row) -> std::optional<int> {
        const auto state = labels.moving_state.get(row);
        if (!state || *state == MovingState::unknown || !context.is_object(row)) return std::nullopt;
        return static_cast<int>(*state);
      },
      any_change);
  judge_column(
      context, parameters, tracks,
      [&](std::uint32_t row) -> std::optional<int> {
        constexpr int kUnknownLevel = 3;
        const auto level = labels.occlusion_level.get(row);
        if (!level || *level >= kUnknownLevel || !context.is_object(row)) return std::nullopt;
        return *level;
      },
      level_change);
  for (const AttributeColumn& column : labels.attributes) {
    const std::vector<int> levels = levels_of(column);
    const auto value_of = [&](std::uint32_t row) -> std::optional<int> {
      if (row >= column.code.size() || column.code[row] == kNone || !context.is_object(row)) return std::nullopt;
      return levels.empty() ? static_cast<int>(column.code[row]) : levels[column.code[row]];
    };
    if (levels.empty()) {
      judge_column(context, parameters, tracks, value_of, any_change);
    } else {
      judge_column(context, parameters, tracks, value_of, level_change);
    }
  }
}

}  // namespace

Check temporal_attribute_flicker() {
  return define<Parameters>({.id = "temporal.attribute_flicker",
                             .title = "An attribute changes for a moment and back",
                             .error_type = error_type::kAmbiguousInstructions,
                             .severity = Severity::info,
                             .fault = Fault::attribute,
                             .scope = Scope::span,
                             .unit = "labels",
                             .message = "an attribute of {object} has another value for {value} labels {frames}",
                             .inputs = {kTracks}},
                            judge_rows);
}

}  // namespace concord::judging
