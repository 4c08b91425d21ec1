#include <fmt/format.h>
#include <algorithm>
#include <optional>
#include <set>
#include <span>

#include "concord/text.hpp"
#include "src/odd/definition.hpp"

namespace concord::odd {
namespace {

/// Modules by their names and labels.
class ModuleNames {
 public:
  explicit ModuleNames(const std::vector<Module>& modules) {
    for (const Module& module : modules) {
      by_name_[module.name].push_back(&module);
      if (!module.label.empty() && module.label != module.name) by_name_[module.label].push_back(&module);
    }
  }
  [[nodiscard]] std::span<const Module* const> named(std::string_view name) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return {};
    return found->second;
  }

 private:
  std::map<std::string_view, std::vector<const Module*>> by_name_;
};

/// Follows references from module to module; names those that lead back, and those that lead nowhere.
class References {
 public:
  References(const ModuleNames& modules, Faults& faults) : modules_(modules), faults_(faults) {}

  void follow(const Module& module) {
    if (done_.contains(&module)) return;
    path_.push_back(&module);
    for (const Clause& clause : module.clauses) {
      for (const Reference& reference : clause.references) follow(module, reference);
    }
    path_.pop_back();
    done_.insert(&module);
  }
  [[nodiscard]] bool used(const Module& module) const { return used_.contains(&module); }
  /// Modules take in each other so deeply that they were not followed to the end.
  [[nodiscard]] bool too_deep() const { return too_deep_; }

 private:
  void follow(const Module& from, const Reference& reference) {
    const auto targets = modules_.named(reference.name);
    if (targets.empty()) {
      faults_.add("undefined_module", Severity::error, reference.place,
                  fmt::format("'{}' takes in '{}', which is neither a module, nor a label, nor a boolean attribute",
                              printable(from.name), printable(reference.name)));
    }
    for (const Module* target : targets) {
      used_.insert(target);
      if (const auto loop = std::find(path_.begin(), path_.end(), target); loop != path_.end()) {
        std::string names;
        for (auto at = loop; at != path_.end(); ++at) names += printable((*at)->name) + " -> ";
        faults_.add("cyclic_module", Severity::error, reference.place,
                    "modules take in each other: " + names + printable(target->name));
        continue;
      }
      if (path_.size() < kDeepest) {
        follow(*target);
        continue;
      }
      // Told once: from above such a chain is as deep again.
      if (!too_deep_) {
        faults_.add("too_deep", Severity::error, reference.place,
                    fmt::format("modules take in each other over {} levels deep", kDeepest));
      }
      too_deep_ = true;
    }
  }

  static constexpr std::size_t kDeepest = 500;
  const ModuleNames& modules_;
  Faults& faults_;
  bool too_deep_ = false;
  std::vector<const Module*> path_;
  std::set<const Module*> done_, used_;
};

/// What a root asks of each attribute for certain: conditions that all must hold, and conditions none of which may.
struct Demands {
  std::vector<const Condition*> required, excluded;
};

class DemandReader {
 public:
  explicit DemandReader(const ModuleNames& modules) : modules_(modules) {}

  Demands of(const Module& root) {
    require(root);
    return std::move(demands_);
  }
  Demands of(const Clause& clause) {
    require(clause);
    return std::move(demands_);
  }

 private:
  void require(const Module& module) {
    if (!required_.insert(&module).second) return;
    for (const Clause& clause : module.clauses) require(clause);
  }
  void require(const Clause& clause) {
    const std::size_t parts = clause.conditions.size() + clause.references.size();
    const bool exclude = clause.kind == ClauseKind::exclude_and || clause.kind == ClauseKind::exclude_or;
    const bool each = clause.kind == ClauseKind::include_and || clause.kind == ClauseKind::exclude_or;
    // One of several, or not all of several, is nothing that is certain of one.
    if (!each && parts != 1) return;
    for (const Condition& condition : clause.conditions) {
      (exclude ? demands_.excluded : demands_.required).push_back(&condition);
    }
    for (const Reference& reference : clause.references) {
      const auto targets = modules_.named(reference.name);
      if (targets.size() != 1 && !exclude) continue;  // several modules of one label: any of them
      for (const Module* target : targets) exclude ? forbid(*target) : require(*target);
    }
  }
  /// A module that may not hold: certain only where each of its conditions alone makes it hold.
  void forbid(const Module& module) {
    if (module.clauses.size() != 1 || !forbidden_.insert(&module).second) return;
    const Clause& clause = module.clauses.front();
    const std::size_t parts = clause.conditions.size() + clause.references.size();
    const bool any = clause.kind == ClauseKind::include_or || (clause.kind == ClauseKind::include_and && parts == 1);
    if (!any) return;
    for (const Condition& condition : clause.conditions) demands_.excluded.push_back(&condition);
    for (const Reference& reference : clause.references) {
      for (const Module* target : modules_.named(reference.name)) forbid(*target);
    }
  }

  const ModuleNames& modules_;
  Demands demands_;
  std::set<const Module*> required_, forbidden_;
};

/// Holds the demands on one attribute against each other.
class AttributeDemands {
 public:
  AttributeDemands(std::string name, Faults& faults) : name_(std::move(name)), faults_(faults) {}

  void require(const Condition& condition) {
    if (contradicted_) return;
    if (condition.is_interval) {
      const Interval both = intersection(allowed_, condition.interval);
      if (both.is_empty()) return contradict(condition, last_);
      allowed_ = both;
    } else if (!condition.values.empty()) {
      std::vector<std::string> both;
      for (const std::string& value : condition.values) {
        if (!values_ || std::find(values_->begin(), values_->end(), value) != values_->end()) both.push_back(value);
      }
      if (both.empty()) return contradict(condition, last_);
      values_ = std::move(both);
    } else {
      if (flag_ && *flag_ != condition.flag) return contradict(condition, last_);
      flag_ = condition.flag;
    }
    last_ = &condition;
  }

  /// After all that is required.
  void exclude(const Condition& condition) {
    if (contradicted_ || last_ == nullptr) return;
    if (condition.is_interval) return exclude_interval(condition);
    if (condition.values.empty()) {
      if (flag_ && *flag_ == condition.flag) contradict(condition, last_);
      return;
    }
    if (!values_) return;
    for (std::size_t i = 0; i < condition.values.size(); ++i) {
      const auto found = std::find(values_->begin(), values_->end(), condition.values[i]);
      if (found == values_->end()) continue;
      values_->erase(found);
      if (values_->empty()) return contradict(condition, last_);
      faults_.add("included_and_excluded", Severity::warning, condition.value_places[i],
                  fmt::format("'{}' of '{}' is excluded here and included in {}: the exclusion wins",
                              printable(condition.values[i]), printable(name_), last_->place.text()));
    }
  }

 private:
  void exclude_interval(const Condition& condition) {
    if (!last_->is_interval) return;
    if (!remaining_) remaining_ = std::vector<Interval>{allowed_};
    std::vector<Interval> rest;
    for (const Interval& interval : *remaining_) {
      for (const Interval& part : difference(interval, condition.interval)) rest.push_back(part);
    }
    if (rest.empty()) contradict(condition, last_);
    remaining_ = std::move(rest);
  }
  void contradict(const Condition& here, const Condition* before) {
    contradicted_ = true;
    faults_.add("contradiction", Severity::error, here.place,
                fmt::format("nothing of '{}' is left: what is asked here and in {} excludes each other",
                            printable(name_), before == nullptr ? "the line itself" : before->place.text()));
  }

  std::string name_;
  Faults& faults_;
  Interval allowed_;
  std::optional<std::vector<Interval>> remaining_;
  std::optional<std::vector<std::string>> values_;
  std::optional<bool> flag_;
  const Condition* last_ = nullptr;
  bool contradicted_ = false;
};

void check_demands(const Demands& demands, Faults& faults) {
  std::map<std::string, AttributeDemands> attributes;
  const auto of = [&](const Condition& condition) -> AttributeDemands& {
    return attributes.try_emplace(condition.attribute, condition.attribute, faults).first->second;
  };
  for (const Condition* condition : demands.required) of(*condition).require(*condition);
  for (const Condition* condition : demands.excluded) of(*condition).exclude(*condition);
}

void check_labels(const Definition& definition, const Taxonomy& taxonomy, Faults& faults) {
  std::map<std::string, const Module*> first;
  for (const Module& module : definition.modules) {
    if (module.label.empty()) continue;
    const auto [known, is_new] = first.try_emplace(module.label, &module);
    if (!is_new) {
      faults.add(
          "duplicate_label", Severity::warning, module.place,
          fmt::format("'{}' has the label '{}' of '{}' ({}): whoever takes it in gets both", printable(module.name),
                      printable(module.label), printable(known->second->name), known->second->place.text()));
    }
    if (const Attribute* attribute = taxonomy.find(module.label)) {
      faults.add("label_of_attribute", Severity::warning, module.place,
                 fmt::format("the label '{}' of '{}' is also an attribute ({})", printable(module.label),
                             printable(module.name), attribute->place.text()));
    }
  }
}

}  // namespace

void check_definition(const Definition& definition, const Taxonomy& taxonomy, Faults& faults) {
  check_labels(definition, taxonomy, faults);
  const ModuleNames names(definition.modules);
  References references(names, faults);
  for (const Module& root : definition.roots) references.follow(root);
  // Modules that no root reaches are followed as well: their own references may be wrong.
  for (const Module& module : definition.modules) references.follow(module);
  for (const Module& module : definition.modules) {
    if (references.used(module) || definition.roots.empty()) continue;
    faults.add(
        "unused_module", Severity::warning, module.place,
        fmt::format("nothing takes in the module '{}': its conditions apply to nothing", printable(module.name)));
  }
  if (references.too_deep()) return;
  // Without an `ODD:`, the modules that no other takes in are what the file defines.
  for (const Module& root : definition.roots) check_demands(DemandReader(names).of(root), faults);
  if (definition.roots.empty()) {
    for (const Module& module : definition.modules) {
      if (!references.used(module)) check_demands(DemandReader(names).of(module), faults);
    }
  }
}

}  // namespace concord::odd
