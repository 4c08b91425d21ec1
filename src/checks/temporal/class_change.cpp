#include <algorithm>
#include <map>

#include "src/checks/check.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

/// Whether two class names can rightly stand in one track.
enum class Change : std::uint8_t {
  none,       ///< one name, or a more general one
  slow,       ///< a person sits down or mounts a cycle: not for a moment
  impossible  ///< another object
};

class ClassPolicy {
 public:
  explicit ClassPolicy(const CheckContext& context)
      : taxonomy_(context.taxonomy()),
        labels_(context.labels()),
        person_(context.classes_below("person")),
        stroller_(context.classes_below("stroller")),
        bicycle_(context.classes_below("bicycle")),
        cyclist_(context.classes_below("cyclist")),
        motorcycle_(context.classes_below("motorcycle")),
        motorcyclist_(context.classes_below("motorcyclist")) {}

  [[nodiscard]] Change between(std::uint32_t row, std::uint32_t other) const {
    if (labels_.raw_class[row] == labels_.raw_class[other]) return Change::none;
    const ClassCode a = labels_.class_code[row];
    const ClassCode b = labels_.class_code[other];
    // One Concord class for two names of the dataset: adult and child, or two names that no mapping knows.
    if (a == b) return Change::impossible;
    if (a == kUnknownClass || b == kUnknownClass) return Change::impossible;
    if (taxonomy_.is_a(a, b) || taxonomy_.is_a(b, a)) return Change::none;
    const bool same_thing = stroller_[a] == stroller_[b];
    if (person_[a] != 0 && person_[b] != 0) return same_thing ? Change::slow : Change::impossible;
    const auto either = [a, b](const std::vector<std::uint8_t>& x, const std::vector<std::uint8_t>& y) {
      return (x[a] != 0 && y[b] != 0) || (x[b] != 0 && y[a] != 0);
    };
    const bool mounts = either(bicycle_, cyclist_) || either(motorcycle_, motorcyclist_);
    return mounts ? Change::slow : Change::impossible;
  }

 private:
  const Taxonomy& taxonomy_;
  const LabelSet& labels_;
  std::vector<std::uint8_t> person_, stroller_, bicycle_, cyclist_, motorcycle_, motorcyclist_;
};

// Row of the first label with the name that most labels of the track have.
std::uint32_t most_common(const LabelSet& labels, std::span<const std::uint32_t> rows) {
  struct Count {
    std::size_t labels = 0;
    std::uint32_t first_row = kNone;
  };
  std::map<std::uint32_t, Count> counts;
  for (const std::uint32_t row : rows) {
    Count& count = counts[labels.raw_class[row]];
    if (count.labels++ == 0) count.first_row = row;
  }
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) {
                            if (a.second.labels != b.second.labels) return a.second.labels < b.second.labels;
                            return a.second.first_row > b.second.first_row;
                          })
      ->second.first_row;
}

struct Parameters {
  double min_slow_change_s = 1;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::min_slow_change_s, "min_slow_change_s", "s", 0, 100,
             "nobody sits down or mounts a cycle, and back again, in less time"}};
  }
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  const TrackRows tracks(labels);
  const ClassPolicy policy(context);
  std::vector<std::uint32_t> rows;
  for (std::size_t code = 0; code < tracks.size(); ++code) {
    rows.clear();
    for (const std::uint32_t row : tracks.of(code)) {
      if (context.is_object(row)) rows.push_back(row);
    }
    for (const std::uint32_t row : rows) context.examine(row);
    const bool one_name = std::all_of(rows.begin(), rows.end(), [&](std::uint32_t row) {
      return labels.raw_class[row] == labels.raw_class[rows.front()];
    });
    if (one_name) continue;
    const std::uint32_t reference = most_common(labels, rows);
    const double least_s = parameters[context.class_of(reference)].min_slow_change_s;
    for_each_run(
        rows.size(), [&](std::size_t i) { return policy.between(rows[i], reference) != Change::none; },
        [&](std::size_t first, std::size_t last) {
          const auto is_impossible = [&](std::uint32_t row) {
            return policy.between(row, reference) == Change::impossible;
          };
          const bool inside = first > 0 && last + 1 < rows.size();
          const bool brief = inside && seconds_between(context.drive().frames, labels.frame[rows[first - 1]],
                                                       labels.frame[rows[last + 1]]) < least_s;
          if (!brief && std::none_of(&rows[first], &rows[last] + 1, is_impossible)) return;
          Draft& draft = context.add_span(rows[first], rows[last], static_cast<double>(last - first + 1), 0);
          draft.propose_text("class", labels.raw_classes.at(labels.raw_class[reference]));
        });
  }
}

}  // namespace

Check temporal_class_change() {
  return define<Parameters>(
      {.id = "temporal.class_change",
       .title = "A track changes its class",
       .error_type = error_type::kWrongClass,
       .severity = Severity::error,
       .fault = Fault::class_,
       .scope = Scope::span,
       .unit = "labels",
       .message = "{value} labels of {object} have another class than the rest of its track {frames}",
       .inputs = {kTracks}},
      judge_rows);
}

}  // namespace concord::judging
