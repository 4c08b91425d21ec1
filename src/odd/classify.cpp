#include "src/odd/classify.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace concord::odd {
namespace {

class Classifier {
 public:
  Classifier(const Definition& definition, const Taxonomy& taxonomy, const DriveView& drive)
      : definition_(definition), taxonomy_(taxonomy), drive_(drive) {}

  Verdicts run() {
    Verdicts all(drive_.frames.size(), 1);
    for (const Module& root : definition_.roots) take_least(all, module(root));
    for (const Rule& rule : definition_.rules) {
      Verdicts holds = negated(joined(rule.when, true, false));
      take_most(holds, joined(rule.require, true, false));
      take_least(all, holds);
    }
    return all;
  }

 private:
  static constexpr std::size_t kMostConditions = 1'000'000, kDeepest = 500;

  static void take_least(Verdicts& all, const Verdicts& other) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = std::min(all[i], other[i]);
  }
  static void take_most(Verdicts& all, const Verdicts& other) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = std::max(all[i], other[i]);
  }
  static Verdicts negated(Verdicts verdicts) {
    for (std::int8_t& verdict : verdicts) verdict = static_cast<std::int8_t>(-verdict);
    return verdicts;
  }
  [[nodiscard]] Verdicts undetermined() const { return Verdicts(drive_.frames.size(), 0); }

  Verdicts module(const Module& module) {
    if (path_.size() >= kDeepest || !path_.insert(&module).second) return undetermined();
    Verdicts all(drive_.frames.size(), 1);
    for (const Clause& clause : module.clauses) {
      const bool is_and = clause.kind == ClauseKind::include_and || clause.kind == ClauseKind::exclude_and;
      const bool excludes = clause.kind == ClauseKind::exclude_and || clause.kind == ClauseKind::exclude_or;
      if (clause.conditions.empty() && clause.references.empty()) continue;
      const Verdicts content = joined(clause, is_and, excludes);
      take_least(all, excludes ? negated(content) : content);
    }
    path_.erase(&module);
    return all;
  }

  Verdicts joined(const Clause& clause, bool is_and, bool excludes) {
    Verdicts all(drive_.frames.size(), static_cast<std::int8_t>(is_and ? 1 : -1));
    const auto take = [&](const Verdicts& verdicts) { is_and ? take_least(all, verdicts) : take_most(all, verdicts); };
    for (const Condition& condition : clause.conditions) {
      if (++conditions_ > kMostConditions) return undetermined();
      take(is_of_objects(condition.attribute) ? of_objects(condition, excludes) : of_drive(condition));
    }
    for (const Reference& reference : clause.references) {
      if (++conditions_ > kMostConditions) return undetermined();
      const auto is_named = [&](const Module& m) { return m.name == reference.name || m.label == reference.name; };
      const auto found = std::find_if(definition_.modules.begin(), definition_.modules.end(), is_named);
      take(found == definition_.modules.end() ? undetermined() : module(*found));
    }
    return all;
  }

  [[nodiscard]] std::int8_t verdict(const Condition& condition, const KnownValue& value) const {
    if (condition.is_interval) {
      if (!value.word.empty()) return 0;
      const Interval both = intersection(condition.interval, value.numbers);
      if (both.is_empty()) return -1;
      return condition.interval.contains(value.numbers.low) && condition.interval.contains(value.numbers.high) ? 1 : 0;
    }
    if (value.word.empty()) return 0;
    if (condition.values.empty()) return value.word == (condition.flag ? "true" : "false") ? 1 : -1;
    const auto found = std::find(condition.values.begin(), condition.values.end(), value.word);
    return found != condition.values.end() ? 1 : -1;
  }

  [[nodiscard]] Verdicts of_drive(const Condition& condition) const {
    Verdicts verdicts = undetermined();
    for (const KnownValue& value : known_values(drive_, taxonomy_, condition.attribute)) {
      const std::int8_t is = verdict(condition, value);
      // Of several values at once one that is asked for is enough.
      for (std::uint32_t f = value.begin; f < value.end; ++f) {
        verdicts[f] = verdicts[f] == 0 ? is : std::max(verdicts[f], is);
      }
    }
    return verdicts;
  }

  [[nodiscard]] Verdicts of_objects(const Condition& condition, bool excludes) const {
    Verdicts verdicts(drive_.frames.size(), static_cast<std::int8_t>(excludes ? -1 : 1));
    for (const ObjectSpan* object : drive_.objects) {
      const auto value = value_of(*object, condition.attribute);
      const std::int8_t is = value ? verdict(condition, *value) : std::int8_t{0};
      for (std::uint32_t f = object->frame_index; f <= object->frame_index_end; ++f) {
        verdicts[f] = excludes ? std::max(verdicts[f], is) : std::min(verdicts[f], is);
      }
    }
    return verdicts;
  }

  const Definition& definition_;
  const Taxonomy& taxonomy_;
  const DriveView& drive_;
  std::set<const Module*> path_;  ///< modules that are being worked out
  std::size_t conditions_ = 0;
};

}  // namespace

Verdicts classify(const Definition& definition, const Taxonomy& taxonomy, const DriveView& drive) {
  return Classifier(definition, taxonomy, drive).run();
}

}  // namespace concord::odd
